"""The plays that began in the range, counted by raw columns: what is derived comes after."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Mapping
from typing import Any

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.core.scope import Scope
from showrunner.history.analytics.core.settled import kept_table
from showrunner.history.analytics.core.split import Plays, split

PLAYS = "count(*) AS plays"


def begun(
    asked: Asked,
    columns: Mapping[str, str],
    *,
    sums: str = PLAYS,
    where: str = "true",
    people: People | None = None,
) -> tuple[str, list[Any]]:
    """
    SQL of a row for each combination of `columns` (name: SQL over the columns of
    `Asked.plays`) with its `sums`, and the values for its question marks.

    With `people` there is also `people`, who they were, as `watched` has it.
    """
    filters = asked.scope.began_in_range
    condition, values = asked.scope.condition(filters)
    plays = Plays(asked.plays(filters), condition, values)
    return _grouped(asked, plays, columns, sums, where, people)


def begun_kept(
    asked: Asked,
    columns: Mapping[str, str],
    *,
    sums: str = PLAYS,
    where: str = "true",
    people: People | None = None,
) -> tuple[str, list[Any]]:
    """
    The same, but a combination comes in up to three rows: those of months which are over are
    found once and kept. For few combinations, whose sums add up.
    """
    if not asked.is_of_history:
        return begun(asked, columns, sums=sums, where=where, people=people)
    plays = split(asked, asked.scope.began_in_range)
    sql, values = _grouped(asked, plays.fresh, columns, sums, where, people)
    for past in plays.settled:
        settled = _grouped(asked, past.plays, columns, sums, where, people)
        sql = f"FROM {kept_table(asked.history, *settled)} UNION ALL {sql}"
    return sql, values


def _grouped(
    asked: Asked,
    plays: Plays,
    columns: Mapping[str, str],
    sums: str,
    where: str,
    people: People | None,
) -> tuple[str, list[Any]]:
    named = "".join(f"{sql} AS {name}, " for name, sql in columns.items())
    relation, values = plays.relation, plays.values
    if people:
        relation, numbers = asked.numbered(relation, people)
        sums, values = f"{sums}, {people.bits('number')} AS people", [*numbers, *values]
    sql = f"SELECT {named}{sums} FROM {relation} WHERE {plays.condition} AND ({where}) GROUP BY ALL"
    return sql, values


def local_day(scope: Scope, moment_s: str) -> str:
    """SQL of the `bucket` of a day, as `BUCKETS` take it; `moment_s` is a column, as `began_s`."""
    return f"({scope.local_s(moment_s)} // 86400)"
