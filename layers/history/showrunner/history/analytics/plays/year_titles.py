"""The first and the last play of a year, the titles that were new in it, and its longest binge."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun
from showrunner.history.analytics.core.dimensions import PERSON
from showrunner.history.analytics.core.humans import named
from showrunner.history.analytics.core.narrowed import Sql
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.core.settled import Rows, kept_rows
from showrunner.history.analytics.plays.year_answer import (
    YearNewTitles,
    YearPerson,
    YearPlay,
    YearQuery,
)
from showrunner.history.analytics.viewing.binges_answer import Binge, BingesQuery
from showrunner.history.analytics.viewing.binges_found import (
    LATER,
    found_among,
    found_sql,
    sittings,
)
from showrunner.history.analytics.viewing.past_and_fresh import PastAndFresh, apart
from showrunner.history.analytics.viewing.runs import pieces

_SEEN = ("media_type", "title", "series_title", "season_number", "episode_number")


def seen(plays: PastAndFresh, moments: Iterable[int]) -> dict[int | None, YearPlay]:
    """The plays that began then (`began_s`), always the same of several."""
    found = [_begun_at(plays, datetime.fromtimestamp(one, UTC)) for one in moments]
    if not found:
        return {}
    sql = " UNION ALL ".join(f"(FROM ({sql}))" for sql, _ in found)
    known, owners = with_people(sql, plays.fresh.directory)
    rows = plays.fresh.rows(
        f"SELECT began_s, {', '.join(_SEEN)}, person_name, person_id FROM ({known}) ORDER BY ALL",
        [*(one for _, values in found for one in values), *owners],
    )
    # Of those that began at one moment the first stays.
    return {began_s: _play(began_s, *facts) for began_s, *facts in reversed(rows)}


def _begun_at(plays: PastAndFresh, began: datetime) -> Sql:
    at = plays.during(began, began + timedelta(seconds=1))
    if plays.past and began >= plays.past.scope.before:
        at = PastAndFresh(None, at.fresh)
    return at.counted(lambda asked: begun(asked, _SEEN_COLUMNS))


def _play(began_s: int, *facts: Any) -> YearPlay:
    *said, name, person_id = facts
    return YearPlay(
        started_at=datetime.fromtimestamp(began_s, UTC),
        person=YearPerson(name=name, id=person_id),
        **dict(zip(_SEEN, said, strict=True)),
    )


_SEEN_COLUMNS = {name: name for name in (*_SEEN, "began_s")} | dict(PERSON)


def new_titles(plays: PastAndFresh, ever: Asked) -> YearNewTitles:
    """How many were not begun before the range, in all of `ever`."""
    since = plays.fresh.scope.since
    earlier, old = apart(ever.during(ever.scope.since, since)).counted(_titles)
    present, values = plays.counted(_titles)
    titles = ", ".join(_TITLE)
    rows = ever.rows(
        f"SELECT media_type, count(*) FROM (SELECT {titles} FROM ({present}) "
        f"EXCEPT SELECT {titles} FROM ({earlier})) GROUP BY media_type",
        [*values, *old],
    )
    found = dict(rows)
    return YearNewTitles(
        movies=found.get("movie", 0),
        shows=found.get("episode", 0),
        artists=found.get("track", 0),
    )


_NAME = "CASE media_type WHEN 'movie' THEN title ELSE series_title END"
_TITLE = {
    "media_type": "media_type",
    "name": _NAME,
    "year": "CASE media_type WHEN 'movie' THEN year END",
}


def _titles(asked: Asked) -> Sql:
    named = f"media_type IN ('movie', 'episode', 'track') AND ({_NAME}) IS NOT NULL"
    return begun(asked, _TITLE, where=named)


class LongestBingeQuery(YearQuery):
    """What the longest binges are kept by."""


def longest_binge(asked: Asked, plays: PastAndFresh, query: YearQuery) -> Binge | None:
    """The one with most episodes, as the question about binges finds them."""
    found: Rows = []
    since, before = asked.scope.since, asked.scope.before
    until = _settled_until(plays) if plays.past else since
    if since < until:
        kept_by = LongestBingeQuery(**dict(query))
        for piece in pieces(asked.during(since, until)):
            # Also what is earlier, by which they are kept.
            scope = piece.scope
            touched = piece.during(scope.touches_range.since or scope.since, scope.before)
            found += kept_rows(touched, kept_by, LATER, partial(_longest, piece))
        since = until
    if since < before:
        # Of several with as many episodes it is the first.
        least = max([_LEAST_EPISODES, *(1 + row[5] for row in found)])
        near = plays.during(since, before)
        found += _first(asked, found_among(near.fresh, near.counted(sittings), least, _GAP_SECONDS))
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


def _settled_until(plays: PastAndFresh) -> datetime:
    """The binges that began earlier do not change any more."""
    before = plays.fresh.scope.before
    if not plays.is_fresh or plays.past is None:
        return before
    return min(plays.past.scope.before - LATER, before)


_LEAST_EPISODES, _GAP_SECONDS = BingesQuery().least_episodes, 60 * BingesQuery().gap_minutes


def _longest(asked: Asked) -> Rows:
    return _first(asked, found_sql(asked, _LEAST_EPISODES, _GAP_SECONDS))


def _first(asked: Asked, binges: Sql) -> Rows:
    """The first row of those of several parts is the smallest."""
    sql, values = binges
    return asked.rows(
        "SELECT -episodes, began_s, human, series_title, ended_s, episodes, watch_seconds "
        f"FROM ({sql}) ORDER BY ALL LIMIT 1",
        values,
    )
