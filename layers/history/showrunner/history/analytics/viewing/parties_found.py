"""The watch parties of a history, as SQL."""

# The SQL is put together from our own columns and numbers; values are always bound.
# ruff: noqa: S608

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.humans import humans
from showrunner.history.analytics.viewing.runs import around, runs

AROUND = timedelta(days=1)

_EPISODE = "season_number * 1048576 + episode_number"

_NUMBER = f"""CASE
    WHEN media_type = 'movie' THEN CASE WHEN title IS NOT NULL THEN
        xor(hash(title), hash(year) >> 1) END
    WHEN media_type IS DISTINCT FROM 'episode' THEN NULL
    WHEN {_EPISODE} IS NULL THEN CASE WHEN title IS NOT NULL THEN
        xor(hash(series_title) >> 1, hash(title)) END
    WHEN series_title IS NOT NULL THEN xor(hash(series_title) >> 1, hash({_EPISODE})) END"""
"""By which plays of one title are known, as in `DIMENSIONS`; NULL: they have none."""

_OF_TITLE = "OVER (PARTITION BY together, run)"
_MOVIE_ID = f"""CASE WHEN min(imdb) {_OF_TITLE} <> max(imdb) {_OF_TITLE} THEN coalesce(imdb, tmdb)
    WHEN max(imdb) {_OF_TITLE} IS NULL AND min(tmdb) {_OF_TITLE} <> max(tmdb) {_OF_TITLE}
        THEN tmdb END"""
"""Movies of equal title and year are one, unless ids say that they are several."""


_FACTS = (
    *("media_type", "title", "year", "series_title", "season_number", "episode_number"),
    "connection_id",
)


def found(asked: Asked, gap_seconds: int) -> tuple[str, list[Any]]:
    """
    SQL of the plays of the parties that began in the range: the numbers `party`, `title` and
    `human`, `began_s`, `party_s` (when the first began), and the values for its question marks.
    """
    plays, values = _plays(asked)
    by_human, merged = humans(plays, asked.directory)
    near = f"SELECT *, together AS title, {_MOVIE_ID} AS id FROM ({runs(by_human, gap_seconds)})"
    of_title = f"SELECT * REPLACE (hash(together, run, id) AS together) FROM ({near})"
    again = runs(f"SELECT * EXCLUDE (run, id) FROM ({of_title})", gap_seconds)
    since_s, before_s = int(asked.scope.since.timestamp()), int(asked.scope.before.timestamp())
    together = "OVER (PARTITION BY together, run)"
    sql = f"""
    SELECT hash(together, run) AS party, title, human, began_s, min(began_s) {together} AS party_s
    FROM ({again})
    QUALIFY min(human) {together} <> max(human) {together}
        AND party_s BETWEEN {since_s} AND {before_s} - 1
    """
    return sql, [*values, *merged]


def described(asked: Asked, moments: Collection[int]) -> list[dict[str, Any]]:
    """The plays that began at these moments (`began_s`), also others than those of parties."""
    first, last = (datetime.fromtimestamp(one, UTC) for one in (min(moments), max(moments) + 1))
    filters = asked.during(first, last).scope.began_in_range
    condition, values = asked.scope.condition(filters)
    plays = f"""
    SELECT account, {_NUMBER} AS number, began_s, {", ".join(_FACTS)}
    FROM {asked.plays(filters)} WHERE {condition} AND account IS NOT NULL
        AND began_s IN ({", ".join(map(str, moments))})
    """
    by_human, merged = humans(plays, asked.directory)
    names = ("number", "human", "began_s", *_FACTS)
    rows = asked.rows(f"SELECT {', '.join(names)} FROM ({by_human})", [*values, *merged])
    return [dict(zip(names, row, strict=True)) for row in rows]


def _plays(asked: Asked) -> tuple[str, list[Any]]:
    filters = around(asked.scope.began_in_range, AROUND, AROUND)
    condition, values = asked.scope.condition(filters)
    ids = ", ".join(f"nullif(hash({one}_id), {_NO_TEXT}) AS {one}" for one in ("imdb", "tmdb"))
    sql = f"""
    SELECT account, {_NUMBER} AS together, began_s, began_s AS ended_s, {ids}
    FROM {asked.plays(filters)} WHERE {condition} AND account IS NOT NULL
    """
    return f"SELECT * FROM ({sql}) WHERE together IS NOT NULL", values


_NO_TEXT = "hash(NULL::VARCHAR)"
