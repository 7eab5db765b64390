"""
Runs: what follows each other without a long gap. Binges and watch parties are made of them.

Most plays are in none. The first pass only compares neighbours, and all that is dearer
sees what it left over.
"""

# The SQL is put together from our own column names and numbers.
# ruff: noqa: S608

from datetime import UTC, datetime, timedelta

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.scope import LOOK_BACK
from showrunner.history.filters import PlayFilters

MOST_IN_A_PIECE = 1_000_000
"""What is put into order at once stays in memory."""

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

_BY_TIME = "(PARTITION BY together ORDER BY began_s, ended_s{})"


def runs(spans: str, gap_seconds: int) -> str:
    """
    SQL of the rows of `spans` that are not alone, with `run`, a number within `together`.

    `spans` is SQL with `together` (a number: only rows with an equal one can be in one run),
    `began_s` and `ended_s`. A row goes on with the run of the one before it, by `began_s`,
    if it begins at most `gap_seconds` after the end of that one.
    """
    gap = f"{gap_seconds:d}"
    return f"""
    SELECT * EXCLUDE (since_s, until_s), count(*) FILTER (WHERE since_s IS NULL OR since_s > {gap})
        OVER {_BY_TIME.format(" ROWS UNBOUNDED PRECEDING")} AS run
    FROM (
        SELECT *, began_s - lag(ended_s) OVER by_time AS since_s,
            lead(began_s) OVER by_time - ended_s AS until_s
        FROM ({spans}) WINDOW by_time AS {_BY_TIME.format("")})
    WHERE since_s <= {gap} OR until_s <= {gap}
    """


def around(filters: PlayFilters, earlier: timedelta, later: timedelta) -> PlayFilters:
    """Also what is near the range: where a run begins and ends does not depend on it."""
    since, before = filters.since, filters.before
    return filters.model_copy(
        update={
            # No year before the first that there is.
            "since": max(since, EARLIEST + earlier) - earlier if since else None,
            "before": before + later if before else None,
        }
    )


def pieces(asked: Asked, most_plays: int = MOST_IN_A_PIECE) -> list[Asked]:
    """
    The question about parts of the range, one after the other: whole months (UTC) with so many
    plays at most, or one; the newest, which still change, by themselves.
    """
    scope, manifest = asked.scope, asked.moment.manifest
    newest = scope.before - 2 * LOOK_BACK
    found, since, plays = [], scope.since, 0
    for month in scope.began_in_range.months(sorted(manifest.months)):
        count = manifest.months[month].plays
        first = datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC)
        if first > since and (plays + count > most_plays or since < newest <= first):
            found.append(asked.during(since, first))
            since, plays = first, 0
        plays += count
    return [*found, asked.during(since, scope.before)]
