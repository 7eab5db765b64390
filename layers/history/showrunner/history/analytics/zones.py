"""
A time zone as SQL.

DuckDB has zones too, but looks each row up in a calendar, knows other rules than Python
when one of them is older, and none for a machine's zone without a name. The few changes
of a range as comparisons are right for all of these and cost next to nothing.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from math import gcd

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
"""Nobody watched anything outside; before and after, the nearest offset is good enough."""

_HOUR_SECONDS = 3600

Offsets = tuple[tuple[datetime, int], ...]


@lru_cache(maxsize=256)
def offsets(zone: tzinfo, since: datetime, before: datetime) -> Offsets:
    """From when on (UTC) which offset holds, in seconds east of UTC; the first from `since` on."""
    day = min(max(since.astimezone(UTC), _EPOCH), _LAST)
    found = [(day, _offset(zone, day))]
    while day < min(before, _LAST):
        following = day + timedelta(days=1)
        if _offset(zone, following) != found[-1][1]:
            change = _change(zone, day, following)
            found.append((change, _offset(zone, change)))
        day = following
    return tuple(found)


def local_us(moment_us: str, known: Offsets) -> str:
    """SQL of what a clock on the wall shows; both in microseconds since 1970 began there."""
    return f"({moment_us} + {_offset_us(moment_us, known)})"


def cell_seconds(known: Offsets) -> int:
    """The longest piece of time, at most an hour, into which every local hour can be cut."""
    return gcd(_HOUR_SECONDS, *(offset for _, offset in known))


def _offset_us(moment_us: str, known: Offsets) -> str:
    if len(known) == 1:
        return f"{known[0][1] * 1_000_000:d}"
    middle = len(known) // 2
    change_us = int(known[middle][0].timestamp()) * 1_000_000
    earlier, later = _offset_us(moment_us, known[:middle]), _offset_us(moment_us, known[middle:])
    return f"CASE WHEN {moment_us} < {change_us} THEN {earlier} ELSE {later} END"


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The second at which the offset changes; it does so once between the two."""
    old = _offset(zone, before)
    while (gap := after - before) > timedelta(seconds=1):
        middle = before + timedelta(seconds=gap.total_seconds() // 2)
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after


def _offset(zone: tzinfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
