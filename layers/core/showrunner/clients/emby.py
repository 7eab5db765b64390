import httpx

from showrunner.clients.media_browser import MediaBrowserClient
from showrunner.clients.media_browser_answers import VirtualFolder, VirtualFolderPage


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
