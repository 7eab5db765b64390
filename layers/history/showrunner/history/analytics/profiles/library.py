"""Everything about one library in one answer."""

# The SQL is put together from our own column and table names; values are always bound.
# ruff: noqa: S608

from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.answers import Answer, Chart, Totals
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.dimensions import Kind
from showrunner.history.analytics.core.entries import Entry
from showrunner.history.analytics.core.narrowed import as_query
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.libraries.growth import (
    GrowthMeasure,
    GrowthQuery,
    GrowthSplit,
    grown,
)
from showrunner.history.analytics.libraries.items import items_version
from showrunner.history.analytics.libraries.items_chosen import Shelves, shelves_of
from showrunner.history.analytics.libraries.items_shown import Stock
from showrunner.history.analytics.libraries.unwatched import (
    UnwatchedAnswer,
    UnwatchedQuery,
    unwatched,
)
from showrunner.history.analytics.lists.recently_added import (
    Added,
    RecentlyAddedQuery,
    recently_added,
)
from showrunner.history.analytics.lists.top import SUMS
from showrunner.history.analytics.profiles.favourites import ranked_together


class LibraryQuery(AnalyticsQuery):
    """
    `libraries`: the name of exactly one; and `servers`, if several have one of that name.

    `limit` is the length of each list.
    """


class Idle(BaseModel):
    """`never`: no play at all; `stale`: none for a year (365 days). Shares of items, 0 to 1."""

    model_config = ConfigDict(frozen=True)

    never: Stock
    never_share: float
    stale: Stock
    stale_share: float


class LibraryAnswer(Answer):
    """
    `held` is what is there at the end of the range, `idle` what nobody watches of it, on
    whichever server. `held_items` and `held_bytes` are its growth, by month, since the first
    item or in the range that is asked for. The plays are those that name the
    library, and so are people and titles.
    """

    server_id: str | None
    server: str | None
    library: str
    held: Stock
    idle: Idle
    held_items: Chart
    held_bytes: Chart
    totals: Totals
    people: list[Entry]
    people_count: int
    movies: list[Entry]
    shows: list[Entry]
    artists: list[Entry]
    recently_added: list[Added]


_KINDS = {"movies": Kind.MOVIES, "shows": Kind.SHOWS, "artists": Kind.ARTISTS}
_MEDIA_TYPES = {"movies": "movie", "shows": "episode", "artists": "track"}


def library(analytics: Analytics, query: LibraryQuery) -> LibraryAnswer:
    """All about the library. Raises InvalidInputError that names the parameter."""
    if len(set(query.libraries)) != 1:
        raise wrong_field("libraries", "give the name of exactly one library")
    shelves = shelves_of(analytics, query)
    server_id = _server_of(shelves, query)
    servers = shelves.asked.servers()
    idle = unwatched(analytics, as_query(UnwatchedQuery, query))
    newest = recently_added(analytics, as_query(RecentlyAddedQuery, query)).entries
    facts = {**_plays(shelves, query), **_growth(analytics, query)}
    return LibraryAnswer(
        **shelves.head(),
        server_id=server_id,
        server=servers.get(server_id or ""),
        library=query.libraries[0],
        held=idle.held,
        idle=_idle(idle),
        recently_added=newest,
        **facts,
    )


def _server_of(shelves: Shelves, query: LibraryQuery) -> str | None:
    """None: no library of that name is known, there may be plays that name it."""
    chosen, values = shelves.chosen()
    rows = shelves.asked.rows(
        f"SELECT DISTINCT connection_id FROM {chosen} ORDER BY ALL",
        values,
    )
    if len(rows) > 1:
        names = ", ".join(one for (one,) in rows)
        raise wrong_field("servers", f"give one of those that have such a library: {names}")
    asked_for = query.servers[0] if len(query.servers) == 1 else None
    return rows[0][0] if rows else asked_for


def _idle(found: UnwatchedAnswer) -> Idle:
    return Idle(
        never=found.never,
        never_share=found.never_share,
        stale=found.stale,
        stale_share=found.stale_share,
    )


def _growth(analytics: Analytics, query: LibraryQuery) -> dict[str, Chart]:
    measures = {"held_items": GrowthMeasure.ITEMS, "held_bytes": GrowthMeasure.SIZE_BYTES}
    return {
        name: grown(
            analytics, as_query(GrowthQuery, query, measure=measure, split=GrowthSplit.NONE)
        ).held
        for name, measure in measures.items()
    }


def _plays(shelves: Shelves, query: LibraryQuery) -> dict[str, Any]:
    """Of the titles only the kinds that the library has."""
    asked = shelves.asked
    chosen, values = shelves.chosen()
    types = {kind for (kind,) in asked.rows(f"SELECT DISTINCT media_type FROM {chosen}", values)}
    kinds = [kind for name, kind in _KINDS.items() if not types or _MEDIA_TYPES[name] in types]
    found = ranked_together(asked, {Kind.PEOPLE: None, **dict.fromkeys(kinds, query.limit)})
    people = found[Kind.PEOPLE]
    return {
        **{name: found.get(kind, []) for name, kind in _KINDS.items()},
        "totals": Totals(**{name: sum(getattr(one, name) for one in people) for name in SUMS}),
        "people": people[: query.limit],
        "people_count": sum(one.people for one in people),
    }


QUESTION = Question(
    "library",
    "One library: its size and growth, what is never watched, who watches what, what is new.",
    LibraryQuery,
    LibraryAnswer,
    library,
    also_from=items_version,
)
