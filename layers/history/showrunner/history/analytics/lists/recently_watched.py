"""The titles that were watched last, each once: what a home page shows first."""

# The SQL is put together from our own columns, numbers and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.begun import begun, begun_kept
from showrunner.history.analytics.core.dimensions import DIMENSIONS, Kind
from showrunner.history.analytics.core.narrowed import Sql
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question


class Recent(StrEnum):
    """What is listed. `all`: movies, shows and artists, a show with its last episode."""

    ALL = "all"
    MOVIES = "movies"
    SHOWS = "shows"
    EPISODES = "episodes"


_KINDS: Mapping[Recent, tuple[Kind, ...]] = {
    Recent.ALL: (Kind.MOVIES, Kind.SHOWS, Kind.ARTISTS),
    Recent.MOVIES: (Kind.MOVIES,),
    Recent.SHOWS: (Kind.SHOWS,),
    Recent.EPISODES: (Kind.EPISODES,),
}


class RecentlyWatchedQuery(AnalyticsQuery):
    """`of`: what is listed; `limit`: how many titles."""

    of: Recent = Recent.ALL


class WatchedTitle(BaseModel):
    """
    A title and its last play, which began at `started_at`. None: nobody knows.

    `title` is that of the movie, episode or track, `series_title` the show or artist.
    `percent` is how far the person came, 0 to 100; `stopped_at` None: nobody knows when
    it ended, or it goes on. `person_id` None: nobody noted that account.
    """

    model_config = ConfigDict(frozen=True)

    play_id: str
    media_type: str
    title: str | None
    year: int | None
    series_title: str | None
    season_number: int | None
    episode_number: int | None
    person_id: str | None
    person: str | None
    server_id: str
    server: str | None
    item_id: str | None
    platform: str | None
    started_at: datetime
    stopped_at: datetime | None
    watch_seconds: int | None
    percent: int | None
    is_watched: bool | None


class RecentlyWatchedAnswer(Answer):
    """The titles whose last play in the range is the newest, newest first."""

    titles: list[WatchedTitle]


@dataclass(frozen=True, slots=True)
class Last:
    """When a title was last played, and how that play spells it."""

    kind: Kind
    began_s: int
    spelling: Mapping[str, Any]


def recently_watched(analytics: Analytics, query: RecentlyWatchedQuery) -> RecentlyWatchedAnswer:
    """The titles, newest first. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    found = [last for kind in _KINDS[query.of] for last in _last(asked, kind, query.limit)]
    found = sorted(found, key=lambda last: -last.began_s)[: query.limit]
    return RecentlyWatchedAnswer(**asked.head(), titles=newest(asked, found))


def newest(asked: Asked, found: Sequence[Last]) -> list[WatchedTitle]:
    """These titles; `asked` is about their plays, and has PLAY_COLUMNS of them."""
    return _titles(asked, found, _plays(asked, found))


_FIRST_LOOK = timedelta(days=31)


def _last(asked: Asked, kind: Kind, limit: int) -> list[Last]:
    """Those of the newest part of the range, if these are enough, as they are as a rule."""
    scope = asked.scope
    near = asked.during(max(scope.since, scope.before - _FIRST_LOOK), scope.before)
    found = _last_in(near, kind, limit, begun)
    if len(found) < limit and near.scope.since > scope.since:
        found = _last_in(asked, kind, limit, begun_kept)
    return found


def _last_in(asked: Asked, kind: Kind, limit: int, count: Callable[..., Sql]) -> list[Last]:
    dimension = DIMENSIONS[kind]
    rows, values = count(
        asked, dimension.columns, sums="max(began_s) AS last_s", where=dimension.where
    )
    found = asked.rows(last_sql(kind, f"({DIMENSIONS[kind].keyed(rows)})", limit), values)
    return [Last(kind, began_s, spelled) for began_s, spelled in found]


def last_sql(kind: Kind, keyed_rows: str, limit: int) -> str:
    """
    SQL of the `last_s` and the `spelling` of the newest titles; of rows (SQL) with the columns of
    the kind, a `key` and `last_s`, in seconds since 1970 (NULL: no play of the range).
    """
    spelling = ", ".join(f"'{name}': {name}" for name in DIMENSIONS[kind].columns)
    return f"""SELECT max(last_s) AS last_s, arg_max({{{spelling}}}, last_s) AS spelling
        FROM {keyed_rows} WHERE last_s IS NOT NULL
        GROUP BY key ORDER BY last_s DESC, key LIMIT {limit:d}"""


_FACTS = {
    "play_id": "id",
    **{name: name for name in ("media_type", "title", "year", "series_title")},
    **{name: name for name in ("season_number", "episode_number", "item_id", "platform")},
    "server_id": "connection_id",
    **{name: name for name in ("started_at", "stopped_at", "percent", "is_watched")},
    "watch_seconds": "watched_seconds",
}

PLAY_COLUMNS = frozenset((*_FACTS.values(), "person_id", "person_name", "imdb_id", "tmdb_id"))
"""The columns of the ledger that are read of a play."""


def _plays(asked: Asked, found: Sequence[Last]) -> list[dict[str, Any]]:
    """All that began at one of the moments: a few, so of these every column may be read."""
    if not found:
        return []
    moments = sorted({last.began_s for last in found})
    first, last = (datetime.fromtimestamp(one, UTC) for one in (moments[0], moments[-1] + 1))
    filters = asked.during(first, last).scope.began_in_range
    where, values = asked.scope.condition(filters)
    columns = {**_FACTS, "_person_id": "person_id", "_person_name": "person_name"}
    columns |= {f"_{kind}": _spelling(kind) for kind in {last.kind for last in found}}
    chosen = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    rows = asked.rows(
        f"SELECT began_s, {chosen} FROM {asked.plays(filters)} "
        f"WHERE {where} AND began_s IN ({', '.join(map(str, moments))}) ORDER BY id DESC",
        values,
    )
    return [dict(zip(("began_s", *columns), row, strict=True)) for row in rows]


def _spelling(kind: Kind) -> str:
    dimension = DIMENSIONS[kind]
    columns = ", ".join(f"'{name}': {sql}" for name, sql in dimension.columns.items())
    return f"CASE WHEN {dimension.where} THEN {{{columns}}} END"


def _titles(asked: Asked, found: Sequence[Last], plays: list[dict[str, Any]]) -> list[WatchedTitle]:
    servers = asked.servers()
    matching = [_matching(last, plays) for last in found]
    # Between the two questions somebody may have deleted a play.
    return [_title(asked, play, servers) for play in matching if play]


def _matching(last: Last, plays: list[dict[str, Any]]) -> dict[str, Any] | None:
    at_once = (play for play in plays if play["began_s"] == last.began_s)
    return next((play for play in at_once if play[f"_{last.kind}"] == last.spelling), None)


def _title(asked: Asked, play: dict[str, Any], servers: dict[str, str]) -> WatchedTitle:
    server_id, name = play["server_id"], play["_person_name"]
    person = asked.directory.person_of(server_id, play["_person_id"], name)
    stopped_at = play["stopped_at"]
    return WatchedTitle(
        **{fact: play[fact] for fact in _FACTS if not fact.endswith("_at")},
        started_at=play["started_at"].replace(tzinfo=UTC),
        stopped_at=stopped_at.replace(tzinfo=UTC) if stopped_at else None,
        person_id=person.id if person else None,
        person=person.name if person else name,
        server=servers.get(server_id),
    )


QUESTION = Question(
    "recently-watched",
    "The movies, shows and episodes that were watched last, each once, with who and how far.",
    RecentlyWatchedQuery,
    RecentlyWatchedAnswer,
    recently_watched,
)
