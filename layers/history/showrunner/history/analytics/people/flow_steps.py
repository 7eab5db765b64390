"""
What the same human played next.

All plays have to be sorted by their people and beginnings: as numbers in arrays, and those of
long histories part by part, for which SQL needs twice the time and too much memory. What was
found in old parts is kept. Titles are numbers too (of hashes: of a million titles, two agree
once in forty million histories), and have names again only after all is counted.
"""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun_kept
from showrunner.history.analytics.core.dimensions import DIMENSIONS, Kind
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.settled import kept_value
from showrunner.history.analytics.people.flow_links import Links, Rule, joined, links_of
from showrunner.history.analytics.viewing.runs import pieces

Numbers = NDArray[Any]

Said = tuple[list[int], list[int]]
"""Numbers of what plays say of titles, and which titles these are."""

PLAYS_AT_ONCE = 2_500_000
"""Keeps the numbers of all plays below 150 MB, however many these are."""


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


def flow(
    asked: Asked, query: AnalyticsQuery, within_seconds: int, at_once: int = PLAYS_AT_ONCE
) -> Flow:
    """
    Of the plays that began in the range and say who played which title; about `at_once` of
    them are in memory at a time. The lists have the `limit` of the query.
    """
    names, said = _titles(asked)
    people = asked.people()
    rule = Rule(within_seconds, max(people.numbers, default=-1) + 1, len(names))
    kept_by = FlowQuery(**_shared(query), rule=rule, numbers=_digest(names, said, people))
    links = joined(
        (
            kept_value(one, kept_by, timedelta(), partial(_links, one, rule, people, said))
            for one in pieces(asked, at_once)
        ),
        rule,
    )
    return _flow(links, names, query.limit)


class FlowQuery(AnalyticsQuery):
    """What the links are kept by: also by what the numbers in them mean."""

    rule: Rule
    numbers: str


def _shared(query: AnalyticsQuery) -> dict[str, Any]:
    return {name: getattr(query, name) for name in AnalyticsQuery.model_fields}


def _digest(*numbered: Any) -> str:
    return hashlib.sha256(repr(numbered).encode()).hexdigest()


def _links(asked: Asked, rule: Rule, people: People, said: Said) -> tuple[Links, int]:
    links = links_of(asked.columns(*_plays(asked, people, said)), rule)
    return links, links.size_bytes


def _flow(links: Links, names: Sequence[Title], limit: int) -> Flow:
    earlier, later = np.divmod(links.codes, max(len(names), 1))
    is_same = earlier == later
    followed, following = (_sums(titles, links, len(names)) for titles in (earlier, later))
    every = np.arange(len(names))
    return Flow(
        plays=int(links.plays.sum()),
        sessions=int((links.plays - followed).sum()),
        same=int(links.counts[is_same].sum()),
        steps=[
            Step(names[earlier[place]], names[later[place]], int(links.counts[place]))
            for place in _most(np.where(is_same, 0, links.counts), limit)
        ],
        repeated=_counted(names, earlier, np.where(is_same, links.counts, 0), limit),
        entries=_counted(names, every, links.plays - following, limit),
        exits=_counted(names, every, links.plays - followed, limit),
    )


def _sums(titles: Numbers, links: Links, count: int) -> Numbers:
    # Exact: as floating point, whole numbers are so up to 2 to the 53rd.
    sums: Numbers = np.bincount(titles, links.counts, count).astype(np.int64)
    return sums


def _counted(names: Sequence[Title], titles: Numbers, plays: Numbers, limit: int) -> list[Counted]:
    return [Counted(names[titles[place]], int(plays[place])) for place in _most(plays, limit)]


def _most(plays: Numbers, limit: int) -> Iterable[int]:
    """The places with most, and of those with as much the first; none where there is nothing."""
    if len(plays) > limit:
        least = np.partition(plays, -limit)[-limit]
        places = np.flatnonzero(plays >= max(least, 1))
    else:
        places = np.flatnonzero(plays)
    ordered: list[int] = places[np.argsort(-plays[places], kind="stable")][:limit].tolist()
    return ordered


_MOVIE_SAID = "hash({name}, year, imdb_id, tmdb_id)"
_SERIES_SAID = "CASE media_type WHEN 'track' THEN xor(hash({name}), 1) ELSE hash({name}) END"
"""A number for what plays say of their title; an artist may be called as a show is."""

_IS_MOVIE = "media_type = 'movie'"
_IS_OF_SERIES = "media_type IN ('episode', 'track')"


def _titles(asked: Asked) -> tuple[list[Title], Said]:
    """
    All titles in their order; the numbers of what plays say of them, and which title that is.
    """
    movie = DIMENSIONS[Kind.MOVIES]
    movies, values = begun_kept(asked, movie.columns, where=f"{_IS_MOVIE} AND title IS NOT NULL")
    columns = {"name": "series_title", "media_type": "media_type"}
    where = f"{_IS_OF_SERIES} AND series_title IS NOT NULL"
    series, more = begun_kept(asked, columns, where=where)
    rows = asked.rows(
        f"""
        SELECT kind, name, year, said, (dense_rank() OVER (ORDER BY kind, key) - 1)::INTEGER
        FROM (
            SELECT DISTINCT 'movies' AS kind, name, year, key::VARCHAR AS key,
                {_MOVIE_SAID.format(name="name")} AS said
            FROM ({movie.keyed(movies)})
            UNION ALL
            SELECT DISTINCT CASE media_type WHEN 'track' THEN 'artists' ELSE 'shows' END, name,
                NULL, name, {_SERIES_SAID.format(name="name")}
            FROM ({series}))""",
        [*values, *more],
    )
    names = {number: Title(*named) for *named, _, number in rows}
    said = ([row[3] for row in rows], [row[4] for row in rows])
    return [names[number] for number in range(len(names))], said


def _plays(asked: Asked, people: People, said: Said) -> tuple[str, list[Any]]:
    """SQL of the human's `number`, `began_s`, `ended_s` and the number of the `title`."""
    filters = asked.scope.began_in_range
    condition, values = asked.scope.condition(filters)
    plays, numbers = people.numbered(asked.plays(filters))
    movie, series = _MOVIE_SAID.format(name="title"), _SERIES_SAID.format(name="series_title")
    sql = f"""
        SELECT number, began_s, ended_s, title FROM (
            SELECT number, began_s, ended_s,
                CASE WHEN {_IS_MOVIE} THEN {movie} ELSE {series} END AS said
            FROM {plays} WHERE {condition} AND number IS NOT NULL
                AND CASE WHEN {_IS_MOVIE} THEN title IS NOT NULL
                    ELSE {_IS_OF_SERIES} AND series_title IS NOT NULL END)
        JOIN (SELECT unnest(?::UBIGINT[]) AS said, unnest(?::INTEGER[]) AS title) USING (said)"""
    return sql, [*numbers, *values, *said]
