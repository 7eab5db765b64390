"""
The table `staged`: what is to be absorbed, each row as the play it would be by itself.

Columns are those of the ledger, and `n`, the number of the row. Millions of rows fit:
the engine keeps its tables in a file.
"""

# The SQL is put together from our own column and file names; values are always bound.
# ruff: noqa: S608

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from showrunner.history.ledger.columns import READ_NAMES, READ_TYPES
from showrunner.history.ledger.engine import open_engine
from showrunner.history.ledger.rows import as_rows
from showrunner.plays.models import Play

_MEMORY_MB = 180
"""The process stays under 400 MB with it; the engine takes more than its limit says."""

_COLUMNS = ", ".join(f"{name} {kind}" for name, kind in READ_TYPES.items())


@contextmanager
def staging() -> Iterator["Staging"]:
    """Room for rows, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with closing(open_engine(_MEMORY_MB, folder / "staging.duckdb")) as engine:
            yield Staging(engine, folder)


class Staging:
    """`engine` has the table; `folder` is there for files on the way into it."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        # Rows have numbers; to keep their order as well takes memory.
        engine.execute("SET preserve_insertion_order = false")
        engine.execute(f"CREATE TABLE staged (n BIGINT, {_COLUMNS})")

    def take(self, plays: Iterable[Play]) -> None:
        """Add finished plays. Raises InvalidInputError for one that is open."""
        with as_rows(plays, self.folder) as rows:
            self.engine.execute(
                f"INSERT INTO staged SELECT {self.count()} + ordinal, {READ_NAMES} FROM {rows}"
            )

    def count(self) -> int:
        ((count,),) = self.engine.execute("SELECT count(*) FROM staged").fetchall()
        return int(count)
