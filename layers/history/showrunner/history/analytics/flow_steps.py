"""
What the same human played next, as SQL.

All plays have to be sorted by their people and beginnings; so people and titles are numbers
before that (hashes: of a million titles, two agree once in forty million histories), and
have names again only after it is counted what follows what.
"""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from dataclasses import dataclass
from typing import Any, NamedTuple

from showrunner.history.analytics.begun import begun
from showrunner.history.analytics.core import Asked
from showrunner.history.analytics.dimensions import DIMENSIONS, Kind


class Title(NamedTuple):
    """`kind` is `movies`, `shows` or `artists`."""

    kind: str
    name: str
    year: int | None


class Step(NamedTuple):
    """So often `title` was followed by `following`."""

    title: Title
    following: Title
    plays: int


class Counted(NamedTuple):
    title: Title
    plays: int


@dataclass(frozen=True, slots=True)
class Flow:
    """`steps` lead to another title; of the rest of the plays `same` do not, others end."""

    plays: int
    sessions: int
    same: int
    steps: list[Step]
    repeated: list[Counted]
    entries: list[Counted]
    exits: list[Counted]


def flow(asked: Asked, within_seconds: int, limit: int) -> Flow:
    """Of the plays that began in the range and say who played which title."""
    titles, of_titles = _titles(asked)
    plays, of_plays = _plays(asked)
    ((plays, same, sessions, steps, repeated, entries, exits),) = asked.rows(
        _FLOW.format(titles=titles, plays=plays),
        [*of_titles, *of_plays, within_seconds, *[limit] * 4],
    )
    return Flow(
        plays=plays or 0,
        same=same or 0,
        sessions=sessions or 0,
        steps=[
            Step(Title(*one["title"].values()), Title(*one["following"].values()), one["plays"])
            for one in steps or ()
        ],
        repeated=_counted(repeated),
        entries=_counted(entries),
        exits=_counted(exits),
    )


def _counted(rows: list[dict[str, Any]] | None) -> list[Counted]:
    return [Counted(Title(*one["title"].values()), one["plays"]) for one in rows or ()]


_MOVIE_SAID = "hash({name}, year, imdb_id, tmdb_id)"
_SERIES_SAID = "CASE media_type WHEN 'track' THEN xor(hash({name}), 1) ELSE hash({name}) END"
"""A number for what plays say of their title; an artist may be called as a show is."""

_IS_MOVIE = "media_type = 'movie'"
_IS_OF_SERIES = "media_type IN ('episode', 'track')"


def _titles(asked: Asked) -> tuple[str, list[Any]]:
    """SQL of what plays say of titles, its number, and the `key` by which titles are one."""
    movie = DIMENSIONS[Kind.MOVIES]
    movies, values = begun(asked, movie.columns, where=f"{_IS_MOVIE} AND title IS NOT NULL")
    columns = {"name": "series_title", "media_type": "media_type"}
    series, more = begun(asked, columns, where=f"{_IS_OF_SERIES} AND series_title IS NOT NULL")
    sql = f"""
        SELECT 'movies' AS kind, name, year, ({movie.key})::VARCHAR AS key,
            {_MOVIE_SAID.format(name="name")} AS said
        FROM ({movies})
        UNION ALL
        SELECT CASE media_type WHEN 'track' THEN 'artists' ELSE 'shows' END, name, NULL, name,
            {_SERIES_SAID.format(name="name")}
        FROM ({series})"""
    return sql, [*values, *more]


def _plays(asked: Asked) -> tuple[str, list[Any]]:
    """SQL of the human's `number`, `began_s`, `ended_s` and `said`, the number of the title."""
    filters = asked.scope.began_in_range
    condition, values = asked.scope.condition(filters)
    plays, numbers = asked.people().numbered(asked.plays(filters))
    movie, series = _MOVIE_SAID.format(name="title"), _SERIES_SAID.format(name="series_title")
    sql = f"""
        SELECT number, began_s, ended_s, CASE WHEN {_IS_MOVIE} THEN {movie} ELSE {series} END
            AS said
        FROM {plays} WHERE {condition} AND number IS NOT NULL
            AND CASE WHEN {_IS_MOVIE} THEN title IS NOT NULL
                ELSE {_IS_OF_SERIES} AND series_title IS NOT NULL END"""
    return sql, [*numbers, *values]


_FLOW = """
    WITH said AS (FROM ({titles})),
    titles AS MATERIALIZED (
        SELECT *, (dense_rank() OVER (ORDER BY kind, key))::INTEGER AS number FROM said),
    linked AS (
        SELECT said, lead(said) OVER in_time AS next_said,
            lead(began_s) OVER in_time - ended_s AS gap_s
        FROM ({plays}) WINDOW in_time AS (PARTITION BY number ORDER BY began_s, ended_s, said)),
    counted AS (
        SELECT said, CASE WHEN gap_s <= ? THEN next_said END AS next_said, count(*) AS plays
        FROM linked GROUP BY ALL),
    steps AS MATERIALIZED (
        SELECT one.number, other.number AS following, sum(plays)::BIGINT AS plays
        FROM counted JOIN titles AS one USING (said) LEFT JOIN titles AS other
            ON counted.next_said = other.said
        GROUP BY ALL),
    names AS (
        SELECT number, {{'kind': any_value(kind), 'name': max(name), 'year': max(year)}} AS title
        FROM titles GROUP BY number),
    moved AS (
        SELECT number, following, plays FROM steps WHERE following <> number
        ORDER BY plays DESC, number, following LIMIT ?),
    again AS (
        SELECT number, plays FROM steps WHERE following = number
        ORDER BY plays DESC, number LIMIT ?),
    led_to AS (SELECT following AS number, plays FROM steps WHERE following IS NOT NULL),
    entered AS (
        SELECT number, sum(plays)::BIGINT AS plays
        FROM (SELECT number, plays FROM steps UNION ALL SELECT number, -plays FROM led_to)
        GROUP BY number HAVING sum(plays) > 0 ORDER BY plays DESC, number LIMIT ?),
    left_at AS (
        SELECT number, plays FROM steps WHERE following IS NULL
        ORDER BY plays DESC, number LIMIT ?)
    SELECT (SELECT sum(plays)::BIGINT FROM steps),
        (SELECT sum(plays)::BIGINT FROM steps WHERE following = number),
        (SELECT sum(plays)::BIGINT FROM steps WHERE following IS NULL),
        (SELECT list({{'title': one.title, 'following': other.title, 'plays': plays}}
            ORDER BY plays DESC, number, following)
            FROM moved JOIN names AS one USING (number) JOIN names AS other
            ON other.number = following),
        (SELECT list({{'title': title, 'plays': plays}} ORDER BY plays DESC, number)
            FROM again JOIN names USING (number)),
        (SELECT list({{'title': title, 'plays': plays}} ORDER BY plays DESC, number)
            FROM entered JOIN names USING (number)),
        (SELECT list({{'title': title, 'plays': plays}} ORDER BY plays DESC, number)
            FROM left_at JOIN names USING (number))
"""
