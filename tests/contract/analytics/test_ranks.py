"""Bump charts, counted by hand."""

import pytest

from showrunner.errors import InvalidInputError
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.plays.ranks import RanksAnswer, RanksQuery, ranks
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, movie, play, sitting


def ask(analytics: Analytics, query: str) -> RanksAnswer:
    return ranks(analytics, RanksQuery.read(f"{query}&time_zone=Europe/Berlin"))


def test_ranks_are_among_the_first_of_the_whole_range(know: Know) -> None:
    """Who has as much goes by the whole range; who has nothing, or no name, has no rank."""
    analytics = know(
        *(play(sitting(at(f"2026-10-0{day} 20:00"), 30), item=movie("A")) for day in (1, 2, 3)),
        play(sitting(at("2026-10-31 23:59"), 10), item=movie("B")),
        play(sitting(at("2026-11-01 00:00"), 20), item=movie("B")),
        play(sitting(at("2026-11-02 00:00"), 30), item=movie("A")),
        play(sitting(at("2026-11-02 00:00"), 30), item=movie("C")),
        *(play(sitting(at(f"2026-11-0{day} 20:00"), 30), item=movie(None)) for day in (1, 2, 3)),
        play(sitting(at("2026-12-01 20:00"), 30), item=movie("B")),
    )
    answer = ask(analytics, "limit=2&since=2026-10-01&before=2026-12-02")
    assert answer.chart.categories == ["2026-10", "2026-11", "2026-12"]
    assert [(one.name, one.data) for one in answer.chart.series] == [
        ("A", [1, 1, None]),
        ("B", [2, 2, 1]),
    ]
    assert [one.data for one in answer.numbers.series] == [[3, 1, 0], [1, 1, 1]]
    assert [one.plays for one in answer.entries] == [4, 3]


def test_equal_titles_are_ranked_apart(know: Know) -> None:
    """By their years; and by watch time it can be another one that is first."""
    november, december = at("2026-11-01 20:00"), at("2026-12-01 20:00")
    analytics = know(
        play(sitting(november, 30), item=movie("The Thing", 1982)),
        play(sitting(november, 40), item=movie("The Thing", 2011)),
        play(sitting(november, 30), item=movie("The Thing", 1982), **ON_EMBY),
        play(sitting(december, 90), item=movie("The Thing", 2011)),
    )
    plays = ask(analytics, "by=month")
    assert [one.year for one in plays.entries] == [2011, 1982]
    assert [one.data for one in plays.chart.series] == [[2, 1], [1, None]]
    seconds = ask(analytics, "by=month&measure=watch_seconds")
    assert [one.data for one in seconds.numbers.series] == [[2400, 5400], [3600, 0]]


def test_people_are_ranked_once_and_servers_by_their_names(
    know: Know, people: dict[str, str]
) -> None:
    """However many accounts somebody has."""
    monday = at("2026-11-02 20:00")
    analytics = know(
        play(sitting(monday, 30), person="1"),
        play(sitting(monday, 30), person="9", **ON_EMBY),
        play(sitting(monday, 30), person="2"),
    )
    query = "by=day&since=2026-11-02&before=2026-11-03"
    answer = ask(analytics, f"of=people&{query}")
    assert [(one.name, one.id, one.plays) for one in answer.entries] == [
        ("Anna", people["Anna"], 2),
        ("Bert", people["Bert"], 1),
    ]
    assert [one.data for one in answer.chart.series] == [[1], [2]]
    servers = ask(analytics, f"of=servers&{query}")
    assert [(one.name, one.data) for one in servers.chart.series] == [
        ("Attic", [1]),
        ("Cellar", [2]),
    ]


def test_too_many_lines_are_refused(know: Know) -> None:
    """The refusal names the parameter."""
    with pytest.raises(InvalidInputError, match="limit"):
        ask(know(), "limit=51")
