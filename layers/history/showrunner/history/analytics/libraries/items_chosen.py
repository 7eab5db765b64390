"""Which items a question is about, and when they were there: the filters, as items know them."""

# The SQL is put together from our own column and table names; values are always bound.
# ruff: noqa: S608

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from showrunner.connections.store import ConnectionStore
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.libraries.items import Items, items_of
from showrunner.history.filters import PlayFilters

_COLUMNS = {
    "libraries": "library",
    "media_types": "media_type",
    "titles": "title",
    "series": "series_title",
    "source_resolutions": "resolution",
    "video_codecs": "video_codec",
    "audio_codecs": "audio_codec",
    "source_containers": "container",
}
_SEARCH = "strip_accents(lower(concat_ws(' ', series_title, title)))"

_OF_ITEMS: dict[str, tuple[str, ...] | str] = {
    **dict.fromkeys(("servers", "server_kinds", *_COLUMNS), ()),
    "search": "",
}
"""What plays need not be asked for any more, because the items were."""

OF_ITEMS = frozenset(_OF_ITEMS)
"""The filters that choose items."""


@dataclass(frozen=True, slots=True)
class Shelves:
    """One question about libraries: `asked` is about their plays."""

    asked: Asked
    items: Items

    @property
    def since_s(self) -> int:
        return int(self.asked.scope.since.timestamp())

    @property
    def before_s(self) -> int:
        return int(self.asked.scope.before.timestamp())

    @property
    def plays_before(self) -> PlayFilters:
        """
        All plays until the end of the range that can be of an item, on whichever server.

        What says which item it is left out: the same film has other names elsewhere.
        """
        scope = self.asked.scope
        return scope.filters.model_copy(update={**_OF_ITEMS, "before": scope.before})

    @property
    def narrows_plays(self) -> bool:
        """Whether only some plays count: certain people's, players' ... and not anybody's."""
        plain = self.asked.scope.filters.model_copy(update=_OF_ITEMS)
        return plain.model_copy(update={"hidden_accounts": ()}) != PlayFilters()

    def chosen(self, where: str = "true") -> tuple[str, list[Any]]:
        """SQL of the items that are asked for (those of the range or not), and its values."""
        filters = self.asked.scope.filters
        wanted = [(column, getattr(filters, field)) for field, column in _COLUMNS.items()]
        wanted.append(("content_rating", self.asked.scope.content_ratings))
        terms: list[str] = [where]
        values: list[Any] = []
        for column, some in wanted:
            if some:
                terms.append(f"list_contains(?::VARCHAR[], {column})")
                values.append(list(some))
        if filters.servers or filters.server_kinds:
            terms.append("list_contains(?::VARCHAR[], connection_id)")
            values.append(self._server_ids())
        if filters.search:
            terms.append(f"contains({_SEARCH}, strip_accents(lower(?)))")
            values.append(filters.search)
        return f"(SELECT * FROM {self.items.table} WHERE {' AND '.join(terms)})", values

    @property
    def at_end(self) -> str:
        """SQL: the item was there when the range ended."""
        return f"(added_s < {self.before_s} AND coalesce(removed_s >= {self.before_s}, true))"

    @property
    def in_range(self) -> str:
        """SQL: the item was there at some time of the range."""
        return f"(added_s < {self.before_s} AND coalesce(removed_s > {self.since_s}, true))"

    @property
    def added_in_range(self) -> str:
        return f"(added_s >= {self.since_s} AND added_s < {self.before_s})"

    def head(self) -> dict[str, Any]:
        """The fields of `Answer`, whose version is also that of the items."""
        facts = self.asked.head()
        return {**facts, "version": f"{facts['version']}-{self.items.version}"}

    def _server_ids(self) -> list[str]:
        filters = self.asked.scope.filters
        found = ConnectionStore(self.asked.home.documents).list()
        kinds = {one.id for one in found if one.kind.value in filters.server_kinds}
        if filters.servers and filters.server_kinds:
            return sorted(kinds & set(filters.servers))
        return sorted(kinds) or list(filters.servers)


def shelves_of(analytics: Analytics, query: AnalyticsQuery) -> Shelves:
    """The plays and items that a request is about. Raises InvalidInputError as `about`."""
    asked = analytics.about(query)
    return Shelves(asked, items_of(asked.home, asked.history))


def shelves_since_the_first(analytics: Analytics, query: AnalyticsQuery) -> Shelves:
    """As `shelves_of`; without a start the range begins with the first item that is there."""
    found = shelves_of(analytics, query)
    first_s, scope = found.items.first_added_s, found.asked.scope
    if query.since or query.days or first_s is None:
        return found
    since = min(datetime.fromtimestamp(max(first_s, 0), UTC), scope.since)
    return replace(found, asked=found.asked.during(since, scope.before))


def moment(seconds: int | None) -> datetime | None:
    """Of a column in seconds."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
