"""Whether a re-encoding keeps up with who watches it."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from showrunner.clients.models import Session, Transcode

SLOW_LOOKS = 3
"""One slow look is no trouble: encoders start slowly and stumble over hard scenes."""

_EARLY = timedelta(seconds=1)
"""Clocks and timers are not that exact."""


class TranscodeState(StrEnum):
    KEEPS_UP = "keeps_up"
    SLOW = "slow"
    """It makes less than a second of film in a second."""
    THROTTLED = "throttled"
    """It is so far ahead that the server lets it rest."""
    COMPLETE = "complete"
    UNKNOWN = "unknown"
    """The server does not say how fast it is."""


class TranscodeHealth(BaseModel):
    """
    How one re-encoding does, at `counted_at`.

    `slow_looks` is how many looks in a row found it slow, as many as one every
    `transcode_monitoring_interval` would have.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: TranscodeState
    slow_looks: int = 0
    counted_at: datetime

    @property
    def is_alarming(self) -> bool:
        return self.slow_looks >= SLOW_LOOKS


def transcode_health(
    session: Session, before: TranscodeHealth | None, now: datetime, interval_seconds: float
) -> TranscodeHealth | None:
    """How it does now, `before` at an earlier look of this item; None: it is not re-encoded."""
    if session.transcode is None:
        return None
    state = _state(session.transcode)
    if state is not TranscodeState.SLOW:
        return TranscodeHealth(state=state, counted_at=now)
    if before is None or before.state is not TranscodeState.SLOW:
        return TranscodeHealth(state=state, slow_looks=1, counted_at=now)
    if now - before.counted_at < timedelta(seconds=interval_seconds) - _EARLY:
        return before
    return TranscodeHealth(state=state, slow_looks=before.slow_looks + 1, counted_at=now)


def _state(transcode: Transcode) -> TranscodeState:
    """A speed of 0 is normal for one that is done or rests."""
    if transcode.is_complete:
        return TranscodeState.COMPLETE
    if transcode.is_throttled:
        return TranscodeState.THROTTLED
    if transcode.speed is None:
        return TranscodeState.UNKNOWN
    return TranscodeState.SLOW if transcode.speed < 1 else TranscodeState.KEEPS_UP
