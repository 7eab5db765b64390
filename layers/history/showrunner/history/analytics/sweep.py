"""
The sweep over the beginnings and ends of streams, as SQL.

What began and ended is counted by cells (hours, as a rule) first. That says how many streams ran
at the edges of a cell, and how many there can have been in it: a cell that cannot hold
the peak of its category is never looked into.
"""

# The SQL is put together from our own columns and numbers; values are always bound.
# ruff: noqa: S608

from showrunner.history.analytics.categories import BUCKETS, By
from showrunner.history.analytics.scope import Scope
from showrunner.history.analytics.sittings import sittings
from showrunner.history.analytics.watched import BUCKET_US


def sweep(scope: Scope, by: By, chosen: str) -> str:
    """
    SQL of `series`, `bucket`, the peak, seconds streamed, seconds of the range in that bucket.

    `chosen` is SQL of `series` (never NULL) and what `sittings` needs. Series without any
    stream in the range have no rows, the others one for every bucket.
    """
    since_us, before_us, cell_us = scope.since_us, scope.before_us, scope.cell_us
    return f"""
    WITH chosen AS NOT MATERIALIZED ({chosen}), {_edges(scope)}, {_cells(scope, by)},
    {_PEAKS}
    SELECT series, bucket, greatest(max(least_peak), coalesce(max(peak), 0)),
        sum(before * {cell_us} + streamed_us) / 1e6,
        sum(least((cell + 1) * {cell_us}, {before_us})
            - greatest(cell * {cell_us}, {since_us})) / 1e6
    FROM bounded LEFT JOIN peaks USING (series, bucket) GROUP BY ALL
    """


def _edges(scope: Scope) -> str:
    """When each stream begins and ends, within the range, and what that comes to by cells."""
    since_us, before_us, cell_us = scope.since_us, scope.before_us, scope.cell_us
    return f"""
    spans AS MATERIALIZED (
        SELECT series, greatest(began_us, {since_us}) AS from_us,
            least(ended_us, {before_us}) AS to_us
        FROM ({sittings("chosen", "true", "series, ")})
        WHERE ended_us > greatest(began_us, {since_us}) AND began_us < {before_us}),
    edges AS NOT MATERIALIZED (
        SELECT series, from_us AS at_us, from_us // {cell_us} AS cell, 1 AS change FROM spans
        UNION ALL
        -- What ends with a cell ran all through it: the end is no change of the next one.
        SELECT series, to_us, (to_us - 1) // {cell_us}, -1 FROM spans),
    changes AS (
        SELECT series, cell, sum(change)::BIGINT AS change,
            count(*) FILTER (WHERE change > 0) AS began,
            sum(change * ((cell + 1) * {cell_us} - at_us))::BIGINT AS streamed_us
        FROM edges GROUP BY ALL)
    """


def _cells(scope: Scope, by: By) -> str:
    """All cells of the range in each series, also those in which nothing began or ended."""
    buckets, cell_us = BUCKETS[by], scope.cell_us
    first, last = scope.since_us // cell_us, (scope.before_us - 1) // cell_us
    return f"""
    numbered AS (
        SELECT cell, {scope.local_us("cell_us")} // {BUCKET_US[buckets.grain]} AS bucket FROM (
            SELECT cell, cell * {cell_us} AS cell_us
            FROM (SELECT unnest(range({first}, {last} + 1)) AS cell))),
    cells AS (
        SELECT series, cell, {buckets.sql} AS bucket
        FROM (SELECT DISTINCT series FROM spans), numbered)
    """


_PEAKS = """
    running AS (
        SELECT series, cell, bucket, coalesce(began, 0) AS began,
            coalesce(streamed_us, 0) AS streamed_us, coalesce(sum(change) OVER so_far, 0) AS after,
            coalesce(sum(change) OVER so_far, 0) - coalesce(change, 0) AS before
        FROM cells LEFT JOIN changes USING (series, cell)
        WINDOW so_far AS (PARTITION BY series ORDER BY cell)),
    bounded AS (
        SELECT *, max(greatest(before, after)) OVER (PARTITION BY series, bucket) AS least_peak
        FROM running),
    swept AS (
        -- At one moment ends come before beginnings: the intervals are half-open.
        SELECT series, bucket, before + sum(change) OVER (PARTITION BY series, cell
            ORDER BY at_us, change ROWS UNBOUNDED PRECEDING) AS streams
        FROM bounded JOIN edges USING (series, cell) WHERE before + began > least_peak),
    peaks AS (SELECT series, bucket, max(streams) AS peak FROM swept GROUP BY ALL)
"""
