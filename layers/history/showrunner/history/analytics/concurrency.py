"""How many streams ran at the same time, across servers: a true sweep over half-open intervals."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections import defaultdict
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.categories import Bucket, By, buckets_of
from showrunner.history.analytics.core import Analytics, Asked
from showrunner.history.analytics.query import AnalyticsQuery
from showrunner.history.analytics.question import Question
from showrunner.history.analytics.sittings import COLUMNS
from showrunner.history.analytics.sweep import sweep


class ConcurrencyBy(StrEnum):
    """The categories, as in `By`."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    WEEKDAY = "weekday"
    HOUR = "hour"


class ConcurrencySplit(StrEnum):
    """What can be counted apart."""

    DECISIONS = "decisions"
    MEDIA_TYPES = "media_types"
    SERVERS = "servers"


_COLUMNS = {
    ConcurrencySplit.DECISIONS: "decision",
    ConcurrencySplit.MEDIA_TYPES: "media_type",
    ConcurrencySplit.SERVERS: "connection_id",
}


class ConcurrencyQuery(AnalyticsQuery):
    """`by`: the categories. `split`: also each of these by itself."""

    by: ConcurrencyBy = ConcurrencyBy.HOUR
    split: ConcurrencySplit | None = None


class Streams(BaseModel):
    """`average` is over all the time of the range; `name` None: nobody said."""

    model_config = ConfigDict(frozen=True)

    name: str | None
    peak: int
    average: float


class ConcurrencyAnswer(Answer):
    """
    `overall` are all streams together, the first series of each chart.

    Plays without a known end and watch time are in none of it: `unknown_plays`.
    """

    overall: Streams
    split: list[Streams]
    peaks: Chart
    averages: Chart
    unknown_plays: int


Found = dict[Bucket, tuple[int, float, float]]
"""Peak, seconds streamed and seconds of the category's time that lie in the range."""


def concurrency(analytics: Analytics, query: ConcurrencyQuery) -> ConcurrencyAnswer:
    """Peaks and averages. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    scope, by = asked.scope, By(query.by)
    buckets = buckets_of(by, scope.since, scope.before, scope.zone)
    ((_, together),) = _sweep(asked, by, "'all'") or [(None, {})]
    apart = _sweep(asked, by, _COLUMNS[query.split]) if query.split else []
    servers = asked.servers() if query.split is ConcurrencySplit.SERVERS else {}
    named = [("all", together), *((servers.get(name or "", name), found) for name, found in apart)]
    return ConcurrencyAnswer(
        **asked.head(),
        overall=_streams("all", together),
        split=[_streams(name, found) for name, found in named[1:]],
        peaks=_chart(buckets, [(name, _peaks(found)) for name, found in named]),
        averages=_chart(buckets, [(name, _averages(found)) for name, found in named]),
        unknown_plays=_unknown_plays(asked),
    )


def _streams(name: str | None, found: Found) -> Streams:
    streamed = sum(streamed for _, streamed, _ in found.values())
    lasted = sum(lasted for _, _, lasted in found.values())
    peak = max((peak for peak, _, _ in found.values()), default=0)
    return Streams(name=name, peak=peak, average=round(streamed / lasted, 4) if lasted else 0)


def _peaks(found: Found) -> dict[Bucket, float]:
    return {bucket: peak for bucket, (peak, _, _) in found.items()}


def _averages(found: Found) -> dict[Bucket, float]:
    return {
        bucket: round(streamed / lasted, 4) if lasted else 0
        for bucket, (_, streamed, lasted) in found.items()
    }


def _chart(
    buckets: dict[Bucket, str], named: list[tuple[str | None, dict[Bucket, float]]]
) -> Chart:
    return Chart(
        unit=Unit.STREAMS,
        categories=list(buckets.values()),
        series=[
            Series(name=name, data=[found.get(bucket, 0) for bucket in buckets])
            for name, found in named
        ],
    )


def _unknown_plays(asked: Asked) -> int:
    filters = asked.scope.began_in_range
    where, values = asked.scope.condition(filters)
    ((count,),) = asked.rows(
        f"SELECT count(*) FROM {asked.plays(filters)} WHERE {where} "
        "AND stopped_at IS NULL AND watched_seconds IS NULL",
        values,
    )
    return int(count)


def _sweep(asked: Asked, by: By, series: str) -> list[tuple[str | None, Found]]:
    """For each series (SQL over the ledger's columns) its categories; most streams first."""
    scope = asked.scope
    filters = scope.touches_range
    where, values = scope.condition(filters)
    named = f"coalesce({series}, '') AS series"
    chosen = f"SELECT {named}, {COLUMNS} FROM {asked.plays(filters)} WHERE {where}"
    rows = asked.rows(sweep(scope, by, chosen), values)
    found: dict[str | None, Found] = defaultdict(dict)
    for name, bucket, *numbers in rows:
        found[name or None][bucket] = tuple(numbers)
    return sorted(found.items(), key=lambda one: (-_streams("", one[1]).average, one[0] or ""))


QUESTION = Question(
    "concurrency",
    "How many streams ran at the same time: peaks and averages, over all servers.",
    ConcurrencyQuery,
    ConcurrencyAnswer,
    concurrency,
)
