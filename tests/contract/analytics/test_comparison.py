"""Two periods beside each other, counted by hand and by asking for each."""

import pytest

from showrunner.errors import InvalidInputError
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.lists.top import TopQuery, top
from showrunner.history.analytics.plays.comparison import (
    ComparisonAnswer,
    ComparisonQuery,
    comparison,
)
from showrunner.plays.models import Play
from tests.contract.analytics import slow
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import at, generated, movie, play, sitting

BERLIN = "time_zone=Europe/Berlin"


def ask(analytics: Analytics, query: str) -> ComparisonAnswer:
    return comparison(analytics, ComparisonQuery.read(query))


def test_ranks_rise_and_fall(know: Know) -> None:
    """New ones have no earlier rank, and what is gone is named."""

    def plays(day: str, **counts: int) -> list[Play]:
        half = sitting(at(f"{day} 20:00"), 30)
        return [play(half, item=movie(name)) for name, n in counts.items() for _ in range(n)]

    analytics = know(
        *plays("2026-11-04", Alien=3, Brazil=2, Contact=1),
        *plays("2026-11-11", Brazil=3, Dune=2, Alien=1),
    )
    answer = ask(analytics, f"{BERLIN}&since=2026-11-09&before=2026-11-16")
    assert [(one.entry.name, one.earlier_rank, one.places) for one in answer.movements] == [
        ("Brazil", 2, 1),
        ("Dune", None, None),
        ("Alien", 1, -2),
    ]
    assert [one.earlier.plays for one in answer.movements] == [2, 0, 3]
    assert [one.name for one in answer.gone] == ["Contact"]
    assert answer.earlier_since == at("2026-11-02 00:00")
    assert answer.earlier_before == at("2026-11-09 00:00")
    assert (answer.plays.earlier, answer.plays.percent) == (6, 0)


def test_a_change_from_nothing_has_no_percent(know: Know) -> None:
    """There is no share of nothing."""
    analytics = know(play(sitting(at("2026-11-11 20:00"), 30)))
    plays = ask(analytics, f"{BERLIN}&since=2026-11-09&before=2026-11-16").plays
    assert (plays.present, plays.earlier, plays.percent) == (1, 0, None)


def test_days_that_are_not_over_are_set_against_as_much_of_the_days_before(know: Know) -> None:
    """`days=7` at seven minutes past one in Berlin: until then seven days ago as well."""
    answer = ask(know(), f"{BERLIN}&days=7")
    assert answer.since == at("2026-12-14 00:00")
    assert answer.before == at("2026-12-20 13:07")
    assert answer.earlier_since == at("2026-12-07 00:00")
    assert answer.earlier_before == at("2026-12-13 13:07")


def test_both_periods_are_what_each_is_by_itself(know: Know) -> None:
    """A generated history over a change of the clocks, a year's among them."""
    plays = generated(11, 200, slow.utc("2026-10-10"), 30)
    analytics = know(*plays, *generated(12, 50, slow.utc("2025-10-20"), 14))
    for other, since, before in (
        ("period_before", "2026-10-18", "2026-10-25"),
        ("year_before", "2025-10-25", "2025-11-01"),
    ):
        query = f"{BERLIN}&since=2026-10-25&before=2026-11-01&compare_with={other}"
        answer = ask(analytics, query)
        earlier = top(analytics, TopQuery.read(f"{BERLIN}&since={since}&before={before}"))
        assert (answer.earlier_since, answer.earlier_before) == (earlier.since, earlier.before)
        assert answer.watch_seconds.earlier == earlier.totals.watch_seconds > 0
        assert answer.entries.earlier == earlier.count


def test_any_other_period_can_be_named(know: Know) -> None:
    """One month beside another of another length; half of a period, or two ways, is refused."""
    analytics = know(
        *(play(sitting(at(f"2026-{day} 20:00"), 30)) for day in ("02-01", "02-28", "03-01"))
    )
    march = f"{BERLIN}&since=2026-03-01&before=2026-04-01"
    answer = ask(analytics, f"{march}&earlier_since=2026-02-01&earlier_before=2026-03-01")
    assert (answer.plays.present, answer.plays.earlier, answer.plays.percent) == (1, 2, -50)
    assert answer.earlier_before == answer.since
    for query, name in (
        ("earlier_since=2026-02-01", "earlier_before"),
        ("earlier_before=2026-02-01", "earlier_since"),
        ("earlier_since=2026-02-02&earlier_before=2026-02-01", "earlier_before"),
        ("earlier_since=soon&earlier_before=2026-02-01", "earlier_since"),
        (
            "compare_with=year_before&earlier_since=2026-02-01&earlier_before=2026-03-01",
            "compare_with",
        ),
    ):
        with pytest.raises(InvalidInputError, match=name):
            ask(analytics, f"{march}&{query}")
