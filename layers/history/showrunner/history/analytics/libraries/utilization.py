"""How much of the libraries is used: what was played of them, how much, and how evenly."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.narrowed import copied_together
from showrunner.history.analytics.core.once import watched_once
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.libraries.items import items_version
from showrunner.history.analytics.libraries.items_chosen import Shelves, shelves_of
from showrunner.history.analytics.libraries.items_played import On, with_plays
from showrunner.history.analytics.libraries.items_shown import (
    Row,
    Stock,
    library_facts,
    lists,
    share,
    stock_of,
    stock_sql,
)

_GB = 1_000_000_000


class UtilizationQuery(AnalyticsQuery):
    """
    Of the items that were there at some time of the range, and of their plays in it.

    The filters of people, players and delivery say whose plays count; the others choose items.
    """


class Use(BaseModel):
    """
    How much of the `held` items was used.

    `played` items have plays in the range, `ever_played` until its end; the shares are of
    items, 0 to 1. `plays` began in the range, `watch_seconds` were watched in it. A GB is
    1,000,000,000 bytes of files whose size is known; None: of none. `top_tenth_share` is the
    share of the plays that the most played tenth of the items (rounded up) has: 0.1 if all
    are played alike, 1 if no other is played; None: nothing was played.
    """

    model_config = ConfigDict(frozen=True)

    held: Stock
    played: int
    played_share: float
    ever_played: int
    ever_played_share: float
    plays: int
    watch_seconds: int
    plays_per_item: float
    watch_seconds_per_item: float
    plays_per_gb: float | None
    watch_seconds_per_gb: float | None
    top_tenth_share: float | None


class UsedLibrary(Use):
    server_id: str
    server: str | None
    library: str | None


class UtilizationAnswer(Answer):
    """
    `total` is of all that `libraries` lists, the most played first.

    `unmatched_plays` (and their `unmatched_watch_seconds`) are of no item that a library
    holds or held since its first sync: with `total` they make the plays of these servers.
    """

    total: Use
    libraries: list[UsedLibrary]
    unmatched_plays: int
    unmatched_watch_seconds: int


def utilization(analytics: Analytics, query: UtilizationQuery) -> UtilizationAnswer:
    """Each library and all together. Raises InvalidInputError that names the parameter."""
    shelves = shelves_of(analytics, query)
    found = _found(shelves, is_whole=not (query.since or query.days))
    names = shelves.asked.servers()
    (total,), (unmatched,) = found["total"], found["unmatched"]
    libraries = [
        UsedLibrary(**library_facts(row, names), **_use(row)) for row in found["libraries"]
    ]
    return UtilizationAnswer(
        **shelves.head(),
        total=Use(**_use(total)),
        libraries=sorted(libraries, key=lambda one: -one.plays),
        unmatched_plays=unmatched["plays"],
        unmatched_watch_seconds=unmatched["watch_seconds"],
    )


def _found(shelves: Shelves, *, is_whole: bool) -> dict[str, list[dict[str, Any]]]:
    """`is_whole`: the range begins with the first play, so what was ever played was so in it."""
    scope = shelves.asked.scope
    same = {
        name: getattr(scope.filters, name) for name in ("servers", "server_kinds", "media_types")
    }
    filters = shelves.plays_before.model_copy(update={**same, "before": None})
    asked = replace(shelves.asked, scope=replace(scope, filters=filters))
    by_item = partial(_by_item, shelves.items.table)
    counted, values = watched_once(asked, _ITEM, then=by_item)
    if is_whole:
        chosen, more = shelves.chosen(shelves.in_range)
    else:
        chosen, more = with_plays(shelves, On.SAME_SERVER, shelves.in_range)
    ever = "used.plays > 0" if is_whole else "chosen.plays > 0"
    plays = f"SELECT number, {_SUMS} FROM ({counted}) GROUP BY number"
    names = ["number", "connection_id", "library", "duration_ms", "size_bytes"]
    names += [] if is_whole else ["plays"]
    items = f"SELECT {', '.join(names)} FROM {chosen}"
    with copied_together(asked, (plays, values), (items, more)) as (used, held):
        tables = f"""
            items AS MATERIALIZED (SELECT chosen.connection_id, library, duration_ms, size_bytes,
                coalesce(used.plays, 0) AS plays,
                coalesce(used.watch_seconds, 0) AS watch_seconds,
                coalesce({ever}, false) AS is_ever
                FROM {held} AS chosen LEFT JOIN {used} AS used USING (number))"""
        return lists(
            asked,
            tables,
            [],
            total=_uses("true AS is_any", "is_any"),
            libraries=_uses("connection_id, library", "connection_id, library"),
            unmatched=f"""SELECT coalesce(sum(plays), 0)::BIGINT AS plays,
                coalesce(sum(watch_seconds), 0)::BIGINT AS watch_seconds
                FROM {used} WHERE number IS NULL""",
        )


_ITEM = {"connection_id": "connection_id", "item_id": "item_id"}
_SUMS = "sum(plays)::BIGINT AS plays, sum(watch_seconds)::BIGINT AS watch_seconds"


def _by_item(items: str, counted: str) -> str:
    """By the numbers of the items; NULL: nobody synced what was played."""
    return f"""SELECT number, {_SUMS}
        FROM ({counted}) LEFT JOIN {items} USING (connection_id, item_id) GROUP BY number"""


def _uses(columns: str, names: str) -> str:
    """SQL of the sums of items by those columns, and of the plays of each one's top tenth."""
    return f"""
    SELECT sums.*, top_plays FROM (
        SELECT {columns}, {stock_sql("held")}, count(*) FILTER (WHERE plays > 0) AS played,
            count(*) FILTER (WHERE is_ever) AS ever_played,
            coalesce(sum(plays), 0)::BIGINT AS plays,
            coalesce(sum(watch_seconds), 0)::BIGINT AS watch_seconds
        FROM items GROUP BY ALL) AS sums
    LEFT JOIN (SELECT {names}, list(plays ORDER BY plays DESC) AS most FROM (
        SELECT {columns}, plays FROM items WHERE plays > 0) GROUP BY ALL) AS played
    USING ({names}), LATERAL (SELECT list_sum(most[:(held.items + 9) // 10]) AS top_plays)
    ORDER BY {names}"""


def _use(row: Row) -> dict[str, Any]:
    held = stock_of([row["held"]])
    plays, watch_seconds, top = row["plays"], row["watch_seconds"], row["top_plays"]
    return {
        "held": held,
        "played": row["played"],
        "played_share": share(row["played"], held.items),
        "ever_played": row["ever_played"],
        "ever_played_share": share(row["ever_played"], held.items),
        "plays": plays,
        "watch_seconds": watch_seconds,
        "plays_per_item": share(plays, held.items),
        "watch_seconds_per_item": share(watch_seconds, held.items),
        "plays_per_gb": _per_gb(plays, held),
        "watch_seconds_per_gb": _per_gb(watch_seconds, held),
        "top_tenth_share": share(top, plays) if plays else None,
    }


def _per_gb(number: int, held: Stock) -> float | None:
    return round(number / (held.size_bytes / _GB), 4) if held.size_bytes else None


QUESTION = Question(
    "utilization",
    "How much of each library is played, by item and by GB, and how much of it by a few items.",
    UtilizationQuery,
    UtilizationAnswer,
    utilization,
    also_from=items_version,
)
