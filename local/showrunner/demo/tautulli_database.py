"""
`python -m showrunner.demo.tautulli_database FILE`: a database as Tautulli keeps one.

For trying the import, its tests and its benchmarks: 30 people over five years, every
table of the history in its real shape, the same for the same `--seed`.
"""

import argparse
import random
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path

from showrunner.demo import tautulli_world as world
from showrunner.demo.streams import Way, delivered
from showrunner.demo.tautulli_rows import media_info_row, metadata_row
from showrunner.demo.tautulli_schema import (
    VERSION,
    Row,
    columns_of,
    create_indexes,
    create_tables,
    insert,
)
from showrunner.demo.tautulli_viewings import YEARS_DAYS, Habits, Viewing, shares

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
_SERVER_ID = "5e1c7d0a9b3f4826d0c4a7e9b8f1325d6c7e8a90"
_COLUMNS = [field.name for field in fields(Viewing)]
_KEYS = ("rating_key", "parent_rating_key", "grandparent_rating_key", "media_type")
_STREAM = f"viewing.title * {len(Way)} + viewing.way"
_PLACE = "viewing.device * 2 + viewing.is_remote"
_SECTION = "CASE title.media_type WHEN 'movie' THEN 1 WHEN 'episode' THEN 2 ELSE 3 END"
_FAST = """
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    PRAGMA temp.cache_size = -65536; PRAGMA cache_size = -65536; BEGIN
"""
_IN_ORDER = (
    """CREATE TEMP TABLE numbered AS
    SELECT row_number() OVER (ORDER BY stopped, number) AS id, number FROM temp.viewing""",
    "CREATE TEMP TABLE group_of (joins INTEGER PRIMARY KEY, reference_id INTEGER)",
    "INSERT INTO temp.group_of SELECT number, id FROM temp.numbered ORDER BY number",
)


def write_database(
    path: Path,
    *,
    plays: int = 10_000,
    seed: int = 1,
    people: int = world.PEOPLE,
    until: datetime = UNTIL,
    days: int = YEARS_DAYS,
    version: str = VERSION,
) -> None:
    """
    Write a new file with exactly that many rows of history, in the `days` before `until`.

    Row ids run from 1 in the order of stop times, as Tautulli writes a row when a viewing
    ends. About one in ten goes on where an earlier one of the same person stopped: its
    `reference_id` is that one's row. FileExistsError: there is something at `path`.
    """
    path.touch(exist_ok=False)
    first = int((until - timedelta(days=days)).timestamp())
    dice = random.Random(seed)  # noqa: S311  a story, not a secret
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(_FAST)
        create_tables(connection, version=version)
        insert(connection, "users", world.user_rows(people))
        insert(connection, "library_sections", world.section_rows(_SERVER_ID))
        catalogue, devices = world.catalogue(first), world.devices(people, dice)
        _insert_viewings(connection, _viewings(catalogue, devices, dice, plays, first, days))
        _insert_facts(connection, catalogue, devices)
        for statement in _IN_ORDER:
            connection.execute(statement)
        _insert_history(connection)
        create_indexes(connection)
        connection.execute("COMMIT")


def _viewings(
    catalogue: world.Catalogue,
    devices: list[list[world.Device]],
    dice: random.Random,
    plays: int,
    first: int,
    days: int,
) -> Iterator[Viewing]:
    """Person by person; the last day stays free, for nothing may end after it."""
    number = 0
    for owned, count in zip(devices, shares(len(devices), plays), strict=True):
        yield from Habits(catalogue, owned, dice, number).viewings(count, first, days - 2)
        number += count


def _insert_viewings(connection: sqlite3.Connection, viewings: Iterator[Viewing]) -> None:
    columns = ", ".join(f"{name} INTEGER" for name in _COLUMNS)
    columns = columns.replace("number INTEGER", "number INTEGER PRIMARY KEY")
    connection.execute(f"CREATE TEMP TABLE viewing ({columns})")
    places = ", ".join("?" * len(_COLUMNS))
    rows = map(attrgetter(*_COLUMNS), viewings)
    connection.executemany(f"INSERT INTO temp.viewing VALUES ({places})", rows)  # noqa: S608


def _insert_facts(
    connection: sqlite3.Connection, catalogue: world.Catalogue, devices: list[list[world.Device]]
) -> None:
    """Each title, each way to deliver one and each place of a device, once."""
    metadata = (metadata_row(number, item) for number, item in enumerate(catalogue.items))
    streams = (
        media_info_row(key, item, delivered(item.source, Way(key % len(Way))))
        for (key,) in connection.execute(f"SELECT DISTINCT {_STREAM} FROM temp.viewing")  # noqa: S608
        for item in [catalogue.items[key // len(Way)]]
    )
    places = (
        {"id": device.number * 2 + is_remote, **device.row(is_remote=bool(is_remote))}
        for owned in devices
        for device in owned
        for is_remote in (0, 1)
    )
    _insert_like(connection, "title", "session_history_metadata", metadata)
    _insert_like(connection, "stream", "session_history_media_info", streams)
    _insert_like(connection, "place", "session_history", places)


def _insert_like(
    connection: sqlite3.Connection, name: str, table: str, rows: Iterable[Row]
) -> None:
    """`rows` as a temporary table with the columns of `table`, to be found by `id`."""
    columns = ", ".join(columns_of(connection, table)).replace("id,", "id INTEGER PRIMARY KEY,", 1)
    connection.execute(f"CREATE TEMP TABLE {name} ({columns})")
    insert(connection, f"temp.{name}", rows)


def _insert_history(connection: sqlite3.Connection) -> None:
    """The three rows of every viewing, each built by SQLite itself: that is what makes it fast."""
    _insert_joined(connection, "session_history_metadata", "title", "viewing.title", {})
    _insert_joined(connection, "session_history_media_info", "stream", _STREAM, {})
    computed = {
        "reference_id": "group_of.reference_id",
        "started": "viewing.started",
        "stopped": "viewing.stopped",
        "paused_counter": "viewing.paused",
        "view_offset": "viewing.offset_ms",
        "section_id": _SECTION,
        **{name: f"title.{name}" for name in _KEYS},
    }
    _insert_joined(connection, "session_history", "place", _PLACE, computed)


def _insert_joined(
    connection: sqlite3.Connection, table: str, kept: str, key: str, computed: Mapping[str, str]
) -> None:
    """A row of `table` for every viewing: `computed` columns, the others from `kept`."""
    values = [
        "numbered.id" if name == "id" else computed.get(name, f"{kept}.{name}")
        for name in columns_of(connection, table)
    ]
    also = "" if kept == "title" else "JOIN temp.title ON title.id = viewing.title"
    connection.execute(
        f"INSERT INTO {table} SELECT {', '.join(values)} "  # noqa: S608  names of ours
        "FROM temp.numbered JOIN temp.viewing USING (number) "
        f"JOIN temp.group_of USING (joins) JOIN temp.{kept} ON {kept}.id = {key} {also} "
        "ORDER BY numbered.id"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m showrunner.demo.tautulli_database", description=__doc__
    )
    parser.add_argument("file", type=Path, help="where it is written; must not exist")
    parser.add_argument("--plays", type=int, default=10_000, help="rows of history (10000)")
    parser.add_argument("--seed", type=int, default=1, help="another one, another history (1)")
    options = parser.parse_args()
    write_database(options.file, plays=options.plays, seed=options.seed)


if __name__ == "__main__":
    main()
