"""Several top lists about the same plays: counted once, by all that any of them needs."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

import re
from collections.abc import Iterable, Mapping

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun
from showrunner.history.analytics.core.dimensions import DIMENSIONS, PERSON, Kind
from showrunner.history.analytics.core.entries import Entry, entry, keyed
from showrunner.history.analytics.core.once import watched_once
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.libraries.items_shown import lists
from showrunner.history.analytics.lists.top import SUMS, Order, first_by, line_fields
from showrunner.history.ledger.columns import TYPES


def ranked_together(asked: Asked, limits: Mapping[Kind, int | None]) -> dict[Kind, list[Entry]]:
    """
    The first lines of each list (None: all), most plays first, as `top` has them.

    Cheaper than one after the other where few combinations of what they list were played.
    """
    counted, values = watched_once(asked, {**{name: name for name in _columns(limits)}, **PERSON})
    named, owners = with_people(counted, asked.directory)
    found = lists(
        asked,
        f"counted AS MATERIALIZED ({named})",
        [*values, *owners],
        **{kind.value: _list(kind, limit) for kind, limit in limits.items()},
    )
    servers = asked.servers()
    return {
        kind: [
            entry(kind, row["key"], {name: row[name] for name in line_fields(kind)}, servers)
            for row in found[kind.value]
        ]
        for kind in limits
    }


def begun_by(asked: Asked, column: str) -> dict[str | None, int]:
    """How many plays of the range have which value; None: nobody said."""
    return dict(asked.rows(*begun(asked, {column: column})))


def _columns(kinds: Iterable[Kind]) -> list[str]:
    """Those of the ledger that the lists speak of."""
    texts = [
        text
        for kind in kinds
        for text in (*DIMENSIONS[kind].columns.values(), DIMENSIONS[kind].where)
    ]
    return [name for name in TYPES if any(re.search(rf"\b{name}\b", text) for text in texts)]


def _list(kind: Kind, limit: int | None) -> str:
    dimension = DIMENSIONS[kind]
    facts = "".join(f"{sql} AS {name}, " for name, sql in dimension.columns.items())
    if kind is Kind.PEOPLE:
        facts = "person_id, person_name, "
    rows = f"SELECT {facts}person, {', '.join(SUMS)} FROM counted WHERE {dimension.where}"
    fields = {**line_fields(kind), "people": "count(DISTINCT person)"}
    columns = ", ".join(f"{sql} AS {name}" for name, sql in fields.items())
    return f"""SELECT key::VARCHAR AS key, {columns} FROM ({keyed(kind, rows)}) GROUP BY ALL
        ORDER BY {first_by(Order.PLAYS)} LIMIT {"NULL" if limit is None else f"{limit:d}"}"""
