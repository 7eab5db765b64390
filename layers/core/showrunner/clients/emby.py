from collections.abc import Iterable
from urllib.parse import urlencode

import httpx

from showrunner.clients.media_browser import (
    ITEM_TYPES,
    MESSAGE_MS,
    MediaBrowserClient,
    TakesUser,
    everybody,
)
from showrunner.clients.media_browser_answers import (
    User,
    UserPage,
    VirtualFolder,
    VirtualFolderPage,
)
from showrunner.clients.media_browser_reader import GONE, Params
from showrunner.clients.media_browser_socket import GREETING, KEEP_ALIVE, KEEP_ALIVE_SECONDS
from showrunner.clients.models import FoundItem, SocketRequest
from showrunner.connections.models import Library

_LIKELY_ITEMS = 100


class EmbyClient(MediaBrowserClient):
    """A `MediaServerClient` for one Emby server; `api_key` is made on its dashboard."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        name: str = "Emby",
        takes_user: TakesUser = everybody,
        timeout_seconds: float = 10.0,
        verify_tls: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._api_key = api_key
        super().__init__(
            base_url,
            name=name,
            authorization={"X-Emby-Token": api_key},
            takes_user=takes_user,
            timeout_seconds=timeout_seconds,
            verify_tls=verify_tls,
            transport=transport,
        )

    def socket(self) -> SocketRequest:
        """The key in the address, the only place where Emby looks for it on a socket."""
        query = urlencode({"api_key": self._api_key, "deviceId": "showrunner"})
        return SocketRequest(
            url=self._http.socket_url(f"/embywebsocket?{query}"),
            greeting=[GREETING],
            keep_alive=KEEP_ALIVE,
            keep_alive_seconds=KEEP_ALIVE_SECONDS,
        )

    def _users(self) -> list[User]:
        return self._http.read_as("/Users/Query", UserPage).items

    def _show(self, path: str, message: str) -> None:
        asked: Params = {"Header": "Showrunner", "Text": message, "TimeoutMs": MESSAGE_MS}
        self._http.act("POST", f"{path}/Message", params=asked, allow=GONE)

    def _folders(self) -> list[VirtualFolder]:
        return self._http.read_as("/Library/VirtualFolders/Query", VirtualFolderPage).items

    def _likely(self, path: str, library: Library) -> Iterable[FoundItem]:
        """By the whole path, which Emby compares as it is written."""
        asked = {"Path": path, "IncludeItemTypes": ITEM_TYPES[library.type]}
        page = self._page(library.native_id, asked, 0, _LIKELY_ITEMS)
        return [found for item in page.items for found in self._found(item, library)]
