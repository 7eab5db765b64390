"""
What Jellyfin and Emby, which grew from one program (Media Browser), still share.

Times are ticks of 100 ns. Sources: the published descriptions of Jellyfin
10.11.0 and Emby 4.8.11.0.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

import httpx

from showrunner.clients import media_browser_answers as answers
from showrunner.clients.http import HttpClient
from showrunner.clients.library import PAGE_ITEMS, LibraryClient
from showrunner.clients.media_browser_catalogue import catalogue_page
from showrunner.clients.media_browser_history import MediaBrowserHistory
from showrunner.clients.media_browser_reader import GONE, MediaBrowserReader, Params
from showrunner.clients.media_browser_sessions import session
from showrunner.clients.media_browser_socket import news
from showrunner.clients.models import (
    FoundItem,
    ItemsPage,
    LibrarySettings,
    ServerAccount,
    ServerInfo,
    Session,
    SocketNews,
    SortOrder,
)
from showrunner.clients.records import CataloguePage, HistoryPage
from showrunner.connections.models import Library
from showrunner.errors import NotFoundError, WrongStateError

TakesUser = Callable[[str | None], bool]

_LIBRARY_TYPES: Mapping[str | None, Literal["movie", "show"]] = {
    "movies": "movie",
    "tvshows": "show",
}
# Of `CollectionTypeOptions`; None and `mixed` may hold anything.
_VIDEO_COLLECTIONS = (None, "", "mixed", "movies", "tvshows", "homevideos", "musicvideos")
_VIDEO_TYPES = ("Movie", "Episode", "Video", "MusicVideo")
ITEM_TYPES = {"movie": "Movie", "show": "Episode", "other": ",".join(_VIDEO_TYPES)}
MESSAGE_MS = 10_000
_WITH_EPISODES = ("Series", "Season")
_FIELDS = "Path,MediaSources,DateCreated"


def everybody(_user_id: str | None) -> bool:
    return True


class MediaBrowserClient(LibraryClient):
    """
    The common part of both clients; `authorization` are the headers that carry the key.

    Sessions, history and accounts are those of the users, by id, that `takes_user` wants.
    """

    def __init__(
        self,
        base_url: str,
        *,
        name: str,
        authorization: Mapping[str, str],
        takes_user: TakesUser,
        timeout_seconds: float,
        verify_tls: bool,
        transport: httpx.BaseTransport | None,
    ) -> None:
        self._authorization = authorization
        self._takes_user = takes_user
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
        self._reader = MediaBrowserReader(
            self._http, self._spelled, self._wanted_users, self.libraries
        )
        self._history = MediaBrowserHistory(self._reader, self.sessions)

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
        return self._in_our_words(self._http.read_as("/Sessions", list[answers.Session]))

    def stop_session(self, session: Session, message: str) -> None:
        """The player is asked to stop; one that takes no commands goes on."""
        if session.stop_key is None:
            raise WrongStateError(
                f"{session.player_name or 'That player'} takes no commands from the server: "
                "stop it there"
            )
        path = f"/Sessions/{quote(session.stop_key, safe='')}"
        if message:
            self._show(path, message)
        answer = self._http.act(
            "POST", f"{path}/Playing/Stop", body={"Command": "Stop"}, allow=GONE
        )
        if not answer.is_success:
            raise NotFoundError(f"{session.title} is not being played any more")

    def accounts(self) -> list[ServerAccount]:
        return [_account(user) for user in self._wanted_users()]

    def history_page(self, *, since: datetime, cursor: str | None, limit: int) -> HistoryPage:
        page = self._history.page(since, cursor, limit)
        rows = [row for row in page.rows if self._takes_user(row.person_id)]
        return page.model_copy(update={"rows": rows})

    def catalogue_page(self, library: Library, *, start: int, limit: int) -> CataloguePage:
        return catalogue_page(self._reader, library, start, limit)

    def read_socket(self, text: str) -> SocketNews:
        return news(text, self._in_our_words)

    def item_files(self, item_id: str) -> list[FoundItem]:
        """A malformed id, which Jellyfin answers with 400, is one that is not there."""
        asked = {"Ids": item_id, "Fields": _FIELDS}
        answer = self._http.read("/Items", params=self._spelled(asked), allow=GONE)
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

    def _in_our_words(self, found: list[answers.Session]) -> list[Session]:
        """Devices that play nothing are left out."""
        return [
            session(one, item, self._reader.library_of(item.path))
            for one in found
            if (item := one.now_playing_item) and self._takes_user(one.user_id)
        ]

    def _wanted_users(self) -> list[answers.User]:
        return [user for user in self._users() if self._takes_user(user.id)]

    def _folders(self) -> list[answers.VirtualFolder]:
        raise NotImplementedError

    def _users(self) -> list[answers.User]:
        raise NotImplementedError

    def _show(self, path: str, message: str) -> None:
        """Put `message` on the screen of the session at `path`, if the player can."""
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


def _account(user: answers.User) -> ServerAccount:
    """The name at emby.media is the e-mail address of those who signed up with it."""
    linked = user.connect_user_name or ""
    return ServerAccount(
        id=user.id,
        name=user.name or user.id,
        email=linked if "@" in linked else None,
        is_admin=user.policy is not None and user.policy.is_administrator,
    )
