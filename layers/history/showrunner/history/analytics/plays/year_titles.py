"""The first and the last play of a year, the titles that were new in it, and its longest binge."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun, begun_kept
from showrunner.history.analytics.core.dimensions import PERSON
from showrunner.history.analytics.core.humans import named
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.core.scope import LOOK_BACK
from showrunner.history.analytics.core.settled import Rows, kept_rows
from showrunner.history.analytics.plays.year_answer import (
    YearNewTitles,
    YearPerson,
    YearPlay,
    YearQuery,
)
from showrunner.history.analytics.viewing.binges_answer import Binge, BingesQuery
from showrunner.history.analytics.viewing.binges_found import found_sql
from showrunner.history.analytics.viewing.runs import pieces

_SEEN = ("media_type", "title", "series_title", "season_number", "episode_number")


def seen(asked: Asked, began_s: int) -> YearPlay:
    """The play that began then, always the same of several."""
    began = datetime.fromtimestamp(began_s, UTC)
    at = asked.during(began, began + timedelta(seconds=1))
    sql, values = begun(at, {name: name for name in _SEEN} | dict(PERSON))
    known, owners = with_people(sql, asked.directory)
    ((*facts, name, person_id),) = asked.rows(
        f"SELECT {', '.join(_SEEN)}, person_name, person_id FROM ({known}) ORDER BY ALL LIMIT 1",
        [*values, *owners],
    )
    return YearPlay(
        started_at=began,
        person=YearPerson(name=name, id=person_id),
        **dict(zip(_SEEN, facts, strict=True)),
    )


def new_titles(asked: Asked, ever: Asked) -> YearNewTitles:
    """How many of `ever` were begun first in the range of `asked`."""
    since_s = asked.scope.since_s
    movies = _new(ever, ("title", "year"), "media_type = 'movie'", since_s)
    series = _new(ever, ("series_title",), "media_type IN ('episode', 'track')", since_s)
    return YearNewTitles(
        movies=movies.get("movie", 0),
        shows=series.get("episode", 0),
        artists=series.get("track", 0),
    )


def _new(ever: Asked, columns: Sequence[str], where: str, since_s: int) -> dict[str, int]:
    """By media type."""
    names = ("media_type", *columns)
    sql, values = begun_kept(
        ever,
        {name: name for name in names},
        sums="min(began_s) AS first_s",
        where=f"{where} AND {columns[0]} IS NOT NULL",
    )
    rows = ever.rows(
        f"SELECT media_type, count(*) FROM (SELECT {', '.join(names)}, min(first_s) AS first_s "
        f"FROM ({sql}) GROUP BY ALL) WHERE first_s >= ? GROUP BY 1",
        [*values, since_s],
    )
    return dict(rows)


class LongestBingeQuery(YearQuery):
    """What the longest binges are kept by."""


def longest_binge(asked: Asked, query: YearQuery) -> Binge | None:
    """The one with most episodes, as the question about binges finds them."""
    kept_by = LongestBingeQuery(**dict(query))
    found: Rows = []
    for piece in pieces(asked):
        found += kept_rows(piece, kept_by, LOOK_BACK, partial(_longest_binge, piece))
    if not found:
        return None
    _, began_s, human, series_title, ended_s, episodes, watch_seconds = min(found)
    who = named(asked, {human})[human]
    return Binge(
        person_id=who.id,
        person=who.name,
        series_title=series_title,
        began_at=datetime.fromtimestamp(began_s, UTC),
        ended_at=datetime.fromtimestamp(ended_s, UTC),
        episodes=episodes,
        watch_seconds=watch_seconds,
    )


def _longest_binge(asked: Asked) -> Rows:
    """The first row of those of several parts is the smallest."""
    usual = BingesQuery()
    sql, values = found_sql(asked, usual.least_episodes, 60 * usual.gap_minutes)
    return asked.rows(
        "SELECT -episodes, began_s, human, series_title, ended_s, episodes, watch_seconds "
        f"FROM ({sql}) ORDER BY ALL LIMIT 1",
        values,
    )
