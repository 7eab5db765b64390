"""
Plays and watch time, by any columns and by any piece of local time.

One query serves all that is counted, so that sums agree. A play counts at its start.
Watch time counts where it happened: a sitting that goes over an edge (of an hour, a day,
the range) is cut there. Where in it the pauses were nobody knows, so its watch time is
spread evenly over it; whole seconds, none lost.
"""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from showrunner.history.analytics.core import Asked
from showrunner.history.analytics.scope import Scope
from showrunner.history.analytics.sittings import COLUMNS, sittings


class Grain(StrEnum):
    """What sittings are cut into."""

    NONE = "none"
    DAY = "day"
    HOUR = "hour"


BUCKET_US = {Grain.DAY: 86_400_000_000, Grain.HOUR: 3_600_000_000}


def watched(
    asked: Asked, columns: Mapping[str, str], *, where: str = "true", grain: Grain = Grain.NONE
) -> tuple[str, list[Any]]:
    """
    SQL of the `columns` (name: SQL over the ledger's), `bucket`, `plays`, `watch_seconds` and
    `unknown_plays`, with the values for its question marks. A group can come in two rows.

    `bucket` is the day or hour of local time, counted from the first of 1970.
    """
    scope = asked.scope
    filters = scope.touches_range
    condition, values = scope.condition(filters)
    chosen = "".join(f"{sql} AS {name}, " for name, sql in columns.items())
    names = "".join(f"{name}, " for name in columns)
    sql = f"""
    WITH chosen AS NOT MATERIALIZED (
        SELECT {chosen} {COLUMNS} FROM {asked.plays(filters)} WHERE {condition} AND ({where})),
    pieces AS ({_pieces(scope, names, grain)})
    SELECT {names} {_bucket(scope, grain, "began_us")} AS bucket, count(*) AS plays,
        coalesce(sum(watched_seconds) FILTER (WHERE {_is_whole(scope, grain)}), 0)::BIGINT
            AS watch_seconds,
        count(*) - count(watched_seconds) AS unknown_plays
    FROM chosen WHERE began_us >= {scope.since_us} GROUP BY ALL
    UNION ALL
    SELECT {names} {_bucket(scope, grain, "from_us")}, 0, sum(watch_seconds)::BIGINT, 0
    FROM pieces WHERE watch_seconds > 0 GROUP BY ALL
    """
    return sql, values


def _bucket(scope: Scope, grain: Grain, moment_us: str) -> str:
    if grain is Grain.NONE:
        return "NULL"
    return f"{scope.local_us(moment_us)} // {BUCKET_US[grain]}"


def _is_whole(scope: Scope, grain: Grain) -> str:
    """Most plays lie in one piece; only the others are worth a closer look."""
    is_in_range = f"began_us >= {scope.since_us} AND ended_us <= {scope.before_us}"
    edges = {
        Grain.NONE: "true",
        Grain.DAY: f"{_bucket(scope, Grain.DAY, 'began_us')}"
        f" = {_bucket(scope, Grain.DAY, 'ended_us')}",
        Grain.HOUR: f"began_us // {scope.cell_us} = ended_us // {scope.cell_us}",
    }
    return f"(parts IS NULL AND {is_in_range} AND {edges[grain]})"


def _pieces(scope: Scope, names: str, grain: Grain) -> str:
    since_us, before_us, cell_us = scope.since_us, scope.before_us, scope.cell_us
    where = f"watched_seconds > 0 AND NOT {_is_whole(scope, grain)}"
    return f"""
    WITH in_cells AS (
        SELECT *, unnest(range(began_us // {cell_us},
            greatest(ended_us - 1, began_us) // {cell_us} + 1)) * {cell_us} AS cell_us
        FROM ({sittings("chosen", where, names)})
        WHERE watched_seconds > 0 AND (ended_us > {since_us} OR began_us >= {since_us})),
    in_range AS (
        SELECT *, greatest(cell_us, began_us, {since_us}) AS from_us,
            least(cell_us + {cell_us}, ended_us, {before_us}) AS to_us
        FROM in_cells)
    SELECT {names} from_us, CASE WHEN ended_us > began_us
        THEN {_watched_until("to_us")} - {_watched_until("from_us")}
        ELSE watched_seconds END AS watch_seconds
    FROM in_range WHERE from_us < to_us
        OR (ended_us <= began_us AND began_us BETWEEN {since_us} AND {before_us} - 1)
    """


def _watched_until(moment_us: str) -> str:
    # In milliseconds all of these products are exact as DOUBLE, so no whole second is lost.
    of_sitting = "((ended_us - began_us) // 1000)"
    return f"floor(watched_seconds::DOUBLE * (({moment_us} - began_us) // 1000) / {of_sitting})"
