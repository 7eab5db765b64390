"""
What Jellyfin and Emby, which grew from one program (Media Browser), still share.

Times are ticks of 100 ns. Sources: the published descriptions of Jellyfin
10.11.0 and Emby 4.8.11.0.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import httpx

from showrunner.clients import media_browser_answers as answers
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

PAGE_ITEMS = 100
WHOLE_LIBRARY_PAGE_ITEMS = 500
_TICKS_PER_MS = 10_000
_LIBRARY_TYPES: Mapping[str | None, Literal["movie", "show"]] = {
    "movies": "movie",
    "tvshows": "show",
}
# Of `CollectionTypeOptions`; None and `mixed` may hold anything.
_VIDEO_COLLECTIONS = (None, "", "mixed", "movies", "tvshows", "homevideos", "musicvideos")
_ITEM_TYPES = {"movie": "Movie", "show": "Episode", "other": "Movie,Episode,Video,MusicVideo"}


class MediaBrowserClient(ServiceClient):
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
        return [_session(one, one.now_playing_item) for one in found if one.now_playing_item]

    def find_item(self, path: str, library: Library) -> FoundItem | None:
        for item in self._items(library, PAGE_ITEMS):
            if any(paths.same_path(path, file) for file in item.files):
                return _found(item, self._item_id(item, path), library)
        return None

    def items(self, library: Library) -> Iterator[FoundItem]:
        for item in self._items(library, WHOLE_LIBRARY_PAGE_ITEMS):
            if item.files:
                yield _found(item, item.id, library)

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

    def _item_id(self, item: answers.Item, path: str) -> str:
        del path
        return item.id

    def _spelled(self, params: Mapping[str, str | int]) -> dict[str, str | int]:
        """`params` as this vendor's description spells their names; ours are Emby's."""
        return dict(params)

    def _items(self, library: Library, page_items: int) -> Iterator[answers.Item]:
        """Every item of `library` that has files, newest first, with one page in memory."""
        start = 0
        while True:
            params: dict[str, str | int] = {
                "ParentId": library.native_id,
                "Recursive": "true",
                "IncludeItemTypes": _ITEM_TYPES[library.type],
                "Fields": "Path,MediaSources",
                "SortBy": "DateCreated",
                "SortOrder": "Descending",
                "StartIndex": start,
                "Limit": page_items,
            }
            page = self._http.read_as("/Items", answers.ItemPage, params=self._spelled(params))
            yield from page.items
            start += len(page.items)
            if not page.items or start >= page.total_record_count:
                return


def _found(item: answers.Item, item_id: str, library: Library) -> FoundItem:
    return FoundItem(
        item_id=item_id,
        title=item.name or "",
        library_id=library.native_id,
        paths=item.files,
    )


def _session(found: answers.Session, item: answers.Item) -> Session:
    play = found.play_state or answers.PlayState()
    return Session(
        session_key=found.id,
        user_id=found.user_id,
        user_name=found.user_name,
        item_id=item.id,
        title=item.name or "",
        series_title=item.series_name,
        season_number=item.parent_index_number,
        episode_number=item.index_number,
        media_type=item.type.lower(),
        player_name=found.device_name,
        device=found.device_type,
        product=found.client,
        address=found.remote_end_point,
        state=PlayState.PAUSED if play.is_paused else PlayState.PLAYING,
        position_ms=_ms(play.position_ticks),
        duration_ms=_ms(item.run_time_ticks),
        decision=_decision(play, found.transcoding_info),
        **_delivered(item, found.transcoding_info),
    )


def _delivered(item: answers.Item, transcoding: answers.Transcoding | None) -> dict[str, Any]:
    """The picture and sound that reach the player: re-encoded ones where the server says so."""
    video, audio = item.stream("Video"), item.stream("Audio")
    changed = transcoding or answers.Transcoding()
    bits = changed.bitrate or sum(one.bit_rate or 0 for one in item.media_streams or [])
    return {
        "video_codec": changed.video_codec or video.codec,
        "audio_codec": changed.audio_codec or audio.codec,
        "container": changed.container or item.container,
        "resolution": resolution_label(changed.width or video.width),
        "bitrate_kbps": bits // 1000 or None,
    }


def _decision(play: answers.PlayState, transcoding: answers.Transcoding | None) -> Decision | None:
    """`Transcode` covers repackaging too: then both streams are direct."""
    if play.play_method == "Transcode":
        changed = transcoding or answers.Transcoding()
        is_copied = changed.is_video_direct and changed.is_audio_direct
        return Decision.DIRECT_STREAM if is_copied else Decision.TRANSCODE
    known = {"DirectPlay": Decision.DIRECT_PLAY, "DirectStream": Decision.DIRECT_STREAM}
    return known.get(play.play_method or "")


def _ms(ticks: int | None) -> int | None:
    return None if ticks is None else ticks // _TICKS_PER_MS
