"""Servers, sessions and looks, as the tests of the live part want them."""

from collections.abc import Sequence
from typing import Any, Self

from showrunner.clients.models import PlayState, Session, SocketNews, SocketRequest, Transcode
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.live.take import take_sessions
from showrunner.plays.models import Source
from showrunner.wiring import EmbeddedHome

WATCHED = {"transcode_monitoring_enabled": True, "buffer_health_monitoring_enabled": True}


def connect(home: EmbeddedHome, connection_id: str = "attic", **facts: Any) -> Connection:
    fields = {"kind": ConnectionKind.PLEX, "name": connection_id.title(), "url": "http://x"}
    connection = Connection(id=connection_id, **{**fields, **facts})
    ConnectionStore(home.documents).save(connection)
    return connection


def session(key: str = "7", position_seconds: float = 60, **facts: Any) -> Session:
    """A film of an hour; `transcode` may be given as a dict."""
    fields = {
        "session_key": key,
        "item_id": "51",
        "title": "Sintel",
        "media_type": "movie",
        "state": PlayState.PLAYING,
        "user_id": "1",
        "user_name": "Mika",
        "player_id": "tv",
        "position_ms": round(position_seconds * 1000),
        "duration_ms": 3_600_000,
    }
    return Session.model_validate({**fields, **facts})


def transcoded(
    position_seconds: float = 60, ahead_seconds: float | None = 60, **facts: Any
) -> Session:
    """One that is re-encoded, up to so many seconds ahead of the player."""
    until = None if ahead_seconds is None else position_seconds + ahead_seconds
    transcode = {"speed": 2.0, "buffered_until_seconds": until, **facts.pop("transcode", {})}
    return session(
        position_seconds=position_seconds, transcode=Transcode.model_validate(transcode), **facts
    )


def look(home: EmbeddedHome, connection: Connection, *sessions: Session) -> None:
    take_sessions(home, connection, sessions, home.clock.now(), Source.POLL)


class FakeServer:
    """A media server's client that answers what a test put there, or raises it."""

    def __init__(self, answer: Sequence[Session] | Exception = ()) -> None:
        self.answer = answer
        self.asked = 0
        self.stopped: list[tuple[str, str]] = []
        self.refusal: Exception | None = None

    def sessions(self) -> list[Session]:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return list(self.answer)

    def stop_session(self, session: Session, message: str) -> None:
        if self.refusal:
            raise self.refusal
        self.stopped.append((session.session_key, message))
        self.answer = []

    def socket(self) -> SocketRequest:
        return SocketRequest(url="ws://127.0.0.1:9/")

    def read_socket(self, text: str) -> SocketNews:
        return SocketNews()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None
