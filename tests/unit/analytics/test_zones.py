"""A zone as SQL says what Python's zones say."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from showrunner.history.analytics.zones import cell_seconds, local_us, offsets

SINCE, BEFORE = datetime(2024, 12, 31, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
ZONES = (
    *("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"),
    *("Africa/Casablanca", "Asia/Kathmandu", "Pacific/Chatham"),
)


@pytest.mark.parametrize("name", ZONES)
def test_offsets_hold_from_one_change_to_the_next(name: str) -> None:
    """To the second: also where the clocks change by half an hour, or four times a year."""
    zone = ZoneInfo(name)
    known = offsets(zone, SINCE, BEFORE)
    second = timedelta(seconds=1)
    for (start, offset), (end, _) in pairwise([*known, (BEFORE, 0)]):
        for moment in (start, start + (end - start) / 2, end - second):
            assert moment.astimezone(zone).utcoffset() == timedelta(seconds=offset)


def test_each_change_of_three_years_is_found() -> None:
    """Berlin's are at one o'clock in Greenwich."""
    changes = [change for change, _ in offsets(ZoneInfo("Europe/Berlin"), SINCE, BEFORE)][1:]
    assert len(changes) == 6
    assert changes[2] == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_years_in_which_nobody_watched_are_not_looked_through() -> None:
    """A range over all time knows the changes from 1970 on."""
    known = offsets(ZoneInfo("Europe/Berlin"), datetime.min.replace(tzinfo=UTC), SINCE)
    assert known[0] == (datetime(1970, 1, 1, tzinfo=UTC), 3600)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("Europe/Berlin", 3600),
        ("Asia/Kolkata", 1800),
        ("Asia/Kathmandu", 900),
        ("Australia/Lord_Howe", 1800),
    ],
)
def test_local_hours_are_made_of_cells(name: str, seconds: int) -> None:
    """Each begins at a whole number of cells since 1970."""
    assert cell_seconds(offsets(ZoneInfo(name), SINCE, BEFORE)) == seconds


def test_a_zone_without_changes_is_an_addition() -> None:
    """No comparison where there is nothing to compare."""
    known = offsets(timezone(timedelta(hours=-3)), SINCE, BEFORE)
    assert local_us("began_us", known) == "(began_us + -10800000000)"
