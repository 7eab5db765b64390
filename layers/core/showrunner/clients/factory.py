"""
From a stored connection to a client that can be used.

The modules of the large clients are imported when one is made: their models of what
a vendor answers are most of a cold start's cost here, and most homes have one vendor.
"""
# ruff: noqa: PLC0415 - for that reason

from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self

import httpx

from showrunner.clients.manager import ManagerClient
from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.models import ServerInfo
from showrunner.clients.tmdb import TmdbClient
from showrunner.clients.tvdb import TvdbClient
from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.errors import InvalidInputError, SetupError
from showrunner.ports.secrets import Secrets


class Service(Protocol):
    """What the clients of all kinds can do; raises what a `MediaServerClient` raises."""

    def info(self) -> ServerInfo:
        """Who it is; proves that the key is good."""

    def libraries(self) -> list[Library]:
        """Libraries or root folders; empty for kinds that have none."""

    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None: ...


def client_for(
    connection: Connection, secrets: Secrets, *, transport: httpx.BaseTransport | None = None
) -> MediaServerClient:
    """
    A client for a media server; does no I/O. `transport` replaces the network in tests.

    Raises SetupError when the connection has no key or it cannot be opened, and
    InvalidInputError for a connection that is no media server.
    """
    if not connection.kind.is_media_server:
        raise InvalidInputError(
            f"{connection.name} is a {connection.kind} connection, not a media server"
        )
    options = _options(connection, transport)
    key = _key(connection, secrets)
    if connection.kind is ConnectionKind.PLEX:
        from showrunner.clients.plex import PlexClient

        return PlexClient(connection.url, key, **options)
    options["takes_user"] = connection.takes_user
    if connection.kind is ConnectionKind.JELLYFIN:
        from showrunner.clients.jellyfin import JellyfinClient

        return JellyfinClient(connection.url, key, previews=connection.previews, **options)
    from showrunner.clients.emby import EmbyClient

    return EmbyClient(connection.url, key, **options)


def service_for(
    connection: Connection, secrets: Secrets, *, transport: httpx.BaseTransport | None = None
) -> Service:
    """A client for a connection of any kind: what all can do is `info` and `libraries`."""
    if connection.kind.is_media_server:
        return client_for(connection, secrets, transport=transport)
    options = _options(connection, transport)
    url, key = connection.url, _key(connection, secrets)
    match connection.kind:
        case ConnectionKind.TAUTULLI:
            from showrunner.clients.tautulli import TautulliClient

            return TautulliClient(url, key, **options)
        case ConnectionKind.TMDB:
            return TmdbClient(url, key, **options)
        case ConnectionKind.TVDB:
            return TvdbClient(url, key, **options)
        case ConnectionKind.RADARR:
            return ManagerClient(url, key, kind="movie", **options)
    return ManagerClient(url, key, kind="show", **options)


ServiceFactory = Callable[[Connection, Secrets], Service]


def _options(connection: Connection, transport: httpx.BaseTransport | None) -> dict[str, Any]:
    return {
        "name": connection.name,
        "timeout_seconds": connection.timeout_seconds,
        "verify_tls": connection.verify_tls,
        "transport": transport,
    }


def _key(connection: Connection, secrets: Secrets) -> str:
    if not connection.sealed_secret:
        raise SetupError(f"{connection.name} has no key: enter one in the connection's settings")
    return secrets.open(connection.sealed_secret)
