"""What plays, who watches over it, and ending it: the answers of the sessions API."""

from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from showrunner.activity import find_session, now_playing
from showrunner.connections.models import Connection
from showrunner.connections.store import ConnectionStore
from showrunner.live.alerts import active_alerts, list_alerts
from showrunner.live.holding import ReaderStatus, reader_statuses
from showrunner.live.stop import stop_session
from showrunner.wiring import Home

Body = dict[str, Any]


def sessions_answer(home: Home, server: str | None) -> Body:
    """
    What plays on all servers or on one, and how each of them is read.

    Raises NotFoundError for a `server` that is no connection's id.
    """
    store = ConnectionStore(home.documents)
    servers = [store.get(server)] if server else store.list()
    statuses = reader_statuses(home.documents)
    sessions = now_playing(home.documents, server)
    return {
        "sessions": [session.model_dump(mode="json") for session in sessions],
        "count": len(sessions),
        "servers": [
            _server(one, statuses.get(one.id)) for one in servers if one.kind.is_media_server
        ],
    }


def alerts_answer(home: Home, *, active: bool, limit: int, after: str | None) -> Body:
    """A page of alerts, newest first; those that last now come all on one."""
    found = (
        active_alerts(home.documents)
        if active
        else list_alerts(home.documents, limit=limit, after=after)
    )
    return {
        "alerts": [alert.model_dump(mode="json") for alert in found],
        "next": found[-1].id if not active and len(found) == limit else None,
    }


def stop_answer(
    home: Home, connection_id: str, session_key: str, message: str | None
) -> tuple[Body, HTTPStatus]:
    """End a session. Its key may come as it is, or still encoded for an address."""
    plain = unquote(session_key)
    is_plain = find_session(home.documents, connection_id, session_key) is not None
    return stop_session(home, connection_id, session_key if is_plain else plain, message)


def _server(connection: Connection, status: ReaderStatus | None) -> Body:
    """`reader` `scheduled`: no worker reads it, the minute's poll does; `off`: nobody."""
    unread = {"reader": "scheduled" if connection.enabled else "off"}
    return {
        "connection_id": connection.id,
        "name": connection.name,
        "kind": connection.kind.value,
        **({"reader": status.state.value} if status else unread),
        "since": status and status.model_dump(mode="json")["since"],
        "last_message_at": status and status.model_dump(mode="json")["last_message_at"],
        "error": status and status.error,
    }
