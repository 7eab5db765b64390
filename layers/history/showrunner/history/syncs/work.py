"""A step of a run in hand: with what it works, and how it writes down how far it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from showrunner.clients.factory import ServiceFactory
from showrunner.clients.media_server import MediaServerClient
from showrunner.connections.models import Connection
from showrunner.errors import LeaseLostError
from showrunner.settings import load_settings
from showrunner.syncs.models import MOST_PROBLEMS, SyncRun, SyncState
from showrunner.syncs.start import ended
from showrunner.syncs.store import change_run, send_step
from showrunner.wiring import Home

STEP_SECONDS = 20
"""Then the rest is left to another message: a run of an hour keeps nobody waiting so long."""

MakeClient = Callable[[Connection], MediaServerClient]


class SyncOverError(Exception):
    """The run was called off, or another worker went on with it: nothing more is to be done."""


@dataclass(frozen=True, slots=True)
class Means:
    """
    What the worker brings along. `is_stopping`: it is about to end; `is_lost`: the message
    is another worker's by now.
    """

    make_client: MakeClient
    make_service: ServiceFactory
    is_stopping: Callable[[], bool] = lambda: False
    is_lost: Callable[[], bool] = lambda: False


class Work:
    """One step of one run. `run` is how it was last written down."""

    def __init__(self, home: Home, connection: Connection, run: SyncRun, means: Means) -> None:
        self.home, self.connection, self.run, self.means = home, connection, run, means
        self.watched_percent = load_settings(home.documents).watched_percent
        self._began_at = self._noted_at = home.clock.now()

    def client(self) -> MediaServerClient:
        return self.means.make_client(self.connection)

    @property
    def is_time_up(self) -> bool:
        """Whether the next page is another message's."""
        # The clock may have been set back meanwhile.
        spent = abs(self.home.clock.now() - self._began_at)
        return self.means.is_stopping() or spent >= timedelta(seconds=STEP_SECONDS)

    def begin(self) -> None:
        """Raises SyncOverError when the run is over already."""
        self._write(state=SyncState.RUNNING, started_at=self.run.started_at or self._began_at)

    def note(self, problems: tuple[str, ...] = (), **facts: Any) -> None:
        """
        Keep how far the run is: to be called after what was brought is stored.

        Raises SyncOverError when it is to go no further, LeaseLostError when another
        worker has the message.
        """
        now = self.home.clock.now()
        spent_seconds = abs((now - self._noted_at).total_seconds())
        self._noted_at = now
        if self.means.is_lost():
            raise LeaseLostError("The lease ran out during a step of a sync.")
        kept = (*self.run.problems, *problems)[:MOST_PROBLEMS]
        active_seconds = self.run.active_seconds + spent_seconds
        known = {"problems": kept, "active_seconds": active_seconds, "tries": 0, "error": None}
        self._write(**known | facts)

    def count(self, **more: int) -> dict[str, Any]:
        """The run's counts with those of a page on top, for `note`."""
        return {name: getattr(self.run, name) + number for name, number in more.items()}

    def go_on(self) -> None:
        """Leave the rest to the next message."""
        self._write(ticket=self.run.ticket + 1)
        send_step(self.home, self.run)

    def complete(self) -> None:
        """All is done."""
        now = self.home.clock.now()
        facts = {"last_success_at": now, "cursor": {}, "error": None, "tries": 0}
        self._write_run(lambda run: ended(run, self.home, SyncState.COMPLETED, **facts))

    def _write(self, **facts: Any) -> None:
        now: datetime = self.home.clock.now()
        self._write_run(lambda run: run.model_copy(update={"touched_at": now, **facts}))

    def _write_run(self, change: Callable[[SyncRun], SyncRun]) -> None:
        ticket = self.run.ticket

        def change_ours(run: SyncRun) -> SyncRun | None:
            return change(run) if run.state.is_active and run.ticket == ticket else None

        documents = self.home.documents
        run = change_run(documents, self.run.connection_id, self.run.kind, change_ours)
        if run is None:
            raise SyncOverError
        self.run = run
