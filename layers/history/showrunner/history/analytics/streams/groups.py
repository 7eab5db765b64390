"""
Sums of plays by person, server, platform and the like, and over time, from one scan.

They add up: those of months that are long over are found once, and then kept.
"""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections.abc import Callable, Mapping, Sequence
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
"""Few pieces, for each has a row for every person, server ..."""

BY_PERSON, BY_SERVER = "person", "server_id"
_BUCKET = "bucket"

Sums = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """
    What is summed of the plays that began in the range: SQL aggregates by name, in their order.

    They are told apart by server, by each of these columns of the ledger, and by person
    (without is faster); `where` says which count.
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
        return {BY_SERVER: "connection_id", **{name: name for name in self.columns}}


class Group(NamedTuple):
    """
    Plays of one person, server, platform ...; None: nobody said.

    `key` tells groups apart; `id` is that of a person or server.
    """

    key: Any
    name: str | None
    id: str | None = None


EVERYTHING = Group(None, None)


@dataclass(frozen=True, slots=True)
class Told:
    """The sums of all plays, by bucket (where nothing began is none), and of groups."""

    total: Sums
    buckets: Mapping[Bucket, Sums]
    groups: Mapping[str, list[tuple[Group, Sums]]]
    """By `BY_PERSON`, `BY_SERVER` and the columns, in the order of their names, None last."""


def number_of(condition: str) -> str:
    """An SQL aggregate: the rows for which it is true. Faster than a FILTER."""
    return f"count(CASE WHEN {condition} THEN true END)"


def told(asked: Asked, sought: Sought, query: AnalyticsQuery, by: By | None = None) -> Told:
    """
    The sums; a sum of nothing is 0. `by`: also by bucket.

    A `query` of one class always seeks the same: it is what the sums are kept by.
    """
    rows = _in_pieces(asked, query, partial(_sums, sought=sought, by=by))
    names = [*sought.facts, *([BY_PERSON] if sought.is_with_people else ())]
    found: dict[str, dict[Any, tuple[Group, Sums]]] = {name: {} for name in names}
    total, buckets = (0,) * len(sought.sums), dict[Bucket, Sums]()
    servers = asked.servers()
    for what, key, name, person_id, *numbers in rows:
        sums = tuple(numbers)
        if what is None:
            total = added(total, sums)
        elif what == _BUCKET:
            buckets[key] = added(buckets.get(key), sums)
        else:
            group = _group(what, key, name, person_id, servers)
            before, so_far = found[what].get(key, (group, None))
            # An account that nobody noted is spelled in several ways.
            found[what][key] = max(before, group, key=_spelling), added(so_far, sums)
    groups = {name: sorted(rows.values(), key=_place) for name, rows in found.items()}
    return Told(total, buckets, groups)


def _group(
    what: str, key: Any, name: str | None, person_id: str | None, servers: Mapping[str, str]
) -> Group:
    if what == BY_PERSON:
        return Group(key, name, person_id)
    return Group(key, servers.get(key or ""), key) if what == BY_SERVER else Group(key, key)


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


def _sums(asked: Asked, sought: Sought, by: By | None) -> Rows:
    """What is told apart (None: nothing), its value, a person's name and id, and the sums."""
    bucket = {_BUCKET: _bucket(asked.scope, by)} if by else {}
    sums = ", ".join(f"coalesce({sql}, 0) AS {name}" for name, sql in sought.sums.items())
    columns = {**bucket, **sought.accounts, **sought.facts}
    sql, values = begun(asked, columns, sums=sums, where=sought.where)
    names, said = [*bucket, *sought.facts], "NULL, NULL"
    if sought.is_with_people:
        sql, owners = with_people(sql, asked.directory)
        names, said, values = [*names, BY_PERSON], _PERSON, [*values, *owners]
    chosen, sets = ", ".join(names), ", ".join(f"({name})" for name in ("", *names))
    totals = ", ".join(f"coalesce(sum({name}), 0)" for name in sought.sums)
    found = asked.rows(
        f"SELECT grouping({chosen}), {chosen}, {said}, {totals} FROM ({sql}) "
        f"GROUP BY GROUPING SETS ({sets})",
        values,
    )
    # SQL says by bits by which columns a row is not grouped, the first one's the highest.
    every, last = 2 ** len(names) - 1, len(names)
    apart = {every - 2 ** (last - place): place for place in range(1, last + 1)}
    return [
        (names[apart[sign] - 1], row[apart[sign] - 1], *row[last:])
        if sign in apart
        else (None, None, *row[last:])
        for sign, *row in found
    ]


_PERSON = f"CASE WHEN grouping({BY_PERSON}) = 0 THEN max(person_name) END, max(person_id)"


def _bucket(scope: Scope, by: By) -> str:
    """SQL of the bucket in which a play began."""
    pieces_of_time = Pieces(scope, BUCKETS[by].grain)
    begin = pieces_of_time.bucket(pieces_of_time.of("began_s"))
    return BUCKETS[by].sql.replace("bucket", begin)


def added(one: Sums | None, other: Sums) -> Sums:
    """Both together; None: nothing so far."""
    return other if one is None else tuple(map(add, one, other))


def _spelling(group: Group) -> str:
    return group.name or ""


def _place(found: tuple[Group, Sums]) -> tuple[bool, str, str]:
    group, _ = found
    return (group.key is None, str(group.name or ""), str(group.key))
