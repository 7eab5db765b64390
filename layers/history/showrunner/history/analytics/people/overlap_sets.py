"""Who has what in common, as sets of bits: the titles of people, the people of libraries."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun, begun_kept
from showrunner.history.analytics.core.dimensions import DIMENSIONS, Dimension, Kind
from showrunner.history.analytics.core.people import People, with_people

Digits = NDArray[np.uint8]


class Of(StrEnum):
    """What is set beside each other: people by their titles, the others by their people."""

    PEOPLE = "people"
    LIBRARIES = "libraries"
    SERVERS = "servers"


@dataclass(frozen=True, slots=True)
class Named:
    """
    A person, library, server or title. `id` is that of a person or server, `server_id` that
    of a library or server, `kind` that of a title.
    """

    name: str | None
    id: str | None = None
    server_id: str | None = None
    year: int | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """`bits`: the places of its `size` members, as the bits of a number."""

    named: Named
    bits: int
    size: int


@dataclass(frozen=True, slots=True)
class Sets:
    """`by_name` are the places of the members; `unnamed_plays` say no person, title or library."""

    sides: list[Side]
    members: list[Named]
    by_name: list[int]
    unnamed_plays: int

    def of(self, bits: int, limit: int) -> list[Named]:
        """The first members in it, by their names."""
        places = (place for place in self.by_name if bits >> place & 1)
        return [self.members[place] for place in islice(places, limit)]


@dataclass(frozen=True, slots=True)
class _List:
    """`kind`: what its entries are, as SQL over its columns."""

    of: Dimension
    kind: str = "NULL::VARCHAR"


_TITLES = (
    _List(DIMENSIONS[Kind.MOVIES], "'movies'"),
    # Both are the names of series: one look at the plays is enough.
    _List(
        Dimension(
            {"name": "series_title", "media_type": "media_type"},
            "{'name': name, 'media_type': media_type}",
            "media_type IN ('episode', 'track')",
        ),
        "CASE max(media_type) WHEN 'episode' THEN 'shows' ELSE 'artists' END",
    ),
)
"""By what people are compared; also the plays that say no title."""


def sets(asked: Asked, of: Of) -> Sets:
    """Of the plays that began in the range; the sides with most members first."""
    people = asked.people()
    known = watchers(asked, people)
    lists = _TITLES if of is Of.PEOPLE else (_list(Kind(of.value)),)
    rows = [row for one in lists for row in _rows(asked, people, one)]
    found = [(named, who) for named, who, _ in rows if who and named.name is not None]
    things, who = [named for named, _ in found], [bits for _, bits in found]
    sides = _turned(known, who) if of is Of.PEOPLE else _sides(things, who)
    members = things if of is Of.PEOPLE else known
    by_name = sorted(range(len(members)), key=lambda place: str(members[place].name))
    return Sets(sides, members, by_name, sum(unnamed for _, _, unnamed in rows))


def _list(kind: Kind) -> _List:
    dimension = DIMENSIONS[kind]
    columns = {**dimension.columns}
    if kind is Kind.SERVERS:
        columns["name"] = columns["id"] = columns["server_id"]
    return _List(replace(dimension, columns=columns))


_FACTS = ("name", "id", "server_id", "year")


def _rows(asked: Asked, people: People, one: _List) -> Iterator[tuple[Named, str | None, int]]:
    """The entries, who played them (a digit for each person), and plays that lack either."""
    sums = "count(*) AS plays, count(*) - count(number) AS unnamed"
    sql, values = begun_kept(asked, one.of.columns, sums=sums, where=one.of.where, people=people)
    facts = (f"max({name})" if name in one.of.columns else "NULL" for name in _FACTS)
    rows = asked.rows(
        f"SELECT bit_or(people)::VARCHAR, sum(plays)::BIGINT, sum(unnamed)::BIGINT, "
        f"{', '.join(facts)}, {one.kind} "
        f"FROM ({one.of.keyed(sql)}) GROUP BY key ORDER BY ALL",
        values,
    )
    for who, plays, unnamed, *said in rows:
        named = Named(*said)
        yield named, who, plays if named.name is None else unnamed


def _sides(things: Sequence[Named], who: Sequence[str]) -> list[Side]:
    return _sorted(zip(things, _numbers(_digits(who)), strict=True))


def _turned(people: Sequence[Named], who: Sequence[str]) -> list[Side]:
    """By person the titles, out of the persons by title."""
    return _sorted(zip(people, _numbers(_digits(who).T), strict=False))


def _digits(who: Sequence[str]) -> Digits:
    """A row for each, with what is 0 or 1 for each of its members."""
    digits = np.frombuffer("".join(who).encode(), np.uint8) - ord("0")
    return digits.reshape(len(who), len(who[0]) if who else 0)


def _numbers(digits: Digits) -> list[int]:
    """Each row as a number; its first digit is the lowest bit."""
    packed = np.packbits(digits, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def _sorted(found: Iterable[tuple[Named, int]]) -> list[Side]:
    sides = [Side(named, bits, bits.bit_count()) for named, bits in found if bits]
    return sorted(sides, key=lambda side: (-side.size, str(side.named.name)))


def watchers(asked: Asked, people: People) -> list[Named]:
    """Who the people are, by their numbers."""
    listed = """SELECT unnest(?::VARCHAR[]) AS account, unnest(?::INTEGER[]) AS number,
        NULL::VARCHAR AS account_name"""
    sql, owners = with_people(listed, asked.directory)
    rows = asked.rows(
        "SELECT max(person_name), max(person_id), min(person) FROM "
        f"({sql}) GROUP BY number ORDER BY number",
        [people.accounts, people.numbers, *owners],
    )
    unnoted = [account for _, person_id, account in rows if person_id is None]
    names = _names(asked, unnoted) if unnoted else {}
    return [Named(name or names.get(person), person_id) for name, person_id, person in rows]


def _names(asked: Asked, accounts: Sequence[str]) -> dict[str, Any]:
    sql, values = begun(
        asked,
        {"account": "account"},
        sums="max(person_name)",
        where="list_contains(?::VARCHAR[], account)",
    )
    return dict(asked.rows(sql, [*values, list(accounts)]))
