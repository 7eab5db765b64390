"""What is watched to the end, where the others stop, and which first episodes lose people."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.answers import Answer
from showrunner.history.analytics.core import Analytics, Asked
from showrunner.history.analytics.dimensions import PERSON
from showrunner.history.analytics.people import with_people
from showrunner.history.analytics.query import AnalyticsQuery
from showrunner.history.analytics.question import Question

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
    media_types = _by(asked, "media_type AS name, NULL", "true", None)
    (overall,) = _by(asked, "NULL AS name, NULL", "true", None) or [_line((None, None, 0, 0, None))]
    return CompletionAnswer(
        **asked.head(),
        overall=overall,
        media_types=media_types,
        **_drop_off(asked),
        most_abandoned=[
            line for line in _by(asked, _TITLE, _HAS_TITLE, query.limit) if line.abandoned
        ],
        pilots=_pilots(asked, query.limit),
    )


_TITLE = """coalesce(series_title, title) AS name,
    CASE WHEN media_type = 'movie' THEN year END"""
_HAS_TITLE = "media_type IN ('movie', 'episode')"


def _chosen(asked: Asked, columns: str, where: str) -> tuple[str, list[Any]]:
    scope = asked.scope
    filters = scope.began_in_range
    condition, values = scope.condition(filters)
    plays = asked.plays(filters)
    return f"SELECT {columns} FROM {plays} WHERE {condition} AND ({where})", values


def _by(asked: Asked, columns: str, where: str, limit: int | None) -> list[Completion]:
    sql, values = _chosen(
        asked,
        f"media_type, {columns} AS year, is_watched, percent",
        f"is_watched IS NOT NULL AND ({where})",
    )
    group = "name, year" if limit is None else "media_type, name, year"
    rows = asked.rows(
        f"SELECT name, year, count(*) AS plays, count(*) FILTER (WHERE is_watched) AS completed, "
        f"avg(percent) FROM ({sql}) GROUP BY {group} "
        f"ORDER BY plays - completed DESC, completed, name, year LIMIT ?",
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


def _drop_off(asked: Asked) -> dict[str, Any]:
    sql, values = _chosen(asked, "is_watched, percent", "is_watched IS NOT true")
    bounds = [0, *DROP_OFF_PERCENT, 100]
    counts = "".join(
        # Whoever saw the end, but is not known to have watched it, is in the last one.
        f", count(*) FILTER (WHERE percent >= {low:d} AND (percent < {high:d} OR {high:d} = 100))"
        for low, high in pairwise(bounds)
    )
    ((unknown, unknown_percent, *plays),) = asked.rows(
        "SELECT count(*) FILTER (WHERE is_watched IS NULL), count(*) FILTER (WHERE NOT is_watched "
        "AND percent IS NULL)"
        f"{counts.replace('WHERE percent', 'WHERE NOT is_watched AND percent')} FROM ({sql})",
        values,
    )
    return {
        "unknown_plays": unknown,
        "unknown_percent_plays": unknown_percent,
        "drop_off": [
            DropOff(from_percent=low, to_percent=high, plays=count)
            for (low, high), count in zip(pairwise(bounds), plays, strict=True)
        ],
    }


def _pilots(asked: Asked, limit: int) -> list[Pilot]:
    """Of shows whose first episode somebody began; plays that name nobody say nothing."""
    accounts = "".join(f", {sql} AS {name}" for name, sql in PERSON.items())
    sql, values = _chosen(
        asked,
        f"series_title, season_number = 1 AND episode_number = 1 AS is_pilot{accounts}",
        "media_type = 'episode' AND series_title IS NOT NULL "
        "AND season_number IS NOT NULL AND episode_number IS NOT NULL",
    )
    seen = (
        "SELECT series_title, account_server, account, account_name, bool_or(is_pilot) AS began, "
        f"bool_or(NOT is_pilot) AS stayed FROM ({sql}) GROUP BY ALL"
    )
    named, owners = with_people(seen, asked.directory)
    rows = asked.rows(
        "SELECT series_title, count(*) AS people, count(*) FILTER (WHERE stayed) AS kept FROM ("
        "SELECT series_title, person, bool_or(began) AS began, bool_or(stayed) AS stayed "
        f"FROM ({named}) WHERE person IS NOT NULL GROUP BY ALL) WHERE began "
        "GROUP BY series_title ORDER BY people - kept DESC, people DESC, series_title LIMIT ?",
        [*values, *owners, limit],
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
