"""
How much of a re-encoded film is ready ahead of the player, and when it runs out.

A server tells up to where it has encoded, the player where it is. Players report
their position every ten seconds or so, so that of two looks only the later one
may know it: how fast the buffer drains is measured from one report to the next.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from showrunner.clients.models import PlayState, Session, Transcode

TARGET_SECONDS = 30
"""A buffer of so much is full."""

STALL_SOON_SECONDS = 60
"""Of a buffer that is merely risky nobody is told unless it is empty within this time."""

_LEAST_DRAIN = 0.05
"""Seconds a second: what is less comes from rounded positions."""

_SOUGHT_SECONDS = 15
"""Who is so much further, or further back, than time passed has sought."""

_END_SECONDS = 2
"""What is encoded up to so close to the end is encoded whole."""


class BufferState(StrEnum):
    HEALTHY = "healthy"
    RISKY = "risky"
    CRITICAL = "critical"
    NOT_TRANSCODING = "not_transcoding"
    """The player takes the file as it is: there is no such buffer to watch."""
    UNKNOWN = "unknown"
    """The server does not say how far it has encoded."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below so many percent of TARGET_SECONDS a buffer is critical, or risky."""

    critical_percent: float = 20
    risky_percent: float = 50


class BufferHealth(BaseModel):
    """
    A session's buffer. Times in seconds; None: not known, or nothing to know.

    `drain_rate` is how many seconds of it are lost in a second (negative: it
    fills). `predicted_stall_seconds`: when it is empty at that rate. The
    `measured_...` are the report of the player from which the next rate is taken.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: BufferState
    buffered_seconds: float | None = None
    fill_percent: float | None = None
    drain_rate: float | None = None
    predicted_stall_seconds: float | None = None
    measured_at: datetime | None = None
    measured_position_ms: int | None = None
    measured_buffered_seconds: float | None = None

    @property
    def is_alarming(self) -> bool:
        """It runs dry, and does not just begin to fill."""
        if self.drain_rate is None:
            return False
        if self.state is BufferState.CRITICAL:
            return self.drain_rate > -_LEAST_DRAIN
        stall_seconds = self.predicted_stall_seconds
        return (
            self.state is BufferState.RISKY
            and stall_seconds is not None
            and stall_seconds <= STALL_SOON_SECONDS
        )


def buffer_health(
    session: Session, before: BufferHealth | None, now: datetime, thresholds: Thresholds
) -> BufferHealth:
    """The buffer now; `before` is that of the same session and item at an earlier look."""
    if session.transcode is None:
        return BufferHealth(state=BufferState.NOT_TRANSCODING)
    until_seconds = _encoded_until_seconds(session)
    if until_seconds is None or session.position_ms is None:
        return BufferHealth(state=BufferState.UNKNOWN)
    buffered_seconds = max(0.0, until_seconds - session.position_ms / 1000)
    fill_percent = min(100.0, buffered_seconds / TARGET_SECONDS * 100)
    seen = BufferHealth(
        state=BufferState.HEALTHY,
        buffered_seconds=round(buffered_seconds, 1),
        fill_percent=round(fill_percent, 1),
        measured_at=now,
        measured_position_ms=session.position_ms,
        measured_buffered_seconds=buffered_seconds,
    )
    if _is_encoded_whole(session, until_seconds):
        return seen
    state = _state(fill_percent, thresholds)
    return _measured(session, before, seen.model_copy(update={"state": state}))


def _encoded_until_seconds(session: Session) -> float | None:
    """Where the server does not say it, the share of the item that it has encoded."""
    transcode = session.transcode or Transcode()
    if transcode.buffered_until_seconds is not None:
        return transcode.buffered_until_seconds
    if transcode.progress_percent is None or not session.duration_ms:
        return None
    return transcode.progress_percent / 100 * session.duration_ms / 1000


def _is_encoded_whole(session: Session, until_seconds: float) -> bool:
    """Then what is left is short, but nothing can stall."""
    if session.transcode and session.transcode.is_complete:
        return True
    duration_ms = session.duration_ms
    return bool(duration_ms and until_seconds >= duration_ms / 1000 - _END_SECONDS)


def _state(fill_percent: float, thresholds: Thresholds) -> BufferState:
    if fill_percent < thresholds.critical_percent:
        return BufferState.CRITICAL
    return BufferState.RISKY if fill_percent < thresholds.risky_percent else BufferState.HEALTHY


def _measured(session: Session, before: BufferHealth | None, seen: BufferHealth) -> BufferHealth:
    """`seen` with the rate since the player's last report, or with the last known rate."""
    if before is None or before.measured_at is None or seen.measured_at is None:
        return seen
    gap_seconds = (seen.measured_at - before.measured_at).total_seconds()
    moved_ms = (seen.measured_position_ms or 0) - (before.measured_position_ms or 0)
    if moved_ms == 0 and session.state is PlayState.PLAYING and gap_seconds < _SOUGHT_SECONDS:
        kept = {name: value for name, value in before if name.startswith("measured_")}
        return _with_rate(seen.model_copy(update=kept), before.drain_rate)
    if gap_seconds <= 0 or not 0 <= moved_ms / 1000 <= gap_seconds + _SOUGHT_SECONDS:
        return seen
    lost_seconds = (before.measured_buffered_seconds or 0) - (seen.measured_buffered_seconds or 0)
    return _with_rate(seen, lost_seconds / gap_seconds)


def _with_rate(health: BufferHealth, drain_rate: float | None) -> BufferHealth:
    stall_seconds = None
    if drain_rate is not None and drain_rate > _LEAST_DRAIN and health.buffered_seconds is not None:
        stall_seconds = round(health.buffered_seconds / drain_rate, 1)
    rounded = None if drain_rate is None else round(drain_rate, 3)
    return health.model_copy(
        update={"drain_rate": rounded, "predicted_stall_seconds": stall_seconds}
    )
