"""What `watched` counted once, kept while several lists are made of it."""

# The SQL is put together from our own column and table names; values are always bound.
# ruff: noqa: S608

from collections.abc import Mapping
from dataclasses import dataclass

from showrunner.history.analytics.core.asked import Asked


@dataclass(frozen=True, slots=True)
class Counted(Asked):
    """A question whose plays are counted already, by the raw columns that `table` has."""

    table: str = ""

    @property
    def is_of_history(self) -> bool:
        return False

    def again(self, columns: Mapping[str, str], where: str) -> str:
        """SQL of what `watched` gives for these columns, without a bucket."""
        chosen = "".join(f"{sql} AS {name}, " for name, sql in columns.items())
        return f"""SELECT {chosen} NULL::INTEGER AS bucket, plays, watch_seconds, unknown_plays,
            people FROM {self.table} WHERE ({where})"""
