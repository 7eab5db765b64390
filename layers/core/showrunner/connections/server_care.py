"""Asking a media server for more than its name: what the routes of one server share."""

from collections.abc import Callable
from typing import TypeVar

from showrunner.clients.factory import client_for
from showrunner.clients.media_server import MediaServerClient
from showrunner.connections import ownership
from showrunner.connections.check import log_failure, scrubbed, within
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.paths import is_absolute
from showrunner.connections.refusals import wrong_field
from showrunner.connections.store import ConnectionStore
from showrunner.errors import NotFoundError, ShowrunnerError
from showrunner.wiring import Home

LIMIT_SECONDS = 25.0
"""Under the 30 s after which the HTTP API gives up."""

_Value = TypeVar("_Value")


def media_server(home: Home, server_id: str, *kinds: ConnectionKind) -> Connection:
    """
    The media server of that id.

    Raises NotFoundError, or InvalidInputError when it is of none of `kinds`
    (none given: any).
    """
    found = ConnectionStore(home.documents).get(server_id)
    if not found.kind.is_media_server:
        raise NotFoundError(f"{server_id} is a {found.kind} connection: see /connections")
    if kinds and found.kind not in kinds:
        raise wrong_field("id", f"this is for {' and '.join(kinds)}, {found.name} is {found.kind}")
    return found


def asked(
    home: Home, connection: Connection, ask: Callable[[Connection, MediaServerClient], _Value]
) -> _Value:
    """What `ask` finds at the server; raises its errors within 25 s, without the key in them."""

    def run() -> _Value:
        with client_for(connection, home.secrets) as client:
            return ask(connection, client)

    try:
        return within(LIMIT_SECONDS, run, connection.name)
    except ShowrunnerError as error:
        error.message = scrubbed(error.message, connection, home)
        raise
    except Exception:  # noqa: BLE001 - logged, without the key that its text may hold
        log_failure(connection, home)
        raise ShowrunnerError("Showrunner failed over the answer; see its log.") from None


def owners_of(home: Home, path: str) -> dict[str, object]:
    """Which servers own `path`, and each step on the way to the answer."""
    if not is_absolute(path):
        raise wrong_field("path", "must be an absolute path, as a server or this machine calls it")
    connections = ConnectionStore(home.documents).list()
    by_id = {connection.id: connection for connection in connections}
    return {
        "path": path,
        "canonical_path": ownership.canonical_local_path(path, connections),
        "owners": [
            {
                "server_id": owned.connection_id,
                "server_name": by_id[owned.connection_id].name,
                "server_type": by_id[owned.connection_id].kind.value,
                "library_id": owned.library.native_id,
                "library_name": owned.library.name,
                "local_path": owned.local_path,
                "remote_path": owned.remote_path,
                "other_remote_paths": list(owned.other_remote_paths),
            }
            for owned in ownership.owners(path, connections)
        ],
        "explanation": ownership.explain(path, connections),
    }
