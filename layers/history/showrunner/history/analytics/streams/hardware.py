"""Who re-encodes pictures: a graphics chip or the processor."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import Bucket, By, buckets_of
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.streams.counts import IS_VIDEO, share
from showrunner.history.analytics.streams.groups import (
    BY_SERVER,
    EVERYTHING,
    Group,
    Sought,
    Sums,
    number_of,
    told,
)


class HardwareBy(StrEnum):
    """The categories, as in `By`."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class HardwareQuery(AnalyticsQuery):
    """`by`: the categories of the trend. `limit` is the length of each list."""

    by: HardwareBy = HardwareBy.MONTH


class Encoders(BaseModel):
    """
    Who re-encoded for `plays`: each is in one of the three numbers.

    `unknown`: nobody said. `hardware_share`, 0 to 1, is of those that are known; None:
    there are none. `id` is that of a server, `name` None: nobody said.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None
    id: str | None = None
    plays: int
    hardware: int
    software: int
    unknown: int
    hardware_share: float | None


class HardwareAnswer(Answer):
    """
    Of transcoded video that began in the range, most first in each list.

    Who re-encodes nothing but the sound needs no graphics chip, and is in `software` where
    the server says so. `trend` has a series for each of `hardware`, `software`, and (None)
    those of which nobody said it. `video_codecs` are the files'.
    """

    overall: Encoders
    trend: Chart
    platforms: list[Encoders]
    servers: list[Encoders]
    video_codecs: list[Encoders]


_SOUGHT = Sought(
    sums={
        "plays": "count(*)",
        "hardware": number_of("is_hardware"),
        "software": number_of("NOT is_hardware"),
    },
    columns=("platform", "source_video_codec"),
    where=f"decision = 'transcode' AND {IS_VIDEO}",
    is_with_people=False,
)


def hardware(analytics: Analytics, query: HardwareQuery) -> HardwareAnswer:
    """All lists and the trend. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    found = told(asked, _SOUGHT, query, By(query.by))
    limit = query.limit
    return HardwareAnswer(
        **asked.head(),
        overall=_line(EVERYTHING, found.total),
        trend=_trend(asked, By(query.by), found.buckets),
        platforms=_lines(found.groups["platform"])[:limit],
        servers=_lines(found.groups[BY_SERVER])[:limit],
        video_codecs=_lines(found.groups["source_video_codec"])[:limit],
    )


def _trend(asked: Asked, by: By, found: Mapping[Bucket, Sums]) -> Chart:
    scope = asked.scope
    buckets = buckets_of(by, scope.since, scope.before, scope.zone)
    lines = [_line(EVERYTHING, found.get(bucket, (0, 0, 0))) for bucket in buckets]
    return Chart(
        unit=Unit.PLAYS,
        categories=list(buckets.values()),
        series=[
            Series(name="hardware", data=[one.hardware for one in lines]),
            Series(name="software", data=[one.software for one in lines]),
            Series(name=None, data=[one.unknown for one in lines]),
        ],
    )


def _lines(found: Iterable[tuple[Group, Sums]]) -> list[Encoders]:
    return sorted((_line(*one) for one in found), key=lambda one: -one.plays)


def _line(group: Group, sums: Sums) -> Encoders:
    plays, by_hardware, by_software = sums
    return Encoders(
        name=group.name,
        id=group.id,
        plays=plays,
        hardware=by_hardware,
        software=by_software,
        unknown=plays - by_hardware - by_software,
        hardware_share=share(by_hardware, by_hardware + by_software),
    )


QUESTION = Question(
    "hardware",
    "Transcoded by a graphics chip or by the processor: over time, by platform, server, codec.",
    HardwareQuery,
    HardwareAnswer,
    hardware,
)
