"""A home's history and libraries as a SQLite database of two tables."""

import sqlite3
from contextlib import closing
from pathlib import Path

from showrunner.history.home import ledger_of
from showrunner.history.ledger.engine import open_engine
from showrunner.history.syncs.items import PREFIX
from showrunner.history.syncs.items_merge import rows_of
from showrunner.wiring import EmbeddedHome
from tests.benchmarks.bench_history import as_sqlite

_CACHE_KIB = 200_000
_FACTS = """connection_id, library, item_id, guid, media_type, title, series_title, season_number,
    episode_number, year, resolution, duration_ms, size_bytes"""
_SECONDS = "epoch(added_at)::BIGINT AS added_s, epoch(removed_at)::BIGINT AS removed_s"
_COLUMNS = f"{_FACTS}, added_s, removed_s"


def database_of(home: EmbeddedHome, path: Path) -> sqlite3.Connection:
    """
    `plays` and `items`, with the indexes of a program that shows histories and libraries.

    It may keep 200 MB in memory, and knows how the values are spread.
    """
    database = as_sqlite(ledger_of(home), path)
    _add_items(home, database)
    database.execute("CREATE INDEX 'by item' ON plays (item_id, started_at)")
    database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    database.execute("PRAGMA temp_store = MEMORY")
    database.execute("PRAGMA analysis_limit = 1000")
    database.execute("ANALYZE")
    database.commit()
    return database


def _add_items(home: EmbeddedHome, database: sqlite3.Connection) -> None:
    database.execute(f"CREATE TABLE items ({_COLUMNS}, PRIMARY KEY (connection_id, item_id))")
    paths = ledger_of(home).part_files.paths(list(home.blobs.list(PREFIX)))
    marks = ", ".join("?" * len(_COLUMNS.split(",")))
    with closing(open_engine()) as engine:
        rows = engine.execute(f"SELECT {_FACTS}, {_SECONDS} FROM ({rows_of(paths)})")
        database.executemany(f"INSERT INTO items VALUES ({marks})", rows.fetchall())
