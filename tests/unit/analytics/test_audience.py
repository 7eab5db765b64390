"""What is worked out of counted numbers: averages, lines, and the pairs with most in common."""

import random
from itertools import combinations

import pytest

from showrunner.history.analytics.people import overlap
from showrunner.history.analytics.people.overlap import OverlapOrder, first_pairs
from showrunner.history.analytics.people.overlap_sets import Named, Side
from showrunner.history.analytics.plays.trend_steps import Numbers, average, growth_of


def test_an_average_needs_seven_days() -> None:
    """So the first six have none, and a shorter range has none at all."""
    assert average([7, 0, 0, 0, 0, 0, 7, 7]) == [*[None] * 6, 2, 2]
    assert average([1, 2]) == [None, None]
    assert average([]) == []


def test_the_line_through_steady_growth_is_that_growth() -> None:
    """A play more each day is seven more each week; less than two weeks have no line."""
    days = list(range(20))
    assert growth_of(Numbers("all", days, days), slice(None)).plays_per_day_and_week == 7
    assert growth_of(Numbers("all", days, days), slice(13)).plays_per_day_and_week is None


def test_nothing_before_is_no_percent() -> None:
    """A week after an empty one has grown by no number that could be said."""
    weeks = [0] * 7 + [3] * 7
    growth = growth_of(Numbers("all", weeks, [2 * one for one in weeks]), slice(None))
    assert (growth.week_plays_percent, growth.month_plays_percent) == (None, None)


@pytest.mark.parametrize("order", list(OverlapOrder))
@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_the_first_pairs_are_those_of_all_pairs(
    order: OverlapOrder, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many are left out on the way, and however few are compared at a time."""
    monkeypatch.setattr(overlap, "_SIDES_AT_ONCE", 16)
    monkeypatch.setattr(overlap, "_MEMBERS_AT_ONCE", 16)
    chance = random.Random(limit)
    bits = [chance.getrandbits(chance.choice((3, 12, 40))) for _ in range(40)]
    sides = [Side(Named(str(one)), one, one.bit_count()) for one in bits if one]

    def key(one: Side, other: Side) -> tuple[float, float]:
        shared = (one.bits & other.bits).bit_count()
        jaccard = shared / (one.bits | other.bits).bit_count()
        return (jaccard, shared) if order is OverlapOrder.JACCARD else (shared, jaccard)

    expected = [key(*pair) for pair in combinations(sides, 2) if any(key(*pair))]
    pairs, count = first_pairs(sides, order, limit)
    assert [key(one, other) for one, other, _ in pairs] == sorted(expected, reverse=True)[:limit]
    assert all(shared == (one.bits & other.bits).bit_count() for one, other, shared in pairs)
    assert count == len(expected)
