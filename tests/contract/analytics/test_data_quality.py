"""What is known of plays, counted by hand."""

from typing import Any

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.plays.data_quality import QUESTION, DataQualityAnswer
from showrunner.history.home import ledger_of
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, play, sitting

HALF = sitting(at("2026-11-03 20:00"), 30)
SONG: dict[str, Any] = {"media_type": "track", "title": "Song"}


def ask(analytics: Analytics, query: str = "") -> DataQualityAnswer:
    found = QUESTION.answered(analytics, query)
    assert isinstance(found, DataQualityAnswer)
    return found


def test_facts_are_counted_where_they_can_be(know: Know) -> None:
    """Music has no frame rate, and lacks none."""
    analytics = know(
        play(HALF, source_frame_rate=24.0, hdr="SDR", is_secure=False),
        play(HALF, person="", percent=40),
        play(HALF, item=SONG),
    )
    facts = {one.name: (one.known, one.share) for one in ask(analytics).facts}
    assert facts["frame_rate"] == facts["dynamic_range"] == (1, 0.5)
    assert facts["person"] == (2, 0.6667)
    assert facts["encryption"] == facts["completion"] == (1, 0.3333)
    assert facts["end"] == (3, 1)


def test_servers_and_sources_are_told_apart(know: Know, people: dict[str, str]) -> None:
    """Of a play that two told of both are sources."""
    analytics = know(
        play(HALF, told_by=("poll", "webhook")),
        play(HALF, told_by=("poll",), is_rough=True),
        play(sitting(at("2026-11-03 20:00"), None), person="9", **ON_EMBY),
    )
    answer = ask(analytics)
    assert [(one.name, one.plays, one.unknown_end_plays) for one in answer.servers] == [
        ("Attic", 2, 0),
        ("Cellar", 1, 1),
    ]
    assert {one.name: (one.plays, one.rough_plays) for one in answer.sources} == {
        "poll": (2, 1),
        "webhook": (1, 0),
        None: (1, 0),
    }
    assert answer.overall.unknown_watch_time_plays == 1
    assert [one.name for one in answer.chart.series] == ["Attic", "Cellar"]
    assert 0 < (answer.overall.known_share or 0) < 1


def test_what_cannot_be_true_is_named(know: Know, home: EmbeddedHome) -> None:
    """Also what begins after now, which no range has; a second more than it lasted is rounding."""
    longer = HALF.model_copy(update={"watched_seconds": 1802})
    rounded = HALF.model_copy(update={"watched_seconds": 1801})
    ledger_of(home).write(
        [
            play(longer),
            play(rounded),
            play(HALF.model_copy(update={"stopped_at": at("2026-11-03 19:00")})),
            play(HALF.model_copy(update={"paused_seconds": -5})),
            play(HALF.model_copy(update={"watched_seconds": -5})),
            play(sitting(at("1999-11-03 20:00"), 60 * 24 + 1)),
            play(sitting(at("1999-11-03 20:00"), 60 * 24), percent=101),
            play(sitting(at("2027-11-03 20:00"), 60)),
        ]
    )
    answer = ask(know())
    assert {one.name: one.plays for one in answer.problems} == {
        "ends_before_it_starts": 1,
        "watched_longer_than_it_lasted": 2,
        "watched_over_a_day": 1,
        "negative_time": 2,
        "odd_percent": 1,
        "starts_before_2000": 2,
    }
    assert (answer.overall.plays, answer.future_plays) == (7, 1)


def test_short_plays_are_counted_here_alone(know: Know) -> None:
    """119 seconds of video and 14 of music do not count elsewhere."""
    seconds = [(119, {}), (120, {}), (14, SONG), (15, SONG)]
    plays = [
        play(sitting(at("2026-11-03 20:00"), watched / 60), **({"item": item} if item else {}))
        for watched, item in seconds
    ]
    answer = ask(know(*plays))
    assert (answer.overall.plays, answer.short_plays) == (4, 2)
