"""From a stored connection to a client that can be used."""

from collections.abc import Callable

import httpx

from showrunner.clients.emby import EmbyClient
from showrunner.clients.jellyfin import JellyfinClient
from showrunner.clients.manager import ManagerClient
from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.plex import PlexClient
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.errors import InvalidInputError, SetupError
from showrunner.ports.secrets import Secrets


def client_for(
    connection: Connection, secrets: Secrets, *, transport: httpx.BaseTransport | None = None
) -> MediaServerClient:
    """
    A client for a media server; does no I/O. `transport` replaces the network in tests.

    Raises SetupError when the connection has no key or it cannot be opened, and
    InvalidInputError for a connection that is no media server.
    """
    key = _key(connection, secrets)
    url, name, verify = connection.url, connection.name, connection.verify_tls
    match connection.kind:
        case ConnectionKind.PLEX:
            return PlexClient(url, key, name=name, verify_tls=verify, transport=transport)
        case ConnectionKind.JELLYFIN:
            return JellyfinClient(
                url,
                key,
                name=name,
                previews=connection.previews,
                verify_tls=verify,
                transport=transport,
            )
        case ConnectionKind.EMBY:
            return EmbyClient(url, key, name=name, verify_tls=verify, transport=transport)
    raise InvalidInputError(f"{name} is a {connection.kind} connection, not a media server")


def service_for(
    connection: Connection, secrets: Secrets, *, transport: httpx.BaseTransport | None = None
) -> MediaServerClient | ManagerClient:
    """A client for any connection: what all kinds can do is `info` and `libraries`."""
    if connection.kind.is_media_server:
        return client_for(connection, secrets, transport=transport)
    return ManagerClient(
        connection.url,
        _key(connection, secrets),
        kind="movie" if connection.kind is ConnectionKind.RADARR else "show",
        name=connection.name,
        verify_tls=connection.verify_tls,
        transport=transport,
    )


ServiceFactory = Callable[[Connection, Secrets], MediaServerClient | ManagerClient]


def _key(connection: Connection, secrets: Secrets) -> str:
    if not connection.sealed_secret:
        raise SetupError(f"{connection.name} has no key: enter one in the connection's settings")
    return secrets.open(connection.sealed_secret)
