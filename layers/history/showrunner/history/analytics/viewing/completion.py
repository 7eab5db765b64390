"""What is watched to the end, where the others stop, and which first episodes lose people."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.begun import begun_kept
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question

DROP_OFF_PERCENT = (25, 50, 75, 90)
"""Where one bucket of abandoned plays ends and the next begins; a bound is of the later one."""


class CompletionQuery(AnalyticsQuery):
    """No parameters but the filters; `limit` is the length of each list."""


class Completion(BaseModel):
    """
    `plays` are those of which it is known whether they were watched to the end.

    `share` is `completed` of `plays`, 0 to 1. `average_percent` is how far they came, over
    those of which that is known; None: it is of none.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None
    year: int | None = None
    plays: int
    completed: int
    abandoned: int
    share: float
    average_percent: float | None


class DropOff(BaseModel):
    """Abandoned plays that came at least to `from_percent`, and not to `to_percent`."""

    model_config = ConfigDict(frozen=True)

    from_percent: int
    to_percent: int
    plays: int


class Pilot(BaseModel):
    """`people` began the first episode of the show, `stayed` of them another one as well."""

    model_config = ConfigDict(frozen=True)

    name: str
    people: int
    stayed: int
    drop_off: float


class CompletionAnswer(Answer):
    """
    Of the plays that began in the range; those not watched to the end so far are abandoned.

    `unknown_plays`: nobody knows whether they were. `drop_off` has the abandoned plays
    whose percent is known, `unknown_percent_plays` are the others. `most_abandoned` are
    movies and shows, `pilots` shows, the most abandoned first.
    """

    overall: Completion
    media_types: list[Completion]
    drop_off: list[DropOff]
    unknown_percent_plays: int
    unknown_plays: int
    most_abandoned: list[Completion]
    pilots: list[Pilot]


def completion(analytics: Analytics, query: CompletionQuery) -> CompletionAnswer:
    """All lists at once. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    counted = _counted(asked)
    return CompletionAnswer(
        **asked.head(),
        overall=completed(None, counted),
        media_types=_media_types(counted),
        **left_behind(counted),
        most_abandoned=[line for line in _titles(asked, query.limit) if line.abandoned],
        pilots=_pilots(asked, query.limit),
    )


class HowFar(NamedTuple):
    """So many plays of a media type are watched or not, and came so far (None: not known)."""

    media_type: str | None
    is_watched: bool | None
    percent: int | None
    plays: int


_TITLE = {
    "media_type": "media_type",
    "name": "coalesce(series_title, title)",
    "year": "CASE WHEN media_type = 'movie' THEN year END",
}
_HAS_TITLE = "media_type IN ('movie', 'episode')"


def _counted(asked: Asked) -> list[HowFar]:
    """All that is not about titles follows from some hundred rows."""
    columns = {name: name for name in HowFar._fields[:-1]}
    return [HowFar(*row) for row in asked.rows(*begun_kept(asked, columns))]


def _media_types(counted: Sequence[HowFar]) -> list[Completion]:
    """Most abandoned first."""
    known = {one.media_type for one in counted if one.is_watched is not None}
    lines = [completed(name, [one for one in counted if one.media_type == name]) for name in known]
    return sorted(
        lines, key=lambda one: (-one.abandoned, one.completed, one.name is None, one.name or "")
    )


def completed(name: str | None, counted: Sequence[HowFar]) -> Completion:
    """The line of those plays."""
    known = [one for one in counted if one.is_watched is not None]
    plays, completed = (
        sum(one.plays for one in some) for some in (known, [x for x in known if x.is_watched])
    )
    came = [(one.percent, one.plays) for one in known if one.percent is not None]
    percent = (
        sum(far * plays for far, plays in came) / sum(plays for _, plays in came) if came else None
    )
    return _line((name, None, plays, completed, percent))


def _titles(asked: Asked, limit: int) -> list[Completion]:
    sums = """count(*) AS plays, count(*) FILTER (WHERE is_watched) AS completed,
        sum(percent)::BIGINT AS percent, count(percent) AS told"""
    counted, values = begun_kept(
        asked, _TITLE, sums=sums, where=f"is_watched IS NOT NULL AND ({_HAS_TITLE})"
    )
    rows = asked.rows(
        f"SELECT name, year, sum(plays)::BIGINT AS begun, sum(completed)::BIGINT AS seen, "
        f"sum(percent) / nullif(sum(told), 0) FROM ({counted}) GROUP BY media_type, name, year "
        f"ORDER BY begun - seen DESC, seen, name, year LIMIT ?",
        [*values, limit],
    )
    return [_line(row) for row in rows]


def _line(row: Sequence[Any]) -> Completion:
    name, year, plays, completed, percent = row
    return Completion(
        name=name,
        year=year,
        plays=plays,
        completed=completed,
        abandoned=plays - completed,
        share=round(completed / plays, 4) if plays else 0,
        average_percent=round(percent, 2) if percent is not None else None,
    )


def left_behind(counted: Sequence[HowFar]) -> dict[str, Any]:
    """The fields of `CompletionAnswer` that say how far abandoned plays came."""
    left = [one for one in counted if one.is_watched is False]
    # Whoever saw the end, but is not known to have watched it, is in the last one.
    bounds = [0, *DROP_OFF_PERCENT, 100]
    return {
        "unknown_plays": sum(one.plays for one in counted if one.is_watched is None),
        "unknown_percent_plays": sum(one.plays for one in left if one.percent is None),
        "drop_off": [
            DropOff(
                from_percent=low,
                to_percent=high,
                plays=sum(one.plays for one in left if _is_between(one.percent, low, high)),
            )
            for low, high in pairwise(bounds)
        ],
    }


def _is_between(percent: int | None, low: int, high: int) -> bool:
    return percent is not None and low <= percent and (percent < high or high == 100)  # noqa: PLR2004


def _pilots(asked: Asked, limit: int) -> list[Pilot]:
    """Of shows whose first episode somebody began; plays that name nobody say nothing."""
    columns = {
        "series_title": "series_title",
        "is_pilot": "season_number = 1 AND episode_number = 1",
    }
    counted, values = begun_kept(
        asked,
        columns,
        where="media_type = 'episode' AND series_title IS NOT NULL "
        "AND season_number IS NOT NULL AND episode_number IS NOT NULL",
        people=asked.people(),
    )
    rows = asked.rows(
        f"""
        SELECT series_title, bit_count(began) AS people,
            coalesce(bit_count(began & others), 0) AS kept
        FROM (
            SELECT series_title, bit_or(people) FILTER (WHERE is_pilot) AS began,
                bit_or(people) FILTER (WHERE NOT is_pilot) AS others
            FROM ({counted}) GROUP BY series_title)
        WHERE began IS NOT NULL
        ORDER BY people - kept DESC, people DESC, series_title LIMIT ?
        """,
        [*values, limit],
    )
    return [
        Pilot(name=name, people=people, stayed=stayed, drop_off=round(1 - stayed / people, 4))
        for name, people, stayed in rows
    ]


QUESTION = Question(
    "completion",
    "What is watched to the end, where people stop, and which first episodes lose them.",
    CompletionQuery,
    CompletionAnswer,
    completion,
)
