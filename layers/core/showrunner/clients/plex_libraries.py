"""Plex's libraries: their items by page, by path and by id, and notices of new files."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Literal
from urllib.parse import quote

from showrunner.clients import plex_answers as answers
from showrunner.clients.http import HttpClient
from showrunner.clients.library import PAGE_ITEMS, LibraryClient
from showrunner.clients.models import FoundItem, ItemsPage, SortOrder
from showrunner.clients.plex_reader import PlexReader
from showrunner.connections import paths
from showrunner.connections.models import Library
from showrunner.errors import BadAnswerError

LIKELY_ITEMS = 100
NOT_THERE = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
_LIBRARY_TYPES: Mapping[str, Literal["movie", "show"]] = {"movie": "movie", "show": "show"}
# Plex's numbers for what has files of its own: films, and the episodes of shows.
_ITEM_TYPES = {"movie": 1, "show": 4}
_WITH_FILES = ("movie", "episode", "clip")
_WITH_EPISODES = ("show", "season")


class PlexLibraries(LibraryClient):
    """The part of a `MediaServerClient` that is about what a server has."""

    def __init__(self, http: HttpClient) -> None:
        super().__init__(http)
        self._plex = PlexReader(http)

    def libraries(self) -> list[Library]:
        return [
            Library(
                native_id=section.key,
                name=section.title,
                type=_LIBRARY_TYPES.get(section.type, "other"),
                locations=[location.path for location in section.locations],
            )
            for section in self._plex.sections()
        ]

    def item_files(self, item_id: str) -> list[FoundItem]:
        address = f"/library/metadata/{quote(item_id, safe='')}"
        asked = self._plex.page_or_none(address, {}, start=0, limit=1)
        found = (asked.items or asked.folders)[:1] if asked else []
        library_id = found[0].library_section_id if found else None
        if found and found[0].type in _WITH_EPISODES:
            found = self._leaves(f"{address}/allLeaves")
        return [
            _found(item, library_id) for item in found if item.files and item.type in _WITH_FILES
        ]

    def items_page(
        self,
        library: Library,
        *,
        start: int,
        limit: int,
        sort_by: SortOrder | None = None,
        added_since: datetime | None = None,
    ) -> ItemsPage:
        is_newest_first = sort_by == "newest" or added_since is not None
        params = {"sort": "addedAt:desc" if is_newest_first else "addedAt:asc"}
        if added_since:
            # ">>=" is "after", not "after or at", in the description's chapter on media queries.
            params["addedAt>>"] = str(math.ceil(added_since.timestamp()) - 1)
        page = self._plex.page(_all_of(library), {**_type_of(library), **params}, start, limit)
        end = start + len(page.items)
        total = page.total_size
        return ItemsPage(
            items=[_found(item, library.native_id) for item in page.items if item.files],
            total=end if total is None else total,
            next_start=end if page.goes_on(end, limit) else None,
        )

    def announce(self, path: str, library: Library, item_id: str | None) -> None:
        """
        A scan of the folder that holds `path`, whether or not the item is known.

        Servers in the field take GET; the published description has POST only.
        """
        del item_id
        address = f"/library/sections/{library.native_id}/refresh"
        folder = {"path": paths.parent(path)}
        answer = self._http.act("GET", address, params=folder, allow=NOT_THERE)
        if answer.status_code in NOT_THERE:
            self._http.act("POST", address, params=folder)

    def bundle_hash(self, item_id: str, path: str) -> str | None:
        """
        The hash that names the bundle of the file `path` of this item.

        None: Plex has not analysed the file yet, or the item has no such file.
        An item with several versions has one bundle for each.
        """
        address = f"/library/metadata/{quote(item_id, safe='')}/tree"
        for part in answers.media_parts(self._plex.container(address, self._http.read(address))):
            if part.get("hash") and paths.same_path(str(part.get("file", "")), path):
                return str(part["hash"])
        return None

    def _likely(self, path: str, library: Library) -> Iterable[FoundItem]:
        """
        By the name of the file. The published description does not list this filter;
        servers in the field have it, and those without it say 400 or send anything.
        """
        asked = {**_type_of(library), "sort": "addedAt:desc", "file": paths.base_name(path)}
        try:
            page = self._plex.page(_all_of(library), asked, 0, LIKELY_ITEMS)
        except BadAnswerError:
            return
        yield from (_found(item, library.native_id) for item in page.items)

    def _leaves(self, address: str) -> list[answers.Item]:
        """All of them: a page at a time, because a long series may not fit into one answer."""
        found: list[answers.Item] = []
        while page := self._plex.page_or_none(address, {}, len(found), PAGE_ITEMS):
            found += page.items
            if not page.items or len(found) >= (page.total_size or 0):
                break
        return found


def _found(item: answers.Item, library_id: str | None) -> FoundItem:
    return FoundItem(
        item_id=item.rating_key,
        title=item.title,
        library_id=library_id,
        paths=item.files,
        added_at=item.added,
    )


def _all_of(library: Library) -> str:
    return f"/library/sections/{quote(library.native_id, safe='')}/all"


def _type_of(library: Library) -> dict[str, str | int]:
    """Without it Plex lists the shows of a library instead of their episodes."""
    return {"type": _ITEM_TYPES[library.type]} if library.type in _ITEM_TYPES else {}
