from typing import Literal

import httpx
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from showrunner.clients.http import HttpClient, ServiceClient
from showrunner.clients.models import ServerInfo
from showrunner.connections import paths
from showrunner.connections.models import Library


class _Manager(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class _Status(_Manager):
    app_name: str
    instance_name: str | None = None
    version: str


class _RootFolder(_Manager):
    id: int
    path: str


class ManagerClient(ServiceClient):
    """
    One Sonarr or Radarr, through the API v3 that they share.

    `kind` is what it manages. Raises what a `MediaServerClient` raises.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        kind: Literal["movie", "show"],
        name: str,
        timeout_seconds: float = 10.0,
        verify_tls: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._kind = kind
        super().__init__(
            HttpClient(
                base_url,
                server_name=name,
                headers={"Accept": "application/json", "X-Api-Key": api_key},
                timeout_seconds=timeout_seconds,
                verify_tls=verify_tls,
                transport=transport,
            )
        )

    def info(self) -> ServerInfo:
        found = self._http.read_as("/api/v3/system/status", _Status)
        name = found.instance_name or found.app_name
        return ServerInfo(machine_id=None, name=name, version=found.version)

    def libraries(self) -> list[Library]:
        """The root folders, as the manager sees them."""
        return [
            Library(
                native_id=str(folder.id),
                name=paths.base_name(folder.path),
                type=self._kind,
                locations=[folder.path],
            )
            for folder in self._http.read_as("/api/v3/rootfolder", list[_RootFolder])
        ]
