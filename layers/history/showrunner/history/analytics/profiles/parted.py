"""
The plays of a profile in two parts, so that its many lists read the files of the ledger once.

What is counted of whole plays of past months is kept; all others are copied into a small table
that lasts as long as the question. Lists are then made of few rows, several in one SQL.
"""

# The SQL is put together from our own column and table names; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun
from showrunner.history.analytics.core.narrowed import (
    NarrowAnalytics,
    NarrowAsked,
    Sql,
    among,
    copied,
)
from showrunner.history.analytics.core.once import Count
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.core.scope import Scope
from showrunner.history.analytics.core.settled import kept_table
from showrunner.history.analytics.core.sittings import of_each_play
from showrunner.history.analytics.core.split import Plays, Split, newest, split

MOST_COPIED_PLAYS = 500_000
"""
Of so many those that pass are copied, at most some 100 MB. There are more fresh ones only where
plays were deleted in many months: then each list reads the files.
"""


@dataclass(frozen=True, slots=True)
class Parted:
    """
    `past` is about whole plays of past months (None: there are none), `fresh` about all others:
    also about every one that began at `fresh_s` (seconds since 1970) or later.
    """

    past: NarrowAsked | None
    fresh: NarrowAsked
    fresh_s: int
    people: People | None
    values: list[Any]
    """For the question marks of what `fresh` is asked; none if its plays were copied."""

    def once(self, count: Count) -> Sql:
        """SQL of what it counts of both, of the past only once; and its values."""
        rows, _ = count(self.fresh)
        return f"{self._kept(count)}{rows}", rows.count(self.fresh.table) * self.values

    def counted(self, columns: Mapping[str, str], where: str = "true") -> Sql:
        """
        SQL of the `columns` (name: SQL over the ledger's) with `plays`, `watch_seconds` and
        `unknown_plays`, as `watched` counts them; `last_s` is when the last of them began
        (seconds; NULL: before the range) and `people` who they were, as bits. And its values.

        A row for each combination of the past, and one for each other play.
        """

        def of_past(past: Asked) -> Sql:
            sums = _WHOLE if self.people else f"{_WHOLE}, {_ONE} AS people"
            return begun(past, columns, sums=sums, where=where, people=self.people)

        named = "".join(f"{sql} AS {name}, " for name, sql in columns.items())
        sql = f"""{self._kept(of_past)}
            SELECT {named} plays, watch_seconds, unknown_plays, last_s, {self._bit} AS people
            FROM {self.fresh.table} WHERE ({where}) AND plays + watch_seconds > 0"""
        return sql, self.values

    def _kept(self, count: Count) -> str:
        if self.past is None:
            return ""
        return f"FROM {kept_table(self.past.history, *count(self.past))} UNION ALL "

    @property
    def _bit(self) -> str:
        if self.people is None:
            return _ONE
        nobody = "0" * (max(self.people.numbers, default=0) + 1)
        return f"CASE WHEN number IS NOT NULL THEN set_bit('{nobody}'::BIT, number, 1) END"


@contextmanager
def parted(
    asked: Asked, columns: Iterable[str], where: str = "true", *, is_of_one: bool = False
) -> Iterator[Parted]:
    """
    The plays that touch the range, of those that pass `where` (SQL over the ledger's columns).

    The fresh ones have these `columns`, those of `begun` and of people, and what `counted` gives;
    they are gone when the block ends. `is_of_one`: all are known to be of one person.
    """
    plays = split(asked, asked.scope.touches_range)
    people = None if is_of_one else asked.people()
    names = list(dict.fromkeys((*_ALWAYS, *columns, *(["number"] if people else []))))
    fresh = _each(asked, people, names, newest(asked, plays), plays.fresh, where)
    if plays.edge:
        about = asked.during(plays.edge.since, plays.edge.before)
        edge = _each(about, people, names, plays.edge.ended, plays.edge.plays, where)
        sql, values = fresh
        fresh = f"FROM {kept_table(asked.history, *edge)} UNION ALL BY NAME ({sql})", values
    past, fresh_since = None, plays.settled[0].before if plays.settled else asked.scope.since
    if plays.months:
        whole = f"(FROM {plays.months.ended} WHERE {where})"
        past = among(asked.during(plays.months.since, plays.months.before), whole)
    fresh_s = int(fresh_since.timestamp())
    about = asked if plays.edge else asked.of_newest(plays.fresh_since)
    if _count(asked, plays) > MOST_COPIED_PLAYS:
        small = NarrowAnalytics(about, f"({fresh[0]})").asked
        yield Parted(past, small, fresh_s, people, fresh[1])
        return
    with copied(asked, fresh) as table:
        yield Parted(past, NarrowAnalytics(about, table).asked, fresh_s, people, [])


def _each(
    asked: Asked,
    people: People | None,
    names: Sequence[str],
    relation: str,
    plays: Plays,
    where: str,
) -> Sql:
    """Of those in `relation` each that touches the range, with what `counted` gives."""
    relation, numbers = people.numbered(relation) if people else (relation, [])
    sql = f"""SELECT {", ".join((*names, *_of_plays(asked.scope)))} FROM {relation}
        WHERE {plays.condition} AND {asked.scope.touches} AND ({where})"""
    return sql, [*numbers, *plays.values]


def _count(asked: Asked, plays: Split) -> int:
    """Of the fresh plays, whether they pass or not."""
    every = asked.history.count(asked.scope.touches_range, asked.moment)
    if not plays.settled or every <= MOST_COPIED_PLAYS:
        return every
    counts = [f"SELECT count(*) FROM {one.plays.relation}" for one in plays.settled]
    known = [asked.rows(f"FROM {kept_table(asked.history, one, [])}") for one in counts]
    return every - sum(int(count) for ((count,),) in known)


_ALWAYS = ("account", "person_name", "media_type", "watched_seconds", "began_s")
_WHOLE = """count(*) AS plays, coalesce(sum(watched_seconds), 0)::BIGINT AS watch_seconds,
    count(*) - count(watched_seconds) AS unknown_plays, max(began_s) AS last_s"""
"""What `counted` gives of plays that no edge cuts."""


def _of_plays(scope: Scope) -> Iterator[str]:
    """The same of each play, in the range."""
    for name, sql in of_each_play(scope.since_s, scope.before_s).items():
        yield f"{sql} AS {name}"
    yield f"CASE WHEN began_s >= {scope.since_s:d} THEN began_s END AS last_s"


_ONE = "'1'::BIT"
