"""How many streams ran at the same time, across servers: a true sweep over half-open intervals."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import Bucket, By, buckets_of
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.streams.swept import Sweep, Swept


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
    """`by`: the categories. `split`: also each of these by itself, `limit` of them."""

    by: ConcurrencyBy = ConcurrencyBy.HOUR
    split: ConcurrencySplit | None = None


class Streams(BaseModel):
    """
    `average` is over all the time of the range; `name` None: nobody said.

    `capacity` is for how many streams to make room: the peak and a fifth more, rounded up.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None
    peak: int
    average: float
    capacity: int


class ConcurrencyAnswer(Answer):
    """
    `overall` are all streams together, the first series of each chart. `split` are those with
    the highest averages first.

    Plays of which it is not known that they lasted are in none of it: `unknown_plays`.
    """

    overall: Streams
    split: list[Streams]
    peaks: Chart
    averages: Chart
    unknown_plays: int


def concurrency(analytics: Analytics, query: ConcurrencyQuery) -> ConcurrencyAnswer:
    """Peaks and averages. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    scope, by = asked.scope, By(query.by)
    buckets = buckets_of(by, scope.since, scope.before, scope.zone)
    swept = _sweep(asked, by, _COLUMNS[query.split] if query.split else None)
    together, apart = swept.together, swept.most(query.limit)
    servers = asked.servers() if query.split is ConcurrencySplit.SERVERS else {}
    named = [("all", together), *((servers.get(name or "", name), found) for name, found in apart)]
    return ConcurrencyAnswer(
        **asked.head(),
        overall=_streams("all", together),
        split=[_streams(name, found) for name, found in named[1:]],
        peaks=_chart(buckets, [(name, _peaks(found)) for name, found in named]),
        averages=_chart(buckets, [(name, _averages(found)) for name, found in named]),
        unknown_plays=swept.unknown_plays,
    )


def overall(asked: Asked) -> Streams:
    """All streams together, over all of the range."""
    return _streams("all", _sweep(asked, By.DAY).together)


def _sweep(asked: Asked, by: By, column: str | None = None) -> Sweep:
    # Its numpy is a tenth of a cold start, which other questions of a function do not need.
    from showrunner.history.analytics.streams.sweep import sweep  # noqa: PLC0415

    return sweep(asked, by, column)


def _streams(name: str | None, found: Swept) -> Streams:
    peak = max((one.peak for one in found.values()), default=0)
    streamed_s = sum(one.streamed_s for one in found.values())
    lasted_s = sum(one.lasted_s for one in found.values())
    return Streams(
        name=name, peak=peak, average=_share(streamed_s, lasted_s), capacity=-(-6 * peak // 5)
    )


def _peaks(found: Swept) -> dict[Bucket, float]:
    return {bucket: one.peak for bucket, one in found.items()}


def _averages(found: Swept) -> dict[Bucket, float]:
    return {bucket: _share(one.streamed_s, one.lasted_s) for bucket, one in found.items()}


def _share(streamed_s: int, lasted_s: int) -> float:
    return round(streamed_s / lasted_s, 4) if lasted_s else 0


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


QUESTION = Question(
    "concurrency",
    "How many streams ran at the same time: peaks and averages, over all servers.",
    ConcurrencyQuery,
    ConcurrencyAnswer,
    concurrency,
)
