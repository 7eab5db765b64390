"""The principal questions of the analytics in plain SQLite, as a program of one table asks."""

import sqlite3

_COUNTS = (
    "(watched_seconds IS NULL OR watched_seconds >= "
    "CASE WHEN media_type = 'track' THEN 15 ELSE 120 END)"
)
_SUMS = "count(*) AS plays, sum(watched_seconds)"
_PEOPLE = "count(DISTINCT connection_id || person_id)"


def _list(columns: str, where: str = "true") -> str:
    return (
        f"SELECT {columns}, {_SUMS}, {_PEOPLE} FROM plays WHERE {_COUNTS} AND {where} "
        f"GROUP BY {columns} ORDER BY plays DESC LIMIT 10"
    )


# Watch time goes to the day of the start: cutting it as we do would take SQLite longer still.
QUESTIONS = {
    "plays/over-time?by=day": f"SELECT date(started_at, '+1 hour'), {_SUMS} FROM plays "
    f"WHERE {_COUNTS} GROUP BY 1",
    "plays/over-time?by=hour": f"SELECT strftime('%H', started_at, '+1 hour'), {_SUMS} "
    f"FROM plays WHERE {_COUNTS} GROUP BY 1",
    "lists/top?of=movies": _list("title, year", "media_type = 'movie'"),
    "lists/top?of=people": _list("connection_id, person_id"),
    "lists/top?of=platforms": _list("platform"),
    "streams/concurrency?by=hour": "SELECT max(streams) FROM (SELECT sum(change) OVER ("
    "ORDER BY at, change ROWS UNBOUNDED PRECEDING) AS streams FROM ("
    f"SELECT started_at AS at, 1 AS change FROM plays WHERE {_COUNTS} AND stopped_at NOT NULL "
    f"UNION ALL SELECT stopped_at, -1 FROM plays WHERE {_COUNTS} AND stopped_at NOT NULL))",
    "streams/delivery": "SELECT decision, source_resolution, resolution, source_video_codec, "
    f"video_codec, count(*) FROM plays WHERE {_COUNTS} GROUP BY 1, 2, 3, 4, 5",
    "plays/overview": f"SELECT {_SUMS}, {_PEOPLE} FROM plays WHERE {_COUNTS}",
}
"""By the address of ours that answers at least as much."""


def ask(database: sqlite3.Connection, question: str) -> None:
    """All rows of the answer."""
    database.execute(QUESTIONS[question]).fetchall()
