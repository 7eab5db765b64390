"""The quality-of-experience score, reckoned by hand."""

from datetime import timedelta
from typing import Any

import pytest

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.streams.counts import lines_of, lines_sql
from showrunner.history.analytics.streams.quality import QUESTION, QualityAnswer
from showrunner.history.home import history_of
from showrunner.plays.models import Play
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, play, sitting
from tests.fakes import FakeClock


def seconds(watched: int, paused: int = 0, day: int = 3, **facts: Any) -> Play:
    """Evenings in November."""
    whole = (watched + paused) / 60
    return play(sitting(at(f"2026-11-{day:02} 20:00"), whole, watched / 60), **facts)


def ask(analytics: Analytics, query: str = "") -> QualityAnswer:
    found = QUESTION.answered(analytics, query)
    assert isinstance(found, QualityAnswer)
    return found


def test_all_that_is_taken_off_by_hand(know: Know) -> None:
    """One of ten given up, two of ten degraded, a tenth paused, half completed."""
    good = [seconds(900, 100, percent=100, decision="direct_play") for _ in range(20)]
    bad = [
        seconds(900, 100, percent=0, decision="transcode", is_hardware=False),
        seconds(900, 100, percent=0, decision="transcode", is_hardware=True, **_smaller()),
        seconds(900, 100, percent=0, decision="direct_stream"),
        seconds(900, 100, percent=0, decision="direct_play"),
        seconds(9, 1, percent=0, decision="direct_play"),
    ]
    overall = ask(know(*good[:5], *bad)).overall
    assert (overall.plays, overall.given_up, overall.degraded) == (10, 1, 2)
    assert (overall.given_up_share, overall.degraded_share) == (0.1, 0.2)
    assert (overall.paused_share, overall.completion_share) == (0.1, 0.5)
    # 100 - 5 x 10 - 2 x 20 - 10 - 0.3 x 50 is below 0
    assert overall.score == 0
    more = ask(know(*good[5:])).overall
    assert more.plays == 25
    assert more.score == pytest.approx(100 - 5 * 4 - 2 * 8 - 10 - 0.3 * 20)


def _smaller() -> dict[str, str]:
    return {"source_resolution": "4k", "resolution": "1080p"}


def test_who_gives_up_at_once_saw_nothing(know: Know) -> None:
    """At 0 % and in less than 10 seconds; such plays are too short to count elsewhere."""
    cases = [
        (9, 0, (1, 1)),
        (10, 0, (0, 0)),
        (9, 1, (0, 0)),
        (0, 0, (1, 1)),
        (9, None, (0, None)),
        (10, None, (0, 0)),
    ]
    plays = [
        seconds(watched, percent=percent, platform=str(number))
        for number, (watched, percent, _) in enumerate(cases)
    ]
    found = {one.name: (one.given_up, one.given_up_share) for one in ask(know(*plays)).platforms}
    assert found == {str(number): expected for number, (*_, expected) in enumerate(cases)}


def test_what_has_only_just_begun_is_not_given_up(know: Know, clock: FakeClock) -> None:
    """It may go on: until two minutes after it was seen last."""
    now = clock.now()
    begun = [now - timedelta(seconds=gone) for gone in (5, 125, 126)]
    plays = [play(sitting(moment, 5 / 60), percent=0) for moment in begun]
    assert ask(know(*plays)).overall.given_up == 1


def test_degraded_is_smaller_or_by_software(know: Know) -> None:
    """What nobody said is in no share."""
    same = {"source_resolution": "1080p", "resolution": "1080p"}
    cases: list[tuple[dict[str, Any], float | None]] = [
        ({"decision": "direct_stream", "is_hardware": False}, 0),
        ({"decision": "transcode", "is_hardware": False}, 1),
        ({"decision": "transcode", "is_hardware": True, **_smaller()}, 1),
        ({"decision": "transcode", **_smaller()}, 1),
        ({"decision": "transcode", "is_hardware": True, **same}, 0),
        ({"decision": "transcode", "is_hardware": True}, None),
        ({"decision": "transcode"}, None),
        ({"is_hardware": False}, None),
        ({}, None),
    ]
    plays = [seconds(600, platform=str(n), **facts) for n, (facts, _) in enumerate(cases)]
    found = {one.name: one.degraded_share for one in ask(know(*plays)).platforms}
    assert found == {str(number): share for number, (_, share) in enumerate(cases)}


def test_what_counts_as_watched_came_to_the_end(know: Know) -> None:
    """The credits are nobody's loss; a long pause of one play is a share of that play alone."""
    overall = ask(
        know(
            seconds(3600, percent=91, is_watched=True),
            seconds(600, 36_000, percent=50, is_watched=False),
        )
    ).overall
    assert overall.completion_share == 0.75
    assert overall.paused_share == round(36_000 / 36_600 / 2, 4)


def test_scores_are_by_day_platform_person_and_server(know: Know, people: dict[str, str]) -> None:
    """The worst first; on a day without plays there is none. Music has no score."""
    analytics = know(
        seconds(600, percent=100, platform="Roku"),
        seconds(600, 200, day=5, percent=100, person="9", platform="tvOS", **ON_EMBY),
        seconds(600, 600, day=5, percent=100, person="2", platform="Roku"),
        seconds(600, 600, day=5, item={"media_type": "track", "title": "Song"}),
    )
    answer = ask(analytics, "since=2026-11-03&before=2026-11-06&time_zone=Europe/Berlin&by=day")
    assert answer.chart.series[0].data == [100, None, pytest.approx(62.5)]
    assert [(one.name, one.score) for one in answer.people] == [("Bert", 50), ("Anna", 87.5)]
    assert [one.id for one in answer.people] == [people["Bert"], people["Anna"]]
    assert [(one.name, one.score) for one in answer.servers] == [("Attic", 75), ("Cellar", 75)]
    assert {one.name: one.plays for one in answer.platforms} == {"Roku": 2, "tvOS": 1}


def test_resolutions_are_the_same_numbers_in_sql(home: EmbeddedHome) -> None:
    """Whatever word a server uses."""
    words = ["4k", "4K", "8k", "sd", "1080p", "1080", "576i", "1080px", "99", "", None, "12345"]
    found = history_of(home).ask(
        f"SELECT word, {lines_sql('word')} FROM (SELECT unnest(?::VARCHAR[]) AS word)", [words]
    )
    assert found == [(word, lines_of(word)) for word in words]
