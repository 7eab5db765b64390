import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from urllib.parse import quote

import httpx

from showrunner.clients.media_browser import (
    ITEM_TYPES,
    MESSAGE_MS,
    MediaBrowserClient,
    TakesUser,
    as_found,
    everybody,
)
from showrunner.clients.media_browser_answers import (
    Bridge,
    Item,
    Repository,
    User,
    VirtualFolder,
)
from showrunner.clients.media_browser_reader import GONE, Params
from showrunner.clients.media_browser_socket import GREETING, KEEP_ALIVE, KEEP_ALIVE_SECONDS
from showrunner.clients.models import FoundItem, SocketRequest
from showrunner.connections import paths
from showrunner.connections.models import Library, PreviewSettings

_MS_PER_SECOND = 1000
_LIKELY_ITEMS = 20
# Where the title in the name of a file ends: `Film (2020)`, `Film [x]`, `Show - S01E02`,
# `Film.2020.1080p`, `Show.S01E02`.
_AFTER_TITLE = re.compile(r"[(\[{]| - |[. _](?:(?:19|20)\d\d|[Ss]\d+[Ee]\d+)\b")


class JellyfinClient(MediaBrowserClient):
    """
    A `MediaServerClient` for one Jellyfin server; `api_key` is made on its dashboard.

    `previews` says which trickplay tiles the Media Preview Bridge plugin, where
    it is installed, shall take up.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        name: str = "Jellyfin",
        previews: PreviewSettings | None = None,
        takes_user: TakesUser = everybody,
        timeout_seconds: float = 10.0,
        verify_tls: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        # The other two ways to send a key are off by default from Jellyfin 12 on.
        authorization = (
            'MediaBrowser Client="Showrunner", Device="Showrunner", '
            f'DeviceId="showrunner", Version="1", Token="{quote(api_key)}"'
        )
        super().__init__(
            base_url,
            name=name,
            authorization={"Authorization": authorization},
            takes_user=takes_user,
            timeout_seconds=timeout_seconds,
            verify_tls=verify_tls,
            transport=transport,
        )
        self._previews = previews or PreviewSettings()

    def announce(self, path: str, library: Library, item_id: str | None) -> None:
        """
        The notice about `path`; for a known item also the tiles and a refresh.

        Jellyfin keeps its trickplay in a database: without the plugin only a
        refresh or scan, with trickplay enabled in the library, finds new tiles.
        """
        super().announce(path, library, item_id)
        if item_id is None:
            return
        if self.bridge_version() is not None:
            self._register_tiles(item_id)
        self._http.act(
            "POST",
            f"/Items/{quote(item_id, safe='')}/Refresh",
            params={"metadataRefreshMode": "Default", "imageRefreshMode": "None"},
        )

    def bridge_version(self) -> str | None:
        """The version of the Media Preview Bridge plugin, `?` if it hides it; None: not there."""
        answer = self._http.read("/MediaPreviewBridge/Ping", allow=(HTTPStatus.NOT_FOUND,))
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        return self._http.parsed("/MediaPreviewBridge/Ping", answer, Bridge).version or "?"

    def repositories(self) -> list[Repository]:
        """Where this server finds plugins, as set on its dashboard."""
        return self._http.read_as("/Repositories", list[Repository])

    def set_repositories(self, repositories: Sequence[Repository]) -> None:
        """Replace all of them."""
        body = [one.model_dump(by_alias=True) for one in repositories]
        self._http.act("POST", "/Repositories", body=body)

    def install_package(self, name: str, *, guid: str, repository_url: str) -> bool:
        """Fetch a plugin, which runs after a restart; False: no repository has it."""
        path = f"/Packages/Installed/{quote(name, safe='')}"
        params = {"assemblyGuid": guid, "repositoryUrl": repository_url}
        answer = self._http.act("POST", path, params=params, allow=(HTTPStatus.NOT_FOUND,))
        return answer.status_code != HTTPStatus.NOT_FOUND

    def uninstall_plugin(self, guid: str) -> bool:
        """Remove a plugin, which runs until a restart; False: it was not installed."""
        path = f"/Plugins/{quote(guid, safe='')}"
        answer = self._http.act("DELETE", path, allow=(HTTPStatus.NOT_FOUND,))
        return answer.status_code != HTTPStatus.NOT_FOUND

    def restart(self) -> None:
        """Returns when the server agreed: it goes down after that, for about half a minute."""
        self._http.act("POST", "/System/Restart")

    def _register_tiles(self, item_id: str) -> None:
        """404: the plugin sees no tiles (yet); the refresh that follows is the second chance."""
        self._http.act(
            "POST",
            f"/MediaPreviewBridge/Trickplay/{quote(item_id, safe='')}",
            params={
                "width": self._previews.width,
                "intervalMs": self._previews.interval_seconds * _MS_PER_SECOND,
                "saveWithMedia": "true" if self._previews.save_with_media else "false",
            },
            allow=(HTTPStatus.NOT_FOUND,),
        )

    def socket(self) -> SocketRequest:
        """
        The key in the header, as for every request: from Jellyfin 12 on it is taken nowhere else.

        Servers of 10.10 were seen to let an API key in and then never say a word.
        """
        return SocketRequest(
            url=self._http.socket_url("/socket?deviceId=showrunner"),
            headers=dict(self._authorization),
            greeting=[GREETING],
            keep_alive=KEEP_ALIVE,
            keep_alive_seconds=KEEP_ALIVE_SECONDS,
        )

    def _folders(self) -> list[VirtualFolder]:
        return self._http.read_as("/Library/VirtualFolders", list[VirtualFolder])

    def _users(self) -> list[User]:
        return self._http.read_as("/Users", list[User])

    def _show(self, path: str, message: str) -> None:
        body = {"Header": "Showrunner", "Text": message, "TimeoutMs": MESSAGE_MS}
        self._http.act("POST", f"{path}/Message", body=body, allow=GONE)

    def _found(self, item: Item, library: Library | None = None) -> list[FoundItem]:
        """Each version of a film has an id of its own, by which its tiles are stored."""
        versions = {
            source.path: source.id
            for source in item.media_sources or []
            if source.id and source.path
        }
        if not versions:
            return super()._found(item, library)
        return [as_found(item, id_, [path], library) for path, id_ in versions.items()]

    def _likely(self, path: str, library: Library) -> Iterator[FoundItem]:
        """By title: a film's own, or its series', of which an episode's file has the name."""
        asked = {"SearchTerm": title_in(paths.base_name(path)), "IncludeItemTypes": "Series"}
        if library.type != "show":
            asked["IncludeItemTypes"] = ITEM_TYPES[library.type]
        page = self._page(library.native_id, asked, 0, _LIKELY_ITEMS)
        for item in page.items:
            below = self._below(item.id, "Episode") if library.type == "show" else [item]
            for one in below:
                yield from self._found(one, library)

    def _spelled(self, params: Params) -> Params:
        return {name[0].lower() + name[1:]: value for name, value in params.items()}


def title_in(file_name: str) -> str:
    """The title with which `file_name` begins, as far as that can be told; at worst all of it."""
    stem = file_name.rpartition(".")[0] or file_name
    title = _AFTER_TITLE.split(stem, maxsplit=1)[0].strip(" ._-")
    title = title or stem
    return title if " " in title else re.sub(r"[._]+", " ", title)
