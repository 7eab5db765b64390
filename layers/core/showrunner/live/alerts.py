"""
Alerts of streams in trouble: raised once, cleared once, kept for three months.

`alerts` has them by id, so by time. `open-alerts` points at those that last, by
server, kind and session: it is what makes an alert one, whoever looks and how often.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.activity import PlayingSession, now_playing
from showrunner.connections.models import Connection
from showrunner.connections.settings import server_settings
from showrunner.errors import ConflictError
from showrunner.ids import time_id
from showrunner.live.buffers import BufferState
from showrunner.live.transcodes import TranscodeState
from showrunner.ports.documents import ABSENT, Delete, Document, Documents, Put, each

ALERTS, OPEN = "alerts", "open-alerts"
KEPT_FOR = timedelta(days=90)


class AlertKind(StrEnum):
    TRANSCODE_SLOW = "transcode_slow"
    """For three looks a stream was re-encoded slower than it plays, and not throttled."""
    BUFFER_LOW = "buffer_low"
    """What is ready ahead of the player runs out."""


class Alert(BaseModel):
    """
    Trouble of one session, with how it was when it began. `cleared_at` None: it lasts.

    `values` are those of the monitor: seconds, percent, times of playing speed.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    kind: AlertKind
    connection_id: str
    connection_name: str
    session_key: str
    person: str | None = None
    title: str
    series_title: str | None = None
    values: dict[str, Any] = {}
    raised_at: datetime
    cleared_at: datetime | None = None


def watch_alerts(
    documents: Documents, connection: Connection, playing: Sequence[PlayingSession], now: datetime
) -> None:
    """Raise what is new among a server's sessions, clear what is over; again is harmless."""
    troubles = {key: (session, kind) for key, session, kind in _troubles(connection, playing)}
    lasting = {d.key: d for d in each(documents, OPEN, prefix=f"{connection.id}/")}
    for key in lasting.keys() - troubles.keys():
        _clear(documents, lasting[key], now)
    for key in troubles.keys() - lasting.keys():
        session, kind = troubles[key]
        if _is_alarming(session, kind):
            _raise(documents, key, _alert(session, kind, now))


def clear_left(documents: Documents, now: datetime) -> None:
    """Clear the alerts of sessions that are shown no more: nobody asks their server now."""
    lasting = list(each(documents, OPEN))
    if not lasting:
        return
    shown = {_key(session, kind) for session in now_playing(documents) for kind in AlertKind}
    for document in lasting:
        if document.key not in shown:
            _clear(documents, document, now)


def list_alerts(documents: Documents, *, limit: int, after: str | None) -> list[Alert]:
    """The newest first; `after`: the last id before."""
    found = documents.list(ALERTS, after=after, limit=limit, newest_first=True)
    return [Alert.model_validate(document.body) for document in found]


def active_alerts(documents: Documents) -> list[Alert]:
    """All that last, the newest first."""
    pointers = [document.body["alert_id"] for document in each(documents, OPEN)]
    found = [documents.get(ALERTS, alert_id) for alert_id in sorted(pointers, reverse=True)]
    return [Alert.model_validate(document.body) for document in found if document]


def _troubles(
    connection: Connection, playing: Sequence[PlayingSession]
) -> Iterator[tuple[str, PlayingSession, AlertKind]]:
    """Every session and kind of which an alert, once raised, lasts."""
    settings = server_settings(connection)
    watched = {
        AlertKind.TRANSCODE_SLOW: settings.transcode_monitoring_enabled,
        AlertKind.BUFFER_LOW: settings.buffer_health_monitoring_enabled,
    }
    for session in playing:
        for kind, is_watched in watched.items():
            if is_watched and _is_troubled(session, kind):
                yield _key(session, kind), session, kind


def _is_troubled(session: PlayingSession, kind: AlertKind) -> bool:
    if kind is AlertKind.TRANSCODE_SLOW:
        transcode = session.transcode_health
        return transcode is not None and transcode.state is TranscodeState.SLOW
    buffer = session.buffer_health
    well = (BufferState.HEALTHY, BufferState.NOT_TRANSCODING)
    return buffer is not None and buffer.state not in well


def _is_alarming(session: PlayingSession, kind: AlertKind) -> bool:
    health = session.transcode_health if kind is AlertKind.TRANSCODE_SLOW else session.buffer_health
    return health is not None and health.is_alarming


def _alert(session: PlayingSession, kind: AlertKind, now: datetime) -> Alert:
    return Alert(
        id=time_id(now, _key(session, kind)),
        kind=kind,
        connection_id=session.connection_id,
        connection_name=session.connection_name,
        session_key=session.session_key,
        person=session.user_name,
        title=session.title,
        series_title=session.series_title,
        values={name: value for name, value in _values(session, kind) if value is not None},
        raised_at=now,
    )


def _values(session: PlayingSession, kind: AlertKind) -> Iterator[tuple[str, Any]]:
    transcode, buffer = session.transcode, session.buffer_health
    if kind is AlertKind.TRANSCODE_SLOW and transcode:
        for name in ("speed", "progress_percent", "hardware_decoding", "hardware_encoding"):
            yield name, getattr(transcode, name)
    elif kind is AlertKind.BUFFER_LOW and buffer:
        yield "state", buffer.state.value
        for name in ("buffered_seconds", "fill_percent", "drain_rate", "predicted_stall_seconds"):
            yield name, getattr(buffer, name)


def _key(session: PlayingSession, kind: AlertKind) -> str:
    return f"{session.connection_id}/{kind}/{session.session_key}"


def _raise(documents: Documents, key: str, alert: Alert) -> None:
    body = alert.model_dump(mode="json", exclude_none=True)
    pointer = Put(OPEN, key, {"alert_id": alert.id}, ABSENT)
    with suppress(ConflictError):  # somebody else looked at the same moment
        documents.write([Put(ALERTS, alert.id, body, ABSENT, alert.raised_at + KEPT_FOR), pointer])


def _clear(documents: Documents, pointer: Document, now: datetime) -> None:
    changes: list[Put | Delete] = [Delete(OPEN, pointer.key, pointer.version)]
    if document := documents.get(ALERTS, pointer.body["alert_id"]):
        alert = Alert.model_validate(document.body).model_copy(update={"cleared_at": now})
        body = alert.model_dump(mode="json", exclude_none=True)
        changes.append(Put(ALERTS, alert.id, body, document.version, now + KEPT_FOR))
    with suppress(ConflictError):  # it is cleared
        documents.write(changes)
