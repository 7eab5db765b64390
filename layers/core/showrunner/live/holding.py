"""
Which worker reads which server, and how it goes.

One document a server, `live/<connection id>`: a lease with an expiry, so that of
several workers one reads, and another takes over within a minute of its death.
"""

import threading
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.errors import ConflictError
from showrunner.ports.documents import ABSENT, Document, Documents, each
from showrunner.wiring import Home

COLLECTION = "live"
LEASE = timedelta(seconds=45)
_RENEWED_AFTER = LEASE / 3


class ReaderState(StrEnum):
    CONNECTED = "connected"
    """It listens to the server's socket."""
    POLLING = "polling"
    """It asks at the interval of the settings; `error` says why there is no socket."""
    RETRYING = "retrying"
    """It has no socket and asks nobody: the minute's poll does."""

    @property
    def keeps_up(self) -> bool:
        """The minute's poll is not needed."""
        return self is not ReaderState.RETRYING


class ReaderStatus(BaseModel):
    """
    How the reading of one server goes. `since`: when it came into this state, UTC.

    `last_message_at` is when the server last said anything. `error` None: all is well.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: ReaderState
    since: datetime
    last_message_at: datetime | None = None
    error: str | None = None


def reader_statuses(documents: Documents) -> dict[str, ReaderStatus]:
    """By connection id, of the servers that a worker reads."""
    return {d.key: ReaderStatus.model_validate(d.body) for d in each(documents, COLLECTION)}


def is_free(document: Document | None, now: datetime) -> bool:
    """No worker reads this server. A lease too long was made before the clock was set back."""
    return document is None or (
        document.expires_at is not None and document.expires_at > now + 2 * LEASE
    )


class Holding:
    """
    One worker's hold on one server; threads may share it.

    What is noted is written when the state changes, and with each renewal.
    """

    def __init__(self, home: Home, connection_id: str, holder: str) -> None:
        self._documents, self._clock = home.documents, home.clock
        self._connection_id, self._holder = connection_id, holder
        self._lock = threading.Lock()
        self._status = ReaderStatus(state=ReaderState.RETRYING, since=home.clock.now())
        self._written_at: datetime | None = None
        self._is_released = False

    def take(self) -> bool:
        """True when this worker is the one that reads the server from now on."""
        document = self._documents.get(COLLECTION, self._connection_id)
        if not is_free(document, self._clock.now()):
            return False
        with self._lock:
            return self._write(document.version if document else ABSENT)

    def renew(self) -> bool:
        """False when another worker has taken over: this one slept for too long."""
        with self._lock:
            since_written = self._clock.now() - (self._written_at or self._clock.now())
            if timedelta(0) <= since_written < _RENEWED_AFTER:
                return True
            return self._write_own()

    def note(self, state: ReaderState, error: str | None = None) -> None:
        """How it goes now; written when it differs. Who lost the hold writes nothing."""
        with self._lock:
            if (state, error) == (self._status.state, self._status.error):
                return
            changed: dict[str, Any] = {"state": state, "error": error}
            if state is not self._status.state:
                changed["since"] = self._clock.now()
            self._status = self._status.model_copy(update=changed)
            self._write_own()

    def heard(self) -> None:
        """The server said something; written with the next renewal."""
        with self._lock:
            now = self._clock.now()
            self._status = self._status.model_copy(update={"last_message_at": now})

    def release(self) -> None:
        """Another worker may read the server at once. From now on nothing is noted here."""
        with self._lock:
            self._is_released = True
            if own := self._own():
                self._documents.delete(COLLECTION, self._connection_id, version=own.version)

    def _own(self) -> Document | None:
        document = self._documents.get(COLLECTION, self._connection_id)
        return document if document and document.body["holder"] == self._holder else None

    def _write_own(self) -> bool:
        if self._is_released:
            return False
        own = self._own()
        return self._write(own.version if own else ABSENT)

    def _write(self, version: int) -> bool:
        now = self._clock.now()
        body = {"holder": self._holder, **self._status.model_dump(mode="json", exclude_none=True)}
        try:
            self._documents.put(
                COLLECTION, self._connection_id, body, version=version, expires_at=now + LEASE
            )
        except ConflictError:
            return False
        self._written_at = now
        return True
