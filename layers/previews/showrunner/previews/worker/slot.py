"""One slot of a worker: takes a task, decodes, and has written down what came of it."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from showrunner import processing
from showrunner.connections.ownership import canonical_local_path
from showrunner.connections.store import ConnectionStore
from showrunner.errors import LeaseLostError, ShowrunnerError
from showrunner.jobs.store import find_job
from showrunner.previews.decoder.client import Decoder, DecodingCancelled
from showrunner.previews.worker.away import AwayServers
from showrunner.previews.worker.book import LineBook
from showrunner.previews.worker.claims import Claims
from showrunner.previews.worker.leases import kept_alive
from showrunner.previews.worker.plan import SlotKind, means_of
from showrunner.previews.worker.process import process
from showrunner.previews.worker.pulling import FrameQueues, Taken
from showrunner.previews.worker.retries import clock_time
from showrunner.previews.worker.runner import LineRunner
from showrunner.previews.worker.task import LineTask
from showrunner.previews.worker.work import MakeClient, Work
from showrunner.wiring import Home

if TYPE_CHECKING:
    from datetime import datetime

REPORT_EVERY_SECONDS = 0.5
CANCEL_LOOK_SECONDS = 0.3
LOG_EVERY_SECONDS = 5

logger = logging.getLogger(__name__)


class Slot(LineRunner):
    """One file at a time, on the CPU or on one GPU, as `kind` says."""

    def __init__(
        self,
        name: str,
        home: Home,
        lease_seconds: float,
        is_stopping: Callable[[], bool],
        decoder: Decoder,
        kind: SlotKind | None = None,
        make_client: MakeClient | None = None,
        away: AwayServers | None = None,
    ) -> None:
        super().__init__(name, home, lease_seconds, is_stopping, make_client, away)
        self.kind = kind or SlotKind()
        self._queues = FrameQueues(home)
        self._decoder = decoder

    @property
    def type(self) -> str:
        return self.kind.type

    @property
    def device(self) -> str | None:
        return self.kind.device_name

    @property
    def rest(self) -> str | None:
        """Why no new file is to be begun: the owner's pause, or quiet hours; None: go on."""
        state = processing.state(self._home.documents, self._home.clock.now())
        if not state.paused:
            return None
        if state.reason == "owner":
            return "paused by the owner"
        until = f" until {clock_time(self._home.documents, state.until)}" if state.until else ""
        return f"quiet hours{until}"

    def run_one(self, wait_seconds: float) -> bool:
        taken = self._queues.receive(
            lease_seconds=self._lease_seconds,
            wait_seconds=wait_seconds,
            is_wanted=lambda: not self.is_retired and not self.rest,
        )
        if taken is None:
            # Nothing to do for a whole wait: give the decoder's memory back.
            self._decoder.close()
            return False
        self._take(taken)
        return True

    def end(self) -> None:
        self._decoder.close()
        super().end()

    def _work(self, task: LineTask, book: LineBook, taken: Taken) -> None:
        claims = Claims(self._home, self.name, self._lease_seconds)
        with (
            claims,
            kept_alive(
                taken.queue, taken.message, self._lease_seconds, self._living_on(claims)
            ) as is_lost,
        ):
            try:
                self._process(task, book, claims, taken, is_lost)
            except DecodingCancelled:
                if self._is_stopping() and not _is_over(self._home, task):
                    book.hand_back()
            except LeaseLostError:
                raise
            except ShowrunnerError as error:
                book.settle_error(error)
            if is_lost():
                raise LeaseLostError("The lease ran out while the file was processed.")

    def _process(
        self,
        task: LineTask,
        book: LineBook,
        claims: Claims,
        taken: Taken,
        is_lost: Callable[[], bool],
    ) -> None:
        connections = ConnectionStore(self._home.documents).list()
        reported_by = book.line.connection_id
        local_path = canonical_local_path(book.line.path, connections, reported_by=reported_by)
        claims.require_free(local_path)
        if not book.begin():
            return
        # Told before the first picture: until then a server is asked, or a slow disk read.
        self._report_work(task, book, taken.queue.name)
        work = self._work_on(task, book, claims, taken, is_lost)
        if work:
            self._decoder.start()
            book.settle(process(work, local_path, connections, task.seen_fingerprint))

    def _work_on(
        self,
        task: LineTask,
        book: LineBook,
        claims: Claims,
        taken: Taken,
        is_lost: Callable[[], bool],
    ) -> Work | None:
        job = find_job(self._home.documents, task.job_id)
        if job is None:
            return None
        logger.info("job %s: %s", job.id, book.line.path)
        return Work(
            self._home,
            self._decoder,
            job,
            book.line,
            means=means_of(self.kind, self._home),
            claims=claims,
            make_client=self._make_client,
            on_progress=self._progress(task, book, taken.queue.name),
            is_cancelled=_Watch(self._home, task, is_lost, self._is_stopping).is_cancelled,
            log=book.note,
        )

    def _progress(self, task: LineTask, book: LineBook, queue: str) -> Callable[[int, int], None]:
        last: list[datetime] = []
        logged = [self._home.clock.now()]

        def progress(done: int, total: int) -> None:
            now = self._home.clock.now()
            if last and done < total and _since(last[0], now) < REPORT_EVERY_SECONDS:
                return
            last[:] = [now]
            if _since(logged[0], now) >= LOG_EVERY_SECONDS:
                logged[:] = [now]
                logger.info("job %s: %d of %d pictures", task.job_id, done, total)
            self._report_work(task, book, queue, done, total)

        return progress


class _Watch:
    """Asks three times a second whether the job still wants this file."""

    def __init__(
        self,
        home: Home,
        task: LineTask,
        is_lost: Callable[[], bool],
        is_stopping: Callable[[], bool],
    ) -> None:
        self._home, self._task = home, task
        self._is_lost, self._is_stopping = is_lost, is_stopping
        self._asked_at: datetime | None = None

    def is_cancelled(self) -> bool:
        if self._is_lost() or self._is_stopping():
            return True
        now = self._home.clock.now()
        if self._asked_at and _since(self._asked_at, now) < CANCEL_LOOK_SECONDS:
            return False
        self._asked_at = now
        return _is_over(self._home, self._task)


def _since(before: "datetime", now: "datetime") -> float:
    """Seconds between the two; also when the clock was set back, a long time has passed."""
    return abs((now - before).total_seconds())


def _is_over(home: Home, task: LineTask) -> bool:
    """Cancelled jobs need nothing more."""
    job = find_job(home.documents, task.job_id)
    return job is None or job.status.is_final
