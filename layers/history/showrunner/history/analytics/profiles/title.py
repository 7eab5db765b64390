"""Everything about one movie, show or artist in one answer."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.answers import Answer, Chart, Totals, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.begun import PLAYS, begun, local_day
from showrunner.history.analytics.core.categories import BUCKETS, Bucket, By, buckets_of
from showrunner.history.analytics.core.dimensions import Kind
from showrunner.history.analytics.core.entries import Entry
from showrunner.history.analytics.core.narrowed import Sql
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.libraries.items import items_of, items_version
from showrunner.history.analytics.libraries.items_chosen import Shelves, moment
from showrunner.history.analytics.libraries.items_shown import (
    Stock,
    library_facts,
    share,
    stock_of,
    stock_sql,
)
from showrunner.history.analytics.plays.over_time import chart_of
from showrunner.history.analytics.profiles.favourites import columns_of, favourites, total
from showrunner.history.analytics.profiles.parted import Parted, parted
from showrunner.history.analytics.viewing.completion import (
    Completion,
    DropOff,
    HowFar,
    completed,
    left_behind,
)


class TitleKind(StrEnum):
    MOVIE = "movie"
    SHOW = "show"
    ARTIST = "artist"


class TitleQuery(AnalyticsQuery):
    """
    `titles`: exactly one movie's title, `year` tells those of one name apart; or `series`:
    exactly one show or artist. `limit` is the length of the list of people.
    """

    year: Annotated[int, Field(ge=0, le=9999)] | None = None


class PlayedEpisode(BaseModel):
    """
    An episode or song. `completed` of its plays were watched to the end.

    `people` played it, which is `people_share` of all who played anything of the title.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None
    season_number: int | None
    episode_number: int | None
    plays: int
    watch_seconds: int
    people: int
    people_share: float
    completed: int


class HeldTitle(BaseModel):
    """What a library has of it at the end of the range, and since when (the first of several)."""

    model_config = ConfigDict(frozen=True)

    server_id: str
    server: str | None
    library: str | None
    held: Stock
    added_at: datetime
    resolutions: list[str]


class TitleAnswer(Answer):
    """
    Of the plays of one title, on all servers that were asked for.

    `months` are plays by local month. `drop_off` has the plays that were not watched to the
    end, by how far they came. `episodes` are those that were played, in their order (none of a
    movie). `libraries` are those that hold it. `added_at` is when the first library got it (None:
    none holds it), `first_wait_seconds` from then to the first play of the range (None: nobody
    played it since). `source_resolutions` are those of the files, `resolutions` what players got.
    """

    kind: TitleKind
    name: str
    year: int | None
    totals: Totals
    first_played_at: datetime | None
    last_played_at: datetime | None
    people: list[Entry]
    people_count: int
    months: Chart
    completion: Completion
    drop_off: list[DropOff]
    unknown_percent_plays: int
    episodes: list[PlayedEpisode]
    decisions: list[Entry]
    source_resolutions: list[Entry]
    resolutions: list[Entry]
    libraries: list[HeldTitle]
    added_at: datetime | None
    first_wait_seconds: int | None


_KINDS = (Kind.DECISIONS, Kind.SOURCE_RESOLUTIONS, Kind.RESOLUTIONS)
_EPISODE = ("season_number", "episode_number", "title")
_HOW_FAR = ("media_type", "is_watched", "percent")
_COLUMNS = (*columns_of(_KINDS), *_EPISODE, *_HOW_FAR)


def title(analytics: Analytics, query: TitleQuery) -> TitleAnswer:
    """All about the title. Raises InvalidInputError that names the parameter."""
    name, where = _what(query)
    asked = analytics.about(query)
    with parted(asked, _COLUMNS, where) as plays:
        facts = {**_lists(plays, query.limit), **_months(plays)}
        how_far = _how_far(plays)
        kind = TitleKind.MOVIE if query.titles else _kind_of_series(how_far)
        facts["episodes"] = [] if query.titles else _episodes(plays, facts["people_count"])
    shelves = Shelves(asked, items_of(asked.home, asked.history))
    libraries = _libraries(shelves, where)
    facts |= {"libraries": libraries, **_added(libraries, facts["first_played_at"])}
    return TitleAnswer(
        **shelves.head(), kind=kind, name=name, year=query.year, **facts, **_completion(how_far)
    )


def _what(query: TitleQuery) -> tuple[str, str]:
    """Its name, and SQL of what is of it, over columns that plays and items have."""
    if len({*query.titles, *query.series}) != 1 or (query.titles and query.series):
        field = "series" if query.series else "titles"
        raise wrong_field(
            field, "give exactly one movie in titles, or one show or artist in series"
        )
    year = "" if query.year is None else f" AND year = {query.year:d}"
    if query.titles:
        return query.titles[0], f"media_type = 'movie'{year}"
    return query.series[0], f"media_type IN ('episode', 'track'){year}"


def _lists(plays: Parted, limit: int) -> dict[str, Any]:
    people = favourites(plays, {Kind.PEOPLE: None})[0][Kind.PEOPLE]
    found, _ = favourites(plays, dict.fromkeys(_KINDS))
    return {
        **{kind.value: entries for kind, entries in found.items()},
        "totals": total(people),
        "people": people[:limit],
        "people_count": sum(one.people for one in people),
    }


def _months(plays: Parted) -> dict[str, Any]:
    """The chart of them, and when the first and the last play began."""
    scope = plays.fresh.scope
    sums = f"{PLAYS}, min(began_s) AS first_s, max(began_s) AS last_s"

    def count(some: Asked) -> Sql:
        month = BUCKETS[By.MONTH].sql.replace("bucket", local_day(some.scope, "began_s"))
        return begun(some, {"month": month}, sums=sums)

    rows = plays.fresh.rows(*plays.once(count))
    months: Counter[Bucket] = Counter()
    for one, number, *_ in rows:
        months[one] += number
    buckets = buckets_of(By.MONTH, scope.since, scope.before, scope.zone)
    return {
        "months": chart_of(By.MONTH, Unit.PLAYS, buckets, [("plays", months)]),
        "first_played_at": moment(min((row[2] for row in rows), default=None)),
        "last_played_at": moment(max((row[3] for row in rows), default=None)),
    }


def _how_far(plays: Parted) -> list[HowFar]:
    columns = {name: name for name in _HOW_FAR}
    rows = plays.fresh.rows(*plays.once(lambda some: begun(some, columns)))
    return [HowFar(*row) for row in rows]


def _kind_of_series(how_far: Iterable[HowFar]) -> TitleKind:
    plays: Counter[str | None] = Counter()
    for one in how_far:
        plays[one.media_type] += one.plays
    return TitleKind.ARTIST if plays["track"] > plays["episode"] else TitleKind.SHOW


def _completion(how_far: Sequence[HowFar]) -> dict[str, Any]:
    left = left_behind(how_far)
    return {
        "completion": completed(None, how_far),
        **{name: left[name] for name in ("drop_off", "unknown_percent_plays")},
    }


def _episodes(plays: Parted, people: int) -> list[PlayedEpisode]:
    counted, values = plays.counted({name: name for name in (*_EPISODE, "is_watched")})
    rows = plays.fresh.rows(
        f"""SELECT season_number, episode_number, {_BY_NAME} AS alone, max(title),
            sum(plays)::BIGINT, sum(watch_seconds)::BIGINT,
            coalesce(bit_count(bit_or(people)), 0),
            coalesce(sum(plays) FILTER (WHERE is_watched), 0)::BIGINT
        FROM ({counted}) GROUP BY season_number, episode_number, alone
        ORDER BY season_number NULLS LAST, episode_number NULLS LAST, alone NULLS LAST""",
        values,
    )
    return [
        PlayedEpisode(
            season_number=season,
            episode_number=number,
            name=name,
            plays=played,
            watch_seconds=watch_seconds,
            people=watchers,
            people_share=share(watchers, people),
            completed=seen,
        )
        for season, number, _, name, played, watch_seconds, watchers, seen in rows
    ]


_BY_NAME = "CASE WHEN season_number IS NULL OR episode_number IS NULL THEN title END"
"""Without numbers the title is all there is, as in lists of episodes."""


def _libraries(shelves: Shelves, where: str) -> list[HeldTitle]:
    chosen, values = shelves.chosen(f"{shelves.at_end} AND {where}")
    rows = shelves.asked.rows(
        f"""SELECT {{'connection_id': connection_id, 'library': library}}, {stock_sql("held")},
            min(added_s) AS first_s,
            list(DISTINCT resolution ORDER BY resolution) FILTER (WHERE resolution IS NOT NULL)
        FROM {chosen} GROUP BY connection_id, library ORDER BY first_s, connection_id, library""",
        values,
    )
    servers = shelves.asked.servers()
    return [
        HeldTitle(
            **library_facts(one, servers),
            held=stock_of([held]),
            added_at=moment(first_s),
            resolutions=resolutions or [],
        )
        for one, held, first_s, resolutions in rows
    ]


def _added(libraries: list[HeldTitle], first_played_at: datetime | None) -> dict[str, Any]:
    added_at = min((one.added_at for one in libraries), default=None)
    is_after = added_at and first_played_at and first_played_at >= added_at
    wait = (first_played_at - added_at) if added_at and first_played_at and is_after else None
    return {
        "added_at": added_at,
        "first_wait_seconds": None if wait is None else int(wait.total_seconds()),
    }


QUESTION = Question(
    "title",
    "One movie, show or artist: who watched it, how far, when, in which quality, and since when.",
    TitleQuery,
    TitleAnswer,
    title,
    also_from=items_version,
)
