"""How long what was added waits for its first play, and how much of it waits for ever."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.libraries.items import items_version
from showrunner.history.analytics.libraries.items_chosen import Shelves, shelves_of
from showrunner.history.analytics.libraries.items_played import On, with_plays
from showrunner.history.analytics.libraries.items_shown import Row, library_facts, lists, share
from showrunner.history.analytics.libraries.items_time import Period, periods, with_period

WAIT_DAYS = (1, 7, 30, 90, 365)
"""Where one bucket of waiting times ends and the next begins; a bound is of the later one."""
_DAY_SECONDS = 86_400


class FirstWatchQuery(AnalyticsQuery):
    """
    Of the items that were added in the range; `on`: where a play must have been to count.

    Plays until the end of the range count. The filters of people, players and delivery say
    whose plays count; the others choose items.
    """

    on: On = On.ANY_SERVER


class Waiting(BaseModel):
    """
    `added` items are `watched`, `never` watched so far, or `known_before`: their first play
    is from before they were added (they came again, or are known from another server).

    The waiting times are those of `watched` items, from added to the first play, in seconds:
    a half waited at most `median_seconds`, a quarter at most `lower_...`, three quarters at
    most `upper_quartile_seconds` (between two items in proportion); None: there are none.
    `never_share` is that of `added`, 0 to 1.
    """

    model_config = ConfigDict(frozen=True)

    added: int
    watched: int
    never: int
    known_before: int
    never_share: float
    lower_quartile_seconds: float | None
    median_seconds: float | None
    upper_quartile_seconds: float | None


class WaitingLibrary(Waiting):
    server_id: str
    server: str | None
    library: str | None


class WaitingMonth(Waiting):
    """`month` is that of being added, `2026-11`."""

    month: str


class Wait(BaseModel):
    """Watched items that waited at least `from_days`, and less than `to_days` (None: or longer)."""

    model_config = ConfigDict(frozen=True)

    from_days: int
    to_days: int | None
    items: int


class FirstWatchAnswer(Answer):
    """`waits` has all watched items; a day is 24 hours. Months without new items are left out."""

    overall: Waiting
    waits: list[Wait]
    libraries: list[WaitingLibrary]
    months: list[WaitingMonth]


def first_watch(analytics: Analytics, query: FirstWatchQuery) -> FirstWatchAnswer:
    """All lists at once. Raises InvalidInputError that names the parameter."""
    shelves = shelves_of(analytics, query)
    found = _found(shelves, query.on)
    names = shelves.asked.servers()
    (overall,) = found["overall"]
    return FirstWatchAnswer(
        **shelves.head(),
        overall=Waiting(**_waiting(overall)),
        waits=[
            Wait(from_days=low, to_days=high, items=items)
            for (low, high), items in zip(_bounds(), overall["waits"], strict=True)
        ],
        libraries=[
            WaitingLibrary(**library_facts(row, names), **_waiting(row))
            for row in found["libraries"]
        ],
        months=[WaitingMonth(month=row["period"], **_waiting(row)) for row in found["months"]],
    )


def _found(shelves: Shelves, on: On) -> dict[str, list[dict[str, Any]]]:
    scope = shelves.asked.scope
    sql, values = with_plays(shelves, on, shelves.added_in_range)
    months = periods(Period.MONTH, scope.since, scope.before, scope.zone)
    rows, bound = with_period(sql, "added_s", months)
    return lists(
        shelves.asked,
        f"""items AS MATERIALIZED (SELECT connection_id, library, period, first_s,
            first_s - added_s AS wait_s FROM {rows})""",
        [*values, *bound],
        overall=f"SELECT {_COLUMNS}, [{_waits()}] AS waits FROM items",
        libraries=f"""SELECT connection_id, library, {_COLUMNS} FROM items
            GROUP BY connection_id, library ORDER BY connection_id, library""",
        months=f"SELECT period, {_COLUMNS} FROM items GROUP BY period ORDER BY period",
    )


_WAITED = "FILTER (WHERE wait_s >= 0)"
_COLUMNS = f"""count(*) AS added, count(*) {_WAITED} AS watched,
    count(*) FILTER (WHERE first_s IS NULL) AS never, count(*) FILTER (WHERE wait_s < 0) AS before,
    quantile_cont(wait_s, [0.25, 0.5, 0.75]) {_WAITED} AS quartiles"""


def _bounds() -> list[tuple[int, int | None]]:
    return [*pairwise((0, *WAIT_DAYS)), (WAIT_DAYS[-1], None)]


def _waits() -> str:
    return ", ".join(
        f"count(*) FILTER (WHERE wait_s >= {low * _DAY_SECONDS:d}"
        + (")" if high is None else f" AND wait_s < {high * _DAY_SECONDS:d})")
        for low, high in _bounds()
    )


def _waiting(row: Row) -> dict[str, Any]:
    lower, median, upper = row["quartiles"] or (None, None, None)
    return {
        "added": row["added"],
        "watched": row["watched"],
        "never": row["never"],
        "known_before": row["before"],
        "never_share": share(row["never"], row["added"]),
        "lower_quartile_seconds": lower,
        "median_seconds": median,
        "upper_quartile_seconds": upper,
    }


QUESTION = Question(
    "first-watch",
    "How long new items wait for their first play, by library and month, and which never get one.",
    FirstWatchQuery,
    FirstWatchAnswer,
    first_watch,
    also_from=items_version,
)
