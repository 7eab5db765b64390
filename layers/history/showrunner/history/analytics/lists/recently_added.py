"""What is new in the libraries, and whether anybody watched it yet."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.zones import local_s, offsets
from showrunner.history.analytics.libraries.items import items_version
from showrunner.history.analytics.libraries.items_chosen import (
    Shelves,
    moment,
    shelves_since_the_first,
)
from showrunner.history.analytics.libraries.items_played import plays_on_server
from showrunner.history.analytics.libraries.items_shown import Row, library_facts

MOST_IDS = 100
_DAY_SECONDS = 86_400


class AddedKind(StrEnum):
    ALL = "all"
    MOVIES = "movies"
    EPISODES = "episodes"
    TRACKS = "tracks"


class RecentlyAddedQuery(AnalyticsQuery):
    """
    `of`: which items.

    Of those that were added in the range and are still there at its end, the newest first.
    The filters of people, players and delivery say whose plays count; the others choose items.
    """

    of: AddedKind = AddedKind.ALL


class Added(BaseModel):
    """
    An item; or the episodes of one show, or the songs of one artist, that a library got on one
    local day: then `items` is over 1, `title` None (and `season_number`, if they are of several).

    `item_ids` are the first 100. `added_at` is when the last of them came; `played` is how many of
    them were played on their server, `plays` how often. `first_played_at` None: never.
    """

    model_config = ConfigDict(frozen=True)

    server_id: str
    server: str | None
    library: str | None
    media_type: str | None
    title: str | None
    series_title: str | None
    season_number: int | None
    episode_number: int | None
    year: int | None
    item_ids: list[str]
    items: int
    added_at: datetime
    duration_seconds: int | None
    size_bytes: int | None
    played: int
    plays: int
    first_played_at: datetime | None


class RecentlyAddedAnswer(Answer):
    """`count` is the length of the whole list, of which `entries` are the first."""

    entries: list[Added]
    count: int


_MEDIA_TYPES = {
    AddedKind.ALL: "true",
    AddedKind.MOVIES: "media_type = 'movie'",
    AddedKind.EPISODES: "media_type = 'episode'",
    AddedKind.TRACKS: "media_type = 'track'",
}


def recently_added(analytics: Analytics, query: RecentlyAddedQuery) -> RecentlyAddedAnswer:
    """The newest. Raises InvalidInputError that names the parameter."""
    shelves = shelves_since_the_first(analytics, query)
    entries, count = _newest(shelves, query)
    return RecentlyAddedAnswer(**shelves.head(), entries=entries, count=count)


def _newest(shelves: Shelves, query: RecentlyAddedQuery) -> tuple[list[Added], int]:
    scope = shelves.asked.scope
    where = f"{shelves.added_in_range} AND {shelves.at_end} AND {_MEDIA_TYPES[query.of]}"
    sql, values = shelves.chosen(where)
    # Items can be older than the first play, and with them the changes of the clock.
    added_s = local_s("added_s", offsets(scope.zone, scope.since, scope.before))
    found = shelves.asked.rows(
        f"""WITH items AS MATERIALIZED (
            SELECT *, {added_s} // {_DAY_SECONDS} AS period,
                CASE WHEN series_title IS NULL THEN item_id END AS alone FROM {sql}),
        newest AS (SELECT {_TOGETHER}, max(added_s) AS last_added_s, count(*) OVER () AS entries
            FROM items GROUP BY {_TOGETHER}
            ORDER BY last_added_s DESC, {_TOGETHER} LIMIT ?)
        SELECT {_COLUMNS}, any_value(entries) FROM items JOIN newest ON {_IS_TOGETHER}
        GROUP BY {", ".join(f"items.{name}" for name in _TOGETHER.split(", "))}
        ORDER BY last_added_s DESC, connection_id, item_ids[1]""",
        [*values, query.limit],
    )
    if not found:
        return [], 0
    named = [dict(zip(_NAMES, row, strict=False)) for row in found]
    played = _played(shelves, named)
    servers = shelves.asked.servers()
    return [_added(row, played, servers) for row in named], found[0][len(_NAMES)]


def _played(shelves: Shelves, rows: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[int, int]]:
    """Plays and the first moment (in seconds) of those of the items that were played."""
    item_ids = sorted({item_id for row in rows for item_id in row["item_ids"]})
    sql, values = plays_on_server(shelves, item_ids)
    found = shelves.asked.rows(f"SELECT connection_id, item_id, plays, first_s FROM {sql}", values)
    return {(server_id, item_id): (plays, first) for server_id, item_id, plays, first in found}


_TOGETHER = "connection_id, library, media_type, series_title, period, alone"
_IS_TOGETHER = " AND ".join(
    f"items.{name} IS NOT DISTINCT FROM newest.{name}" for name in _TOGETHER.split(", ")
)


def _one(column: str) -> str:
    """What all of them have in common."""
    is_one = f"min({column}) = max({column}) AND count({column}) = count(*)"
    return f"CASE WHEN {is_one} THEN min({column}) END"


_SHOWN = {
    "connection_id": "items.connection_id",
    "library": "items.library",
    "media_type": "items.media_type",
    "series_title": "items.series_title",
    "title": "CASE WHEN count(*) = 1 THEN min(title) END",
    "season_number": _one("season_number"),
    "episode_number": "CASE WHEN count(*) = 1 THEN min(episode_number) END",
    "year": _one("year"),
    "item_ids": "list(item_id ORDER BY season_number, episode_number, added_s, item_id)",
    "last_added_s": "max(added_s)",
    "length_ms": "sum(duration_ms)::BIGINT",
    "size_bytes": "sum(size_bytes)::BIGINT",
}
_NAMES = tuple(_SHOWN)
_COLUMNS = ", ".join(f"{sql} AS {name}" for name, sql in _SHOWN.items())


def _added(
    row: Row, played: Mapping[tuple[str, str], tuple[int, int]], servers: Mapping[str, str]
) -> Added:
    length_ms, item_ids = row["length_ms"], row["item_ids"]
    seen = [played[key] for one in item_ids if (key := (row["connection_id"], one)) in played]
    same = [name for name in Added.model_fields if name in row]
    facts: dict[str, Any] = {
        **{name: row[name] for name in same},
        **library_facts(row, servers),
        "item_ids": item_ids[:MOST_IDS],
        "items": len(item_ids),
        "added_at": moment(row["last_added_s"]),
        "duration_seconds": None if length_ms is None else length_ms // 1000,
        "played": len(seen),
        "plays": sum(plays for plays, _ in seen),
        "first_played_at": moment(min((first for _, first in seen), default=None)),
    }
    return Added(**facts)


QUESTION = Question(
    "recently-added",
    "What is new in the libraries, several episodes of a show together, and whether it was played.",
    RecentlyAddedQuery,
    RecentlyAddedAnswer,
    recently_added,
    also_from=items_version,
)
