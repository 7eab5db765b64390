"""
A time zone as SQL.

DuckDB has zones too, but looks each row up in a calendar, knows other rules than Python
when one of them is older, and none for a machine's zone without a name. The few changes
of a range as comparisons are right for all of these and cost next to nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import chain
from math import gcd

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
"""Nobody watched anything outside; before and after, the nearest offset is good enough."""

_DAY = timedelta(days=1)
_HOUR_SECONDS = 3600

Offsets = tuple[tuple[datetime, int], ...]


@lru_cache(maxsize=256)
def offsets(zone: tzinfo, since: datetime, before: datetime) -> Offsets:
    """From when on (UTC) which offset holds, in seconds east of UTC; the first from `since` on."""
    first = min(max(since.astimezone(UTC), _EPOCH), _LAST)
    # A day's beginning is looked for also where the range ends within that day.
    last = min(before, _LAST) + _DAY
    years = range(first.year, last.astimezone(UTC).year + 1)
    changes = chain.from_iterable(_changes(zone, year) for year in years)
    return (first, _offset(zone, first)), *(one for one in changes if first < one[0] <= last)


@lru_cache(maxsize=1024)
def _changes(zone: tzinfo, year: int) -> Offsets:
    """Those of a year (UTC): others do not become more with every minute that passes."""
    day, end = (datetime(one, 1, 1, tzinfo=UTC) for one in (year, year + 1))
    found = []
    while day < end:
        following = day + _DAY
        if _offset(zone, following) != _offset(zone, day):
            change = _change(zone, day, following)
            found.append((change, _offset(zone, change)))
        day = following
    return tuple(found)


def local_s(moment_s: str, known: Offsets) -> str:
    """SQL of what a clock on the wall shows; both in seconds since 1970 began there."""
    return f"({moment_s} + {_offset_s(moment_s, known)})"


def moment_s(local_s: str, known: Offsets) -> str:
    """SQL of the moment at which a day begins there; `local_s` is its first local second."""
    # Until the later of its two times on the wall a change has not come for a day's beginning.
    before = chain((known[0][1],), (offset for _, offset in known))
    walls = tuple(
        (change + timedelta(seconds=max(earlier, offset)), offset)
        for (change, offset), earlier in zip(known, before, strict=False)
    )
    return f"({local_s} - {_offset_s(local_s, walls)})"


@dataclass(frozen=True, slots=True)
class Cells:
    """The longest pieces of time, at most an hour, of which every local hour and day is made."""

    seconds: int
    shift_s: int
    """How far one has come when 1970 begins in Greenwich."""

    def of(self, moment_s: str) -> str:
        """SQL of the number of the cell in which a moment lies."""
        return f"(({moment_s} + {self.shift_s}) // {self.seconds})"

    def begin_s(self, cell: str) -> str:
        """SQL of the moment at which a cell begins."""
        return f"({cell} * {self.seconds} - {self.shift_s})"


def cells(known: Offsets) -> Cells:
    """An hour as a rule, also where the zone is half an hour off: cells begin with its hours."""
    first = known[0][1]
    changes = ((offset - first, int(change.timestamp()) + first) for change, offset in known[1:])
    seconds = gcd(_HOUR_SECONDS, *chain.from_iterable(changes))
    return Cells(seconds, first % seconds)


def _offset_s(moment_s: str, known: Offsets) -> str:
    if len(known) == 1:
        return f"{known[0][1]:d}"
    middle = len(known) // 2
    change_s = int(known[middle][0].timestamp())
    earlier, later = _offset_s(moment_s, known[:middle]), _offset_s(moment_s, known[middle:])
    return f"CASE WHEN {moment_s} < {change_s} THEN {earlier} ELSE {later} END"


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
