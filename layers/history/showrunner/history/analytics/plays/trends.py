"""Where plays and watch time are going: by day, averaged, and week by week, month by month."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Totals, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import BUCKETS, By, buckets_of
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.scope import LOOK_BACK
from showrunner.history.analytics.core.settled import Rows, kept_rows
from showrunner.history.analytics.core.watched import Grain, watched
from showrunner.history.analytics.plays.trend_steps import (
    Numbers,
    TrendGrowth,
    TrendStep,
    average,
    growth_of,
    steps,
    whole_days,
)
from showrunner.history.analytics.viewing.runs import pieces

ALL = "all"


class TrendsQuery(AnalyticsQuery):
    """No parameters but the filters."""


class TrendsAnswer(Answer):
    """
    The first series and growth is of all plays, the others are of a media type each.

    `plays` and `watch_seconds` are by day. The averages are of a day and the six before
    it, None on the first six days of the range. `weeks` and `months` are in their order.
    """

    plays: Chart
    plays_average: Chart
    watch_seconds: Chart
    watch_seconds_average: Chart
    growth: list[TrendGrowth]
    weeks: list[TrendStep]
    months: list[TrendStep]
    totals: Totals


def trends(analytics: Analytics, query: TrendsQuery) -> TrendsAnswer:
    """All of it at once. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    scope = asked.scope
    days: list[Any] = list(buckets_of(By.DAY, scope.since, scope.before, scope.zone))
    found, totals = _by_day(asked, query, days)
    whole = whole_days(scope, days)
    charts = {
        "plays": _chart(Unit.PLAYS, days, found, lambda one: one.plays),
        "plays_average": _chart(Unit.PLAYS, days, found, lambda one: average(one.plays)),
        "watch_seconds": _chart(Unit.SECONDS, days, found, lambda one: one.watch_seconds),
        "watch_seconds_average": _chart(
            Unit.SECONDS, days, found, lambda one: average(one.watch_seconds)
        ),
    }
    return TrendsAnswer(
        **asked.head(),
        **charts,
        growth=[growth_of(one, whole) for one in found],
        weeks=steps(By.WEEK, scope, days, whole, found[0]),
        months=steps(By.MONTH, scope, days, whole, found[0]),
        totals=totals,
    )


def _by_day(asked: Asked, query: TrendsQuery, days: Sequence[date]) -> tuple[list[Numbers], Totals]:
    """All plays, then by media type, most plays first."""
    rows: Rows = []
    for piece in pieces(asked):
        rows += kept_rows(piece, query, LOOK_BACK, partial(_days_of, piece))
    place = {day: number for number, day in enumerate(days)}
    found = {name: Numbers(name, [0] * len(days), [0] * len(days)) for name, *_ in rows}
    for name, day, plays, watch_seconds, _ in rows:
        found[name].plays[place[day]] += plays
        found[name].watch_seconds[place[day]] += watch_seconds
    ordered = sorted(found.values(), key=lambda one: (-sum(one.plays), one.name or ""))
    together = Numbers(
        ALL,
        _sums(len(days), (one.plays for one in ordered)),
        _sums(len(days), (one.watch_seconds for one in ordered)),
    )
    totals = Totals(
        plays=sum(together.plays),
        watch_seconds=sum(together.watch_seconds),
        unknown_plays=sum(row[-1] for row in rows),
    )
    return [together, *ordered], totals


def _days_of(asked: Asked) -> Rows:
    sql, values = watched(asked, {"media_type": "media_type"}, grain=Grain.DAY)
    return asked.rows(
        f"SELECT media_type, {BUCKETS[By.DAY].sql} AS day, sum(plays)::BIGINT, "
        f"sum(watch_seconds)::BIGINT, sum(unknown_plays)::BIGINT FROM ({sql}) GROUP BY ALL",
        values,
    )


def _sums(count: int, numbers: Iterable[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip([0] * count, *numbers, strict=True)]


def _chart(
    unit: Unit,
    days: Sequence[date],
    found: Sequence[Numbers],
    data: Callable[[Numbers], Sequence[float | None]],
) -> Chart:
    return Chart(
        unit=unit,
        categories=[day.isoformat() for day in days],
        series=[Series(name=one.name, data=list(data(one))) for one in found],
    )


QUESTION = Question(
    "trends",
    "Plays and watch time by day with moving averages, and how they grow by week and month.",
    TrendsQuery,
    TrendsAnswer,
    trends,
)
