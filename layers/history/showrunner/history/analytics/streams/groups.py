"""
Sums of plays by person, server, platform and the like, and over time, from one scan.

They add up: those of months that are long over are found once, and then kept.
"""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from operator import add
from typing import Any, NamedTuple

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun
from showrunner.history.analytics.core.categories import BUCKETS, Bucket, By
from showrunner.history.analytics.core.dimensions import PERSON
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.core.pieces import Pieces
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.scope import LOOK_BACK, Scope
from showrunner.history.analytics.core.settled import Rows, kept_rows
from showrunner.history.analytics.viewing.runs import pieces

_PLAYS_IN_A_PIECE = 10_000_000
"""Few pieces, for each has a row for every combination of what is told apart."""

Sums = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """
    What is summed of the plays that began in the range: SQL aggregates by name, in their order.

    They are told apart by server, by these columns of the ledger, and by person (without
    is faster); `where` says which count.
    """

    sums: Mapping[str, str]
    columns: Sequence[str] = ()
    where: str = "true"
    is_with_people: bool = True

    @property
    def accounts(self) -> Mapping[str, str]:
        return PERSON if self.is_with_people else {}

    @property
    def facts(self) -> Mapping[str, str]:
        return {"server_id": "connection_id", **{name: name for name in self.columns}}


class Group(NamedTuple):
    """
    Plays of one person, server, platform ...; None: nobody said.

    `key` tells groups apart; `id` is that of a person or server.
    """

    key: Any
    name: str | None
    id: str | None = None


EVERYTHING = Group(None, None)


class Told(NamedTuple):
    """What so many plays have in common, and their sums; a sum of nothing is 0."""

    person: Group
    server: Group
    facts: tuple[Any, ...]
    sums: Sums


def number_of(condition: str) -> str:
    """An SQL aggregate: the rows for which it is true. Faster than a FILTER."""
    return f"count(CASE WHEN {condition} THEN true END)"


def told(asked: Asked, sought: Sought, query: AnalyticsQuery) -> list[Told]:
    """
    The sums, in one row or several for each person, server and value of the columns.

    A `query` of one class always seeks the same: it is what the sums are kept by.
    """
    rows = _in_pieces(asked, query, partial(_sums, sought=sought))
    return [one for _, _, one in _named(asked, sought, rows)]


def told_over_time(
    asked: Asked, sought: Sought, by: By, query: AnalyticsQuery
) -> tuple[list[Told], dict[Bucket, Sums]]:
    """The same, and the sums by bucket; those in which nothing began are left out."""
    rows = _in_pieces(asked, query, partial(_sums_over_time, sought=sought, by=by))
    found: list[Told] = []
    buckets: dict[Bucket, Sums] = {}
    for is_time, bucket, one in _named(asked, sought, rows):
        if is_time:
            buckets[bucket] = added(buckets.get(bucket), one.sums)
        else:
            found.append(one)
    return found, buckets


def _in_pieces(asked: Asked, query: AnalyticsQuery, find: Callable[[Asked], Rows]) -> Rows:
    # What is sought of a play can change while it is new: whether it has ended, say.
    settled = asked.home.clock.now() - LOOK_BACK
    rows: Rows = []
    for piece in pieces(asked, _PLAYS_IN_A_PIECE):
        if piece.scope.before <= settled:
            rows += kept_rows(piece, query, timedelta(), partial(find, piece))
        else:
            rows += find(piece)
    return rows


def _sums(asked: Asked, sought: Sought) -> Rows:
    sql, values = _begun(asked, sought, {})
    return _read(asked, sought, "false, NULL", sql, values)


def _sums_over_time(asked: Asked, sought: Sought, by: By) -> Rows:
    sql, values = _begun(asked, sought, {"bucket": _bucket(asked.scope, by)})
    names = ", ".join([*sought.accounts, *sought.facts])
    totals = ", ".join(f"sum({name}) AS {name}" for name in sought.sums)
    sets = (
        f"SELECT bucket, grouping(bucket) = 0 AS is_time, {names}, {totals} FROM ({sql}) "
        f"GROUP BY GROUPING SETS ((bucket), ({names}))"
    )
    return _read(asked, sought, "is_time, bucket", sets, values)


def _begun(asked: Asked, sought: Sought, more: Mapping[str, str]) -> tuple[str, list[Any]]:
    columns = {**more, **sought.accounts, **sought.facts}
    sums = ", ".join(f"coalesce({sql}, 0) AS {name}" for name, sql in sought.sums.items())
    return begun(asked, columns, sums=sums, where=sought.where)


def _bucket(scope: Scope, by: By) -> str:
    """SQL of the bucket in which a play began."""
    pieces_of_time = Pieces(scope, BUCKETS[by].grain)
    begin = pieces_of_time.bucket(pieces_of_time.of("began_s"))
    return BUCKETS[by].sql.replace("bucket", begin)


def _read(asked: Asked, sought: Sought, place: str, sql: str, values: list[Any]) -> Rows:
    person = "NULL, NULL, NULL"
    if sought.is_with_people:
        sql, owners = with_people(sql, asked.directory)
        person, values = "person, person_name, person_id", [*values, *owners]
    names = ", ".join([*sought.facts, *sought.sums])
    return asked.rows(f"SELECT {place}, {person}, {names} FROM ({sql})", values)


def _named(asked: Asked, sought: Sought, rows: Rows) -> list[tuple[bool, Bucket, Told]]:
    servers, edge = asked.servers(), 3 + len(sought.facts)
    return [
        (
            is_time,
            bucket,
            Told(
                person=Group(*row[:3]),
                server=Group(row[3], servers.get(row[3] or ""), row[3]),
                facts=tuple(row[4:edge]),
                sums=tuple(row[edge:]),
            ),
        )
        for is_time, bucket, *row in rows
    ]


def fact(place: int) -> Callable[[Told], Group]:
    """The group of a play by that one of its facts."""
    return lambda one: Group(one.facts[place], one.facts[place])


def grouped(rows: Iterable[Told], group: Callable[[Told], Group]) -> list[tuple[Group, Sums]]:
    """The sums of each group, by its name."""
    groups: dict[Any, Group] = {}
    sums: dict[Any, Sums] = {}
    for row in rows:
        found = group(row)
        # An account that nobody noted is spelled in several ways.
        groups[found.key] = max(groups.get(found.key, found), found, key=_spelling)
        sums[found.key] = added(sums.get(found.key), row.sums)
    return [(groups[key], sums[key]) for key in sorted(groups, key=lambda key: _place(groups[key]))]


def added(one: Sums | None, other: Sums) -> Sums:
    """Both together; None: nothing so far."""
    return other if one is None else tuple(map(add, one, other))


def total(rows: Iterable[Told], sought: Sought) -> Sums:
    """The sums of all; of no rows zeros."""
    found: Sums = (0,) * len(sought.sums)
    for row in rows:
        found = added(found, row.sums)
    return found


def _spelling(group: Group) -> str:
    return group.name or ""


def _place(group: Group) -> tuple[bool, str, str]:
    return (group.key is None, group.name or "", str(group.key))
