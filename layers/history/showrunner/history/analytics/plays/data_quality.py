"""How much is known of the plays, and what cannot be true of them."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterable, Mapping
from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.rules import Counting
from showrunner.history.analytics.streams.counts import IS_VIDEO, share
from showrunner.history.analytics.streams.groups import (
    BY_SERVER,
    EVERYTHING,
    Group,
    Sought,
    Sums,
    added,
    number_of,
    told,
)
from showrunner.history.analytics.streams.time_lines import with_all_plays

_FACTS: Mapping[str, str] = {
    "person": "account",
    "title": "title",
    "library": "library",
    "length": "duration_ms",
    "platform": "platform",
    "player": "player_name",
    "location": "is_local",
    "encryption": "is_secure",
    "decision": "decision",
    "audio_codec": "source_audio_codec",
    "bitrate": "bitrate_kbps",
    "end": "stopped_at",
    "watch_time": "watched_seconds",
    "completion": "percent",
}
_VIDEO_FACTS: Mapping[str, str] = {
    "resolution": "source_resolution",
    "video_codec": "source_video_codec",
    "frame_rate": "source_frame_rate",
    "dynamic_range": "hdr",
}
"""Music has none of these, and misses nothing."""

_DAY_SECONDS = 86_400
_FIRST_S = 946_684_800
"""The year 2000: no server is older."""
_AHEAD = timedelta(minutes=1)

_PROBLEMS: Mapping[str, str] = {
    "ends_before_it_starts": "epoch_us(stopped_at) < 1000000 * began_s::BIGINT",
    "watched_longer_than_it_lasted": "watched_seconds - 1 > ended_s - began_s",
    "watched_over_a_day": f"watched_seconds > {_DAY_SECONDS}",
    "negative_time": "watched_seconds < 0 OR paused_seconds < 0",
    "odd_percent": "percent NOT BETWEEN 0 AND 100",
    "starts_before_2000": f"began_s < {_FIRST_S}",
}


_SUMS: Mapping[str, str] = {
    "plays": "count(*)",
    "video": number_of(IS_VIDEO),
    "rough": number_of("is_rough"),
    **{f"known_{name}": f"count({sql})" for name, sql in _FACTS.items()},
    **{
        f"known_{name}": f"count(CASE WHEN {IS_VIDEO} THEN {sql} END)"
        for name, sql in _VIDEO_FACTS.items()
    },
    **{f"odd_{name}": number_of(condition) for name, condition in _PROBLEMS.items()},
}
_PLACES = {name: place for place, name in enumerate([*_SUMS, "short"])}
_NAMES = (*_FACTS, *_VIDEO_FACTS)


class DataQualityQuery(AnalyticsQuery):
    """No parameters but the filters; `limit` is the length of each list."""


class CountedQuery(DataQualityQuery):
    """What the sums are kept by: also by which plays are short."""

    counting: Counting


class Fact(BaseModel):
    """
    Of `known` plays somebody said it; `share`, 0 to 1, is of those that can have it.

    Music has no resolution, video codec, frame rate and dynamic range. None: there are none.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    known: int
    share: float | None


class Problem(BaseModel):
    """What cannot be true, and of how many plays it is said."""

    model_config = ConfigDict(frozen=True)

    name: str
    plays: int


class Known(BaseModel):
    """
    How much is known of `plays`.

    `known_share`, 0 to 1, is of all facts that there can be (None: no plays). `rough_plays`:
    only user data or an activity log tells of them, their times are not exact. `id` is that
    of a server.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None
    id: str | None = None
    plays: int
    known_share: float | None
    rough_plays: int
    unknown_end_plays: int
    unknown_watch_time_plays: int


class DataQualityAnswer(Answer):
    """
    Of all plays that began in the range, also of those that other questions do not count:
    `short_plays` were watched for less than the owner's minimum.

    `sources` are who told of plays (`webhook`, `poll`, `socket`, `sync`, `import`): a
    play of which two told is in both. `chart` has the share of known facts by server.
    `future_plays` begin after now, whatever the range: no other question sees them.
    """

    overall: Known
    facts: list[Fact]
    problems: list[Problem]
    short_plays: int
    future_plays: int
    chart: Chart
    servers: list[Known]
    sources: list[Known]


def data_quality(analytics: Analytics, query: DataQualityQuery) -> DataQualityAnswer:
    """All lists at once. Raises InvalidInputError that names the parameter."""
    counted = analytics.about(query)
    asked, limit = with_all_plays(counted), query.limit
    sought = Sought(
        sums={**_SUMS, "short": number_of(f"NOT {counted.scope.counting.condition()}")},
        columns=("told_by",),
        is_with_people=False,
    )
    kept_by = CountedQuery(**dict(query), counting=counted.scope.counting)
    found = told(asked, sought, kept_by)
    sums, servers = found.total, found.groups[BY_SERVER]
    return DataQualityAnswer(
        **asked.head(),
        overall=_line(EVERYTHING, sums),
        facts=[_fact(name, sums) for name in _NAMES],
        problems=[Problem(name=one, plays=sums[_PLACES[f"odd_{one}"]]) for one in _PROBLEMS],
        short_plays=sums[_PLACES["short"]],
        future_plays=_future_plays(asked),
        chart=_chart(servers[:limit]),
        servers=_lines(servers)[:limit],
        sources=_lines(_by_source(found.groups["told_by"]).items())[:limit],
    )


def _future_plays(asked: Asked) -> int:
    since = asked.home.clock.now() + _AHEAD
    filters = asked.scope.filters.model_copy(update={"since": since})
    where, values = asked.scope.condition(filters)
    ((count,),) = asked.rows(f"SELECT count(*) FROM {asked.plays(filters)} WHERE {where}", values)
    return int(count)


def _by_source(told_by: Iterable[tuple[Group, Sums]]) -> dict[Group, Sums]:
    found: dict[Group, Sums] = {}
    for together, sums in told_by:
        for source in together.name.split(",") if together.name else [None]:
            group = Group(source, source)
            found[group] = added(found.get(group), sums)
    return found


def _lines(found: Iterable[tuple[Group, Sums]]) -> list[Known]:
    return sorted((_line(*one) for one in found), key=lambda one: -one.plays)


def _line(group: Group, sums: Sums) -> Known:
    known = sum(_known(name, sums) for name in _NAMES)
    return Known(
        name=group.name,
        id=group.id,
        plays=sums[0],
        known_share=share(known, sum(_possible(name, sums) for name in _NAMES)),
        rough_plays=sums[_PLACES["rough"]],
        unknown_end_plays=sums[0] - _known("end", sums),
        unknown_watch_time_plays=sums[0] - _known("watch_time", sums),
    )


def _fact(name: str, sums: Sums) -> Fact:
    known = _known(name, sums)
    return Fact(name=name, known=known, share=share(known, _possible(name, sums)))


def _known(name: str, sums: Sums) -> int:
    return sums[_PLACES[f"known_{name}"]]


def _possible(name: str, sums: Sums) -> int:
    return sums[_PLACES["video" if name in _VIDEO_FACTS else "plays"]]


def _chart(servers: list[tuple[Group, Sums]]) -> Chart:
    return Chart(
        unit=Unit.SHARE,
        categories=list(_NAMES),
        series=[
            Series(name=group.name or group.id, data=[_fact(name, sums).share for name in _NAMES])
            for group, sums in servers
        ],
    )


QUESTION = Question(
    "data-quality",
    "How much is known of the plays, by fact, server and source, and what cannot be true.",
    DataQualityQuery,
    DataQualityAnswer,
    data_quality,
)
