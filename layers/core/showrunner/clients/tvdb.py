from collections.abc import Mapping
from http import HTTPStatus

import httpx
from pydantic import BaseModel

from showrunner.clients.http import HttpClient, ServiceClient
from showrunner.clients.models import ServerInfo
from showrunner.connections.models import Library

URL = "https://api4.thetvdb.com"
_LOGIN = "/v4/login"


class _Token(BaseModel):
    token: str


class _Login(BaseModel):
    data: _Token


class TvdbClient(ServiceClient):
    """
    TheTVDB, API v4.

    `key` is an API key, or `key:pin` where it is one that its users pay for. It
    buys a token (good for a month) at the first request; the client keeps it and
    buys a new one once when it is refused. Raises what a `MediaServerClient` raises.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        name: str = "TheTVDB",
        timeout_seconds: float = 10.0,
        verify_tls: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        api_key, _, pin = key.partition(":")
        self._credentials = {"apikey": api_key} | ({"pin": pin} if pin else {})
        self._token: str | None = None
        super().__init__(
            HttpClient(
                (base_url or URL).rstrip("/").removesuffix("/v4"),
                server_name=name,
                headers={"Accept": "application/json"},
                timeout_seconds=timeout_seconds,
                verify_tls=verify_tls,
                transport=transport,
            )
        )

    def info(self) -> ServerInfo:
        """A list that needs a token, so that a kept one is proved too."""
        self._read("/v4/artwork/statuses")
        return ServerInfo(machine_id=None, name="TheTVDB", version="4")

    def libraries(self) -> list[Library]:
        """None: it describes what everybody could have."""
        return []

    def _read(self, path: str, params: Mapping[str, str | int] | None = None) -> httpx.Response:
        answer = self._asked(path, params, (HTTPStatus.UNAUTHORIZED,))
        if answer.status_code != HTTPStatus.UNAUTHORIZED:
            return answer
        self._token = None
        return self._asked(path, params, ())

    def _asked(
        self,
        path: str,
        params: Mapping[str, str | int] | None,
        allow: tuple[HTTPStatus, ...],
    ) -> httpx.Response:
        self._token = self._token or self._login()
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._http.read(path, params=params, headers=headers, allow=allow)

    def _login(self) -> str:
        answer = self._http.act("POST", _LOGIN, body=self._credentials)
        return self._http.parsed(_LOGIN, answer, _Login).data.token
