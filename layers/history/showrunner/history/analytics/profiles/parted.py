"""
The plays of a profile in two parts, so that its many lists read the files of the ledger once.

What is counted of whole plays of past months is kept; all others are copied into a small table
that lasts as long as the question. Lists are then made of few rows, several in one SQL.
"""

# The SQL is put together from our own column and table names; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterable, Iterator, Mapping
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
from showrunner.history.analytics.core.settled import Split, kept_table, split
from showrunner.history.analytics.core.sittings import seconds_within

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
    past, relation = None, plays.fresh.relation
    if plays.settled:
        settled, last_s = f"FROM {plays.settled.relation} WHERE ended_s", plays.before.timestamp()
        # What went on after the last of those months is not all in them.
        going_on = kept_table(asked.history, f"{settled} > {last_s:.0f}", [])
        whole = f"({settled} <= {last_s:.0f} AND ({where}))"
        past = among(asked.during(plays.since, plays.before), whole)
        relation = f"(FROM {relation} UNION ALL BY NAME FROM {going_on})"
    people = None if is_of_one else asked.people()
    relation, numbers = people.numbered(relation) if people else (relation, [])
    names = dict.fromkeys((*_ALWAYS, *columns, *(["number"] if people else [])))
    sql = f"""SELECT {", ".join((*names, *_of_plays(asked.scope)))} FROM {relation}
        WHERE {plays.fresh.condition} AND {_touches(asked.scope)} AND ({where})"""
    fresh = sql, [*numbers, *plays.fresh.values]
    fresh_s, newest = int(plays.before.timestamp()), asked.of_newest(plays.before)
    if _count(asked, plays) > MOST_COPIED_PLAYS:
        small = NarrowAnalytics(newest, f"({fresh[0]})").asked
        yield Parted(past, small, fresh_s, people, fresh[1])
        return
    with copied(asked, fresh) as table:
        yield Parted(past, NarrowAnalytics(newest, table).asked, fresh_s, people, [])


def _count(asked: Asked, plays: Split) -> int:
    """Of the fresh plays, whether they pass or not."""
    every = asked.history.count(asked.scope.touches_range, asked.moment)
    if plays.settled is None or every <= MOST_COPIED_PLAYS:
        return every
    count = f"SELECT count(*) FROM {plays.settled.relation}"
    ((settled,),) = asked.rows(f"FROM {kept_table(asked.history, count, [])}")
    return every - int(settled)


def _touches(scope: Scope) -> str:
    return f"(ended_s > {scope.since_s} OR began_s >= {scope.since_s})"


_ALWAYS = ("account", "person_name", "media_type", "watched_seconds", "began_s")
_WHOLE = """count(*) AS plays, coalesce(sum(watched_seconds), 0)::BIGINT AS watch_seconds,
    count(*) - count(watched_seconds) AS unknown_plays, max(began_s) AS last_s"""
"""What `counted` gives of plays that no edge cuts."""


def _of_plays(scope: Scope) -> Iterator[str]:
    """The same of each play, in the range."""
    since_s, before_s = scope.since_s, scope.before_s
    is_begun = f"(began_s >= {since_s:d})"
    yield f"{is_begun}::BIGINT AS plays"
    yield f"""(CASE WHEN {is_begun} AND ended_s <= {before_s:d} THEN coalesce(watched_seconds, 0)
        WHEN watched_seconds > 0 AND ended_s > {since_s:d}
            THEN {seconds_within(since_s, before_s)} ELSE 0 END)::BIGINT AS watch_seconds"""
    yield f"({is_begun} AND watched_seconds IS NULL)::BIGINT AS unknown_plays"
    yield f"CASE WHEN {is_begun} THEN began_s END AS last_s"


_ONE = "'1'::BIT"
