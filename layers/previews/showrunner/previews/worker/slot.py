"""One slot of a worker: takes a task, keeps its lease alive, writes down what came of it."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from showrunner.errors import LeaseLostError, ShowrunnerError, TryLaterError
from showrunner.jobs.models import FileOutcome, JobFile, WorkerState
from showrunner.jobs.store import find_job, report_worker, start_file, update_file
from showrunner.ports.queues import MAX_DELAY_SECONDS, Message, Queue
from showrunner.previews.decoder.client import Decoder, DecodingCancelled
from showrunner.previews.worker.plan import SlotKind, is_paused, means_of
from showrunner.previews.worker.process import FileProcessor, Result, StillGrowingError
from showrunner.previews.worker.task import FrameTask
from showrunner.wiring import Home

LOOK_AGAIN_SECONDS = (5, 10)
"""A server that was just asked to look usually knows the file within seconds."""

RETRY_AFTER_SECONDS = (60, 120, 300, 900, 3600)
"""After that, how long to give it from retry to retry."""

DELAYS_SECONDS = (*LOOK_AGAIN_SECONDS, *RETRY_AFTER_SECONDS)

POISONOUS_AFTER = 4
"""A file that ended so many workers is set aside."""

REPORT_EVERY_SECONDS = 0.5
CANCEL_LOOK_SECONDS = 0.3
LOG_EVERY_SECONDS = 5

logger = logging.getLogger(__name__)


class Slot:
    """
    One file at a time, on the CPU or on one GPU, as `kind` says.

    `is_stopping` tells that the worker shall end: work in hand goes back to the queue.
    """

    def __init__(
        self,
        name: str,
        home: Home,
        lease_seconds: float,
        is_stopping: Callable[[], bool],
        decoder: Decoder,
        kind: SlotKind | None = None,
    ) -> None:
        self.name = name
        self.kind = kind or SlotKind()
        self._home = home
        self._queue: Queue = home.queue("frames")
        self._lease_seconds = lease_seconds
        self._is_stopping = is_stopping
        self._decoder = decoder
        self.is_busy = False
        self.is_retired = False
        self.is_over = False

    def run_one(self, wait_seconds: float) -> bool:
        """Process the next task, if one comes within the wait; tells whether there was one."""
        for message in self._queue.receive(
            lease_seconds=self._lease_seconds, wait_seconds=wait_seconds
        ):
            self.is_busy = True
            try:
                self._run(message)
            finally:
                self.is_busy = False
            return True
        # Nothing to do for a whole wait: give the decoder's memory back.
        self._decoder.close()
        return False

    @property
    def is_paused(self) -> bool:
        """True while the owner wants no new file to be begun."""
        return is_paused(self._home.documents)

    def report_rest(self, status: str) -> None:
        """Tell that the slot is `idle` or `paused`."""
        self._report(self._state(status))

    def retire(self) -> None:
        """Take no more tasks after the one in hand."""
        self.is_retired = True

    def end(self) -> None:
        """Give back the decoder; the slot is of no more use."""
        self._decoder.close()
        self.is_over = True

    def _run(self, message: Message) -> None:
        task = FrameTask.model_validate(message.body)
        try:
            if self._is_early(task) or self.is_retired or self.is_paused:
                self._send_again(task)
            elif message.receive_count >= POISONOUS_AFTER:
                self._set_aside(task, message)
                return
            else:
                self._work(task, message)
            self._queue.finish(message)
        except LeaseLostError:
            logger.warning("task of job %s: another worker has it now", task.job_id)
        except Exception:
            logger.exception("task of job %s failed; it comes again", task.job_id)
            self._queue.fail(message, "the worker failed; see its log", retry_after_seconds=10)

    def _work(self, task: FrameTask, message: Message) -> None:
        line = start_file(self._home, task.job_id, task.file_number)
        job = find_job(self._home.documents, task.job_id)
        if line is None or job is None:
            return
        logger.info("job %s: %s", job.id, line.path)
        self._decoder.start()
        with self._kept_alive(message) as is_lost:
            watch = _Watch(self._home, task.job_id, is_lost, self._is_stopping)
            processor = FileProcessor(
                self._home,
                self._decoder,
                means=means_of(self.kind, self._home),
                on_progress=self._progress(task, line),
                is_cancelled=watch.is_cancelled,
            )
            try:
                self._settle(task, processor.process(job, line, task))
            except DecodingCancelled:
                self._give_up(task, watch)
            except StillGrowingError as error:
                self._wait(task, error.message, error.retry_after_seconds, error)
            except TryLaterError as error:
                self._retry(task, Result(FileOutcome.WAITING, error.message))
            except ShowrunnerError as error:
                self._settle(task, Result(FileOutcome.FAILED, error.message))
            if is_lost():
                raise LeaseLostError("The lease ran out while the file was processed.")

    def _settle(self, task: FrameTask, result: Result) -> None:
        if result.is_waiting:
            self._retry(task, result)
            return
        logger.info("job %s: %s %s", task.job_id, result.outcome, result.message or "")
        self._update(
            task,
            outcome=result.outcome,
            message=result.message,
            outputs=result.outputs,
            **_reading(result),
        )

    def _retry(self, task: FrameTask, result: Result) -> None:
        """The next try of the chain; after the last one, what is missing has failed."""
        if task.tries >= len(DELAYS_SECONDS):
            outcome, at = FileOutcome.FAILED, None
            message = f"{result.message} Given up after {len(RETRY_AFTER_SECONDS)} retries."
        else:
            outcome = FileOutcome.WAITING
            at = self._now() + timedelta(seconds=DELAYS_SECONDS[task.tries])
            message = f"{result.message} {_which_try(task.tries)}"
        logger.info("job %s: %s %s", task.job_id, outcome, message)
        self._update(
            task,
            outcome=outcome,
            message=message,
            outputs=result.outputs,
            retry_at=at,
            **_reading(result),
        )
        if at:
            self._send_again(task.again(at, None, counts=True))

    def _wait(
        self, task: FrameTask, message: str, delay_seconds: float, error: StillGrowingError
    ) -> None:
        at = self._now() + timedelta(seconds=delay_seconds)
        self._update(task, outcome=FileOutcome.WAITING, message=message, retry_at=at)
        self._send_again(task.again(at, error.seen, counts=False))

    def _give_up(self, task: FrameTask, watch: "_Watch") -> None:
        """Cancelled jobs need nothing more; a worker that stops hands its task on."""
        if watch.is_job_over() or not self._is_stopping():
            return
        self._update(task, outcome=FileOutcome.QUEUED, message="The worker was stopped.")
        self._queue.send(task.as_body())

    def _set_aside(self, task: FrameTask, message: Message) -> None:
        reason = f"It ended {message.receive_count - 1} workers and is set aside."
        self._update(task, outcome=FileOutcome.FAILED, message=reason)
        self._queue.bury(message, reason)

    def _is_early(self, task: FrameTask) -> bool:
        return task.not_before is not None and self._now() < task.not_before

    def _send_again(self, task: FrameTask) -> None:
        left = (task.not_before - self._now()).total_seconds() if task.not_before else 0
        self._queue.send(task.as_body(), delay_seconds=max(0, min(left, MAX_DELAY_SECONDS)))

    def _update(self, task: FrameTask, **changes: object) -> None:
        update_file(self._home, task.job_id, task.file_number, **changes)

    def _progress(self, task: FrameTask, line: JobFile) -> Callable[[int, int], None]:
        last: list[datetime] = []
        logged = [self._now()]

        def progress(done: int, total: int) -> None:
            now = self._now()
            if last and done < total and (now - last[0]).total_seconds() < REPORT_EVERY_SECONDS:
                return
            last[:] = [now]
            if (now - logged[0]).total_seconds() >= LOG_EVERY_SECONDS:
                logged[:] = [now]
                logger.info("job %s: %d of %d pictures", task.job_id, done, total)
            self._report(
                self._state(
                    "working",
                    job_id=task.job_id,
                    file_number=task.file_number,
                    current_item=line.title or line.path,
                    done=done,
                    total=total,
                )
            )

        return progress

    def _state(self, status: str, **facts: Any) -> WorkerState:
        return WorkerState(
            id=self.name,
            type=self.kind.type,
            device=self.kind.device_name,
            status=status,
            updated_at=self._now(),
            **facts,
        )

    def _report(self, state: WorkerState) -> None:
        report_worker(self._home.documents, state)

    def _now(self) -> datetime:
        return self._home.clock.now()

    @contextmanager
    def _kept_alive(self, message: Message) -> Iterator[Callable[[], bool]]:
        """Extend the lease at a third of its length; gives a way to ask whether it was lost."""
        done, lost = threading.Event(), threading.Event()

        def extend() -> None:
            while not done.wait(self._lease_seconds / 3):
                try:
                    self._queue.extend(message, self._lease_seconds)
                except LeaseLostError:
                    lost.set()
                    return
                except ShowrunnerError as error:
                    logger.warning("the lease could not be extended: %s", error.message)

        keeper = threading.Thread(target=extend, daemon=True)
        keeper.start()
        try:
            yield lost.is_set
        finally:
            done.set()
            keeper.join()


def _reading(result: Result) -> dict[str, Any]:
    """How the file was read, as its line says it; a try that read nothing changes nothing."""
    if result.filled is None:
        return {}
    filled = result.filled
    return {
        "method": filled.method,
        "method_reason": filled.reason,
        "device": filled.device,
        "fallback_reason": filled.fallback_reason,
    }


def _which_try(tries: int) -> str:
    retry = tries - len(LOOK_AGAIN_SECONDS) + 1
    return f"(retry {retry} of {len(RETRY_AFTER_SECONDS)})" if retry > 0 else "(looking again)"


class _Watch:
    """Asks three times a second whether the job still wants this file."""

    def __init__(
        self,
        home: Home,
        job_id: str,
        is_lost: Callable[[], bool],
        is_stopping: Callable[[], bool],
    ) -> None:
        self._home, self._job_id = home, job_id
        self._is_lost, self._is_stopping = is_lost, is_stopping
        self._asked_at: datetime | None = None

    def is_cancelled(self) -> bool:
        if self._is_lost() or self._is_stopping():
            return True
        now = self._home.clock.now()
        if self._asked_at and (now - self._asked_at).total_seconds() < CANCEL_LOOK_SECONDS:
            return False
        self._asked_at = now
        return self.is_job_over()

    def is_job_over(self) -> bool:
        job = find_job(self._home.documents, self._job_id)
        return job is None or job.status.is_final
