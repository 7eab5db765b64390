from collections.abc import Iterable

import httpx

from showrunner.clients.media_browser import ITEM_TYPES, MediaBrowserClient
from showrunner.clients.media_browser_answers import VirtualFolder, VirtualFolderPage
from showrunner.clients.models import FoundItem
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
        timeout_seconds: float = 10.0,
        verify_tls: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(
            base_url,
            name=name,
            authorization={"X-Emby-Token": api_key},
            timeout_seconds=timeout_seconds,
            verify_tls=verify_tls,
            transport=transport,
        )

    def _folders(self) -> list[VirtualFolder]:
        return self._http.read_as("/Library/VirtualFolders/Query", VirtualFolderPage).items

    def _likely(self, path: str, library: Library) -> Iterable[FoundItem]:
        """By the whole path, which Emby compares as it is written."""
        asked = {"Path": path, "IncludeItemTypes": ITEM_TYPES[library.type]}
        page = self._page(library.native_id, asked, 0, _LIKELY_ITEMS)
        return [found for item in page.items for found in self._found(item, library)]
