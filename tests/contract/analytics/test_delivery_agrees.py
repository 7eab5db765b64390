"""Everything about streams on a generated history, against the slow way."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.categories import By
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.plays import data_quality
from showrunner.history.analytics.streams import (
    audio,
    bandwidth,
    frame_rates,
    hardware,
    quality,
    resolutions,
    security,
    subtitles,
)
from showrunner.history.analytics.streams.bandwidth import KBPS, SweptQuery
from showrunner.history.analytics.streams.bandwidth_sweep import bandwidth_sweep
from showrunner.history.home import ledger_of
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.plays.models import Play
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics import slow
from tests.contract.analytics import slow_delivery as plain
from tests.fakes import FakeClock

SINCE, BEFORE = slow.utc("2026-10-20"), slow.utc("2026-11-03")
RANGE = "since=2026-10-20&before=2026-11-03&time_zone=UTC&limit=500"
BERLIN = ZoneInfo("Europe/Berlin")

World = tuple[Analytics, list[Play]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Four hundred plays over daylight saving; Anna has an account on each server."""
    clock = FakeClock(datetime(2026, 12, 20, 12, 6, 30, tzinfo=UTC))
    home = EmbeddedHome(tmp_path_factory.mktemp("home"), clock)
    names = {"plex-1": ("Attic", ConnectionKind.PLEX), "emby-1": ("Cellar", ConnectionKind.EMBY)}
    for server, (name, kind) in names.items():
        connection = Connection(id=server, kind=kind, name=name, url=f"http://{server}")
        ConnectionStore(home.documents).add(connection)
    anna, bert = Account("1", "Anna", "a@example.org"), Account("2", "Bert", "b@example.org")
    note_accounts(home.documents, "plex-1", [anna, bert], clock.now())
    later = clock.now() + timedelta(minutes=1)
    note_accounts(home.documents, "emby-1", [Account("9", "anni", "A@example.org")], later)
    plays = plain.streamed(7, 400, slow.utc("2026-10-10"), 30)
    ledger_of(home).write(plays)
    yield Analytics(home), plays
    home.database.close()


@pytest.fixture
def begun(world: World) -> list[Play]:
    return plain.begun(world[1], SINCE, BEFORE)


@pytest.fixture
def videos(begun: list[Play]) -> list[Play]:
    return [one for one in begun if plain.is_video(one)]


def ask(world: World, question: Question, more: str = "") -> Any:
    return question.answered(world[0], f"{RANGE}{more}")


def named(lines: Any, *fields: str) -> dict[str | None, tuple[Any, ...]]:
    assert len({one.name for one in lines}) == len(lines)
    return {one.name: tuple(getattr(one, field) for field in fields) for one in lines}


def tallied(plays: list[Play], key: plain.Key, kind: plain.Key, kinds: list[Any]) -> Any:
    """How many plays there are, and of each kind, by key."""
    return {
        name: (len(some), *(sum(kind(one) == wanted for one in some) for wanted in kinds))
        for name, some in plain.by(plays, key).items()
    }


def test_resolutions(world: World, videos: list[Play]) -> None:
    """Every video is in one pair, in one number, on one platform."""
    answer = ask(world, resolutions.QUESTION)
    pairs = Counter((p.stream.source_resolution, plain.reached(p, "resolution")) for p in videos)
    assert {(one.source, one.delivered): one.plays for one in answer.pairs} == pairs
    drawn = {
        (row.name, category): number
        for row in answer.chart.series
        for category, number in zip(answer.chart.categories, row.data, strict=True)
        if number
    }
    assert drawn == {(a, b or "(unknown)"): number for (a, b), number in pairs.items()}
    kinds = ["downscaled", "same", "upscaled", "unknown"]
    for lines, key in (
        ([answer.overall], lambda play: None),
        (answer.sources, lambda play: play.stream.source_resolution),
        (answer.platforms, plain.of_platform),
    ):
        assert named(lines, "plays", *kinds) == tallied(videos, key, plain.scaling, kinds)


def test_audio(world: World, begun: list[Play]) -> None:
    """Of every play, music too."""
    answer = ask(world, audio.QUESTION)
    pairs = Counter((p.stream.source_audio_codec, plain.reached(p, "audio_codec")) for p in begun)
    assert {(one.source, one.delivered): one.plays for one in answer.codecs} == pairs
    known = [pair for pair in pairs.elements() if None not in pair]
    assert answer.overall.kept == sum(a == b for a, b in known)
    assert answer.overall.converted == sum(a != b for a, b in known)
    assert answer.overall.unknown == len(begun) - len(known)
    assert {one.channels: one.plays for one in answer.channels} == Counter(
        play.stream.audio_channels for play in begun
    )
    assert {one.name: one.plays for one in answer.languages} == Counter(
        (play.stream.audio_language or "").lower() or None for play in begun
    )
    assert sum(one.plays for one in answer.sources) == len(begun)


def test_subtitles(world: World, videos: list[Play]) -> None:
    """Kinds of subtitles, and how the plays with them were delivered."""
    answer = ask(world, subtitles.QUESTION)
    kinds = plain.by(videos, plain.subtitles)
    for name in ("images", "texts", "others", "none"):
        line, some = getattr(answer, name), kinds[name]
        decisions = [play.stream.decision for play in some]
        assert (line.plays, line.transcoded) == (len(some), decisions.count("transcode"))
        assert line.unknown_plays == decisions.count(None)
    assert (answer.plays, answer.unknown_plays) == (len(videos), len(kinds["unknown"]))
    assert answer.without_subtitles == len(kinds["none"])
    shown = [play.stream for name in ("images", "texts", "others") for play in kinds[name]]
    assert answer.with_subtitles == len(shown)
    assert {one.name: one.plays for one in answer.codecs} == Counter(
        (one.subtitle_codec or "").lower() or None for one in shown
    )
    assert {one.name: one.plays for one in answer.languages} == Counter(
        one.subtitle_language for one in shown
    )


def test_frame_rates(world: World, videos: list[Play]) -> None:
    """Families have all rates, exact ones too."""
    answer = ask(world, frame_rates.QUESTION)
    names = {23.976: "24", 23.976025: "24", 24.0: "24", 25.0: "25", 29.97: "30", 60.0: "60"}
    rates = [play.stream.source_frame_rate for play in videos]
    families = Counter(rate and names.get(rate, "other") for rate in rates)
    assert {one.name: one.plays for one in answer.families} == families
    assert {one.frames_per_second: one.plays for one in answer.rates} == Counter(
        rate and round(rate, 3) for rate in rates
    )


def test_hardware(world: World, videos: list[Play]) -> None:
    """The trend has every transcoded video once."""
    answer = ask(world, hardware.QUESTION, "&by=week")
    changed = [play for play in videos if play.stream.decision == "transcode"]
    kinds = [True, False, None]
    fields = ("plays", "hardware", "software", "unknown")
    for lines, key in (
        ([answer.overall], lambda play: None),
        (answer.platforms, plain.of_platform),
        (answer.servers, plain.of_server),
        (answer.video_codecs, lambda play: play.stream.source_video_codec),
    ):
        found = tallied(changed, key, lambda play: play.stream.is_hardware, kinds)
        assert named(lines, *fields) == found
    weeks = Counter(
        (play.stream.is_hardware, slow.label("week", play.started_at, ZoneInfo("UTC")))
        for play in changed
    )
    words = {"hardware": True, "software": False, None: None}
    drawn = {
        (words[series.name], category): number
        for series in answer.trend.series
        for category, number in zip(answer.trend.categories, series.data, strict=True)
        if number
    }
    assert drawn == weeks


def test_security(world: World, begun: list[Play]) -> None:
    """One person counts once, whatever the number of accounts."""
    answer = ask(world, security.QUESTION)
    fields, kinds = ("plays", "secure", "insecure", "unknown"), [True, False, None]
    places = {True: "local", False: "remote", None: None}
    for lines, key in (
        ([answer.overall], lambda play: None),
        (answer.locations, lambda play: places[play.player.is_local]),
        (answer.people, plain.of_whom),
        (answer.platforms, plain.of_platform),
        (answer.servers, plain.of_server),
    ):
        found = tallied(begun, key, lambda play: play.player.is_secure, kinds)
        assert named(lines, *fields) == found


@pytest.mark.parametrize("by", ["day", "hour", "weekday"])
def test_bandwidth_over_time(world: World, by: str) -> None:
    """Peaks and averages, on the days when the clocks change as well."""
    since, before = slow.utc("2026-10-22T22:00"), slow.utc("2026-10-29T23:00")
    query = f"since=2026-10-23&before=2026-10-30&time_zone=Europe/Berlin&by={by}"
    answer = bandwidth.QUESTION.answered(world[0], query)
    assert (answer.since, answer.before) == (since, before)
    peaks, averages = plain.bandwidth(world[1], since, before, by, BERLIN)
    drawn = dict(zip(answer.peaks.categories, answer.peaks.series[0].data, strict=True))
    assert drawn == peaks
    assert answer.peak_kbps == max(peaks.values()) > 0
    means = dict(zip(answer.averages.categories, answer.averages.series[0].data, strict=True))
    assert means == pytest.approx({name: float(one) for name, one in averages.items()}, abs=0.051)


@pytest.mark.parametrize("by", [By.DAY, By.MONTH, By.HOUR], ids=str)
def test_a_long_history_is_swept_in_parts(world: World, by: By) -> None:
    """What is cut between any months comes to the same together."""
    query = SweptQuery.read(f"{RANGE}&by={by}")
    asked = world[0].about(query)
    # Another limit, so that nothing is kept of one for the other.
    queries = (query, query.model_copy(update={"limit": 7}))
    found = [
        bandwidth_sweep(asked, by, KBPS, *one) for one in zip(queries, (2_000_000, 1), strict=True)
    ]
    assert found[0] == found[1]
    assert max(one.peak_kbps for one in found[0].values()) > 0


def test_bandwidth_by_whom(world: World, begun: list[Play]) -> None:
    """Bytes are bitrates times seconds watched, and add up in every list."""
    answer = ask(world, bandwidth.QUESTION)
    for lines, key in (
        ([answer.overall], lambda play: None),
        (answer.people, plain.of_whom),
        (answer.platforms, plain.of_platform),
        (answer.decisions, lambda play: play.stream.decision),
        (answer.servers, plain.of_server),
    ):
        assert named(lines, "plays", "unknown_plays", "delivered_bytes") == {
            name: (
                len(some),
                sum(plain.kbps(one) is None or one.watched_seconds is None for one in some),
                sum((plain.kbps(one) or 0) * (one.watched_seconds or 0) * 125 for one in some),
            )
            for name, some in plain.by(begun, key).items()
        }
    rates = [plain.kbps(play) for play in begun]
    assert answer.unknown_bitrate_plays == rates.count(None)
    for bucket in answer.bitrates:
        ends = bucket.to_kbps or 10**9
        assert bucket.plays == sum(bucket.from_kbps <= rate < ends for rate in rates if rate)


def test_quality(world: World) -> None:
    """Over all video, also what is too short to count."""
    every = plain.begun(world[1], SINCE, BEFORE, is_every=True)
    videos = [one for one in every if plain.is_video(one)]
    answer = ask(world, quality.QUESTION, "&by=weekday")
    assert answer.overall.plays == len(videos) > len(list(filter(slow.counts, videos)))
    shares = ("given_up_share", "degraded_share", "paused_share", "completion_share")
    for lines, key in (
        (answer.platforms, plain.of_platform),
        (answer.people, plain.of_whom),
        (answer.servers, plain.of_server),
    ):
        groups = plain.by(videos, key)
        found = named(lines, *shares)
        assert found.keys() == groups.keys()
        for name, some in groups.items():
            assert found[name] == pytest.approx(plain.score(some), abs=0.0001)
    days = plain.by(videos, lambda play: slow.label("weekday", play.started_at, ZoneInfo("UTC")))
    drawn = dict(zip(answer.chart.categories, answer.chart.series[0].data, strict=True))
    for name, points in drawn.items():
        given_up, degraded, paused, completion = (one or 0 for one in plain.score(days[name]))
        lost = 500 * given_up + 200 * degraded + 100 * paused + 30 * (1 - completion)
        assert points == pytest.approx(max(100 - lost, 0), abs=0.011)


def test_data_quality(world: World, begun: list[Play]) -> None:
    """Over all plays; one that two sources told of is in both."""
    every = plain.begun(world[1], SINCE, BEFORE, is_every=True)
    answer = ask(world, data_quality.QUESTION)
    facts = {one.name: one.known for one in answer.facts}
    assert facts["person"] == sum(one.person.id is not None for one in every)
    assert facts["encryption"] == sum(one.player.is_secure is not None for one in every)
    assert facts["frame_rate"] == sum(
        one.stream.source_frame_rate is not None for one in every if plain.is_video(one)
    )
    assert facts["watch_time"] == len(every) - answer.overall.unknown_watch_time_plays
    assert answer.short_plays == len(every) - len(begun)
    assert answer.overall.rough_plays == sum(one.is_rough for one in every)
    assert named(answer.servers, "plays", "unknown_end_plays") == {
        name: (len(some), sum(one.stopped_at is None for one in some))
        for name, some in plain.by(every, plain.of_server).items()
    }
    told = Counter(source.value for one in every for source in one.told_by)
    told[None] = sum(not one.told_by for one in every)
    assert {one.name: one.plays for one in answer.sources} == told
