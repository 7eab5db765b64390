"""Several lists about the same plays in one SQL: what was played most, and what was last."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from showrunner.history.analytics.core.answers import Totals
from showrunner.history.analytics.core.categories import SUMS
from showrunner.history.analytics.core.dimensions import DIMENSIONS, PERSON, Kind
from showrunner.history.analytics.core.entries import Entry, entry
from showrunner.history.analytics.core.narrowed import Sql
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.libraries.items_shown import lists
from showrunner.history.analytics.lists.recently_watched import Last, last_sql
from showrunner.history.analytics.lists.top import Order, first_by, line_fields
from showrunner.history.analytics.profiles.parted import Parted
from showrunner.history.ledger.columns import TYPES


def favourites(
    plays: Parted, limits: Mapping[Kind, int | None], last: int = 0
) -> tuple[dict[Kind, list[Entry]], list[Last]]:
    """
    The first lines of each list, most plays first, as `top` has them: so many as its limit says
    (None: all); and of each kind the `last` titles that were played, newest first.

    For lists of whose columns, taken together, few combinations were played.
    """
    tables: list[str] = []
    values: list[Any] = []
    queries: dict[str, str] = {}
    for kind, limit in limits.items():
        rows, more = _keyed(plays, kind, limits)
        tables.append(f"{kind.value} AS MATERIALIZED ({rows})")
        values += more
        queries[f"top_{kind.value}"] = _top(kind, limit)
        if last:
            queries[f"last_{kind.value}"] = last_sql(kind, kind.value, last)
    found = lists(plays.fresh, ", ".join(tables), values, **queries)
    servers = plays.fresh.servers()
    entries = {
        kind: [
            entry(kind, row["key"], {name: row[name] for name in line_fields(kind)}, servers)
            for row in found[f"top_{kind.value}"]
        ]
        for kind in limits
    }
    return entries, [
        Last(kind, row["last_s"], row["spelling"])
        for kind in limits
        for row in found.get(f"last_{kind.value}", ())
    ]


def total(entries: Iterable[Entry]) -> Totals:
    """The sums of a whole list in which every play has a line."""
    lines = list(entries)
    return Totals(**{name: sum(getattr(one, name) for one in lines) for name in SUMS})


def columns_of(kinds: Iterable[Kind]) -> list[str]:
    """The columns of the ledger that the lists speak of."""
    texts = (
        text
        for kind in kinds
        for text in (*DIMENSIONS[kind].columns.values(), DIMENSIONS[kind].where)
    )
    return list(dict.fromkeys(name for text in texts for name in _named_in(text)))


@cache
def _named_in(text: str) -> list[str]:
    return [name for name in re.findall(r"\w+", text) if name in TYPES]


def _keyed(plays: Parted, kind: Kind, together: Collection[Kind]) -> Sql:
    if kind is Kind.PEOPLE:
        counted, values = plays.counted(PERSON)
        rows, owners = with_people(counted, plays.fresh.directory)
        return DIMENSIONS[kind].keyed(rows), [*values, *owners]
    where = " OR ".join(dict.fromkeys(f"({DIMENSIONS[one].where})" for one in together))
    counted, values = plays.counted({name: name for name in columns_of(together)}, where)
    facts = ", ".join(f"{sql} AS {name}" for name, sql in DIMENSIONS[kind].columns.items())
    rows = f"""SELECT {facts}, {", ".join(SUMS)}, last_s, people FROM ({counted})
        WHERE {DIMENSIONS[kind].where}"""
    return DIMENSIONS[kind].keyed(rows), values


def _top(kind: Kind, limit: int | None) -> str:
    fields = ", ".join(f"{sql} AS {name}" for name, sql in line_fields(kind).items())
    return f"""SELECT key::VARCHAR AS key, {fields} FROM {kind.value} GROUP BY ALL
        ORDER BY {first_by(Order.PLAYS)} LIMIT {"NULL" if limit is None else f"{limit:d}"}"""
