"""How much the servers sent: at the same time, in all, and to whom."""

from collections.abc import Iterable, Mapping
from functools import reduce
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import Bucket, By, buckets_of
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.streams.bandwidth_sweep import FASTEST_KBPS, At, bandwidth_sweep
from showrunner.history.analytics.streams.counts import share
from showrunner.history.analytics.streams.groups import (
    BY_PERSON,
    BY_SERVER,
    EVERYTHING,
    Group,
    Sought,
    Sums,
    number_of,
    told,
)
from showrunner.history.analytics.streams.time_lines import TimeBy

BOUNDS_KBPS = (0, 1_000, 2_000, 4_000, 8_000, 12_000, 20_000, 40_000)
"""Where the buckets of bitrates begin; a bound is of the bucket that begins there."""

_LONGEST_SECONDS = 1_000_000_000
"""What is more than that is not true, and its products fit no BIGINT."""
_BYTES_PER_KILOBIT = 125


class BandwidthQuery(AnalyticsQuery):
    """`by`: the categories of the charts. `limit` is the length of each list."""

    by: TimeBy = TimeBy.HOUR


class SweptQuery(BandwidthQuery):
    """What the sweep is kept by."""


class Carried(BaseModel):
    """
    What was sent for `plays`: their bitrate times how long they were watched.

    `average_kbps`, kilobits a second, is over the time watched; None: nothing was. Of
    `unknown_plays` nobody said the bitrate or how long they were watched: they add no
    bytes. `id` is that of a person or server, `name` None: nobody said.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None
    id: str | None = None
    plays: int
    unknown_plays: int
    delivered_bytes: int
    average_kbps: float | None


class Bitrates(BaseModel):
    """
    Plays of at least `from_kbps` and less than `to_kbps` kilobits a second (None: any).

    `share` is that of all plays that were asked for, 0 to 1.
    """

    model_config = ConfigDict(frozen=True)

    from_kbps: int
    to_kbps: int | None
    plays: int
    share: float


class BandwidthAnswer(Answer):
    """
    Bitrates are those delivered; of what is played as it is, the file's.

    `peaks` and `averages` are of all streams together, in kilobits a second, from when
    they began until they ended: pauses count, for a server goes on sending in them. An
    average is over all the time of its category that lies in the range; `peak_kbps` and
    `average_kbps` are those of the whole range. Streams without a known bitrate or end are
    in neither.

    The rest is of the plays that began in the range, most bytes first. In no bucket
    of `bitrates` are `unknown_bitrate_plays`.
    """

    peak_kbps: int
    average_kbps: float
    peaks: Chart
    averages: Chart
    overall: Carried
    bitrates: list[Bitrates]
    unknown_bitrate_plays: int
    people: list[Carried]
    platforms: list[Carried]
    decisions: list[Carried]
    servers: list[Carried]


_SAID = "coalesce(bitrate_kbps, CASE WHEN decision = 'direct_play' THEN source_bitrate_kbps END)"
KBPS = f"CASE WHEN {_SAID} BETWEEN 1 AND {FASTEST_KBPS} THEN {_SAID} END"
"""What reached the player, in kilobits a second, over the columns of the ledger."""
_WATCHED = f"CASE WHEN watched_seconds BETWEEN 0 AND {_LONGEST_SECONDS} THEN watched_seconds END"

_SUMS: Mapping[str, str] = {
    "plays": "count(*)",
    "known": f"count({KBPS} + {_WATCHED})",
    "kilobits": f"sum({KBPS} * {_WATCHED})",
    "seconds": f"sum(CASE WHEN {KBPS} NOTNULL THEN {_WATCHED} END)",
    **{f"from_{least}": number_of(f"{KBPS} >= {least}") for least in BOUNDS_KBPS},
}
_SOUGHT = Sought(sums=_SUMS, columns=("platform", "decision"))
_CARRIED = 4
"""So many sums make a `Carried`; those of `BOUNDS_KBPS` follow."""

Found = dict[Bucket, At]


def bandwidth(analytics: Analytics, query: BandwidthQuery) -> BandwidthAnswer:
    """Charts, sums and lists. Raises InvalidInputError that names the parameter."""
    asked, limit = analytics.about(query), query.limit
    told_of = told(asked, _SOUGHT, query)
    sums, groups = told_of.total, told_of.groups
    found = bandwidth_sweep(asked, By(query.by), KBPS, SweptQuery(**dict(query)))
    overall = reduce(At.joined, found.values(), At())
    return BandwidthAnswer(
        **asked.head(),
        peak_kbps=overall.peak_kbps,
        average_kbps=_average(overall.kilobits, overall.lasted_s) or 0,
        **_charts(asked, By(query.by), found),
        overall=_line(EVERYTHING, sums),
        bitrates=_bitrates(sums),
        unknown_bitrate_plays=sums[0] - sums[_CARRIED],
        people=_lines(groups[BY_PERSON])[:limit],
        platforms=_lines(groups["platform"])[:limit],
        decisions=_lines(groups["decision"])[:limit],
        servers=_lines(groups[BY_SERVER])[:limit],
    )


def _charts(asked: Asked, by: By, found: Found) -> dict[str, Chart]:
    scope = asked.scope
    buckets = buckets_of(by, scope.since, scope.before, scope.zone)
    carried = [found.get(bucket, At()) for bucket in buckets]
    series: dict[str, list[float | None]] = {
        "peaks": [one.peak_kbps for one in carried],
        "averages": [_average(one.kilobits, one.lasted_s) or 0 for one in carried],
    }
    return {
        name: Chart(
            unit=Unit.KILOBITS_PER_SECOND,
            categories=list(buckets.values()),
            series=[Series(name="all", data=data)],
        )
        for name, data in series.items()
    }


def _bitrates(sums: Sums) -> list[Bitrates]:
    at_least = [*sums[_CARRIED:], 0]
    ends = [*BOUNDS_KBPS[1:], None]
    return [
        Bitrates(
            from_kbps=low, to_kbps=high, plays=more - less, share=share(more - less, sums[0]) or 0
        )
        for low, high, (more, less) in zip(BOUNDS_KBPS, ends, pairwise(at_least), strict=True)
    ]


def _lines(found: Iterable[tuple[Group, Sums]]) -> list[Carried]:
    lines = [_line(*one) for one in found]
    return sorted(lines, key=lambda one: (-one.delivered_bytes, -one.plays))


def _line(group: Group, sums: Sums) -> Carried:
    plays, known, kilobits, seconds = sums[:_CARRIED]
    return Carried(
        name=group.name,
        id=group.id,
        plays=plays,
        unknown_plays=plays - known,
        delivered_bytes=kilobits * _BYTES_PER_KILOBIT,
        average_kbps=_average(kilobits, seconds),
    )


def _average(kilobits: int, seconds: int) -> float | None:
    return round(kilobits / seconds, 1) if seconds else None


QUESTION = Question(
    "bandwidth",
    "How much the servers sent: peaks and averages over time, bitrates, bytes by person and more.",
    BandwidthQuery,
    BandwidthAnswer,
    bandwidth,
)
