"""The home page in one answer: counted by hand, and the same as each question by itself."""

import pytest

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.lists.top import TopQuery, top
from showrunner.history.analytics.plays import overview as module
from showrunner.history.analytics.plays.over_time import OverTimeQuery, over_time
from showrunner.history.analytics.plays.overview import OverviewAnswer, OverviewQuery, overview
from showrunner.history.analytics.streams.concurrency import ConcurrencyQuery, concurrency
from tests.contract.analytics import slow
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import at, episode, generated, movie, play, sitting

RANGE = "since=2026-11-09&before=2026-11-16&time_zone=Europe/Berlin"


def ask(analytics: Analytics, query: str) -> OverviewAnswer:
    return overview(analytics, OverviewQuery.read(query))


def test_numbers_stand_beside_those_of_the_days_before(know: Know, people: dict[str, str]) -> None:
    """A show is one title however many episodes were watched; a human is one on all servers."""
    assert people
    half = sitting(at("2026-11-10 20:30"), 60)
    analytics = know(
        play(half, item=movie("Dune"), person="1", platform="Roku"),
        play(half, item=episode("Harbour", 1, 1), person="9", connection_id="emby-1"),
        play(half, item=episode("Harbour", 1, 2), person="2", decision="transcode"),
        play(sitting(at("2026-11-03 20:00"), 30), item=movie("Alien"), person="2"),
        play(sitting(at("2026-11-08 23:30"), 60), item=movie("Brazil"), person="2"),
    )
    answer = ask(analytics, RANGE)
    assert (answer.earlier_since, answer.earlier_before) == (
        at("2026-11-02 00:00"),
        at("2026-11-09 00:00"),
    )
    changes = (answer.plays, answer.watch_seconds, answer.people, answer.titles)
    assert [(one.present, one.earlier) for one in changes] == [
        (3, 2),
        (3 * 3600 + 1800, 1800 + 1800),
        (2, 1),
        (3, 2),
    ]
    assert [(one.name, one.plays) for one in answer.top_movies] == [("Dune", 1), ("Brazil", 0)]
    assert [(one.name, one.plays, one.people) for one in answer.top_shows] == [("Harbour", 2, 2)]
    assert [(one.name, one.plays) for one in answer.top_people] == [("Anna", 2), ("Bert", 1)]
    assert [(one.name, one.plays) for one in answer.decisions] == [(None, 2), ("transcode", 1)]
    assert answer.concurrency.peak == 3
    assert dict(zip(answer.days.categories, answer.days.series[0].data, strict=True)) == {
        "2026-11-09": 0,
        "2026-11-10": 3,
        **{f"2026-11-{day}": 0 for day in range(11, 16)},
    }


def test_an_empty_history_has_an_empty_home_page(know: Know) -> None:
    """Nothing, and no error."""
    answer = ask(know(), "days=7")
    assert (answer.plays.present, answer.plays.percent, answer.top_movies) == (0, None, [])


@pytest.mark.parametrize("few_plays", [0, 300_000])
def test_all_of_it_is_what_each_question_answers_by_itself(
    know: Know, people: dict[str, str], few_plays: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of few plays, which are counted once for all lists, and of many."""
    assert people
    monkeypatch.setattr(module, "_FEW_PLAYS", few_plays)
    plays = generated(21, 250, slow.utc("2026-10-01"), 30)
    analytics = know(*plays[:-20], recent=tuple(plays[-20:]))
    query = "since=2026-10-10T10:30&before=2026-10-27&time_zone=Europe/Berlin&limit=7"
    answer = ask(analytics, query)
    lists = {
        "movies": answer.top_movies,
        "shows": answer.top_shows,
        "people": answer.top_people,
        "platforms": answer.top_platforms,
        "decisions": answer.decisions,
    }
    for of, entries in lists.items():
        assert entries == top(analytics, TopQuery.read(f"{query}&of={of}")).entries, of
    charts = {"day": answer.days, "calendar": answer.calendar, "weekday_hour": answer.hours}
    for by, chart in charts.items():
        asked = over_time(analytics, OverTimeQuery.read(f"{query}&by={by}"))
        assert chart == asked.chart, by
        assert answer.plays.present == asked.totals.plays
        assert answer.watch_seconds.present == asked.totals.watch_seconds
        assert answer.unknown_plays == asked.totals.unknown_plays
    streams = concurrency(analytics, ConcurrencyQuery.read(query)).overall
    assert answer.concurrency == streams
