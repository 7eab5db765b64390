"""A zone as SQL says what Python's zones say."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import duckdb
import pytest

from showrunner.history.analytics.core.zones import Cells, cells, local_s, moment_s, offsets

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
    ("name", "found"),
    [
        ("Europe/Berlin", Cells(3600, 0)),
        ("Asia/Kolkata", Cells(3600, 1800)),
        ("Asia/Kathmandu", Cells(3600, 2700)),
        ("Australia/Lord_Howe", Cells(1800, 0)),
        # Its clocks change a quarter of an hour before an hour is over.
        ("Pacific/Chatham", Cells(900, 0)),
    ],
)
def test_local_hours_are_made_of_cells(name: str, found: Cells) -> None:
    """An hour, wherever hours begin, unless the clocks change by less or within one."""
    assert cells(offsets(ZoneInfo(name), SINCE, BEFORE)) == found


@pytest.mark.parametrize("name", ZONES)
def test_every_cell_lies_in_one_local_hour(name: str) -> None:
    """All moments of it, over three years of changes."""
    zone = ZoneInfo(name)
    known = offsets(zone, SINCE, BEFORE)
    cell = cells(known)
    for change, _ in known[1:]:
        for hours in range(-3, 4):
            moment = change + timedelta(hours=hours)
            number = (int(moment.timestamp()) + cell.shift_s) // cell.seconds
            begin = datetime.fromtimestamp(number * cell.seconds - cell.shift_s, zone)
            end = datetime.fromtimestamp((number + 1) * cell.seconds - cell.shift_s - 1, zone)
            assert (begin.date(), begin.hour) == (end.date(), end.hour)


@pytest.mark.parametrize("name", [*ZONES, "America/Havana", "America/Asuncion", "Asia/Beirut"])
def test_days_begin_when_the_clock_on_the_wall_shows_a_new_date(name: str) -> None:
    """Also where midnight is left out, or comes twice."""
    zone = ZoneInfo(name)
    since, before = datetime(2018, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
    known = offsets(zone, since, before)
    days = [
        change.astimezone(zone).date() + timedelta(days=more)
        for change, _ in known[1:]
        for more in (-1, 0, 1, 2)
    ]
    with duckdb.connect() as engine:
        sql = moment_s("(day * 86400)", known)
        found = engine.execute(
            f"SELECT day, {sql} FROM (SELECT unnest(?::INTEGER[]) AS day)",
            [[(day - date(1970, 1, 1)).days for day in days]],
        ).fetchall()
    for number, begin_s in found:
        begin, before_it = (datetime.fromtimestamp(begin_s - less, zone) for less in (0, 1))
        day = date(1970, 1, 1) + timedelta(days=number)
        assert (begin.date(), before_it.date() < day) == (day, True), day


def test_a_zone_without_changes_is_an_addition() -> None:
    """No comparison where there is nothing to compare."""
    known = offsets(timezone(timedelta(hours=-3)), SINCE, BEFORE)
    assert local_s("began_s", known) == "(began_s + -10800)"
