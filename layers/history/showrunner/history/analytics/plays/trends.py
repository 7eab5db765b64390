"""Where plays and watch time are going: by day, averaged, and week by week, month by month."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Totals, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import By, buckets_of
from showrunner.history.analytics.core.narrowed import Sql
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
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
from showrunner.history.analytics.viewing.active_days import SUMS
from showrunner.history.analytics.viewing.past_and_fresh import apart, copied

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
    found, totals = _by_day(asked, days)
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


def _by_day(asked: Asked, days: Sequence[date]) -> tuple[list[Numbers], Totals]:
    """All plays, then by media type, most plays first."""
    first = (days[0] - date(1970, 1, 1)).days
    found: list[Numbers] = []
    unknown_plays = 0
    with copied(apart(asked), ()) as known:
        sql, values = known.counted(_days_of)
        rows = known.fresh.rows(_BY_TYPE.format(counted=sql), values)
    for name, buckets, plays, watch_seconds, unknown in rows:
        one = Numbers(name, [0] * len(days), [0] * len(days))
        for bucket, count, seconds in zip(buckets, plays, watch_seconds, strict=True):
            one.plays[bucket - first] += count
            one.watch_seconds[bucket - first] += seconds
        found.append(one)
        unknown_plays += unknown
    ordered = sorted(found, key=lambda one: (-sum(one.plays), one.name or ""))
    together = Numbers(
        ALL,
        _sums(len(days), (one.plays for one in ordered)),
        _sums(len(days), (one.watch_seconds for one in ordered)),
    )
    totals = Totals(
        plays=sum(together.plays),
        watch_seconds=sum(together.watch_seconds),
        unknown_plays=unknown_plays,
    )
    return [together, *ordered], totals


_BY_TYPE = """
    SELECT media_type, list(bucket), list(plays), list(watch_seconds), sum(unknown_plays)::BIGINT
    FROM ({counted}) GROUP BY media_type
"""


def _days_of(asked: Asked) -> Sql:
    sql, values = watched(asked, {"media_type": "media_type"}, grain=Grain.DAY)
    sql = f"SELECT media_type, bucket, {SUMS} FROM ({sql}) GROUP BY media_type, bucket"
    return sql, values


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
