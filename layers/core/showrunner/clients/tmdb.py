from http import HTTPStatus

import httpx
from pydantic import BaseModel

from showrunner.clients.http import HttpClient, ServiceClient
from showrunner.clients.models import ServerInfo
from showrunner.connections.models import Library

URL = "https://api.themoviedb.org"


class _Verdict(BaseModel):
    success: bool


class TmdbClient(ServiceClient):
    """
    The Movie Database, API v3.

    `key` is a v3 API key or a v4 read access token; the latter is a JWT, known
    by its dots, and goes into a header. Raises what a `MediaServerClient` raises.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        name: str = "TMDb",
        timeout_seconds: float = 10.0,
        verify_tls: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        is_token = "." in key
        super().__init__(
            HttpClient(
                (base_url or URL).rstrip("/").removesuffix("/3"),
                server_name=name,
                headers={"Accept": "application/json"}
                | ({"Authorization": f"Bearer {key}"} if is_token else {}),
                query={} if is_token else {"api_key": key},
                timeout_seconds=timeout_seconds,
                verify_tls=verify_tls,
                transport=transport,
            )
        )

    def info(self) -> ServerInfo:
        """TMDb has no version of its own: the API's stands for it."""
        path = "/3/authentication"
        if not self._http.read_as(path, _Verdict).success:
            raise self._http.key_refused(path, HTTPStatus.OK)
        return ServerInfo(machine_id=None, name="TMDb", version="3")

    def libraries(self) -> list[Library]:
        """None: it describes what everybody could have."""
        return []
