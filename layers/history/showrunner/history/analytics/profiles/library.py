"""Everything about one library in one answer."""

# The SQL is put together from our own column and table names; values are always bound.
# ruff: noqa: S608

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.answers import Answer, Chart, Totals
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.dimensions import Kind
from showrunner.history.analytics.core.entries import Entry
from showrunner.history.analytics.core.narrowed import Known, as_query
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.libraries.growth import (
    GrowthMeasure,
    GrowthQuery,
    GrowthSplit,
    held,
)
from showrunner.history.analytics.libraries.items import items_version
from showrunner.history.analytics.libraries.items_chosen import (
    Shelves,
    shelves_of,
    shelves_since_the_first,
)
from showrunner.history.analytics.libraries.items_shown import Stock
from showrunner.history.analytics.libraries.unwatched import UnwatchedQuery, idle
from showrunner.history.analytics.lists.recently_added import (
    Added,
    RecentlyAddedQuery,
    recently_added,
)
from showrunner.history.analytics.profiles.favourites import columns_of, favourites, total
from showrunner.history.analytics.profiles.parted import parted
from showrunner.history.ledger.engine import THREADS


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
    server_id, media_types = _of_items(shelves, query)
    facts = _facts(shelves, query, media_types)
    return LibraryAnswer(
        **shelves.head(),
        server_id=server_id,
        server=shelves.asked.servers().get(server_id or ""),
        library=query.libraries[0],
        **facts,
    )


def _of_items(shelves: Shelves, query: LibraryQuery) -> tuple[str | None, set[str]]:
    """Its server (None: no such library is known, there may be plays that name it), its types."""
    chosen, values = shelves.chosen()
    rows = shelves.asked.rows(f"SELECT DISTINCT connection_id, media_type FROM {chosen}", values)
    server_ids = sorted({server_id for server_id, _ in rows})
    if len(server_ids) > 1:
        names = ", ".join(server_ids)
        raise wrong_field("servers", f"give one of those that have such a library: {names}")
    asked_for = query.servers[0] if len(query.servers) == 1 else None
    return next(iter(server_ids), asked_for), {media_type for _, media_type in rows}


def _facts(shelves: Shelves, query: LibraryQuery, media_types: set[str]) -> dict[str, Any]:
    known = Known(shelves.asked)
    # Each alone leaves one of two processors idle.
    with ThreadPoolExecutor(THREADS) as pool:
        unwatched = pool.submit(idle, shelves, as_query(UnwatchedQuery, query))
        plays = pool.submit(_plays, shelves.asked, query, media_types)
        growth = pool.submit(_growth, known, query)
        newest = recently_added(known, as_query(RecentlyAddedQuery, query)).entries
    found = unwatched.result()
    return {
        "held": found.pop("held"),
        "idle": Idle(**found),
        "recently_added": newest,
        **plays.result(),
        **growth.result(),
    }


def _growth(analytics: Analytics, query: LibraryQuery) -> dict[str, Chart]:
    about = as_query(GrowthQuery, query, split=GrowthSplit.NONE)
    shelves = shelves_since_the_first(analytics, about)
    items, size = held(shelves, about, GrowthMeasure.ITEMS, GrowthMeasure.SIZE_BYTES)
    return {"held_items": items, "held_bytes": size}


def _plays(asked: Asked, query: LibraryQuery, media_types: set[str]) -> dict[str, Any]:
    """Of the titles only the kinds that the library has."""
    kinds = {
        name: kind
        for name, kind in _KINDS.items()
        if not media_types or _MEDIA_TYPES[name] in media_types
    }
    with parted(asked, columns_of(kinds.values())) as plays:
        people = favourites(plays, {Kind.PEOPLE: None})[0][Kind.PEOPLE]
        found = {
            name: favourites(plays, {kind: query.limit})[0][kind] for name, kind in kinds.items()
        }
    return {
        **dict.fromkeys(_KINDS, ()),
        **found,
        "totals": total(people),
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
