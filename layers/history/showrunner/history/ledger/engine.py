"""DuckDB, set up so that it neither asks the network for anything nor takes all memory."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from showrunner.errors import SetupError

MEMORY_LIMIT_MB = 400
"""Of DuckDB's own buffers; larger sorts go to files in the system's temporary folder."""


THREADS = 2


def open_engine(
    memory_limit_mb: int = MEMORY_LIMIT_MB, database: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """An engine of its own, with two threads and times in UTC; its tables in memory or a file."""
    engine = duckdb.connect(
        str(database or ":memory:"),
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": f"{memory_limit_mb}MB",
            "temp_directory": str(Path(tempfile.gettempdir()) / "showrunner-duckdb"),
            "threads": THREADS,
            "python_enable_replacements": False,
        },
    )
    # A part never changes under its name, so what was read of its footer stays true.
    engine.execute("SET GLOBAL parquet_metadata_cache = true; SET GLOBAL TimeZone = 'UTC'")
    return engine


@contextmanager
def damaged_parts() -> Iterator[None]:
    """Say what to do when a file of the ledger cannot be read."""
    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise SetupError(
            "A file of the history cannot be read: verify the ledger, and put the file back from "
            f"your backup ({_first_line(error)})."
        ) from error


def files(paths: list[Path]) -> str:
    """The SQL that reads these Parquet files; only ever given names that we made."""
    names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{names}], hive_partitioning = false)"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
