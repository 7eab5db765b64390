"""Everything about one movie, show or artist in one answer."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.answers import Answer, Chart, Totals
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.begun import begun
from showrunner.history.analytics.core.categories import By
from showrunner.history.analytics.core.dimensions import PERSON, Kind
from showrunner.history.analytics.core.entries import Entry
from showrunner.history.analytics.core.narrowed import (
    NarrowAnalytics,
    as_query,
    first_and_last,
    narrowed_once,
)
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.watched import watched
from showrunner.history.analytics.libraries.items import items_of, items_version
from showrunner.history.analytics.libraries.items_chosen import Shelves, moment
from showrunner.history.analytics.libraries.items_shown import (
    Stock,
    library_facts,
    share,
    stock_of,
    stock_sql,
)
from showrunner.history.analytics.plays.over_time import OverTimeQuery, over_time
from showrunner.history.analytics.profiles.favourites import begun_by, ranked_together
from showrunner.history.analytics.viewing.completion import (
    Completion,
    CompletionQuery,
    DropOff,
    completion,
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


_COLUMNS = (
    *("title", "year", "series_title", "season_number", "episode_number"),
    *("source_resolution", "resolution"),
)


def title(analytics: Analytics, query: TitleQuery) -> TitleAnswer:
    """All about the title. Raises InvalidInputError that names the parameter."""
    name, where = _what(query)
    asked = analytics.about(query)
    values = [] if query.year is None else [query.year]
    with narrowed_once(asked, _COLUMNS, where, values) as small:
        facts = {**_facts(small, query), **_lists(small.asked, query.limit)}
        kind = TitleKind.MOVIE if query.titles else _kind_of_series(small.asked)
        facts["episodes"] = [] if query.titles else _episodes(small.asked, facts["people_count"])
    shelves = Shelves(asked, items_of(asked.home, asked.history))
    libraries = _libraries(shelves, where, values)
    facts |= {"libraries": libraries, **_added(libraries, facts["first_played_at"])}
    return TitleAnswer(**shelves.head(), kind=kind, name=name, year=query.year, **facts)


def _what(query: TitleQuery) -> tuple[str, str]:
    """Its name, and SQL of what is of it, over columns that plays and items have."""
    if len({*query.titles, *query.series}) != 1 or (query.titles and query.series):
        field = "series" if query.series else "titles"
        raise wrong_field(
            field, "give exactly one movie in titles, or one show or artist in series"
        )
    year = "" if query.year is None else " AND year = ?"
    if query.titles:
        return query.titles[0], f"media_type = 'movie'{year}"
    return query.series[0], f"media_type IN ('episode', 'track'){year}"


def _facts(small: NarrowAnalytics, query: TitleQuery) -> dict[str, Any]:
    months = over_time(small, as_query(OverTimeQuery, query, by=By.MONTH))
    completed = completion(small, as_query(CompletionQuery, query))
    return {
        **first_and_last(small.asked),
        "totals": months.totals,
        "months": months.chart,
        "completion": completed.overall,
        "drop_off": completed.drop_off,
        "unknown_percent_plays": completed.unknown_percent_plays,
    }


def _lists(asked: Asked, limit: int) -> dict[str, Any]:
    kinds = (Kind.PEOPLE, Kind.DECISIONS, Kind.SOURCE_RESOLUTIONS, Kind.RESOLUTIONS)
    found = ranked_together(asked, dict.fromkeys(kinds))
    people = found[Kind.PEOPLE]
    return {
        **{kind.value: found[kind] for kind in kinds},
        "people": people[:limit],
        "people_count": sum(one.people for one in people),
    }


def _kind_of_series(asked: Asked) -> TitleKind:
    plays = begun_by(asked, "media_type")
    is_artist = plays.get("track", 0) > plays.get("episode", 0)
    return TitleKind.ARTIST if is_artist else TitleKind.SHOW


def _episodes(asked: Asked, people: int) -> list[PlayedEpisode]:
    columns = {name: name for name in ("season_number", "episode_number", "title")}
    counted, values = watched(asked, {**columns, **PERSON})
    named, owners = with_people(counted, asked.directory)
    rows = asked.rows(
        f"""SELECT season_number, episode_number, {_BY_NAME} AS alone, max(title),
            sum(plays)::BIGINT, sum(watch_seconds)::BIGINT, count(DISTINCT person)
        FROM ({named}) GROUP BY season_number, episode_number, alone
        ORDER BY season_number NULLS LAST, episode_number NULLS LAST, alone NULLS LAST""",
        [*values, *owners],
    )
    completed = _completed(asked)
    return [
        PlayedEpisode(
            season_number=season,
            episode_number=number,
            name=name,
            plays=plays,
            watch_seconds=watch_seconds,
            people=watchers,
            people_share=share(watchers, people),
            completed=completed.get((season, number, alone), 0),
        )
        for season, number, alone, name, plays, watch_seconds, watchers in rows
    ]


_BY_NAME = "CASE WHEN season_number IS NULL OR episode_number IS NULL THEN title END"
"""Without numbers the title is all there is, as in lists of episodes."""


def _completed(asked: Asked) -> dict[tuple[int | None, int | None, str | None], int]:
    columns = {name: name for name in ("season_number", "episode_number")}
    sql, values = begun(
        asked,
        {**columns, "alone": _BY_NAME},
        sums="count(*) AS plays",
        where="is_watched",
    )
    return {
        (season, number, alone): plays for season, number, alone, plays in asked.rows(sql, values)
    }


def _libraries(shelves: Shelves, where: str, more: list[int]) -> list[HeldTitle]:
    chosen, values = shelves.chosen(f"{shelves.at_end} AND {where}")
    rows = shelves.asked.rows(
        f"""SELECT {{'connection_id': connection_id, 'library': library}}, {stock_sql("held")},
            min(added_s) AS first_s,
            list(DISTINCT resolution ORDER BY resolution) FILTER (WHERE resolution IS NOT NULL)
        FROM {chosen} GROUP BY connection_id, library ORDER BY first_s, connection_id, library""",
        [*more, *values],
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
