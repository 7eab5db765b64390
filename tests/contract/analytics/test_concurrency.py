"""Streams at the same time, counted by hand and by the slow way."""

from zoneinfo import ZoneInfo

import pytest

from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import By, buckets_of
from showrunner.history.analytics.streams.concurrency import (
    ConcurrencyAnswer,
    ConcurrencyQuery,
    concurrency,
)
from showrunner.history.analytics.streams.sweep import sweep
from showrunner.history.analytics.streams.swept import Swept
from showrunner.plays.models import Play
from tests.contract.analytics import slow
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, generated, play, sitting


def ask(analytics: Analytics, query: str) -> ConcurrencyAnswer:
    return concurrency(analytics, ConcurrencyQuery.read(query))


def test_what_begins_when_another_stops_makes_no_two(know: Know) -> None:
    """Intervals are half-open, on an hour's edge and within an hour."""
    analytics = know(
        play(sitting(at("2026-11-03 20:00"), 60)),
        play(sitting(at("2026-11-03 21:00"), 20)),
        play(sitting(at("2026-11-03 21:20"), 20), **ON_EMBY),
    )
    overall = ask(analytics, "").overall
    assert (overall.peak, overall.capacity) == (1, 2)


def test_the_pause_between_two_sittings_is_no_stream(know: Know) -> None:
    """A resumed play runs in its sittings alone, and across servers all streams count."""
    analytics = know(
        play(sitting(at("2026-11-03 20:00"), 30), sitting(at("2026-11-03 22:00"), 30)),
        play(sitting(at("2026-11-03 20:10"), 130), **ON_EMBY),
        play(sitting(at("2026-11-03 21:00"), None)),
    )
    query = "since=2026-11-03&before=2026-11-04&time_zone=Europe/Berlin"
    answer = ask(analytics, query)
    peaks = dict(zip(answer.peaks.categories, answer.peaks.series[0].data, strict=True))
    assert {hour: peak for hour, peak in peaks.items() if peak} == {"20": 2, "21": 1, "22": 2}
    assert answer.overall.average == round((30 + 30 + 130) / (24 * 60), 4)
    assert answer.averages.series[0].data[21] == 1
    assert answer.unknown_plays == 1


def test_each_series_has_its_own_peak(know: Know) -> None:
    """They need not add up to that of all: the peaks are at different times."""
    analytics = know(
        play(sitting(at("2026-11-03 20:00"), 40), decision="transcode"),
        play(sitting(at("2026-11-03 20:10"), 20), decision="direct_play"),
        play(sitting(at("2026-11-03 20:35"), 20), decision="direct_play"),
        play(sitting(at("2026-11-03 20:36"), 20), decision="transcode"),
    )
    answer = ask(analytics, "split=decisions")
    assert answer.overall.peak == 3
    assert {one.name: one.peak for one in answer.split} == {"transcode": 2, "direct_play": 1}
    assert [one.name for one in answer.peaks.series] == ["all", "transcode", "direct_play"]
    first = ask(analytics, "split=decisions&limit=1")
    assert [one.name for one in first.split] == ["transcode"]
    assert [one.name for one in first.averages.series] == ["all", "transcode"]


def test_a_long_stream_is_in_every_day_that_it_runs_through(know: Know) -> None:
    """Also in those in which nothing began or ended."""
    analytics = know(play(sitting(at("2026-11-03 20:00"), 3 * 24 * 60)))
    query = "by=day&since=2026-11-02&before=2026-11-08&time_zone=Europe/Berlin"
    answer = ask(analytics, query)
    assert answer.peaks.series[0].data == [0, 1, 1, 1, 1, 0]
    assert answer.averages.series[0].data == [0, round(4 / 24, 4), 1, 1, round(20 / 24, 4), 0]


@pytest.mark.parametrize(
    ("zone", "by"),
    [
        ("Europe/Berlin", "day"),
        ("Europe/Berlin", "hour"),
        ("Asia/Kolkata", "weekday"),
        ("Australia/Lord_Howe", "hour"),
    ],
)
def test_generated_histories_agree_with_the_slow_way(know: Know, zone: str, by: str) -> None:
    """Peak and average of each category, over a change of the clocks."""
    plays = generated(len(zone + by), 300, slow.utc("2026-09-29"), 14)
    analytics = know(*plays[:-20], recent=tuple(plays[-20:]))
    query = f"since=2026-10-01T10:10&before=2026-10-09&time_zone={zone}&by={by}"
    answer = ask(analytics, query)
    peaks, averages = slow.concurrency(plays, answer.since, answer.before, by, ZoneInfo(zone))
    found = answer.peaks.categories
    assert dict(zip(found, answer.peaks.series[0].data, strict=True)) == peaks
    expected = {one: round(average, 4) for one, average in averages.items()}
    assert dict(zip(found, answer.averages.series[0].data, strict=True)) == pytest.approx(
        expected, abs=1e-4
    )
    assert answer.overall.peak == max(peaks.values())


def test_a_long_history_is_swept_in_pieces_and_those_that_are_over_once(know: Know) -> None:
    """What goes on from one into the next counts in both, however long it takes."""
    plays = generated(11, 100, slow.utc("2026-07-05"), 120)
    plays += [play(sitting(at("2026-07-31 22:00"), 600), sitting(at("2026-10-31 22:00"), 600))]
    plays += [play(sitting(at("2026-08-20 20:00"), 60 * 24 * 40), decision="transcode")]
    analytics = know(*plays[5:], recent=tuple(plays[:5]))
    query = "since=2026-07-10T10:10&before=2026-11-09&time_zone=Europe/Berlin"
    asked = analytics.about(ConcurrencyQuery.read(query))
    for _ in range(2):
        swept = sweep(asked, By.WEEK, "decision", at_once=1)
        unknown = [one for one in plays if slow.counts(one) and not _lasted(one)]
        began = [asked.scope.since <= one.started_at < asked.scope.before for one in unknown]
        assert swept.unknown_plays == sum(began)
        _agree(swept.together, plays, asked)
        for decision in ("transcode", "direct_play"):
            chosen = [one for one in plays if one.stream.decision == decision]
            _agree(swept.apart[decision], chosen, asked)


def _lasted(one: Play) -> bool:
    return any(slow.end_of(part) > one.started_at for part in one.parts)


def _agree(swept: Swept, plays: list[Play], asked: Asked) -> None:
    scope, zone = asked.scope, ZoneInfo("Europe/Berlin")
    peaks, averages = slow.concurrency(plays, scope.since, scope.before, "week", zone)
    labels = buckets_of(By.WEEK, scope.since, scope.before, zone)
    assert {labels[bucket]: one.peak for bucket, one in swept.items()} == peaks
    found = {labels[bucket]: one.streamed_s / one.lasted_s for bucket, one in swept.items()}
    assert found == pytest.approx(averages)
