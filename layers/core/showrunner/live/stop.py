"""
Ending somebody's session: asked for by a function, done by a worker, which reaches the server.

The request is a document, `stop-requests/<connection id>/<session key>`, with the
errand on its way and later the worker's answer in it. It lasts a minute: what no
worker could do by then is not wanted any more, for the same player may show
something else.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.activity import PlayingSession, find_session, forget_session
from showrunner.clients.media_server import MediaServerClient
from showrunner.connections.models import Connection
from showrunner.connections.store import ConnectionStore
from showrunner.errors import (
    BadAnswerError,
    ForbiddenError,
    KeyRefusedError,
    NotFoundError,
    ShowrunnerError,
    UnreachableError,
    WrongStateError,
)
from showrunner.ids import time_id
from showrunner.jobs.queues import ERRANDS
from showrunner.wiring import Home

STOP_SESSION = "stop_session"
"""The `kind` of the errand."""

REQUESTS = "stop-requests"
WAIT_SECONDS = 8
DEFAULT_MESSAGE = "The owner of this server has ended this playback."

_LASTS = timedelta(minutes=1)
_SAME_WITHIN = timedelta(seconds=10)
"""Who asks twice within this time means the same: servers name a session a while longer."""

_LOOK_SECONDS = 0.2
_ERRORS: Mapping[str, type[ShowrunnerError]] = {
    KeyRefusedError.code: KeyRefusedError,
    UnreachableError.code: UnreachableError,
    WrongStateError.code: WrongStateError,
    # It is the server that forbids it, not we: the caller's token is good.
    ForbiddenError.code: WrongStateError,
}


class StopRequest(BaseModel):
    """
    One wish to end what a session plays. `item_id`: what that was.

    `is_stopped` and `error` (`code` and `message`) are the worker's answer; without
    either it has not answered yet.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    connection_id: str
    session_key: str
    item_id: str
    message: str
    asked_at: datetime
    is_stopped: bool = False
    error: dict[str, str] | None = None

    @property
    def is_answered(self) -> bool:
        return self.is_stopped or self.error is not None


def stop_session(
    home: Home, connection_id: str, session_key: str, message: str | None
) -> tuple[dict[str, Any], HTTPStatus]:
    """
    Have a worker end the session, and wait a little for its answer; again is harmless.

    Answers 202 when none came yet: a worker that comes within the minute still does it.
    Raises NotFoundError for a session that is not known, and what the server refused with.
    """
    request = _request(home, connection_id, session_key, message)
    looks = int(WAIT_SECONDS / _LOOK_SECONDS)
    while not request.is_answered and looks > 0:
        home.clock.sleep(_LOOK_SECONDS)
        looks -= 1
        request = _find(home, connection_id, session_key) or request
    if request.error:
        kind = _ERRORS.get(request.error["code"], BadAnswerError)
        raise kind(request.error["message"])
    if request.is_stopped:
        return {"stopped": True}, HTTPStatus.OK
    return {"state": "requested"}, HTTPStatus.ACCEPTED


def handle_stop(
    body: dict[str, Any], home: Home, make_client: Callable[[Connection], MediaServerClient]
) -> None:
    """
    One errand `{kind, request_id, connection_id, session_key}`, with the answer written down.

    A request that is answered, that another has followed or that is too old is let be.
    """
    request = _find(home, body["connection_id"], body["session_key"])
    if request is None or request.id != body["request_id"] or request.is_answered:
        return
    try:
        connection = ConnectionStore(home.documents).get(request.connection_id)
        with make_client(connection) as client:
            _end(client, request)
    except ShowrunnerError as error:
        said = {"code": error.code, "message": error.message}
        _write(home, request.model_copy(update={"error": said}))
        return
    playing = find_session(home.documents, request.connection_id, request.session_key)
    if playing and playing.item_id == request.item_id:
        forget_session(home.documents, playing)
    _write(home, request.model_copy(update={"is_stopped": True}))


def _end(client: MediaServerClient, request: StopRequest) -> None:
    """What is over already, or shows something else by now, need not be ended."""
    for session in client.sessions():
        if (session.session_key, session.item_id) == (request.session_key, request.item_id):
            try:
                client.stop_session(session, request.message)
            except NotFoundError:
                return


def _request(home: Home, connection_id: str, session_key: str, message: str | None) -> StopRequest:
    known = _find(home, connection_id, session_key)
    playing = find_session(home.documents, connection_id, session_key)
    now = home.clock.now()
    if known and _is_meant(known, playing, now):
        return known
    if playing is None:
        raise NotFoundError(
            f"Nothing plays under {session_key} on {connection_id}: it may have ended. "
            "GET /sessions lists what plays."
        )
    request = StopRequest(
        id=time_id(now, f"{connection_id}/{session_key}"),
        connection_id=connection_id,
        session_key=session_key,
        item_id=playing.item_id,
        message=message or DEFAULT_MESSAGE,
        asked_at=now,
    )
    _write(home, request)
    home.queue(ERRANDS).send(
        {
            "kind": STOP_SESSION,
            "request_id": request.id,
            "connection_id": connection_id,
            "session_key": session_key,
        }
    )
    return request


def _is_meant(known: StopRequest, playing: PlayingSession | None, now: datetime) -> bool:
    """The request before is this one: sent twice, or its answer got lost."""
    if playing is None:
        return known.is_stopped
    is_same = playing.item_id == known.item_id and now - known.asked_at < _SAME_WITHIN
    return is_same and known.error is None


def _find(home: Home, connection_id: str, session_key: str) -> StopRequest | None:
    document = home.documents.get(REQUESTS, f"{connection_id}/{session_key}")
    return StopRequest.model_validate(document.body) if document else None


def _write(home: Home, request: StopRequest) -> None:
    key = f"{request.connection_id}/{request.session_key}"
    body = request.model_dump(mode="json", exclude_none=True)
    expires_at = home.clock.now() + _LASTS
    home.documents.put(REQUESTS, key, body, expires_at=expires_at)
