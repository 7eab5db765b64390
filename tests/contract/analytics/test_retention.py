"""Cohorts by the first play ever, counted by hand."""

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.people.retention import RetentionAnswer, RetentionQuery, retention
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, play, sitting


def ask(analytics: Analytics, query: str = "") -> RetentionAnswer:
    return retention(analytics, RetentionQuery.read(f"{query}&time_zone=Europe/Berlin"))


def known(know: Know) -> Analytics:
    return know(
        play(sitting(at("2026-08-31 23:50"), 30), person="1"),
        play(sitting(at("2026-09-01 00:10"), 30), person="2"),
        play(sitting(at("2026-09-30 23:59"), 30), person="9", **ON_EMBY),
        play(sitting(at("2026-10-01 00:00"), 30), person="2"),
        play(sitting(at("2026-10-25 02:30"), 30), person="3"),
        play(sitting(at("2026-11-30 23:59"), 30), person="1"),
        play(sitting(at("2026-12-19 20:00"), 30), person="3"),
        play(sitting(at("2026-12-19 20:00"), 30), person=""),
        play(sitting(at("2026-11-10 20:00"), 1.99), person="2"),
    )


def test_people_are_followed_from_the_month_of_their_first_play(
    know: Know, people: dict[str, str]
) -> None:
    """
    In local months; somebody with accounts on two servers is one. December is not over, plays
    under two minutes and those that name nobody are no activity.
    """
    assert people
    answer = ask(known(know))
    assert [(one.name, one.people, one.active) for one in answer.cohorts] == [
        ("2026-08", 1, [1, 1, 0, 1, None]),
        ("2026-09", 1, [1, 1, 0, None]),
        ("2026-10", 1, [1, 0, None]),
    ]
    assert answer.average == [1, 0.6667, 0, 1, None]
    assert answer.chart.categories == ["0", "1", "2", "3", "4"]
    assert [one.data for one in answer.chart.series] == [
        [1, 1, 0, 1, None],
        [1, 1, 0, None, None],
        [1, 0, None, None, None],
    ]
    assert answer.unnamed_plays == 1


def test_a_later_range_makes_nobody_new(know: Know, people: dict[str, str]) -> None:
    """Only cohorts from its first period on are shown, of the first play of the whole history."""
    assert people
    analytics = known(know)
    later = ask(analytics, "since=2026-09-15&before=2026-12-01")
    assert [(one.name, one.active) for one in later.cohorts] == [
        ("2026-09", [1, 1, 0]),
        ("2026-10", [1, 0]),
    ]
    assert [one.name for one in ask(analytics, "limit=1").cohorts] == ["2026-10"]
    assert ask(analytics, "since=2026-11-01").cohorts == []


def test_weeks_begin_on_monday(know: Know, people: dict[str, str]) -> None:
    """A first play on Sunday night is of the week before."""
    assert people
    analytics = know(
        play(sitting(at("2026-10-25 23:59"), 30), person="1"),
        play(sitting(at("2026-10-26 00:00"), 30), person="2"),
        play(sitting(at("2026-11-01 23:59"), 30), person="1"),
    )
    answer = ask(analytics, "by=week&before=2026-11-09")
    assert [(one.name, one.active) for one in answer.cohorts] == [
        ("2026-10-19", [1, 1, 0]),
        ("2026-10-26", [1, 0]),
    ]
