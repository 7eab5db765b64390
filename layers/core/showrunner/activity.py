"""What plays now: written by the readers and the sessions sync, read by queries and the page."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from showrunner.clients.models import Session
from showrunner.connections.models import Connection
from showrunner.connections.settings import MediaServerSettings, server_settings
from showrunner.live.buffers import BufferHealth, Thresholds, buffer_health
from showrunner.live.transcodes import TranscodeHealth, transcode_health
from showrunner.ports.documents import Document, Documents, each

SESSIONS = "playing-sessions"
SHOWN_FOR = timedelta(minutes=3)
"""A session that no look confirmed for so long is not shown as playing any more."""


class PlayingSession(Session):
    """
    A session with the server it is on. `updated_at`: when the server last said so, UTC.

    `transcode_health` is None for what is not re-encoded.
    """

    connection_id: str
    connection_name: str
    server_kind: str
    updated_at: datetime
    transcode_health: TranscodeHealth | None = None
    buffer_health: BufferHealth | None = None


def now_playing(documents: Documents, connection_id: str | None = None) -> list[PlayingSession]:
    """Every session, ordered by server; None: of all servers."""
    prefix = f"{connection_id}/" if connection_id else ""
    return [_read(document) for document in each(documents, SESSIONS, prefix=prefix)]


def find_session(
    documents: Documents, connection_id: str, session_key: str
) -> PlayingSession | None:
    """None: the server names no such session (any more)."""
    document = documents.get(SESSIONS, f"{connection_id}/{session_key}")
    return _read(document) if document else None


def replace_sessions(
    documents: Documents, connection: Connection, sessions: Sequence[Session], now: datetime
) -> list[PlayingSession]:
    """
    Make one server's sessions exactly these; what it no longer names has ended.

    Gives them with how their streams do, as against the look before.
    """
    known = {d.key: _read(d) for d in each(documents, SESSIONS, prefix=f"{connection.id}/")}
    playing = {}
    for session in sessions:
        key = f"{connection.id}/{session.session_key}"
        playing[key] = _playing(connection, session, now, known.get(key))
        body = playing[key].model_dump(mode="json")
        documents.put(SESSIONS, key, body, expires_at=now + SHOWN_FOR)
    for key in known.keys() - playing.keys():
        documents.delete(SESSIONS, key)
    return list(playing.values())


def forget_session(documents: Documents, playing: PlayingSession) -> None:
    """Show it as playing no more, until its server names it again."""
    documents.delete(SESSIONS, f"{playing.connection_id}/{playing.session_key}")


def _read(document: Document) -> PlayingSession:
    return PlayingSession.model_validate(document.body)


def _playing(
    connection: Connection, session: Session, now: datetime, before: PlayingSession | None
) -> PlayingSession:
    settings = server_settings(connection)
    if before and before.item_id != session.item_id:
        before = None
    return PlayingSession(
        **dict(session),
        connection_id=connection.id,
        connection_name=connection.name,
        server_kind=connection.kind,
        updated_at=now,
        transcode_health=transcode_health(
            session,
            before.transcode_health if before else None,
            now,
            settings.transcode_monitoring_interval,
        ),
        buffer_health=buffer_health(
            session, before.buffer_health if before else None, now, _thresholds(settings)
        ),
    )


def _thresholds(settings: MediaServerSettings) -> Thresholds:
    return Thresholds(
        critical_percent=settings.buffer_health_critical_threshold,
        risky_percent=settings.buffer_health_risky_threshold,
    )
