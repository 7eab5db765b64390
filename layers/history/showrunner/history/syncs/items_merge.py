"""One library's items: what the server says now, made one with the file of before, in DuckDB."""

# The SQL is put together from our own column and file names; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from showrunner.clients.records import CatalogueItem
from showrunner.history.ledger.engine import damaged_parts, files

_PROVIDERS = ("imdb", "tmdb", "tvdb")
_LARGEST_NUMBER = 2**63 - 1

_SAID = {
    "item_id": "VARCHAR",
    "guid": "VARCHAR",
    **{f"{provider}_id": "VARCHAR" for provider in _PROVIDERS},
    "media_type": "VARCHAR",
    "title": "VARCHAR",
    "series_title": "VARCHAR",
    "season_number": "BIGINT",
    "episode_number": "BIGINT",
    "year": "BIGINT",
    "content_rating": "VARCHAR",
    "added_at": "TIMESTAMP",
    "duration_ms": "BIGINT",
    "resolution": "VARCHAR",
    "video_codec": "VARCHAR",
    "audio_codec": "VARCHAR",
    "container": "VARCHAR",
    "hdr": "VARCHAR",
    "bitrate_kbps": "BIGINT",
    "size_bytes": "BIGINT",
    "play_count": "BIGINT",
    "last_played_at": "TIMESTAMP",
}
"""What the server says of an item."""

COLUMNS = {
    "connection_id": "VARCHAR",
    "library_id": "VARCHAR",
    "library": "VARCHAR",
    **_SAID,
    "first_seen_at": "TIMESTAMP",
    "removed_at": "TIMESTAMP",
}
"""SQL types by column name, in the order of the files."""

_COPY_OPTIONS = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000"


class ItemsMerge:
    """Tables `said` (by the server now), `before` (of the file) and `after`."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._engine, self._folder = engine, folder

    def read(self, pages: Iterable[bytes], facts: tuple[str, str, str | None, datetime]) -> None:
        """What lay in the pages; of an item that came twice the later."""
        path = self._folder / "said.json"
        with path.open("wb") as file:
            file.writelines(pages)
        columns = {"ordinal": "BIGINT", **_SAID}
        names = ", ".join(_SAID)
        connection_id, library_id, library, moment = facts
        now = _plain_time(moment)
        self._engine.execute(
            "CREATE TABLE said AS SELECT ?::VARCHAR AS connection_id, ?::VARCHAR AS library_id, "
            f"?::VARCHAR AS library, {names}, ?::TIMESTAMP AS first_seen_at, "
            "NULL::TIMESTAMP AS removed_at "
            f"FROM read_json(?, format = 'newline_delimited', columns = {columns}) "
            "QUALIFY row_number() OVER (PARTITION BY item_id ORDER BY ordinal DESC) = 1",
            [connection_id, library_id, library, now, str(path)],
        )
        self._engine.execute("CREATE TABLE moment AS SELECT ?::TIMESTAMP AS now", [now])

    def read_before(self, data: bytes | None) -> None:
        """The file as it was; None: there was none."""
        if data is None:
            self._engine.execute("CREATE TABLE before AS SELECT * FROM said LIMIT 0")
            return
        path = self._folder / "before.parquet"
        path.write_bytes(data)
        with damaged_parts():
            self._engine.execute(f"CREATE TABLE before AS {rows_of([path])}")

    def write(self) -> Path:
        """The file as it shall be."""
        names = ", ".join(COLUMNS)
        self._engine.execute(
            f"CREATE TABLE after AS SELECT {names} FROM (SELECT said.* REPLACE "
            "(coalesce(before.first_seen_at, said.first_seen_at) AS first_seen_at) "
            "FROM said LEFT JOIN before USING (item_id)) "
            f"UNION ALL SELECT {names} FROM (SELECT before.* REPLACE "
            "(coalesce(removed_at, (SELECT now FROM moment)) AS removed_at) FROM before "
            "WHERE item_id NOT IN (SELECT item_id FROM said))"
        )
        path = self._folder / "after.parquet"
        self._engine.execute(
            f"COPY (SELECT {names} FROM after ORDER BY added_at, item_id) TO "
            f"'{path}' ({_COPY_OPTIONS})"
        )
        return path

    def counts(self) -> tuple[int, int]:
        """New items; those that went or came back."""
        new = self._number("after ANTI JOIN before USING (item_id)")
        turned = self._number(
            "after JOIN before USING (item_id) "
            "WHERE (after.removed_at IS NULL) <> (before.removed_at IS NULL)"
        )
        return new, turned

    def differs(self) -> bool:
        return bool(self._number("(SELECT * FROM after EXCEPT SELECT * FROM before)"))

    def _number(self, of: str) -> int:
        found = self._engine.execute(f"SELECT count(*) FROM {of}").fetchone()
        return int(found[0]) if found else 0


def rows_of(paths: Iterable[Path]) -> str:
    """
    SQL of the rows of such files, with all COLUMNS.

    What a column would say that came after a file was written is NULL for its items.
    """
    nothing = ", ".join(f"NULL::{kind} AS {name}" for name, kind in COLUMNS.items())
    sides = " UNION ALL BY NAME ".join(
        [f"(SELECT {nothing} LIMIT 0)", *(f"FROM {files([path])}" for path in paths)]
    )
    return f"SELECT {', '.join(COLUMNS)} FROM ({sides})"


def row_of(item: CatalogueItem) -> dict[str, Any]:
    """As JSON, by the names of the columns."""
    row: dict[str, Any] = {name: _json(getattr(item, name, None)) for name in _SAID}
    return row | {f"{one}_id": item.provider_ids.get(one) for one in _PROVIDERS}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return _plain_time(value).isoformat(" ", "microseconds")
    if isinstance(value, int) and abs(value) > _LARGEST_NUMBER:
        return None  # no true fact of a file
    return value


def _plain_time(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
