"""Pictures, sound, subtitles, encoders and connections, counted by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from showrunner.history.analytics.core.asked import Analytics
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
from showrunner.history.home import ledger_of
from showrunner.plays.store import save
from showrunner.ports.documents import ABSENT
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, play, sitting
from tests.fakes import FakeClock

HALF = sitting(at("2026-11-03 20:00"), 30)
SONG: dict[str, Any] = {"media_type": "track", "title": "Song", "series_title": "The Band"}
QUESTIONS = [
    resolutions.QUESTION,
    audio.QUESTION,
    subtitles.QUESTION,
    frame_rates.QUESTION,
    hardware.QUESTION,
    security.QUESTION,
    bandwidth.QUESTION,
    quality.QUESTION,
    data_quality.QUESTION,
]


def home_of(folder: Path) -> EmbeddedHome:
    return EmbeddedHome(folder, FakeClock(datetime(2026, 12, 20, 12, 6, 30, tzinfo=UTC)))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analytics]:
    home = home_of(tmp_path_factory.mktemp("empty"))
    yield Analytics(home)
    home.database.close()


@pytest.fixture(scope="module")
def sparse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analytics]:
    """A play in the ledger, one that waits for it."""
    home = home_of(tmp_path_factory.mktemp("sparse"))
    nobody = {"item": {}, "person": "", "decision": "transcode"}
    ledger_of(home).write([play(sitting(at("2026-11-03 20:00"), None), **nobody)])
    save(home, [(play(HALF, **nobody), ABSENT)])
    yield Analytics(home)
    home.database.close()


every_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.name)


@every_question
def test_nothing_is_asked_of_nothing(empty: Analytics, question: Question) -> None:
    """Without any play there is an answer, which holds no plays and no NaN."""
    answer = question.answered(empty, "").model_dump_json()
    assert "NaN" not in answer
    assert '"plays":1' not in answer


@every_question
def test_a_play_of_which_little_is_known_is_in_the_answer(
    sparse: Analytics, question: Question
) -> None:
    """Nobody said who, what, on what and how; before the history there is nothing."""
    assert '"plays":2' in question.answered(sparse, "").model_dump_json()
    earlier = question.answered(sparse, "since=2020-01-01&before=2020-02-01")
    assert '"plays":2' not in earlier.model_dump_json()


def test_less_lines_are_downscaled(know: Know) -> None:
    """Words for the same number of lines are the same; music is left out."""
    sizes = [
        ("4k", "1080p", "transcode"),
        ("4k", None, "direct_play"),
        ("4k", None, "transcode"),
        ("1080i", "1080p", "direct_stream"),
        ("480p", "sd", "transcode"),
        ("sd", "720p", "transcode"),
        ("curved", "curved", "direct_play"),
        ("curved", "1080p", "transcode"),
    ]
    plays = [play(HALF, source_resolution=a, resolution=b, decision=c) for a, b, c in sizes]
    answer = resolutions.QUESTION.answered(know(*plays, play(HALF, item=SONG)), "")
    found = answer.overall
    assert (found.plays, found.downscaled, found.same) == (8, 2, 3)
    assert (found.upscaled, found.unknown, found.downscaled_share) == (1, 2, 0.3333)
    assert [one.name for one in answer.sources] == ["4k", "1080i", "480p", "sd", "curved"]
    assert answer.chart.categories == ["4k", "1080p", "720p", "sd", "curved", "(unknown)"]
    assert answer.chart.series[0].data == [1, 1, 0, 0, 0, 1]


def test_sound_is_converted_when_its_codec_changes(know: Know) -> None:
    """Music counts here; languages are the same in any letters."""
    analytics = know(
        play(HALF, source_audio_codec="truehd", audio_codec="aac", audio_channels=2),
        play(HALF, source_audio_codec="aac", audio_codec="aac", audio_language="ENG"),
        play(HALF, source_audio_codec="flac", decision="direct_play", item=SONG),
        play(HALF, source_audio_codec="flac", audio_language="eng", item=SONG),
    )
    answer = audio.QUESTION.answered(analytics, "")
    found = answer.overall
    assert (found.plays, found.converted, found.kept, found.unknown) == (4, 1, 2, 1)
    assert found.converted_share == 0.3333
    assert {one.name: one.plays for one in answer.languages} == {"eng": 2, None: 2}
    assert {one.channels: one.plays for one in answer.channels} == {2: 1, None: 3}


def test_pictures_of_letters_are_told_from_text(know: Know) -> None:
    """What a server describes without subtitles has none; of the rest nobody knows."""
    analytics = know(
        play(HALF, subtitle_codec="PGSSUB", subtitle_language="eng", decision="transcode"),
        play(HALF, subtitle_codec="vobsub", decision="direct_play"),
        play(HALF, subtitle_codec="pgs"),
        play(HALF, subtitle_codec="srt", subtitle_language="eng", decision="direct_play"),
        play(HALF, subtitle_language="ger", decision="transcode"),
        play(HALF, source_video_codec="hevc", decision="transcode"),
        play(HALF, decision="transcode"),
        play(HALF, item=SONG, source_audio_codec="flac"),
    )
    answer = subtitles.QUESTION.answered(analytics, "")
    assert (answer.plays, answer.with_subtitles, answer.without_subtitles) == (7, 5, 1)
    assert (answer.unknown_plays, answer.share_with_subtitles) == (1, 0.8333)
    images = answer.images
    assert (images.plays, images.transcoded, images.unknown_plays) == (3, 1, 1)
    assert (images.transcoded_share, answer.texts.transcoded_share) == (0.5, 0)
    assert (answer.others.plays, answer.none.transcoded) == (1, 1)
    assert {one.name: one.is_image for one in answer.codecs} == {
        **dict.fromkeys(("pgssub", "vobsub", "pgs"), True),
        "srt": False,
        None: None,
    }
    assert {one.name: one.share for one in answer.languages} == {"eng": 0.4, "ger": 0.2, None: 0.4}


def test_a_family_says_how_often_it_was_transcoded(know: Know) -> None:
    """Exact rates are beside it."""
    analytics = know(
        play(HALF, source_frame_rate=23.976, decision="transcode"),
        play(HALF, source_frame_rate=23.9760251, decision="direct_play"),
        play(HALF, source_frame_rate=24.0),
        play(HALF, source_frame_rate=50.0, decision="transcode"),
    )
    answer = frame_rates.QUESTION.answered(analytics, "")
    film = answer.families[0]
    assert (film.name, film.plays, film.share, film.transcoded_share) == ("24", 3, 0.75, 0.5)
    assert {one.frames_per_second: one.plays for one in answer.rates} == {23.976: 2, 24: 1, 50: 1}


def test_the_trend_has_days_of_the_viewer(know: Know) -> None:
    """A play is where it began on the clock on the wall, also in the hour that comes twice."""
    both = [
        play(sitting(at("2026-10-24 23:59"), 30), decision="transcode", is_hardware=True),
        play(sitting(at("2026-10-25 00:00"), 30), decision="transcode", is_hardware=False),
        play(sitting(at("2026-10-25 23:59"), 300), decision="transcode"),
        play(sitting(at("2026-10-25 12:00"), 30), decision="direct_play", is_hardware=True),
        play(sitting(at("2026-10-25 12:00"), 30), decision="transcode", item=SONG),
    ]
    answer = hardware.QUESTION.answered(know(*both), "by=day&time_zone=Europe/Berlin")
    assert answer.trend.categories[:3] == ["2026-10-24", "2026-10-25", "2026-10-26"]
    assert {one.name: one.data[:3] for one in answer.trend.series} == {
        "hardware": [1, 0, 0],
        "software": [0, 1, 0],
        None: [0, 1, 0],
    }
    assert (answer.overall.plays, answer.overall.hardware_share) == (3, 0.5)


def test_what_is_insecure_comes_first(know: Know, people: dict[str, str]) -> None:
    """A person on two servers at once is one line."""
    analytics = know(
        play(HALF, is_secure=True, is_local=True),
        play(HALF, person="9", is_secure=False, is_local=False, **ON_EMBY),
        play(HALF, person="2", is_secure=True),
        play(HALF, person="2"),
    )
    answer = security.QUESTION.answered(analytics, "")
    anna, bert = answer.people
    assert (anna.name, anna.id, anna.plays, anna.insecure) == ("Anna", people["Anna"], 2, 1)
    assert (bert.secure, bert.unknown, bert.secure_share) == (1, 1, 1)
    assert [(one.name, one.insecure) for one in answer.locations] == [
        ("remote", 1),
        (None, 0),
        ("local", 0),
    ]
    assert [one.name for one in answer.servers] == ["Cellar", "Attic"]
    assert answer.overall.secure_share == 0.6667
