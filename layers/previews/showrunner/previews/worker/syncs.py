"""The sync thread of a worker: histories, libraries, accounts and imports, a step at a time."""

import logging
from collections.abc import Callable

from showrunner.clients.factory import ServiceFactory, service_for
from showrunner.history.syncs.step import fail_run, handle_step, run_of
from showrunner.history.syncs.work import Means
from showrunner.jobs.queues import SYNCS
from showrunner.previews.worker.away import AwayServers
from showrunner.previews.worker.leases import kept_alive
from showrunner.previews.worker.pulling import Taken
from showrunner.previews.worker.runner import POISONOUS_AFTER, TaskRunner
from showrunner.previews.worker.work import MakeClient
from showrunner.wiring import Home

logger = logging.getLogger(__name__)


class SyncRunner(TaskRunner):
    """One step of one sync at a time; they go on during a pause."""

    def __init__(
        self,
        name: str,
        home: Home,
        lease_seconds: float,
        is_stopping: Callable[[], bool],
        make_client: MakeClient | None = None,
        away: AwayServers | None = None,
        make_service: ServiceFactory = service_for,
    ) -> None:
        super().__init__(name, home, lease_seconds, is_stopping, make_client, away)
        self._queue = home.queue(SYNCS)
        self._make_service = make_service

    @property
    def type(self) -> str:
        return "syncs"

    def run_one(self, wait_seconds: float) -> bool:
        messages = self._queue.receive(lease_seconds=self._lease_seconds, wait_seconds=wait_seconds)
        for message in messages:
            self._take(Taken(self._queue, message))
        return bool(messages)

    def _run(self, taken: Taken) -> None:
        self._settled(taken, lambda: self._step(taken), _why)

    def _step(self, taken: Taken) -> bool:
        """False when the message is settled already."""
        body = taken.message.body
        run = run_of(body, self._home)
        if run is None:
            taken.queue.bury(taken.message, "This is no step of a sync.")
            return False
        if taken.message.receive_count >= POISONOUS_AFTER:
            reason = f"This step failed {taken.message.receive_count - 1} times: see the log."
            if body["ticket"] == run.ticket:
                fail_run(self._home, run, reason)
            taken.queue.bury(taken.message, reason)
            return False
        self._report("working", queue=SYNCS, current_item=f"Sync: {run.kind}")
        with kept_alive(
            taken.queue, taken.message, self._lease_seconds, self._report_again
        ) as is_lost:
            is_repeated = taken.message.receive_count > 1
            handle_step(body, self._home, self._means(is_lost), is_repeated=is_repeated)
        return True

    def _means(self, is_lost: Callable[[], bool]) -> Means:
        return Means(self._make_client, self._make_service, self._is_stopping, is_lost)


def _why(error: Exception) -> str:
    return f"The worker failed: {type(error).__name__}: {error}"
