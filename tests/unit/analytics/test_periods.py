"""Categories of a range, and the period that it is set beside."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from showrunner.history.analytics.core.categories import By, buckets_of
from showrunner.history.analytics.core.rules import Counting
from showrunner.history.analytics.core.scope import Scope
from showrunner.history.analytics.plays.comparison import With, other_period
from showrunner.history.filters import PlayFilters

BERLIN = ZoneInfo("Europe/Berlin")


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (By.DAY, ["2027-12-31", "2028-01-01", "2028-01-02", "2028-01-03"]),
        (By.WEEK, ["2027-12-27", "2028-01-03"]),
        (By.MONTH, ["2027-12", "2028-01"]),
    ],
)
def test_a_range_over_a_new_year_has_all_its_categories(by: By, expected: list[str]) -> None:
    """The end is excluded: midnight belongs to the day that begins."""
    found = buckets_of(by, wall("2027-12-31 23:30"), wall("2028-01-04 00:00"), BERLIN)
    assert list(found.values()) == expected


def test_leap_days_are_days() -> None:
    """29 February 2028 is one, and February one month."""
    since, before = wall("2028-02-28"), wall("2028-03-02")
    assert date(2028, 2, 29) in buckets_of(By.DAY, since, before, BERLIN)
    assert list(buckets_of(By.MONTH, since, before, BERLIN).values()) == ["2028-02", "2028-03"]


@pytest.mark.parametrize(
    ("since", "before", "compare_with", "expected"),
    [
        # The week before the clocks changed has an hour more than the one after.
        ("2026-10-26", "2026-11-02", With.PERIOD_BEFORE, ("2026-10-19", "2026-10-26")),
        (
            "2026-11-20T13:30",
            "2026-11-21T13:30",
            With.PERIOD_BEFORE,
            ("2026-11-19T13:30", "2026-11-20T13:30"),
        ),
        ("2026-11-15", "2026-11-21T11:00", With.PERIOD_BEFORE, ("2026-11-08", "2026-11-14T11:00")),
        ("2028-02-29", "2028-03-01", With.YEAR_BEFORE, ("2027-02-28", "2027-03-01")),
    ],
)
def test_the_other_period_has_the_same_times_of_the_day(
    since: str, before: str, compare_with: With, expected: tuple[str, ...]
) -> None:
    """By the clock on the wall, whole days or years earlier."""
    scope = Scope(PlayFilters(), wall(since), wall(before), BERLIN, Counting())
    found = other_period(scope, compare_with)
    assert found == tuple(wall(one) for one in expected)
