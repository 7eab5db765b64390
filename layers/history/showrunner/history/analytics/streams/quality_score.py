"""
The quality-of-experience score of plays.

100 points, less 5 for each percent of plays that were given up before anything was seen,
2 for each percent that was delivered worse than the file is, 1 for each percent of the
time that was paused, 0.3 for each percent that plays stopped before the end.
"""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.streams.counts import IS_VIDEO, lines_sql
from showrunner.history.analytics.streams.groups import Sought, Sums, number_of

GIVEN_UP_SECONDS = 10
"""Whoever watched that long has seen that it plays."""
_GOES_ON = timedelta(minutes=2)
"""What was seen so lately may only just have begun."""

_POINTS_GIVEN_UP = 5.0
_POINTS_DEGRADED = 2.0
_POINTS_PAUSED = 1.0
_POINTS_UNFINISHED = 0.3
_MILLION = 1_000_000
_LONGEST_SECONDS = 1_000_000_000
"""What is longer is not true, and its products fit no BIGINT."""

_IS_LOWER = f"{lines_sql('resolution')} < {lines_sql('source_resolution')}"
# Of what is compared with NULL nothing is known, unless the other half decides it.
_DEGRADED = f"(decision = 'transcode' AND (NOT is_hardware OR {_IS_LOWER}))"
_IS_POSSIBLE = " AND ".join(
    f"{column} BETWEEN 0 AND {_LONGEST_SECONDS}" for column in ("paused_seconds", "watched_seconds")
)
_PAUSED_SHARE = f"""CASE WHEN {_IS_POSSIBLE}
    THEN paused_seconds * {_MILLION} // nullif(paused_seconds + watched_seconds, 0) END"""
_REACHED = """CASE WHEN is_watched THEN 100
    WHEN percent BETWEEN 0 AND 100 THEN percent END"""

_SUMS = {
    "degraded": number_of(_DEGRADED),
    "degraded_known": f"count({_DEGRADED})",
    "paused": f"sum({_PAUSED_SHARE})",
    "paused_known": f"count({_PAUSED_SHARE})",
    "reached": f"sum({_REACHED})",
    "reached_known": f"count({_REACHED})",
}


def sought(now: datetime) -> Sought:
    """What `score_of` takes: whole numbers, so that they add up."""
    settled_s = int((now - _GOES_ON).timestamp())
    given_up = f"(percent = 0 AND watched_seconds < {GIVEN_UP_SECONDS} AND ended_s < {settled_s})"
    first = {
        "plays": "count(*)",
        "given_up": number_of(given_up),
        "given_up_known": f"count({given_up})",
    }
    return Sought(sums={**first, **_SUMS}, columns=("platform",), where=IS_VIDEO)


class Score(BaseModel):
    """
    How well `plays` went, with what the score is made of; each None: known of no play.

    `score` is 0 to 100 points. `given_up_share` is that of plays stopped at 0 % within less
    than 10 seconds. `degraded_share` is that of plays which the server transcoded to
    fewer lines than the file has, or by software (for the sound alone as well: nobody tells
    that apart). `paused_share` is how much of the time between start and stop was
    paused, on average over the plays. `completion_share` is how far they came on
    average; what counts as watched came to the end. Shares are 0 to 1, each over the plays
    of which that is known; what is known of no play takes nothing off.
    """

    model_config = ConfigDict(frozen=True)

    plays: int
    score: float | None
    given_up: int
    given_up_share: float | None
    degraded: int
    degraded_share: float | None
    paused_share: float | None
    completion_share: float | None


def score_of(sums: Sums) -> Score:
    """The score of those plays; `sums` are those that are `sought`."""
    plays, given_up, given_up_of, degraded, degraded_of, paused, paused_of, reached, reached_of = (
        sums
    )
    shares = {
        "given_up_share": _share(given_up, given_up_of),
        "degraded_share": _share(degraded, degraded_of),
        "paused_share": _share(paused, paused_of * _MILLION),
        "completion_share": _share(reached, reached_of * 100),
    }
    return Score(
        plays=plays,
        score=points(**shares),
        given_up=given_up,
        degraded=degraded,
        **{name: None if value is None else round(value, 4) for name, value in shares.items()},
    )


def points(
    given_up_share: float | None,
    degraded_share: float | None,
    paused_share: float | None,
    completion_share: float | None,
) -> float | None:
    """0 to 100; what is unknown takes nothing off. None: nothing is known at all."""
    lost = [
        (_POINTS_GIVEN_UP, given_up_share),
        (_POINTS_DEGRADED, degraded_share),
        (_POINTS_PAUSED, paused_share),
        (_POINTS_UNFINISHED, None if completion_share is None else 1 - completion_share),
    ]
    known = [points * 100 * share for points, share in lost if share is not None]
    return round(min(max(100 - sum(known), 0), 100), 2) if known else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
