"""
The sweep over the beginnings and ends of streams.

Which beginning belongs to which end does not matter for how many streams run at a moment: as
many as have begun, without those that have ended. All of these in order say it of any moment,
exactly, and the sums before a place say how many seconds were streamed until then.
"""

# The SQL is put together from our own columns and numbers; values are always bound.
# ruff: noqa: S608

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from showrunner.history.analytics.categories import Bucket, By
from showrunner.history.analytics.core import Asked
from showrunner.history.analytics.scope import Scope
from showrunner.history.analytics.sittings import sittings_in_parts

Numbers = NDArray[Any]

_DAY_SECONDS, _HOUR_SECONDS = 86_400, 3_600
_EPOCH = date(1970, 1, 1)


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


@dataclass(frozen=True, slots=True)
class Streamed:
    """Of a bucket: the most streams at once, and all seconds streamed and that it lasted."""

    peak: int
    streamed_s: int
    lasted_s: int


Swept = dict[Bucket, Streamed]


class Sweep(NamedTuple):
    """
    Every bucket of the range, of all streams together and by each value of a column of which
    there are plays. Of `unknown_plays` it is not known that they lasted: they are in none of it.
    """

    together: Swept
    apart: dict[str | None, Swept]
    unknown_plays: int


def sweep(asked: Asked, by: By, column: str | None = None) -> Sweep:
    """The streams of the range; also by the values of a column of the ledger."""
    edges, buckets = pieces_of(asked.scope, by)
    names = _values(asked, column) if column else []
    number = f"coalesce(list_position(?, {column}), 0)::UTINYINT AS number" if column else ""
    found = asked.columns(*spans_of(asked, number, [names] if column else []))
    begun_s, ended_s = found["begun_s"], found["ended_s"]
    apart = {}
    for place, name in enumerate([None, *names] if column else []):
        chosen = found["number"] == place
        if chosen.any():
            apart[name] = _swept(begun_s[chosen], ended_s[chosen], edges, buckets)
    unknown_plays = int(np.count_nonzero(begun_s == ended_s))
    return Sweep(_swept(begun_s, ended_s, edges, buckets), apart, unknown_plays)


def _values(asked: Asked, column: str) -> list[str]:
    filters = asked.scope.touches_range
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
    filters = scope.touches_range
    where, bound = scope.condition(filters)
    lasted = f"(ended_s > {scope.since_s} OR began_s = {scope.since_s})"
    plays = f"{asked.plays(filters)} WHERE {where} AND {lasted}"
    also = f", {number}" if number else ""

    def spans(began_s: str, ended_s: str, rows: str, also: str = also) -> str:
        sides = ", ".join(
            f"greatest(least({moment_s}, {scope.before_s}), {scope.since_s})::INTEGER AS {name}"
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


def _swept(
    begun_s: Numbers, ended_s: Numbers, edges: Numbers, buckets: Mapping[Bucket, Numbers]
) -> dict[Bucket, Streamed]:
    # One number says moment and kind. At one moment ends come before beginnings.
    events = np.concatenate((2 * begun_s.astype(np.uint32) + 1, 2 * ended_s.astype(np.uint32)))
    events.sort()
    changes = (events & 1).astype(np.int8) * 2 - 1
    running = np.concatenate(([0], np.cumsum(changes, dtype=np.int32)))
    # What ends at an edge is over; after each further event so many run, and before the first.
    first = np.searchsorted(events, 2 * edges + 1)
    peaks = np.maximum(np.maximum.reduceat(running, first)[:-1], running[first[1:]])
    moved = np.concatenate(([0], np.cumsum(changes * (events >> 1).astype(np.int64))))
    until = running[first] * edges - moved[first]
    streamed, lasted = np.diff(until), np.diff(edges)
    return {
        bucket: Streamed(
            int(peaks[pieces].max()), int(streamed[pieces].sum()), int(lasted[pieces].sum())
        )
        for bucket, pieces in buckets.items()
    }


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
    order = np.argsort(places, kind="stable")
    return np.split(order, np.searchsorted(places[order], np.arange(1, count)))
