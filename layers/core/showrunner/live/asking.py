"""When to ask a server for its sessions, and which answers are worth their writing."""

import logging
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.models import Session
from showrunner.connections.health import write_health
from showrunner.connections.models import Connection
from showrunner.connections.settings import server_settings
from showrunner.errors import ShowrunnerError
from showrunner.live.take import end_stopped, take_sessions
from showrunner.plays.models import Source
from showrunner.wiring import Home

_HEALTH_WRITTEN_EVERY = timedelta(minutes=1)
_LINGERS_SECONDS = 15

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Times:
    """
    How a reader spends its time.

    `ask_every_seconds`: between two looks of a reader whose socket says nothing.
    `ask_after_seconds` and `ask_gap_seconds`: so long after the first news, and at
    least so long after the look before. `steady_seconds`: sessions that merely go
    on are written so often. `ping_seconds`: see `open_socket`. `look_seconds`: how
    soon a new connection is read.
    """

    first_retry_seconds: float = 1
    longest_retry_seconds: float = 32
    ask_every_seconds: float = 30
    ask_after_seconds: float = 1
    ask_gap_seconds: float = 3
    steady_seconds: float = 10
    ping_seconds: float = 20
    look_seconds: float = 5


@dataclass(frozen=True, slots=True)
class _Answer:
    """All sessions of a server at one moment."""

    sessions: Sequence[Session]
    source: Source
    at: datetime

    @property
    def keys(self) -> set[tuple[str, str]]:
        """A session may go on with another item."""
        return {(session.session_key, session.item_id) for session in self.sessions}


class Asker:
    """
    Asks one server for its sessions and hands them on. Raises nothing: what fails is logged.

    `is_wanted` says whether an answer may still be used.
    """

    def __init__(
        self,
        home: Home,
        connection: Connection,
        client: MediaServerClient,
        times: Times,
        is_wanted: Callable[[], bool] = lambda: True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._home, self._connection, self._client = home, connection, client
        self._settings = server_settings(connection)
        self._times, self._is_wanted, self._monotonic = times, is_wanted, monotonic
        self.every_seconds = times.ask_every_seconds
        """Between two looks while nothing is re-encoded."""
        self._next_at = self._asked_at = self._taken_at = float("-inf")
        self._taken: Any = None
        self._ended: AbstractSet[str] = frozenset()
        self._ended_at = float("-inf")
        self._left_out: _Answer | None = None
        self._is_transcoding = False
        self._told: str | None = None
        self._told_at = home.clock.now() - _HEALTH_WRITTEN_EVERY

    @property
    def due_in_seconds(self) -> float:
        """Until the next look; 0: now."""
        return max(0.0, self._next_at - self._monotonic())

    def ask_at_once(self) -> None:
        self._next_at = float("-inf")

    def ask_soon(self) -> None:
        """Something changed: what else comes within a moment is answered by the same look."""
        soon = self._monotonic() + self._times.ask_after_seconds
        self._next_at = min(self._next_at, max(soon, self._asked_at + self._times.ask_gap_seconds))

    def ask(self, source: Source) -> bool:
        """Ask now, whatever is due; tells whether the server answered."""
        self._asked_at = self._monotonic()
        sessions = self._asked()
        if sessions is not None:
            self.take(sessions, source)
        lingers = self._names_an_ended_one(sessions or [])
        wait_seconds = self._times.ask_gap_seconds if lingers else self._interval_seconds()
        self._next_at = self._monotonic() + wait_seconds
        return sessions is not None

    def _asked(self) -> list[Session] | None:
        try:
            sessions = self._client.sessions()
        except ShowrunnerError as error:
            self._note_health(error.message)
            return None
        self._note_health(None)
        return sessions

    def _names_an_ended_one(self, sessions: Sequence[Session]) -> bool:
        """Plex does so for some seconds: it is asked again soon."""
        is_fresh = self._monotonic() - self._ended_at < _LINGERS_SECONDS
        return is_fresh and any(session.session_key in self._ended for session in sessions)

    def take(self, sessions: Sequence[Session], source: Source) -> None:
        """A complete list: written when it is another one, or the last is old."""
        if not self._is_wanted():
            return
        self._is_transcoding = any(session.transcode for session in sessions)
        seen = sorted((s.session_key, s.item_id, s.state, s.decision or "") for s in sessions)
        steady_seconds = min(self._times.steady_seconds, self._interval_seconds())
        answer = _Answer(sessions, source, self._home.clock.now())
        if seen == self._taken and self._monotonic() - self._taken_at < steady_seconds:
            self._left_out = answer
        elif self._is_done(lambda: self._write(answer)):
            self._taken, self._taken_at, self._left_out = seen, self._monotonic(), None

    def _write(self, answer: _Answer) -> None:
        """What is named no more ended after the list before, which may have been left out."""
        before = self._left_out
        if before and before.keys - answer.keys:
            take_sessions(self._home, self._connection, before.sessions, before.at, before.source)
        take_sessions(self._home, self._connection, answer.sessions, answer.at, answer.source)

    def end(self, stopped: dict[str, int | None]) -> None:
        """The server told that these sessions ended now."""
        if self._is_wanted():
            self._ended, self._ended_at = stopped.keys(), self._monotonic()
            now = self._home.clock.now()
            self._is_done(lambda: end_stopped(self._home, self._connection, stopped, now))

    def _is_done(self, step: Callable[[], object]) -> bool:
        """False when our own store refused it: the next look repeats it."""
        try:
            step()
        except ShowrunnerError as error:
            logger.warning("%s: not written: %s", self._connection.name, error.message)
            return False
        return True

    def _interval_seconds(self) -> float:
        """Monitors look more often, while there is something to monitor."""
        settings, wanted = self._settings, [self.every_seconds]
        if self._is_transcoding and settings.transcode_monitoring_enabled:
            wanted.append(settings.transcode_monitoring_interval)
        if self._is_transcoding and settings.buffer_health_monitoring_enabled:
            wanted.append(settings.buffer_health_poll_interval)
        return min(wanted)

    def _note_health(self, error: str | None) -> None:
        """Written when it changes, and now and then."""
        now = self._home.clock.now()
        if error and error != self._told:
            logger.warning("%s: %s", self._connection.name, error)
        if error == self._told and now - self._told_at < _HEALTH_WRITTEN_EVERY:
            return
        self._told, self._told_at = error, now
        connection_id = self._connection.id
        self._is_done(lambda: write_health(self._home.documents, connection_id, error, now))
