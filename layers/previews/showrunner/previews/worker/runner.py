"""What a worker's threads have in common: a message is taken, and always settled."""

import logging
import os
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from showrunner.clients.factory import client_for
from showrunner.connections.refusals import wrong_fields
from showrunner.errors import LeaseLostError, ShowrunnerError, TryLaterError
from showrunner.jobs.models import FileOutcome, WorkerState
from showrunner.jobs.store import WORKERS, find_file, report_worker
from showrunner.previews.worker.away import AwayServers
from showrunner.previews.worker.book import LineBook, send_at
from showrunner.previews.worker.claims import Claims
from showrunner.previews.worker.pulling import Taken
from showrunner.previews.worker.retries import is_early
from showrunner.previews.worker.task import LineTask
from showrunner.previews.worker.work import MakeClient
from showrunner.wiring import Home

POISONOUS_AFTER = 4
"""A task that ended or broke a worker so often but once is set aside."""

AFTER_BREAKDOWN_SECONDS = 10
AFTER_REFUSAL_SECONDS = 30

logger = logging.getLogger(__name__)


def worker_name(number: int) -> str:
    """Of one slot or thread of this process, unlike any other's on any machine."""
    return f"{socket.gethostname()}-{os.getpid()}-{number}"


class TaskRunner(ABC):
    """
    One thread's work: `run_one` again and again, until it is retired.

    `is_stopping` tells that the worker shall end: work in hand goes back to the queue.
    `away` is what all threads of a worker know of servers that do not answer.
    """

    def __init__(
        self,
        name: str,
        home: Home,
        lease_seconds: float,
        is_stopping: Callable[[], bool],
        make_client: MakeClient | None = None,
        away: AwayServers | None = None,
    ) -> None:
        self.name = name
        self.is_busy = False
        self.is_retired = False
        self.is_over = False
        self._home, self._lease_seconds = home, lease_seconds
        self._is_stopping = is_stopping
        make_client = make_client or (lambda found: client_for(found, home.secrets))
        self._make_client = (away or AwayServers()).sparing(make_client)
        self._told: dict[str, Any] = {"status": "idle"}

    @property
    @abstractmethod
    def type(self) -> str:
        """`cpu`, `gpu`, `errands` or `syncs`."""

    @abstractmethod
    def run_one(self, wait_seconds: float) -> bool:
        """Work off the next task, if one comes within the wait; tells whether one did."""

    @abstractmethod
    def _run(self, taken: Taken) -> None:
        """Do what the message asks for, and settle it."""

    @property
    def device(self) -> str | None:
        """The GPU's name, None without one."""
        return None

    @property
    def rest(self) -> str | None:
        """Why nothing is to be begun now, None: go on."""
        return None

    def report_rest(self) -> None:
        """Tell that nothing is in work, and why."""
        reason = self.rest
        self._report("paused" if reason else "idle", message=reason)

    def retire(self) -> None:
        """Take no more tasks after the one in hand."""
        self.is_retired = True

    def end(self) -> None:
        """It is of no more use."""
        self.is_over = True
        self.sign_off()

    def sign_off(self) -> None:
        """Nobody shall read any more that it is idle."""
        try:
            self._home.documents.delete(WORKERS, self.name)
        except ShowrunnerError as error:  # it is forgotten after a minute anyway
            logger.warning("%s could not sign off: %s", self.name, error.message)

    def _take(self, taken: Taken) -> None:
        self.is_busy = True
        try:
            self._run(taken)
        finally:
            self.is_busy = False

    def _settled(
        self, taken: Taken, step: Callable[[], bool], explain: Callable[[Exception], str]
    ) -> None:
        """Finish the message when `step` says so; a bug gives it back with the reason."""
        try:
            if step():
                taken.queue.finish(taken.message)
        except LeaseLostError:
            logger.warning("a task was not done within its lease: another worker has it now")
        except TryLaterError as error:
            # Our own store is full or busy. The task is sent anew: to be delivered again would
            # count as if it had ended a worker.
            logger.warning("a task comes again: %s", error.message)
            taken.queue.send(taken.message.body, delay_seconds=AFTER_REFUSAL_SECONDS)
            taken.queue.finish(taken.message)
        except Exception as error:
            logger.exception("a task failed; it comes again")
            reason = explain(error)
            taken.queue.fail(taken.message, reason, retry_after_seconds=AFTER_BREAKDOWN_SECONDS)

    def _report(self, status: str, **facts: Any) -> None:
        self._told = {"status": status, **facts}
        self._report_again()

    def _report_again(self) -> None:
        """What was told last still holds: a file that takes its time is no silence."""
        state = WorkerState(
            id=self.name,
            type=self.type,
            device=self.device,
            machine=socket.gethostname(),
            updated_at=self._home.clock.now(),
            **self._told,
        )
        report_worker(self._home.documents, state)


class LineRunner(TaskRunner):
    """Whose messages are lines of jobs."""

    @abstractmethod
    def _work(self, task: LineTask, book: LineBook, taken: Taken) -> None:
        """Do what the task asks for and write down what came of it."""

    def _run(self, taken: Taken) -> None:
        try:
            task = LineTask.model_validate(taken.message.body)
        except ValidationError as error:
            taken.queue.bury(taken.message, f"This is no task: {wrong_fields(error).message}")
            return
        line = find_file(self._home.documents, task.job_id, task.file_number)
        if line is None:
            taken.queue.finish(taken.message)
            return
        book = LineBook(self._home, taken.queue, task, line)
        self._settled(taken, lambda: self._step(task, book, taken), book.note_breakdown)

    def _step(self, task: LineTask, book: LineBook, taken: Taken) -> bool:
        """False when the message is settled already."""
        if self._is_outdated(task, book):
            return True
        if self._is_poisonous(book, taken):
            book.set_aside(taken.message)
            return False
        if self._is_done(task, book):
            return True
        if self._is_early(task) or self.is_retired or self.rest:
            send_at(self._home, taken.queue, task, task.not_before or self._home.clock.now())
        else:
            self._work(task, book, taken)
        return True

    def _is_outdated(self, task: LineTask, book: LineBook) -> bool:
        return not task.is_of(book.line)

    def _is_done(self, task: LineTask, book: LineBook) -> bool:  # noqa: ARG002 - for others
        return book.line.outcome.is_final

    def _is_poisonous(self, book: LineBook, taken: Taken) -> bool:
        # A line that failed already: the worker died just before the message was set aside.
        may_be = not book.line.outcome.is_final or book.line.outcome is FileOutcome.FAILED
        return may_be and taken.message.receive_count >= POISONOUS_AFTER

    def _is_early(self, task: LineTask) -> bool:
        return is_early(task.not_before, self._home.clock.now())

    def _report_work(
        self, task: LineTask, book: LineBook, queue: str, done: int = 0, total: int = 0
    ) -> None:
        self._report(
            "working",
            queue=queue,
            job_id=task.job_id,
            file_number=task.file_number,
            current_item=book.line.title or book.line.path,
            done=done,
            total=total,
        )

    def _living_on(self, claims: Claims) -> Callable[[], None]:
        """What each heartbeat does beside extending the lease."""

        def live_on() -> None:
            claims.renew()
            self._report_again()

        return live_on
