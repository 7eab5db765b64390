"""What nobody watched, and what nobody watches any more: candidates for making room."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.libraries.items import items_version
from showrunner.history.analytics.libraries.items_chosen import Shelves, moment, shelves_of
from showrunner.history.analytics.libraries.items_played import On, with_plays
from showrunner.history.analytics.libraries.items_shown import (
    ITEM_COLUMNS,
    Row,
    ShelfItem,
    Stock,
    item_facts,
    library_facts,
    lists,
    share,
    stock_of,
    stock_sql,
)

_DAY_SECONDS = 86_400
_MOST_DAYS = 36_600


class ShelfOrder(StrEnum):
    """What the first line is: the largest file, or what lies there longest."""

    SIZE_BYTES = "size_bytes"
    AGE = "age"


class UnwatchedQuery(AnalyticsQuery):
    """
    `stale_days`: an item is stale when its last play is longer ago than so many times 24 hours.

    `on`: where a play must have been to count. The filters of people, players and delivery
    say whose plays count; the others choose items. The answer is as of `before` (now, unless
    it is given), all plays until then count: `since` and `days` change nothing. What hidden
    people alone watched is unwatched, unless `include_hidden`.
    """

    on: On = On.ANY_SERVER
    stale_days: Annotated[int, Field(ge=1, le=_MOST_DAYS)] = 365
    order: ShelfOrder = ShelfOrder.SIZE_BYTES


class IdleItem(ShelfItem):
    """
    `last_played_at` None: never, or only its server knows that it was, and not when.

    `age_days` are the whole days since it was added, `idle_days` those since it was last
    played (None: never).
    """

    last_played_at: datetime | None
    age_days: int
    idle_days: int | None


class IdleLibrary(BaseModel):
    """`held` is what is there, `never` what was never played of it, `stale` not for long."""

    model_config = ConfigDict(frozen=True)

    server_id: str
    server: str | None
    library: str | None
    held: Stock
    never: Stock
    stale: Stock
    never_share: float
    stale_share: float


class UnwatchedAnswer(Answer):
    """
    Of the items that were there at the end of the range.

    `held` is the whole stock, `never` what was never played of it and `stale` what was last
    played over `stale_days` ago; `never_items` and `stale_items` are the first of these.
    The shares are of items, 0 to 1. What a server itself counts as played (Plex: by the
    owner) is never `never`, unless only certain plays were asked for.
    """

    held: Stock
    never: Stock
    stale: Stock
    never_share: float
    stale_share: float
    libraries: list[IdleLibrary]
    never_items: list[IdleItem]
    stale_items: list[IdleItem]


_ORDERS = {
    ShelfOrder.SIZE_BYTES: "size_bytes DESC NULLS LAST, added_s",
    ShelfOrder.AGE: "added_s, size_bytes DESC NULLS LAST",
}


def unwatched(analytics: Analytics, query: UnwatchedQuery) -> UnwatchedAnswer:
    """Never watched and stale items. Raises InvalidInputError that names the parameter."""
    shelves = shelves_of(analytics, query)
    order = f"ORDER BY {_ORDERS[query.order]}, connection_id, item_id LIMIT {query.limit:d}"
    found = _found(
        shelves,
        query,
        never=f"SELECT {ITEM_COLUMNS}, last_s FROM items WHERE is_never {order}",
        stale=f"SELECT {ITEM_COLUMNS}, last_s FROM items WHERE is_stale {order}",
    )
    names = shelves.asked.servers()
    libraries = [
        IdleLibrary(**library_facts(row, names), **_stocks([row])) for row in found["libraries"]
    ]
    return UnwatchedAnswer(
        **shelves.head(),
        **_stocks(found["libraries"]),
        libraries=sorted(libraries, key=lambda one: -one.never.size_bytes),
        never_items=[_item(row, names, shelves.before_s) for row in found["never"]],
        stale_items=[_item(row, names, shelves.before_s) for row in found["stale"]],
    )


def idle(shelves: Shelves, query: UnwatchedQuery) -> dict[str, Any]:
    """The fields of `UnwatchedAnswer` about all of the items, which cost half of it."""
    return _stocks(_found(shelves, query)["libraries"])


def _found(
    shelves: Shelves, query: UnwatchedQuery, **queries: str
) -> dict[str, list[dict[str, Any]]]:
    """Sums by library, and those queries about `items`; one reading of the plays for all."""
    sql, values = with_plays(shelves, query.on, shelves.at_end)
    stale_s = shelves.before_s - query.stale_days * _DAY_SECONDS
    by_server = "false" if shelves.narrows_plays else _PLAYED_AS_ITS_SERVER_SAYS
    last_s = "last_s" if shelves.narrows_plays else _LAST_S.format(shelves.before_s)
    items = f"""SELECT {ITEM_COLUMNS}, {last_s} AS last_s,
        plays = 0 AND last_s IS NULL AND NOT ({by_server}) AS is_never,
        coalesce({last_s} < {stale_s}, false) AS is_stale FROM {sql}"""
    sums = [stock_sql("held"), stock_sql("never", "is_never"), stock_sql("stale", "is_stale")]
    return lists(
        shelves.asked,
        f"items AS MATERIALIZED ({items})",
        values,
        libraries=f"""SELECT connection_id, library, {", ".join(sums)} FROM items
            GROUP BY connection_id, library ORDER BY connection_id, library""",
        **queries,
    )


_PLAYED_AS_ITS_SERVER_SAYS = "coalesce(play_count, 0) > 0 OR last_played_s IS NOT NULL"
_LAST_S = "greatest(last_s, CASE WHEN last_played_s < {0} THEN last_played_s END)"


def _stocks(rows: list[dict[str, Any]]) -> dict[str, Any]:
    held, never, stale = (stock_of(row[name] for row in rows) for name in _STOCKS)
    return {
        **dict(zip(_STOCKS, (held, never, stale), strict=True)),
        "never_share": share(never.items, held.items),
        "stale_share": share(stale.items, held.items),
    }


_STOCKS = ("held", "never", "stale")


def _item(row: Row, servers: dict[str, str], before_s: int) -> IdleItem:
    last_s = row["last_s"]
    return IdleItem(
        **item_facts(row, servers),
        last_played_at=moment(last_s),
        age_days=(before_s - row["added_s"]) // _DAY_SECONDS,
        idle_days=None if last_s is None else (before_s - last_s) // _DAY_SECONDS,
    )


QUESTION = Question(
    "unwatched",
    "What was never watched, and what nobody watched for long, with the room that it takes.",
    UnwatchedQuery,
    UnwatchedAnswer,
    unwatched,
    also_from=items_version,
)
