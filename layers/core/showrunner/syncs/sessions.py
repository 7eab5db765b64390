import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from showrunner.activity import replace_sessions
from showrunner.clients.factory import client_for
from showrunner.clients.media_server import MediaServerClient
from showrunner.connections.health import write_health
from showrunner.connections.models import Connection
from showrunner.connections.store import ConnectionStore
from showrunner.errors import ShowrunnerError
from showrunner.wiring import Home

logger = logging.getLogger(__name__)

ClientFactory = Callable[[Connection], MediaServerClient]


def sync_sessions(home: Home, make_client: ClientFactory | None = None) -> dict[str, Any]:
    """
    Ask every enabled media server what plays there and store it.

    All servers are asked at once: a dead one keeps nobody waiting. Answers
    `{"servers": n, "sessions": n, "errors": {connection name: message}}`; the
    sessions of a server that did not answer stay until they expire.
    """
    make_client = make_client or (lambda connection: client_for(connection, home.secrets))
    servers = [c for c in ConnectionStore(home.documents).list() if _is_asked(c)]
    result: dict[str, Any] = {"servers": len(servers), "sessions": 0, "errors": {}}
    with ThreadPoolExecutor(max_workers=max(1, min(16, len(servers)))) as pool:
        for connection, outcome in zip(
            servers, pool.map(lambda c: _sync_one(c, home, make_client), servers), strict=True
        ):
            if isinstance(outcome, int):
                result["sessions"] += outcome
            else:
                result["errors"][connection.name] = outcome
    return result


def _is_asked(connection: Connection) -> bool:
    return connection.enabled and connection.kind.is_media_server


def _sync_one(connection: Connection, home: Home, make_client: ClientFactory) -> int | str:
    """How many sessions the server has, or why it did not say."""
    try:
        with make_client(connection) as client:
            sessions = client.sessions()
    except ShowrunnerError as error:
        logger.warning("%s: %s", connection.name, error.message)
        write_health(home.documents, connection.id, error.message, home.clock.now())
        return error.message
    now = home.clock.now()
    replace_sessions(home.documents, connection, sessions, now)
    write_health(home.documents, connection.id, None, now)
    return len(sessions)
