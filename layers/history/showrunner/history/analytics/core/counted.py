"""What `watched` counted once, kept while several questions are made of it."""

# The SQL is put together from our own column and table names; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import count
from typing import Any

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.core.pieces import Grain

_numbers = count()


@dataclass(frozen=True, slots=True)
class Counted(Asked):
    """
    A question whose plays are counted already, by the raw columns that `table` has and, but for
    `Grain.NONE`, by pieces of time: those that pass `where`.
    """

    table: str = ""
    grain: Grain = Grain.NONE
    where: str = "true"

    @property
    def is_of_history(self) -> bool:
        return False

    def again(
        self, columns: Mapping[str, str], where: str, grain: Grain, people: People | None
    ) -> tuple[str, list[Any]]:
        """
        What `watched` gives for these columns, with the grain of the table or none. Raises
        ValueError for another, which the table cannot tell.
        """
        if grain not in (Grain.NONE, self.grain):
            raise ValueError(f"counted by {self.grain.value}, so not by {grain.value}")
        table: str = self.table
        values: list[Any] = []
        if people and "number" in columns.values():
            table, values = people.numbered(table)
        chosen = "".join(f"{sql} AS {name}, " for name, sql in columns.items())
        bucket = "bucket" if grain is self.grain else "NULL::INTEGER AS bucket"
        also = "true" if where == self.where else where
        sql = f"""SELECT {chosen} {bucket}, plays, watch_seconds, unknown_plays, people
            FROM {table} WHERE ({also})"""
        return sql, values


@contextmanager
def counted_already(
    asked: Asked, rows: str, values: list[Any], grain: Grain = Grain.NONE, where: str = "true"
) -> Iterator[Counted]:
    """
    The same question, of which `watched` gave these rows for that grain and `where`; for as long
    as the block lasts.
    """
    table = f"counted_{next(_numbers)}"
    asked.rows(f"CREATE TABLE {table} AS {rows}", values)
    try:
        facts = {one.name: getattr(asked, one.name) for one in fields(Asked)}
        yield Counted(**facts, table=table, grain=grain, where=where)
    finally:
        asked.rows(f"DROP TABLE {table}")
