import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from showrunner.clients.factory import client_for
from showrunner.clients.media_server import MediaServerClient
from showrunner.connections.health import write_health
from showrunner.connections.models import Connection
from showrunner.connections.store import ConnectionStore
from showrunner.errors import ShowrunnerError
from showrunner.live.alerts import clear_left
from showrunner.live.holding import reader_statuses
from showrunner.live.take import take_sessions
from showrunner.plays.models import Source
from showrunner.wiring import Home

logger = logging.getLogger(__name__)

ClientFactory = Callable[[Connection], MediaServerClient]


def sync_sessions(home: Home, make_client: ClientFactory | None = None) -> dict[str, Any]:
    """
    Ask every enabled media server that no worker reads what plays there, and take it in.

    All servers are asked at once: a dead one keeps nobody waiting. Answers
    `{"servers": n, "sessions": n, "errors": {connection name: message}}` of those
    that were asked; the sessions of a server that did not answer stay until they
    expire, and alerts of sessions that nobody names any more are cleared.
    """
    make_client = make_client or (lambda connection: client_for(connection, home.secrets))
    read = {key for key, one in reader_statuses(home.documents).items() if one.state.keeps_up}
    servers = [c for c in ConnectionStore(home.documents).list() if _is_asked(c, read)]
    result: dict[str, Any] = {"servers": len(servers), "sessions": 0, "errors": {}}
    with ThreadPoolExecutor(max_workers=max(1, min(16, len(servers)))) as pool:
        for connection, outcome in zip(
            servers, pool.map(lambda c: _sync_safely(c, home, make_client), servers), strict=True
        ):
            if isinstance(outcome, int):
                result["sessions"] += outcome
            else:
                result["errors"][connection.name] = outcome
    clear_left(home.documents, home.clock.now())
    return result


def _is_asked(connection: Connection, read: set[str]) -> bool:
    is_wanted = connection.enabled and connection.kind.is_media_server
    return is_wanted and connection.id not in read


def _sync_safely(connection: Connection, home: Home, make_client: ClientFactory) -> int | str:
    """As `_sync_one`; an answer that nobody foresaw spoils nothing of the others."""
    try:
        return _sync_one(connection, home, make_client)
    except Exception:
        logger.exception("%s: its sessions could not be taken", connection.name)
        return "Its answer could not be taken: see the log."


def _sync_one(connection: Connection, home: Home, make_client: ClientFactory) -> int | str:
    """How many sessions the server has, or what went wrong."""
    try:
        with make_client(connection) as client:
            sessions = client.sessions()
    except ShowrunnerError as error:
        logger.warning("%s: %s", connection.name, error.message)
        write_health(home.documents, connection.id, error.message, home.clock.now())
        return error.message
    now = home.clock.now()
    write_health(home.documents, connection.id, None, now)
    try:
        take_sessions(home, connection, sessions, now, Source.POLL)
    except ShowrunnerError as error:  # ours, not the server's: the next minute repeats it
        logger.warning("%s: not all was written: %s", connection.name, error.message)
        return error.message
    return len(sessions)
