"""The family `libraries`, and the list of what is new: over `items`, as a sync would write them."""

from tests.benchmarks.analytics_sqlite.terms import COUNTS, SUMS, Statements

_ADDED_MONTH = "strftime('%Y-%m', added_s + 3600, 'unixepoch')"
_REMOVED_MONTH = "strftime('%Y-%m', removed_s + 3600, 'unixepoch')"
_STALE_SECONDS = 365 * 86_400
_STOCK = "count(*) AS items, sum(duration_ms / 1000) AS seconds, sum(size_bytes) AS size_bytes"

# The same film elsewhere has the same guid.
_PLAYED = f"""
    played AS MATERIALIZED (SELECT guid, min(began_s) AS first_s, max(began_s) AS last_s
        FROM plays WHERE {COUNTS} GROUP BY +guid)"""

_FIRST_WATCH = f"""
    WITH {_PLAYED}
    SELECT connection_id, library, {_ADDED_MONTH} AS month, first_s - added_s AS wait_s
    FROM items LEFT JOIN played USING (guid) ORDER BY library, wait_s"""

_GROWTH = tuple(
    f"SELECT connection_id, library, {month}, {_STOCK} FROM items WHERE {there} GROUP BY 1, 2, 3"
    for month, there in ((_ADDED_MONTH, "true"), (_REMOVED_MONTH, "removed_s NOT NULL"))
)
"""Who asks adds up what is held."""

_IDLE_SINCE_S = f"(strftime('%s', 'now') - {_STALE_SECONDS})"


def held_by_month(where: str) -> str:
    """What came in which month."""
    return f"SELECT {_ADDED_MONTH}, {_STOCK} FROM items WHERE {where} GROUP BY 1"


def unwatched(where: str = "true") -> str:
    """The largest of the items there that were never played, or not for a year, and all sums."""
    return f"""
    WITH {_PLAYED},
    held AS MATERIALIZED (SELECT items.*, last_s, CASE WHEN last_s IS NULL THEN 'never'
            WHEN last_s < {_IDLE_SINCE_S} THEN 'stale' END AS idle
        FROM items LEFT JOIN played USING (guid) WHERE removed_s IS NULL AND {where}),
    ranked AS (SELECT *, row_number() OVER (PARTITION BY idle ORDER BY size_bytes DESC) AS place
        FROM held WHERE idle NOT NULL)
    SELECT NULL, connection_id, library, idle, {_STOCK} FROM held
    GROUP BY connection_id, library, idle
    UNION ALL SELECT place, title, series_title, idle, added_s, last_s, size_bytes FROM ranked
    WHERE place <= 10"""


_UTILIZATION = f"""
    WITH played AS MATERIALIZED (SELECT connection_id, item_id, {SUMS} FROM plays
        WHERE {COUNTS} GROUP BY +connection_id, item_id),
    used AS (SELECT items.*, coalesce(plays, 0) AS plays, coalesce(watch_seconds, 0) AS watched
        FROM items LEFT JOIN played USING (connection_id, item_id)),
    tenths AS (SELECT *, ntile(10) OVER (PARTITION BY connection_id, library ORDER BY plays DESC)
        AS tenth FROM used)
    SELECT connection_id, library, {_STOCK}, sum(plays > 0), sum(plays), sum(watched),
        sum(plays) FILTER (WHERE tenth = 1)
    FROM tenths GROUP BY connection_id, library"""


def recently_added(where: str = "true") -> str:
    """The newest items there, several of a show together, and how often they were played."""
    return f"""
    WITH newest AS MATERIALIZED (SELECT connection_id, library, series_title,
            (added_s + 3600) / 86400 AS day, CASE WHEN series_title IS NULL THEN item_id END AS one,
            max(added_s) AS last_s, min(title) AS title, sum(duration_ms), sum(size_bytes)
        FROM items WHERE removed_s IS NULL AND {where} GROUP BY 1, 2, 3, 4, 5
        ORDER BY last_s DESC LIMIT 10)
    SELECT newest.*, item_id, (SELECT count(*) FROM plays WHERE plays.item_id = items.item_id
        AND plays.connection_id = items.connection_id AND {COUNTS})
    FROM newest JOIN items ON items.connection_id = newest.connection_id
        AND items.library = newest.library AND items.series_title IS newest.series_title
        AND (added_s + 3600) / 86400 = day AND coalesce(item_id = one, 1)"""


QUESTIONS: dict[str, Statements] = {
    "libraries/first-watch": _FIRST_WATCH,
    "libraries/growth": _GROWTH,
    "libraries/unwatched": unwatched(),
    "libraries/utilization": _UTILIZATION,
    "lists/recently-added": recently_added(),
}
