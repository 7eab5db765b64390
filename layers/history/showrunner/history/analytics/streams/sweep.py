"""
The sweep over the beginnings and ends of streams.

Which beginning belongs to which end does not matter for how many streams run at a moment: as
many as have begun, without those that have ended. All of these in order say it of any moment,
exactly, and the sums before a place say how many seconds were streamed until then.
"""

# The SQL is put together from our own columns and numbers; values are always bound.
# ruff: noqa: S608

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.categories import Bucket, By
from showrunner.history.analytics.core.scope import LOOK_BACK, Scope
from showrunner.history.analytics.core.settled import ROW_BYTES, Rows, kept_value
from showrunner.history.analytics.core.sittings import sittings_in_parts
from showrunner.history.analytics.streams.swept import Found, GoingOn, Streamed, Sweep, Swept, What
from showrunner.history.analytics.viewing.runs import pieces
from showrunner.history.filters import PlayFilters

Numbers = NDArray[Any]

Goes = tuple[GoingOn, ...]

_DAY_SECONDS, _HOUR_SECONDS = 86_400, 3_600
_EPOCH = date(1970, 1, 1)
_ANY_TIME = 0, 2_147_000_000
"""In seconds since 1970; no range begins before it, and the ledger's moments end there."""
PLAYS_AT_ONCE = 1_000_000
"""Keeps the numbers of all plays below 50 MB, however many these are."""


def _first_of_month(local_s: Numbers) -> Numbers:
    days: Numbers = (local_s // _DAY_SECONDS).astype("datetime64[D]")
    return days.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


_NUMBERS: Mapping[By, Callable[[Numbers], Numbers]] = {
    By.DAY: lambda local_s: local_s // _DAY_SECONDS,
    By.WEEK: lambda local_s: (local_s // _DAY_SECONDS + 3) // 7 * 7 - 3,
    By.MONTH: _first_of_month,
    By.WEEKDAY: lambda local_s: (local_s // _DAY_SECONDS + 3) % 7,
    By.HOUR: lambda local_s: local_s // _HOUR_SECONDS % 24,
}
"""Of local times the buckets, as in BUCKETS; days by their number since 1970, a Thursday."""


def sweep(asked: Asked, by: By, column: str | None = None, at_once: int = PLAYS_AT_ONCE) -> Sweep:
    """
    The streams of the range; also by the values of a column of the ledger.

    Of about `at_once` plays the numbers are in memory at a time.
    """
    found = Found()
    for piece in _pieces(asked, at_once):
        going_on = tuple(found.going_on)
        about = "sweep", by, column, going_on, found.is_begun
        margin = timedelta() if found.is_begun else LOOK_BACK
        find = partial(_of_piece, piece, by, column, None if not found.is_begun else going_on)
        found.add(kept_value(piece, about, margin, find))
    return found.sweep()


def _pieces(asked: Asked, at_once: int) -> list[Asked]:
    """As `pieces`; of a long range the first, which begins later every minute, is small."""
    since, before = asked.scope.since, asked.scope.before
    month = since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0)
    following = (month + timedelta(days=32)).replace(day=1)
    if following >= before - 2 * LOOK_BACK:
        return pieces(asked, at_once)
    return [asked.during(since, following), *pieces(asked.during(following, before), at_once)]


def _of_piece(asked: Asked, by: By, column: str | None, going_on: Goes | None) -> tuple[Rows, int]:
    """
    Its rows, and how many bytes they take. `going_on` None: it is the first, what runs into it
    began in the time before.
    """
    scope = asked.scope
    spans = _read(asked, column, going_on is None)
    rows: Rows = [(What.UNKNOWN, None, int(np.count_nonzero(spans.begun_s == spans.ended_s)))]
    spans.begin_with(going_on or ())
    rows += [(What.GOES_ON, name, span) for *span, name in spans.going_on(scope.before_s)]
    spans.cut(scope.since_s, scope.before_s)
    edges, buckets = pieces_of(scope, by)

    together = _swept(_events(spans.begun_s, spans.ended_s), edges, buckets)
    swept: list[tuple[What, str | None, Swept]] = [(What.TOGETHER, None, together)]
    for name, chosen in spans.by_name() if column else ():
        events = _events(spans.begun_s[chosen], spans.ended_s[chosen])
        swept.append((What.APART, name, _swept(events, edges, buckets)))
    return [*rows, *swept], ROW_BYTES * (len(rows) + sum(len(found) for *_, found in swept))


@dataclass(slots=True)
class _Streams:
    """Streams with the places of their names."""

    begun_s: Numbers
    ended_s: Numbers
    numbers: Numbers
    names: list[str | None]

    def begin_with(self, streams: Goes) -> None:
        if not streams:
            return
        self.names += {name for _, _, name in streams} - set(self.names)
        numbered = [(*span, self.names.index(name)) for *span, name in streams]
        begun_s, ended_s, numbers = np.array(numbered, np.int32).T
        self.begun_s = np.concatenate((begun_s, self.begun_s))
        self.ended_s = np.concatenate((ended_s, self.ended_s))
        self.numbers = np.concatenate((numbers.astype(np.uint8), self.numbers))

    def going_on(self, after_s: int) -> Goes:
        """What is not over at that moment; also what begins later, resumed."""
        places = np.flatnonzero(np.maximum(self.begun_s, self.ended_s) > after_s)
        return tuple(
            (int(self.begun_s[one]), int(self.ended_s[one]), self.names[self.numbers[one]])
            for one in places
        )

    def cut(self, since_s: int, before_s: int) -> None:
        for side in (self.begun_s, self.ended_s):
            np.clip(side, since_s, before_s, out=side)

    def by_name(self) -> Iterator[tuple[str | None, Numbers]]:
        """The names of which there are streams, and which these are."""
        for place, name in enumerate(self.names):
            chosen = self.numbers == place
            if chosen.any():
                yield name, chosen


def _read(asked: Asked, column: str | None, is_first: bool) -> _Streams:
    scope = asked.scope
    filters = scope.touches_range if is_first else scope.began_in_range
    names = _values(asked, filters, column) if column else []
    number = f"coalesce(list_position(?, {column}), 0)" if column else "0"
    values = [names] if column else []
    sql = _spans(asked, filters, f"{number}::UTINYINT AS number", values, _ANY_TIME)
    found = asked.columns(*sql)
    return _Streams(found["begun_s"], found["ended_s"], found["number"], [None, *names])


def _values(asked: Asked, filters: PlayFilters, column: str) -> list[str]:
    where, values = asked.scope.condition(filters)
    rows = asked.rows(
        f"SELECT DISTINCT {column} FROM {asked.plays(filters)} WHERE {where} "
        f"AND {column} IS NOT NULL ORDER BY ALL LIMIT 255",
        values,
    )
    return [name for (name,) in rows]


def spans_of(asked: Asked, number: str, values: list[Any]) -> tuple[str, list[Any]]:
    """
    SQL of `begun_s` and `ended_s` of all streams, each moved into the range, and of `number`
    (SQL that ends with that name, or "") over the ledger's columns; with its values.

    A stream's end can stand beside another one's beginning, of the same play. Both are equal
    for plays of which it is not known that they lasted, and only for these.
    """
    scope = asked.scope
    return _spans(asked, scope.touches_range, number, values, (scope.since_s, scope.before_s))


def _spans(
    asked: Asked, filters: PlayFilters, number: str, values: list[Any], within_s: tuple[int, int]
) -> tuple[str, list[Any]]:
    scope = asked.scope
    where, bound = scope.condition(filters)
    lasted = f"(ended_s > {scope.since_s} OR began_s = {scope.since_s})"
    plays = f"{asked.plays(filters)} WHERE {where} AND {lasted}"
    also = f", {number}" if number else ""
    earliest_s, latest_s = within_s

    def spans(began_s: str, ended_s: str, rows: str, also: str = also) -> str:
        sides = ", ".join(
            f"greatest(least({moment_s}, {latest_s}), {earliest_s})::INTEGER AS {name}"
            for name, moment_s in (("begun_s", began_s), ("ended_s", ended_s))
        )
        return f"SELECT {sides}{also} FROM {rows}"

    named = "number, " if number else ""
    many = sittings_in_parts(f"(SELECT parts{also} FROM {plays} AND sittings = 3)", named)
    of_two = spans("last_began_s", "first_ended_s", f"{plays} AND sittings = 2")
    of_many = spans("began_s", "ended_s", f"({many})", ", number" if number else "")
    sql = f"""
        {spans("began_s", "ended_s", f"{plays} AND sittings < 3")}
        UNION ALL FROM ({of_two} UNION ALL {of_many}) WHERE begun_s <> ended_s"""
    return sql, 3 * [*values, *bound]


def _swept(events: Numbers, edges: Numbers, buckets: Mapping[Bucket, Numbers]) -> Swept:
    # What ends at an edge is over; after each further event so many run, and before the first.
    first = np.searchsorted(events, 2 * edges + 1)
    changes = (events & 1).astype(np.int8) * np.int8(2) - np.int8(1)
    running = np.zeros(len(events) + 1, np.int32)
    np.cumsum(changes, dtype=np.int32, out=running[1:])
    peaks = np.maximum(np.maximum.reduceat(running, first)[:-1], running[first[1:]])
    at_edges = running[first].astype(np.int64)
    del running
    signed_s = np.zeros(len(events) + 1, np.int32)
    np.multiply(events >> 1, changes, out=signed_s[:-1], casting="unsafe")
    moved = _sums_before(first, signed_s)
    streamed, lasted = np.diff(at_edges * edges - moved), np.diff(edges)
    return {
        bucket: Streamed(
            int(peaks[pieces].max()), int(streamed[pieces].sum()), int(lasted[pieces].sum())
        )
        for bucket, pieces in buckets.items()
    }


def _events(begun_s: Numbers, ended_s: Numbers) -> Numbers:
    """In order; one number says moment and kind. At one moment ends come before beginnings."""
    events = np.empty(len(begun_s) + len(ended_s), np.uint32)
    events[: len(begun_s)] = begun_s
    events[len(begun_s) :] = ended_s
    events *= np.uint32(2)
    events[: len(begun_s)] += np.uint32(1)
    events.sort()
    return events


def _sums_before(places: Numbers, numbers: Numbers) -> Numbers:
    """Of each place the sum of all numbers before it; the places are in order and are there."""
    starts = np.concatenate(([0], places[:-1]))
    parts = np.add.reduceat(numbers, starts, dtype=np.int64)
    # `reduceat` gives a number, not nothing, for a part in which there is none; the last part
    # goes on until the end, so it is summed by itself.
    parts[-1] = numbers[starts[-1] : places[-1]].sum(dtype=np.int64)
    return np.cumsum(np.where(starts < places, parts, 0))


def pieces_of(scope: Scope, by: By) -> tuple[Numbers, dict[Bucket, Numbers]]:
    """The edges of pieces of the range, and which of these are of each bucket."""
    cells = scope.cells
    first = (scope.since_s + cells.shift_s) // cells.seconds
    last = -(-(scope.before_s + cells.shift_s) // cells.seconds)
    starts = np.arange(first, last, dtype=np.int64) * cells.seconds - cells.shift_s
    changes_s, offsets_s = (np.array(side, dtype=np.int64) for side in scope.changes)
    local_s = starts + offsets_s[np.maximum(np.searchsorted(changes_s, starts, "right") - 1, 0)]
    numbers = _NUMBERS[by](local_s)
    begins = np.append(True, numbers[1:] != numbers[:-1])[: len(numbers)]
    edges = np.append(np.maximum(starts[begins], scope.since_s), scope.before_s)
    found, places = np.unique(numbers[begins], return_inverse=True)
    is_day = by in (By.DAY, By.WEEK, By.MONTH)
    return edges, {
        (_EPOCH + timedelta(days=int(one)) if is_day else int(one)): pieces
        for one, pieces in zip(found, _groups(places, len(found)), strict=True)
    }


def _groups(places: Numbers, count: int) -> list[Numbers]:
    if not count:  # the range is empty; one group of nothing is what numpy would make
        return []
    order = np.argsort(places, kind="stable")
    return np.split(order, np.searchsorted(places[order], np.arange(1, count)))
