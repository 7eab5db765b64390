from http import HTTPStatus
from typing import Any, Generic, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from showrunner.clients.http import HttpClient, ServiceClient
from showrunner.clients.models import ServerInfo
from showrunner.connections.models import Library

_ADDRESS = "/api/v2"
_Data = TypeVar("_Data")
_Shape = TypeVar("_Shape", bound=BaseModel)


class _Tautulli(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True, extra="ignore", frozen=True)


class _Response(_Tautulli, Generic[_Data]):
    result: str
    message: str | None = None
    data: _Data | None = None


class _Frame(_Tautulli, Generic[_Data]):
    response: _Response[_Data]


class _About(_Tautulli):
    tautulli_version: str


class _Section(_Tautulli):
    section_id: str
    section_name: str
    section_type: str = ""


class WatchedPlex(_Tautulli):
    """The one Plex server that a Tautulli watches. `pms_identifier` is Plex's machine id."""

    pms_identifier: str
    pms_name: str = ""
    pms_version: str = ""
    pms_url: str | None = None


class TautulliClient(ServiceClient):
    """
    One Tautulli, through its API v2; `api_key` is in its settings, Web Interface.

    The key travels in the address, because Tautulli takes it nowhere else.
    Raises what a `MediaServerClient` raises.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        name: str = "Tautulli",
        timeout_seconds: float = 10.0,
        verify_tls: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(
            HttpClient(
                base_url,
                server_name=name,
                headers={"Accept": "application/json"},
                query={"apikey": api_key},
                timeout_seconds=timeout_seconds,
                verify_tls=verify_tls,
                transport=transport,
            )
        )

    def info(self) -> ServerInfo:
        found = self._ask("get_tautulli_info", _About)
        version = found.tautulli_version.removeprefix("v")
        return ServerInfo(machine_id=None, name="Tautulli", version=version)

    def libraries(self) -> list[Library]:
        """Plex's libraries as Tautulli knows them: without their folders."""
        return [
            Library(native_id=one.section_id, name=one.section_name, type=_kind(one.section_type))
            for one in self._ask_all("get_libraries", _Section)
        ]

    def watched_plex(self) -> WatchedPlex:
        """The Plex server to whose connection this Tautulli belongs."""
        return self._ask("get_server_info", WatchedPlex)

    def _ask(self, command: str, shape: type[_Shape]) -> _Shape:
        return self._validated(command, shape, self._data(command))

    def _ask_all(self, command: str, shape: type[_Shape]) -> list[_Shape]:
        return [self._validated(command, shape, one) for one in self._data(command) or []]

    def _validated(self, command: str, shape: type[_Shape], data: Any) -> _Shape:
        try:
            return shape.model_validate(data)
        except ValidationError as error:
            raise self._http.misfit(command, error) from None

    def _data(self, command: str) -> Any:
        """Both a wrong key and a wrong command are answered with 400: the message tells."""
        allow = (HTTPStatus.BAD_REQUEST,)
        answer = self._http.read(_ADDRESS, params={"cmd": command}, allow=allow)
        found = self._http.parsed(_ADDRESS, answer, _Frame[Any]).response
        if found.result == "success":
            return found.data
        if "apikey" in (found.message or "").lower():
            raise self._http.key_refused(command, answer.status_code)
        raise self._http.bad_answer(command, f"{found.result}, status {answer.status_code}")


def _kind(section_type: str) -> Any:
    return section_type if section_type in ("movie", "show") else "other"
