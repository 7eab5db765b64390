"""
The same questions about a small part of the plays, which is copied out of the files once.

The home page asks ten questions about the same month: each would read its files.
"""

# The SQL is put together from our own column and table names; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from itertools import count
from typing import Any, TypeVar

from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.rules import EVERY_PLAY
from showrunner.history.analytics.core.settled import kept_table
from showrunner.history.analytics.core.split import Plays, split
from showrunner.history.filters import PlayFilters
from showrunner.history.ledger.columns import DERIVED
from showrunner.history.ledger.engine import THREADS

_ALWAYS = (
    *("person_name", "media_type", "watched_seconds", "parts"),
    *(name for name in DERIVED if name != "search_text"),
)
"""What counting and people read; each further column costs time."""

MOST_KEPT_PLAYS = 200_000
"""Some 40 MB."""

_numbers = count()
Sql = tuple[str, list[Any]]
QueryT = TypeVar("QueryT", bound=AnalyticsQuery)


@dataclass(frozen=True, slots=True)
class NarrowAsked(Asked):
    """
    A question about the plays that are in `table`, where they have the numbers of `humans` (None:
    of nobody).
    """

    table: str = ""
    humans: People | None = None

    def plays(self, filters: PlayFilters) -> str:
        """All of them, whatever the filters: a condition follows in any case."""
        del filters
        return self.table

    def numbered(self, plays: str, people: People) -> tuple[str, list[Any]]:
        return (plays, []) if people == self.humans else people.numbered(plays)

    def people(self) -> People:
        return self.humans or People.of(self.directory, self.accounts())

    @property
    def is_of_history(self) -> bool:
        return False


def among(
    asked: Asked, table: str, humans: People | None = None, *, is_few: bool = False
) -> NarrowAsked:
    """The same question about the plays that are in `table` (SQL), and no others."""
    facts = {one.name: getattr(asked, one.name) for one in fields(Asked)}
    return NarrowAsked(**{**facts, "is_few": is_few}, table=table, humans=humans)


class Known(Analytics):
    """To be given to any question, with the filters and the range of `asked`."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked.home, asked.scope.counting)
        self.asked = asked

    def about(self, query: AnalyticsQuery) -> Asked:
        """The range stays that of the first question, also when a minute has passed since."""
        del query
        return self.asked


class NarrowAnalytics(Known):
    """The same about the plays of a table, as a `NarrowAsked`."""

    asked: NarrowAsked

    def __init__(self, asked: Asked, table: str, humans: People | None = None) -> None:
        # What is in the table counts and passed the filters: it has not the columns to ask again.
        scope = replace(asked.scope, filters=PlayFilters(), content_ratings=(), counting=EVERY_PLAY)
        super().__init__(among(replace(asked, scope=scope), table, humans, is_few=True))


@contextmanager
def narrowed(
    asked: Asked,
    columns: Sequence[str],
    where: str = "true",
    values: Sequence[Any] = (),
    people: People | None = None,
) -> Iterator[NarrowAnalytics]:
    """
    The plays that `asked` is about, of those that pass `where` (SQL over the ledger's columns).

    They have these `columns`, those that most questions need, and the numbers of `people`. For
    parts of the history that are small; gone when the block ends.
    """
    filters = asked.scope.touches_range
    plays = Plays(asked.plays(filters), *asked.scope.condition(filters))
    where = f"{asked.scope.touches} AND ({where})"
    with copied(asked, _chosen(plays, columns, where, values, people)) as table:
        yield NarrowAnalytics(asked, table, people)


@contextmanager
def narrowed_once(
    asked: Asked,
    columns: Sequence[str],
    where: str,
    values: Sequence[Any],
    people: People | None = None,
) -> Iterator[NarrowAnalytics]:
    """The same; those of past months are copied once, unless they are many."""
    filters, touching = asked.scope.touches_range, f"{asked.scope.touches} AND ({where})"
    for has_edge in (True, False):
        plays = split(asked, filters, has_edge=has_edge)
        settled = [_chosen(one.plays, columns, touching, values, people) for one in plays.settled]
        if settled and sum(_count(asked, one) for one in settled) <= MOST_KEPT_PLAYS:
            break
    else:
        with narrowed(asked, columns, where, values, people) as found:
            yield found
        return
    kept = [kept_table(asked.history, *one) for one in settled]
    with copied(asked, _chosen(plays.fresh, columns, touching, values, people)) as fresh:
        tables = " UNION ALL BY NAME ".join(f"FROM {table}" for table in (*kept, fresh))
        yield NarrowAnalytics(asked, f"({tables})", people)


def _count(asked: Asked, plays: Sql) -> int:
    sql, values = plays
    table = kept_table(asked.history, f"SELECT count(*) FROM ({sql})", values)
    ((count,),) = asked.rows(f"FROM {table}")
    return int(count)


def _chosen(
    plays: Plays,
    columns: Sequence[str],
    where: str,
    values: Sequence[Any],
    people: People | None,
) -> Sql:
    names = dict.fromkeys((*_ALWAYS, *columns, *(["number"] if people else [])))
    relation, numbers = people.numbered(plays.relation) if people else (plays.relation, [])
    sql = f"SELECT {', '.join(names)} FROM {relation} WHERE {plays.condition} AND ({where})"
    return sql, [*numbers, *plays.values, *values]


@contextmanager
def copied(asked: Asked, plays: Sql) -> Iterator[str]:
    """The name of a table of those plays, which is gone when the block ends."""
    with copied_together(asked, plays) as (table,):
        yield table


@contextmanager
def copied_together(asked: Asked, *several: Sql) -> Iterator[list[str]]:
    """The same of several at once: each alone leaves one of two processors idle at first."""
    tables = [f"narrowed_{next(_numbers)}" for _ in several]
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            made = [
                pool.submit(asked.rows, f"CREATE TABLE {table} AS {sql}", values)
                for table, (sql, values) in zip(tables, several, strict=True)
            ]
        for one in made:
            one.result()
        yield tables
    finally:
        for table in tables:
            asked.rows(f"DROP TABLE IF EXISTS {table}")


def as_query(kind: type[QueryT], query: AnalyticsQuery, **own: Any) -> QueryT:
    """The parameters of a request as those of another question, with its own."""
    shared = {name: getattr(query, name) for name in AnalyticsQuery.model_fields}
    return kind(**{**shared, **own})
