"""Plex Media Server: its HTTP interface, as of version 1.1.1 of the published description."""

import json
import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from showrunner.clients import plex_answers as answers
from showrunner.clients.http import HttpClient
from showrunner.clients.library import PAGE_ITEMS, LibraryClient
from showrunner.clients.models import (
    FoundItem,
    ItemsPage,
    LibrarySettings,
    ServerInfo,
    Session,
    SortOrder,
)
from showrunner.clients.plex_sessions import session
from showrunner.connections import paths
from showrunner.connections.models import Library
from showrunner.errors import BadAnswerError

LIKELY_ITEMS = 100
_LIBRARY_TYPES: Mapping[str, Literal["movie", "show"]] = {"movie": "movie", "show": "show"}
# Plex's numbers for what has files of its own: films, and the episodes of shows.
_ITEM_TYPES = {"movie": 1, "show": 4}
_WITH_FILES = ("movie", "episode", "clip")
_WITH_EPISODES = ("show", "season")
_GONE = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
_NOT_THERE = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)

# The libraries that have the preference `enableBIFGeneration`.
_VIDEO_SECTIONS = ("movie", "show")

Preferences = dict[str, bool | int | float | str | None]
_Answer = TypeVar("_Answer", bound=BaseModel)


class PlexClient(LibraryClient):
    """A `MediaServerClient` for one Plex server; `token` is its owner's X-Plex-Token."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        name: str = "Plex",
        timeout_seconds: float = 10.0,
        verify_tls: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(
            HttpClient(
                base_url,
                server_name=name,
                headers={
                    "Accept": "application/json",
                    "X-Plex-Token": token,
                    "X-Plex-Client-Identifier": "showrunner",
                    "X-Plex-Product": "Showrunner",
                },
                timeout_seconds=timeout_seconds,
                verify_tls=verify_tls,
                transport=transport,
            )
        )

    def info(self) -> ServerInfo:
        """`/` rather than `/identity`, which answers without a token too."""
        container = self._read("/", answers.Container)
        if not container.machine_identifier or not container.version:
            raise self._http.bad_answer("/", "no machineIdentifier, so it is not Plex")
        return ServerInfo(
            machine_id=container.machine_identifier,
            name=container.friendly_name or "Plex",
            version=container.version,
        )

    def libraries(self) -> list[Library]:
        return [
            Library(
                native_id=section.key,
                name=section.title,
                type=_LIBRARY_TYPES.get(section.type, "other"),
                locations=[location.path for location in section.locations],
            )
            for section in self._sections()
        ]

    def sessions(self) -> list[Session]:
        return [session(item) for item in self._read("/status/sessions", answers.Container).items]

    def item_files(self, item_id: str) -> list[FoundItem]:
        address = f"/library/metadata/{quote(item_id, safe='')}"
        asked = self._page_or_none(address, {}, start=0, limit=1)
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
        page = self._page(_all_of(library), {**_type_of(library), **params}, start, limit)
        end = start + len(page.items)
        total = page.total_size
        # Without a total, a page of another size than asked for is the last or all there is.
        is_last = end >= total if total is not None else len(page.items) != limit
        return ItemsPage(
            items=[_found(item, library.native_id) for item in page.items if item.files],
            total=end if total is None else total,
            next_start=None if is_last or not page.items else end,
        )

    def preferences(self) -> Preferences:
        """The server's own settings, by the names that Plex gives them."""
        return self._preferences("/:/prefs")

    def set_preference(self, name: str, value: bool | int | str) -> None:
        """Change one of the server's own settings."""
        self._http.act("PUT", "/:/prefs", params={name: _sent(value)})

    def library_settings(self) -> list[LibrarySettings]:
        """The settings of every library; asks once for each that holds videos."""
        return [
            LibrarySettings(
                library_id=section.key,
                library_name=section.title,
                holds_videos=section.type in _VIDEO_SECTIONS,
                options=self._preferences(_prefs_of(section.key))
                if section.type in _VIDEO_SECTIONS
                else {},
            )
            for section in self._sections()
        ]

    def set_library_option(self, library_id: str, name: str, value: bool | int | str) -> None:
        """Change one setting of one library."""
        self._http.act("PUT", _prefs_of(library_id), params={name: _sent(value)})

    def announce(self, path: str, library: Library, item_id: str | None) -> None:
        """
        A scan of the folder that holds `path`, whether or not the item is known.

        Servers in the field take GET; the published description has POST only.
        """
        del item_id
        address = f"/library/sections/{library.native_id}/refresh"
        folder = {"path": paths.parent(path)}
        answer = self._http.act("GET", address, params=folder, allow=_NOT_THERE)
        if answer.status_code in _NOT_THERE:
            self._http.act("POST", address, params=folder)

    def bundle_hash(self, item_id: str, path: str) -> str | None:
        """
        The hash that names the bundle of the file `path` of this item.

        None: Plex has not analysed the file yet, or the item has no such file.
        An item with several versions has one bundle for each.
        """
        address = f"/library/metadata/{quote(item_id, safe='')}/tree"
        for part in answers.media_parts(self._container(address, self._http.read(address))):
            if part.get("hash") and paths.same_path(str(part.get("file", "")), path):
                return str(part["hash"])
        return None

    def _sections(self) -> list[answers.Section]:
        """The described address; older servers take `all` for the name of a library."""
        try:
            return self._read("/library/sections/all", answers.SectionContainer).sections
        except BadAnswerError:
            return self._read("/library/sections", answers.SectionContainer).sections

    def _preferences(self, path: str) -> Preferences:
        found = self._read(path, answers.SettingContainer)
        return {setting.id: setting.read() for setting in found.settings}

    def _likely(self, path: str, library: Library) -> Iterable[FoundItem]:
        """
        By the name of the file. The published description does not list this filter;
        servers in the field have it, and those without it say 400 or send anything.
        """
        asked = {**_type_of(library), "sort": "addedAt:desc", "file": paths.base_name(path)}
        try:
            page = self._page(_all_of(library), asked, 0, LIKELY_ITEMS)
        except BadAnswerError:
            return
        yield from (_found(item, library.native_id) for item in page.items)

    def _leaves(self, address: str) -> list[answers.Item]:
        """All of them: a page at a time, because a long series may not fit into one answer."""
        found: list[answers.Item] = []
        while page := self._page_or_none(address, {}, len(found), PAGE_ITEMS):
            found += page.items
            if not page.items or len(found) >= (page.total_size or 0):
                break
        return found

    def _page_or_none(
        self, path: str, params: Mapping[str, str | int], start: int, limit: int
    ) -> answers.Container | None:
        """None: the server has nothing at that address (any more)."""
        paging = _paging(start, limit)
        answer = self._http.read(path, params=params, headers=paging, allow=_GONE)
        return self._parsed(path, answer, answers.Container) if answer.is_success else None

    def _page(
        self, path: str, params: Mapping[str, str | int], start: int, limit: int
    ) -> answers.Container:
        answer = self._http.read(path, params=params, headers=_paging(start, limit))
        return self._parsed(path, answer, answers.Container)

    def _read(self, path: str, model: type[_Answer]) -> _Answer:
        return self._parsed(path, self._http.read(path), model)

    def _parsed(self, path: str, answer: httpx.Response, model: type[_Answer]) -> _Answer:
        try:
            return model.model_validate(self._container(path, answer))
        except ValidationError as error:
            # The cause would bring the answer along, which may hold keys.
            raise self._http.misfit(path, error) from None

    def _container(self, path: str, answer: httpx.Response) -> dict[str, Any]:
        self._http.refuse_page(path, answer)
        try:
            found = (
                answers.container_from_xml(answer.text)
                if answer.text.lstrip().startswith("<")
                else json.loads(answer.text)["MediaContainer"]
            )
        except (ValueError, KeyError, TypeError) as error:
            raise self._http.bad_answer(path, "something that is no MediaContainer") from error
        total = answer.headers.get("X-Plex-Container-Total-Size")
        return {"totalSize": total, **found} if total else found


def _found(item: answers.Item, library_id: str | None) -> FoundItem:
    return FoundItem(
        item_id=item.rating_key,
        title=item.title,
        library_id=library_id,
        paths=item.files,
        added_at=item.added,
    )


def _paging(start: int, limit: int) -> dict[str, str]:
    return {"X-Plex-Container-Start": str(start), "X-Plex-Container-Size": str(limit)}


def _all_of(library: Library) -> str:
    return f"/library/sections/{quote(library.native_id, safe='')}/all"


def _type_of(library: Library) -> dict[str, str | int]:
    """Without it Plex lists the shows of a library instead of their episodes."""
    return {"type": _ITEM_TYPES[library.type]} if library.type in _ITEM_TYPES else {}


def _prefs_of(library_id: str) -> str:
    return f"/library/sections/{quote(library_id, safe='')}/prefs"


def _sent(value: bool | int | str) -> int | str:
    """Plex writes yes and no as 1 and 0."""
    return int(value) if isinstance(value, bool) else value
