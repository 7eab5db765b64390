"""Plex Media Server: its HTTP interface, as of version 1.1.1 of the published description."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from showrunner.clients import plex_answers as answers
from showrunner.clients.http import HttpClient, ServiceClient
from showrunner.clients.models import (
    Decision,
    FoundItem,
    LibrarySettings,
    PlayState,
    ServerInfo,
    Session,
    resolution_label,
)
from showrunner.connections import paths
from showrunner.connections.models import Library
from showrunner.errors import BadAnswerError

PAGE_ITEMS = 100
WHOLE_LIBRARY_PAGE_ITEMS = 500
_LIBRARY_TYPES: Mapping[str, Literal["movie", "show"]] = {"movie": "movie", "show": "show"}
# Plex's numbers for what has files of its own: films, and the episodes of shows.
_ITEM_TYPES = {"movie": 1, "show": 4}
_NOT_THERE = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)

# The libraries that have the preference `enableBIFGeneration`.
_VIDEO_SECTIONS = ("movie", "show")

Preferences = dict[str, bool | int | float | str | None]
_Answer = TypeVar("_Answer", bound=BaseModel)


class PlexClient(ServiceClient):
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
        return [_session(item) for item in self._read("/status/sessions", answers.Container).items]

    def find_item(self, path: str, library: Library) -> FoundItem | None:
        for item in self._items(library, PAGE_ITEMS):
            if any(paths.same_path(path, file) for file in item.files):
                return _found(item, library)
        return None

    def items(self, library: Library) -> Iterator[FoundItem]:
        for item in self._items(library, WHOLE_LIBRARY_PAGE_ITEMS):
            if item.files:
                yield _found(item, library)

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
        for part in answers.media_parts(
            self._container(f"/library/metadata/{quote(item_id, safe='')}/tree")
        ):
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

    def _items(self, library: Library, page_items: int) -> Iterator[answers.Item]:
        """Every item of `library` that has files, newest first, with one page in memory."""
        address = f"/library/sections/{library.native_id}/all"
        params: dict[str, str | int] = {"sort": "addedAt:desc"}
        if library.type in _ITEM_TYPES:
            params["type"] = _ITEM_TYPES[library.type]
        start = 0
        while True:
            page = self._read(
                address,
                answers.Container,
                params=params,
                headers={
                    "X-Plex-Container-Start": str(start),
                    "X-Plex-Container-Size": str(page_items),
                },
            )
            yield from page.items
            start += len(page.items)
            # Without a total, a page of another size than asked for is the last or all there is.
            total = page.total_size
            is_last = start >= total if total is not None else len(page.items) != page_items
            if not page.items or is_last:
                return

    def _read(
        self,
        path: str,
        model: type[_Answer],
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> _Answer:
        container = self._container(path, params, headers)
        try:
            return model.model_validate(container)
        except ValidationError as error:
            # The cause would bring the answer along, which may hold keys.
            raise self._http.misfit(path, error) from None

    def _container(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        answer = self._http.read(path, params=params, headers=headers)
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


def _found(item: answers.Item, library: Library) -> FoundItem:
    return FoundItem(
        item_id=item.rating_key,
        title=item.title,
        library_id=library.native_id,
        paths=item.files,
    )


def _prefs_of(library_id: str) -> str:
    return f"/library/sections/{quote(library_id, safe='')}/prefs"


def _sent(value: bool | int | str) -> int | str:
    """Plex writes yes and no as 1 and 0."""
    return int(value) if isinstance(value, bool) else value


def _session(item: answers.Item) -> Session:
    media = item.media[0] if item.media else answers.Media()
    player = item.player
    is_episode = item.type == "episode"
    return Session(
        session_key=item.session_key or f"{item.rating_key}:{player.title}",
        user_id=item.user.id,
        user_name=item.user.title,
        item_id=item.rating_key,
        title=item.title,
        series_title=item.grandparent_title,
        season_number=item.parent_index if is_episode else None,
        episode_number=item.index if is_episode else None,
        media_type=item.type,
        player_name=player.title,
        device=player.device,
        platform=player.platform,
        product=player.product,
        address=player.address or player.remote_public_address,
        is_local=player.local,
        state=_state(player.state),
        position_ms=item.view_offset,
        duration_ms=item.duration,
        decision=_decision(item.transcoding),
        video_codec=media.video_codec,
        audio_codec=media.audio_codec,
        container=media.container,
        resolution=resolution_label(media.width),
        bitrate_kbps=media.bitrate,
    )


def _state(state: str | None) -> PlayState:
    return PlayState(state) if state in tuple(PlayState) else PlayState.PLAYING


def _decision(transcoding: answers.Transcoding | None) -> Decision:
    """Plex adds a TranscodeSession only when it does more than hand out the file."""
    if transcoding is None:
        return Decision.DIRECT_PLAY
    if "transcode" in (transcoding.video_decision, transcoding.audio_decision):
        return Decision.TRANSCODE
    return Decision.DIRECT_STREAM
