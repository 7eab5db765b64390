"""An item, and sums over items, as answers show them."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.libraries.items_chosen import moment


class ShelfItem(BaseModel):
    """
    One item of a library: a film, an episode, a track.

    `added_at` is when it came, as its server says, or when it was first seen. `duration_seconds`
    is its length, `size_bytes` that of its file. None: the server does not say.
    """

    model_config = ConfigDict(frozen=True)

    server_id: str
    server: str | None
    library: str | None
    item_id: str
    media_type: str | None
    title: str | None
    series_title: str | None
    season_number: int | None
    episode_number: int | None
    year: int | None
    content_rating: str | None
    resolution: str | None
    added_at: datetime
    duration_seconds: int | None
    size_bytes: int | None


class Stock(BaseModel):
    """
    So many items, together so many `seconds` long and `size_bytes` large.

    Items of `unknown_length` and `unknown_size` add none: nobody said.
    """

    model_config = ConfigDict(frozen=True)

    items: int = 0
    seconds: int = 0
    size_bytes: int = 0
    unknown_length: int = 0
    unknown_size: int = 0


_SUMS = {
    "items": "count(*) {0}",
    "seconds": "coalesce(sum(duration_ms // 1000) {0}, 0)::BIGINT",
    "size_bytes": "coalesce(sum(size_bytes) {0}, 0)::BIGINT",
    "unknown_length": "count(*) {0} - count(duration_ms) {0}",
    "unknown_size": "count(*) {0} - count(size_bytes) {0}",
}

ITEM_COLUMNS = """connection_id, library, item_id, media_type, title, series_title, season_number,
    episode_number, year, content_rating, resolution, added_s, duration_ms, size_bytes"""
"""What `item_facts` needs."""

Row = Mapping[str, Any]


def stock_sql(name: str, where: str = "true") -> str:
    """SQL of a column `name`: the `Stock` of the rows of items that pass."""
    only = f"FILTER (WHERE {where})"
    return f"{{{', '.join(f'{key}: {sql.format(only)}' for key, sql in _SUMS.items())}}} AS {name}"


def stock_of(stocks: Iterable[Row]) -> Stock:
    """The sum of values of such columns."""
    each = list(stocks)
    return Stock(**{name: sum(one[name] for one in each) for name in _SUMS})


def item_facts(row: Row, servers: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a `ShelfItem`; `servers` are names by ids."""
    same = [name for name in ShelfItem.model_fields if name in row]
    length_ms = row["duration_ms"]
    return {
        **{name: row[name] for name in same},
        "server_id": row["connection_id"],
        "server": servers.get(row["connection_id"]),
        "added_at": moment(row["added_s"]),
        "duration_seconds": None if length_ms is None else length_ms // 1000,
    }


def library_facts(row: Row, servers: Mapping[str, str]) -> dict[str, Any]:
    """The fields by which a library is known."""
    server_id = row["connection_id"]
    return {"server_id": server_id, "server": servers.get(server_id), "library": row["library"]}


def lists(
    asked: Asked, tables: str, values: Sequence[Any], **queries: str
) -> dict[str, list[dict[str, Any]]]:
    """
    The rows of several queries over the same `tables` (what stands between WITH and SELECT),
    which are then made once. For short lists.
    """
    columns = ", ".join(
        f"(SELECT list(found_row) FROM ({sql}) AS found_row) AS {name}"
        for name, sql in queries.items()
    )
    (found,) = asked.rows(f"WITH {tables} SELECT {columns}", values)
    return {name: rows or [] for name, rows in zip(queries, found, strict=True)}


def share(part: float, whole: float) -> float:
    """0 to 1, also of nothing."""
    return round(part / whole, 4) if whole else 0
