"""What the statements have in common: what counts, sums, and local time an hour before UTC."""

Statements = str | tuple[str, ...]
"""Several are all asked, one after the other."""

COUNTS = (
    "(watched_seconds IS NULL OR watched_seconds >= "
    "CASE WHEN media_type = 'track' THEN 15 ELSE 120 END)"
)
IS_VIDEO = "media_type IS NOT 'track'"
SUMS = "count(*) AS plays, sum(watched_seconds) AS watch_seconds"
PEOPLE = "count(DISTINCT account) AS people"

# A fixed distance from UTC takes SQLite less time than the real zone would.
_LOCAL_S = "(began_s + 3600)"
DAY = f"({_LOCAL_S} / 86400)"
"""The number of the local day since 1970 began, a Thursday."""
HOUR = f"({_LOCAL_S} / 3600 % 24)"
WEEK = f"({DAY} + 3) / 7"
"""Likewise; weeks begin on Mondays."""
WEEKDAY_HOUR = f"(({_LOCAL_S} / 3600 + 72) % 168)"
"""Hours since Monday began."""
MONTH = f"strftime('%Y-%m', {_LOCAL_S}, 'unixepoch')"

MOVIES = "media_type = 'movie'"
EPISODES = "media_type = 'episode'"
TRACKS = "media_type = 'track'"
TITLE = "coalesce(series_title, title)"
TITLE_YEAR = "CASE WHEN media_type = 'movie' THEN year END"
"""Shows and artists are their names alone."""


def counted(columns: str, *, where: str = COUNTS, sums: str = SUMS) -> str:
    """The plays by those columns."""
    # Of all plays SQLite would read an index by title in its order, which takes four times as
    # long as the table: the plus, in all statements here, keeps it from that.
    return f"SELECT {columns}, {sums} FROM plays WHERE {where} GROUP BY +{columns}"


def top(columns: str, where: str = "true", *, order: str = "plays", limit: int = 10) -> str:
    """The first of a list, as answers show it: plays, watch time and people."""
    rows = counted(columns, where=f"{COUNTS} AND {where}", sums=f"{SUMS}, {PEOPLE}")
    return f"{rows} ORDER BY {order} DESC LIMIT {limit}"


def numbers(where: str = "true") -> str:
    """How much there was of anything."""
    titles = f"count(DISTINCT media_type || {TITLE})"
    return f"SELECT {SUMS}, {PEOPLE}, {titles} FROM plays WHERE {COUNTS} AND {where}"


def streak(where: str = "true") -> str:
    """The days of each person's streaks, the longest first: one of a row lie as far from 1970."""
    return (
        "SELECT account, min(day), max(day), count(*) AS days FROM (SELECT account, day, "
        "day - row_number() OVER (PARTITION BY account ORDER BY day) AS run FROM "
        f"(SELECT DISTINCT account, {DAY} AS day FROM plays WHERE {COUNTS} AND {where})) "
        "GROUP BY account, run ORDER BY days DESC"
    )


def sweep(bucket: str, *, adds: str = "1", split: str = "", where: str = "true") -> str:
    """
    The peak of what runs at the same time, and what it adds up to, by bucket.

    A play runs from its start until its end. `split`: by each value of that column too.
    """
    of = f"PARTITION BY {split} " if split else ""
    also = f"{split}, " if split else ""
    known = f"{COUNTS} AND ended_s > began_s AND {where}"
    return (
        f"SELECT {also}{bucket} AS bucket, max(running), sum(running * (until_s - began_s)) FROM ("
        f"SELECT {also}began_s, sum(change) OVER ({of}ORDER BY began_s, change "
        "ROWS UNBOUNDED PRECEDING) AS running, "
        f"lead(began_s) OVER ({of}ORDER BY began_s, change) AS until_s FROM ("
        f"SELECT {also}began_s, {adds} AS change FROM plays WHERE {known} "
        f"UNION ALL SELECT {also}ended_s, -({adds}) FROM plays WHERE {known})) "
        f"GROUP BY {also}bucket"
    )
