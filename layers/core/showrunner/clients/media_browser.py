"""
What Jellyfin and Emby, which grew from one program (Media Browser), still share.

Times are ticks of 100 ns. Sources: the published descriptions of Jellyfin
10.11.0 and Emby 4.8.11.0.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal

import httpx

from showrunner.clients import media_browser_answers as answers
from showrunner.clients.http import HttpClient
from showrunner.clients.library import PAGE_ITEMS, LibraryClient
from showrunner.clients.media_browser_sessions import session
from showrunner.clients.models import (
    FoundItem,
    ItemsPage,
    LibrarySettings,
    ServerInfo,
    Session,
    SortOrder,
)
from showrunner.connections.models import Library

Params = Mapping[str, str | int]
_LIBRARY_TYPES: Mapping[str | None, Literal["movie", "show"]] = {
    "movies": "movie",
    "tvshows": "show",
}
# Of `CollectionTypeOptions`; None and `mixed` may hold anything.
_VIDEO_COLLECTIONS = (None, "", "mixed", "movies", "tvshows", "homevideos", "musicvideos")
_VIDEO_TYPES = ("Movie", "Episode", "Video", "MusicVideo")
ITEM_TYPES = {"movie": "Movie", "show": "Episode", "other": ",".join(_VIDEO_TYPES)}
_WITH_EPISODES = ("Series", "Season")
_FIELDS = "Path,MediaSources,DateCreated"
_GONE = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)


class MediaBrowserClient(LibraryClient):
    """The common part of both clients; `authorization` are the headers that carry the key."""

    def __init__(
        self,
        base_url: str,
        *,
        name: str,
        authorization: Mapping[str, str],
        timeout_seconds: float,
        verify_tls: bool,
        transport: httpx.BaseTransport | None,
    ) -> None:
        super().__init__(
            HttpClient(
                base_url,
                server_name=name,
                headers={"Accept": "application/json", **authorization},
                timeout_seconds=timeout_seconds,
                verify_tls=verify_tls,
                transport=transport,
            )
        )

    def info(self) -> ServerInfo:
        """`/System/Info` rather than its public twin, which answers without a key too."""
        found = self._http.read_as("/System/Info", answers.SystemInfo)
        return ServerInfo(machine_id=found.id, name=found.server_name, version=found.version)

    def libraries(self) -> list[Library]:
        return [
            Library(
                native_id=folder.item_id,
                name=folder.name,
                type=_LIBRARY_TYPES.get(folder.collection_type, "other"),
                locations=folder.locations or [],
            )
            for folder in self._folders()
        ]

    def sessions(self) -> list[Session]:
        found = self._http.read_as("/Sessions", list[answers.Session])
        return [session(one, one.now_playing_item) for one in found if one.now_playing_item]

    def item_files(self, item_id: str) -> list[FoundItem]:
        """A malformed id, which Jellyfin answers with 400, is one that is not there."""
        asked = {"Ids": item_id, "Fields": _FIELDS}
        answer = self._http.read("/Items", params=self._spelled(asked), allow=_GONE)
        if not answer.is_success:
            return []
        items = self._http.parsed("/Items", answer, answers.ItemPage).items
        if items and items[0].type in _WITH_EPISODES:
            items = self._below(item_id, "Episode")
        return [found for item in items if item.type in _VIDEO_TYPES for found in self._found(item)]

    def items_page(
        self,
        library: Library,
        *,
        start: int,
        limit: int,
        sort_by: SortOrder | None = None,
        added_since: datetime | None = None,
    ) -> ItemsPage:
        """Neither server filters by date: `added_since` ends at the first item that is older."""
        is_newest_first = sort_by == "newest" or added_since is not None
        asked = {
            "IncludeItemTypes": ITEM_TYPES[library.type],
            "SortBy": "DateCreated",
            "SortOrder": "Descending" if is_newest_first else "Ascending",
        }
        page = self._page(library.native_id, asked, start, limit)
        wanted = [item for item in page.items if _is_since(item, added_since)]
        end = start + len(page.items)
        is_last = not page.items or end >= page.total_record_count
        return ItemsPage(
            items=[found for item in wanted for found in self._found(item, library)],
            total=page.total_record_count,
            next_start=None if is_last or len(wanted) < len(page.items) else end,
        )

    def library_settings(self) -> list[LibrarySettings]:
        """`LibraryOptions` of every library."""
        return [
            LibrarySettings(
                library_id=folder.item_id,
                library_name=folder.name,
                holds_videos=folder.collection_type in _VIDEO_COLLECTIONS,
                options=folder.library_options or {},
            )
            for folder in self._folders()
        ]

    def set_library_options(self, library_id: str, options: Mapping[str, Any]) -> None:
        """Replace `LibraryOptions` of one library: options left out go back to their defaults."""
        body = {"Id": library_id, "LibraryOptions": dict(options)}
        self._http.act("POST", "/Library/VirtualFolders/LibraryOptions", body=body)

    def tasks(self) -> list[answers.Task]:
        """The server's own scheduled tasks; `key` names them in every language."""
        return self._http.read_as("/ScheduledTasks", list[answers.Task])

    def announce(self, path: str, library: Library, item_id: str | None) -> None:
        """The servers take notice at once and look after their own delay (a minute by default)."""
        del library
        kind = "Created" if item_id is None else "Modified"
        self._http.act(
            "POST",
            "/Library/Media/Updated",
            body={"Updates": [{"Path": path, "UpdateType": kind}]},
        )

    def _folders(self) -> list[answers.VirtualFolder]:
        raise NotImplementedError

    def _found(self, item: answers.Item, library: Library | None = None) -> list[FoundItem]:
        """`item` in our words; empty when it has no files."""
        return [as_found(item, item.id, item.files, library)] if item.files else []

    def _spelled(self, params: Params) -> Params:
        """`params` as this vendor's description spells their names; ours are Emby's."""
        return params

    def _below(self, parent_id: str, item_types: str) -> list[answers.Item]:
        """All items of those types anywhere below, a page at a time."""
        found: list[answers.Item] = []
        while True:
            asked = {"IncludeItemTypes": item_types}
            page = self._page(parent_id, asked, len(found), PAGE_ITEMS)
            found += page.items
            if not page.items or len(found) >= page.total_record_count:
                return found

    def _page(self, parent_id: str, asked: Params, start: int, limit: int) -> answers.ItemPage:
        params: Params = {
            "ParentId": parent_id,
            "Recursive": "true",
            "Fields": _FIELDS,
            "StartIndex": start,
            "Limit": limit,
            **asked,
        }
        return self._http.read_as("/Items", answers.ItemPage, params=self._spelled(params))


def _is_since(item: answers.Item, moment: datetime | None) -> bool:
    return moment is None or (item.added is not None and item.added >= moment)


def as_found(
    item: answers.Item, item_id: str, files: list[str], library: Library | None
) -> FoundItem:
    return FoundItem(
        item_id=item_id,
        title=item.name or "",
        library_id=library.native_id if library else None,
        paths=files,
        added_at=item.added,
    )
