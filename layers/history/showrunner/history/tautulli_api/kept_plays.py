"""
The plays of a short range as one table, for many lists of the same plays.

Most of what a question costs is to find its way through the ledger's files, not the plays:
so a home page of eleven lists goes there once.
"""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.dimensions import DIMENSIONS, PERSON, Kind
from showrunner.history.analytics.core.entries import Entry, entry
from showrunner.history.analytics.core.narrowed import NarrowAsked, narrowed
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.watched import watched
from showrunner.history.analytics.lists.top import Order, first_by, line_fields
from showrunner.history.tautulli_api.latest import Latest

MOST_PLAYS = 100_000
"""More would take more memory and time than they save."""

Line = tuple[Entry, Latest | None]

_UNSHOWN: dict[str, Any] = dict.fromkeys(
    ("person_id", "season_number", "episode_number", "player_name", "address", "decision")
)
"""What no line of a list says of its newest play: each column costs time."""
_SHOWN = ("began_s", *(name for name in Latest._fields if name not in ("began_s", *_UNSHOWN)))
_PLAY = ", ".join(f"'{name}': {name}" for name in _SHOWN)
"""Compared from the first field on: the newest is the largest, of equals the one by its id."""
_COLUMNS = (*_SHOWN, "tmdb_id", "decision")


def is_short(asked: Asked) -> bool:
    """Few enough plays can be in the range."""
    manifest = asked.history.moment().manifest
    months = asked.scope.touches_range.months(list(manifest.months))
    return sum(manifest.months[month].plays for month in months) <= MOST_PLAYS


@contextmanager
def at_hand(analytics: Analytics, query: AnalyticsQuery) -> Iterator[Analytics]:
    """What answers questions with those filters and that range, and of a short one at once."""
    asked = analytics.about(query)
    if not is_short(asked):
        yield analytics
        return
    with narrowed(asked, _COLUMNS) as near:
        yield near


@dataclass(frozen=True, slots=True)
class KeptPlays:
    asked: Asked
    table: str

    def lines(self, kind: Kind, orders: Iterable[Order], count: int) -> dict[Order, list[Line]]:
        """The first `count` lines by each of the orders, with their newest plays."""
        rows, values = self._rows(kind)
        fields = line_fields(kind)
        columns = ", ".join(f"{sql} AS {name}" for name, sql in fields.items())
        wanted = list(dict.fromkeys(orders))
        places = [f"row_number() OVER (ORDER BY {first_by(order)})" for order in wanted]
        found = self.asked.rows(
            f"SELECT *, {', '.join(places)} FROM (SELECT key::VARCHAR AS key, {columns}, "
            "max(play) FILTER (WHERE plays > 0) AS play "
            f"FROM ({DIMENSIONS[kind].keyed(rows)}) GROUP BY ALL) "
            f"QUALIFY least({', '.join(places)}) <= ?",
            [*values, count],
        )
        servers = self.asked.servers()
        lines = []
        for key, *said in found:
            facts = dict(zip(fields, said, strict=False))
            play = said[len(fields)]
            newest = Latest(**play, **_UNSHOWN) if play else None
            lines.append((said[len(fields) + 1 :], entry(kind, key, facts, servers), newest))
        return {
            order: [
                (one, play)
                for places, one, play in sorted(lines, key=lambda line: line[0][number])
                if places[number] <= count
            ]
            for number, order in enumerate(wanted)
        }

    def _rows(self, kind: Kind) -> tuple[str, list[Any]]:
        dimension = DIMENSIONS[kind]
        columns = {**dimension.columns, **(PERSON if kind is Kind.PEOPLE else {})}
        names = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
        sums = f"plays, watch_seconds, unknown_plays, people, {{{_PLAY}}} AS play"
        sql = f"SELECT {names}, {sums} FROM {self.table} WHERE {dimension.where}"
        return with_people(sql, self.asked.directory) if kind is Kind.PEOPLE else (sql, [])


@contextmanager
def kept_plays(asked: NarrowAsked) -> Iterator[KeptPlays]:
    """Each play that counts, with what it adds to a list; for as long as this lasts."""
    rows, values = watched(asked, {"place": "rowid"}, people=asked.people())
    table = f"kept_{secrets.token_hex(8)}"
    asked.rows(
        f"CREATE TABLE {table} AS SELECT played.*, counted.* EXCLUDE (place, bucket) "
        f"FROM ({rows}) AS counted JOIN {asked.table} AS played ON played.rowid = counted.place",
        values,
    )
    try:
        yield KeptPlays(asked, table)
    finally:
        asked.rows(f"DROP TABLE {table}")
