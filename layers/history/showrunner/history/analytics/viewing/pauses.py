"""How often and how long people pause, and what, where and on what they do."""

# The SQL is put together from our own columns and numbers; values are always bound.
# ruff: noqa: S608

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.begun import begun_kept
from showrunner.history.analytics.core.dimensions import DIMENSIONS, Kind
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question

BOUNDS_SECONDS = (1, 60, 300, 900, 3600)
"""Where one bucket of the distribution ends and the next begins; a bound is of the later one."""


class PausesQuery(AnalyticsQuery):
    """No parameters but the filters; `limit` is the length of the lists of titles and platforms."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Pauses(_Frozen):
    """
    `name` None: the plays of which nobody said it.

    `known_plays` are those of which it is known how long they were paused, `paused_plays` of
    these had a pause. `share` is the part of these, 0 to 1, and `average_seconds` their
    pauses on average; None: of no play.
    """

    name: str | None
    plays: int
    known_plays: int
    paused_plays: int
    pause_seconds: int
    share: float | None
    average_seconds: float | None


class TitlePauses(Pauses):
    """A movie (`year` None: nobody said), all episodes of a show or tracks of an artist."""

    media_type: str
    year: int | None = None


class PauseBucket(_Frozen):
    """Plays with at least `from_seconds` of pauses, and less than `to_seconds` (None: any)."""

    from_seconds: int
    to_seconds: int | None
    plays: int


class PausesAnswer(Answer):
    """
    Of the plays that began in the range. A play's pauses are those within its sittings: the
    hours before it was resumed on another day are none.

    `distribution` has the plays of which that is known, `unknown_plays` are the others.
    `titles`, those with pauses alone, begin with the longest; `chart` is the distribution.
    """

    overall: Pauses
    media_types: list[Pauses]
    platforms: list[Pauses]
    titles: list[TitlePauses]
    distribution: list[PauseBucket]
    chart: Chart
    unknown_plays: int


_BUCKETS = tuple(pairwise((0, *BOUNDS_SECONDS, None)))

_COLUMNS = {
    **{name: name for name in ("media_type", "platform", "series_title")},
    "bucket": "CASE "
    + " ".join(
        f"WHEN paused_seconds < {high:d} THEN {n:d}" for n, high in enumerate(BOUNDS_SECONDS)
    )
    + f" WHEN paused_seconds IS NOT NULL THEN {len(BOUNDS_SECONDS):d} END",
}
_SUMS = "count(*) AS plays, coalesce(sum(paused_seconds), 0)::BIGINT AS pause_seconds"


class _Group(NamedTuple):
    """Plays that are equal in all of this; `bucket` None: nobody knows their pauses."""

    media_type: str | None
    platform: str | None
    series_title: str | None
    bucket: int | None
    plays: int
    pause_seconds: int


def pauses(analytics: Analytics, query: PausesQuery) -> PausesAnswer:
    """All lists at once. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    groups = [_Group(*row) for row in asked.rows(*begun_kept(asked, _COLUMNS, sums=_SUMS))]
    overall = Pauses(name=None, **_summed(groups))
    distribution = [
        PauseBucket(from_seconds=low, to_seconds=high, plays=_plays(n, groups))
        for n, (low, high) in enumerate(_BUCKETS)
    ]
    titles = [*_movies(asked, query.limit), *_series(groups)]
    return PausesAnswer(
        **asked.head(),
        overall=overall,
        media_types=_lines(lambda group: group.media_type, groups),
        platforms=_lines(lambda group: group.platform, groups)[: query.limit],
        titles=sorted(titles, key=_order)[: query.limit],
        distribution=distribution,
        chart=_chart(distribution),
        unknown_plays=_plays(None, groups),
    )


def _plays(bucket: int | None, groups: Iterable[_Group]) -> int:
    return sum(group.plays for group in groups if group.bucket == bucket)


def _summed(groups: Sequence[_Group]) -> dict[str, Any]:
    plays, unknown = sum(group.plays for group in groups), _plays(None, groups)
    paused = plays - unknown - _plays(0, groups)
    return _facts(plays, plays - unknown, paused, sum(group.pause_seconds for group in groups))


def _facts(plays: int, known_plays: int, paused_plays: int, pause_seconds: int) -> dict[str, Any]:
    return {
        "plays": plays,
        "known_plays": known_plays,
        "paused_plays": paused_plays,
        "pause_seconds": pause_seconds,
        "share": round(paused_plays / known_plays, 4) if known_plays else None,
        "average_seconds": round(pause_seconds / known_plays, 2) if known_plays else None,
    }


def _by(key: Callable[[_Group], Any], groups: Iterable[_Group]) -> list[tuple[Any, list[_Group]]]:
    found: dict[Any, list[_Group]] = defaultdict(list)
    for group in groups:
        found[key(group)].append(group)
    return list(found.items())


def _lines(name: Callable[[_Group], str | None], groups: Sequence[_Group]) -> list[Pauses]:
    found = [Pauses(name=one, **_summed(its)) for one, its in _by(name, groups)]
    return sorted(found, key=_order)


def _order(one: Pauses) -> tuple[Any, ...]:
    return -one.pause_seconds, -one.plays, one.name or ""


def _series(groups: Iterable[_Group]) -> list[TitlePauses]:
    """Shows and artists, of one name or not."""
    named = [one for one in groups if one.series_title and one.media_type in {"episode", "track"}]
    found = _by(lambda group: (group.media_type, group.series_title), named)
    lines = [
        TitlePauses(media_type=media_type, name=name, **_summed(its))
        for (media_type, name), its in found
    ]
    return [line for line in lines if line.pause_seconds]


def _movies(asked: Asked, limit: int) -> list[TitlePauses]:
    """Those that were paused longest. By themselves: there are too many titles for the rest."""
    dimension = DIMENSIONS[Kind.MOVIES]
    known = "count(paused_seconds) AS known, count(*) FILTER (WHERE paused_seconds > 0) AS paused"
    counted, values = begun_kept(
        asked, dimension.columns, sums=f"{_SUMS}, {known}", where=dimension.where
    )
    sums = ", ".join(f"sum({one})::BIGINT" for one in ("plays", "known", "paused"))
    rows = asked.rows(
        f"SELECT max(name) AS name, max(year) AS year, {sums}, sum(pause_seconds)::BIGINT AS most "
        f"FROM ({dimension.keyed(counted)}) GROUP BY key "
        f"HAVING most > 0 ORDER BY most DESC, sum(plays) DESC, name, year LIMIT {limit:d}",
        values,
    )
    return [
        TitlePauses(media_type="movie", name=name, year=year, **_facts(*sums))
        for name, year, *sums in rows
    ]


def _chart(distribution: Sequence[PauseBucket]) -> Chart:
    return Chart(
        unit=Unit.PLAYS,
        categories=[_label(one) for one in distribution],
        series=[Series(name="plays", data=[one.plays for one in distribution])],
    )


def _label(bucket: PauseBucket) -> str:
    if bucket.to_seconds is None:
        return f"{bucket.from_seconds // 60} min or more"
    if bucket.to_seconds == BOUNDS_SECONDS[0]:
        return "none"
    return f"under {bucket.to_seconds // 60} min"


QUESTION = Question(
    "pauses",
    "How often and how long people pause, by title, media type and platform.",
    PausesQuery,
    PausesAnswer,
    pauses,
)
