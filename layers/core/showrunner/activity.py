"""What plays now: written by the sessions sync, read by the query and the page."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from showrunner.clients.models import Session
from showrunner.connections.models import Connection
from showrunner.ports.documents import Documents, each

SESSIONS = "playing-sessions"
SHOWN_FOR = timedelta(minutes=3)
"""A session that no sync confirmed for so long is not shown as playing any more."""


class PlayingSession(Session):
    """A session with the server it is on. `updated_at`: when the server last said so, UTC."""

    connection_id: str
    connection_name: str
    server_kind: str
    updated_at: datetime


def now_playing(documents: Documents) -> list[PlayingSession]:
    """Every session on every server, ordered by server."""
    return [PlayingSession.model_validate(document.body) for document in each(documents, SESSIONS)]


def replace_sessions(
    documents: Documents, connection: Connection, sessions: Sequence[Session], now: datetime
) -> None:
    """Make one server's sessions exactly these; what it no longer names has ended."""
    playing = {_key(connection, session): session for session in sessions}
    for key, session in playing.items():
        body = _playing(connection, session, now).model_dump(mode="json")
        documents.put(SESSIONS, key, body, expires_at=now + SHOWN_FOR)
    for document in list(each(documents, SESSIONS, prefix=f"{connection.id}/")):
        if document.key not in playing:
            documents.delete(SESSIONS, document.key)


def _key(connection: Connection, session: Session) -> str:
    return f"{connection.id}/{session.session_key}"


def _playing(connection: Connection, session: Session, now: datetime) -> PlayingSession:
    return PlayingSession(
        **session.model_dump(),
        connection_id=connection.id,
        connection_name=connection.name,
        server_kind=connection.kind,
        updated_at=now,
    )
