"""Writing down what came of a task: on its line, in the job's log, and as the next try."""

import logging
from datetime import datetime, timedelta

from showrunner.errors import ShowrunnerError, TryLaterError
from showrunner.jobs.log import Level, append_all
from showrunner.jobs.models import FileOutcome, JobFile
from showrunner.jobs.store import start_file, update_file
from showrunner.plurals import count_of
from showrunner.ports.queues import MAX_DELAY_SECONDS, Message, Queue
from showrunner.previews.worker.claims import ClaimedError
from showrunner.previews.worker.results import Result
from showrunner.previews.worker.retries import DELAYS_SECONDS, GIVEN_UP, named_try
from showrunner.previews.worker.task import LineTask
from showrunner.previews.worker.work import StillGrowingError
from showrunner.redaction import redact_text
from showrunner.wiring import Home

WORKER_FAILED = "The worker failed"

logger = logging.getLogger(__name__)

_LEVELS: dict[FileOutcome, Level] = {FileOutcome.FAILED: "error", FileOutcome.WAITING: "warning"}


class LineBook:
    """The book of one delivery of a task, whose `line` is as it stood when it began."""

    def __init__(self, home: Home, queue: Queue, task: LineTask, line: JobFile) -> None:
        self.line = line
        self._home, self._queue, self._task = home, queue, task

    def begin(self) -> bool:
        """The line runs now; False when there is nothing to do (any more)."""
        task = self._task
        started = start_file(self._home, task.job_id, task.file_number, ticket=task.ticket)
        if started:
            self.line = started
        return started is not None

    def note(self, message: str) -> None:
        """Add to the job's log."""
        self._log([("info", message)])

    def settle(self, result: Result) -> None:
        """The end of the file, or the next try where a server has to index it first."""
        if result.is_waiting:
            self.retry(result)
        else:
            self._write(result, result.outcome, result.message)

    def settle_error(self, error: ShowrunnerError) -> None:
        """What stopped the whole file: a wait, a try later, or its failure."""
        if isinstance(error, StillGrowingError):
            self.wait(error.message, error.retry_after_seconds, self._task.again(error.seen))
        elif isinstance(error, ClaimedError):
            self.wait(error.message, error.retry_after_seconds, self._task)
        elif isinstance(error, TryLaterError):
            self.retry(Result(FileOutcome.WAITING, error.message))
        else:
            self._write(Result(FileOutcome.FAILED, None), FileOutcome.FAILED, error.message)

    def retry(self, result: Result) -> None:
        """The next try of the chain; after the last one, what is missing has failed."""
        tries = max(self.line.tries, self._task.tries)
        if tries >= len(DELAYS_SECONDS):
            self._write(result, FileOutcome.FAILED, f"{result.message} {GIVEN_UP}")
            return
        at = self._now() + timedelta(seconds=DELAYS_SECONDS[tries])
        which = named_try(self._home.documents, tries, at)
        message = f"{result.message} ({which})"
        if self._write(result, FileOutcome.WAITING, message, retry_at=at, tries=tries + 1):
            send_at(self._home, self._queue, self._task.again(), at)

    def wait(self, message: str, delay_seconds: float, again: LineTask) -> None:
        """Look again soon; that counts as no try, and is not worth an entry in the log."""
        at = self._now() + timedelta(seconds=delay_seconds)
        changes = {"outcome": FileOutcome.WAITING, "message": message, "retry_at": at}
        if self._update(changes):
            send_at(self._home, self._queue, again, at)

    def hand_back(self) -> None:
        """The worker stops: another one takes the task as if it was never tried."""
        self._update({"outcome": FileOutcome.QUEUED, "message": "The worker was stopped."})
        self._queue.send(self._task.as_body())

    def note_breakdown(self, error: Exception) -> str:
        """A bug of ours: kept as the reason, should the task be set aside. Gives the reason."""
        what = redact_text(f"{type(error).__name__}: {error}")
        reason = f"{WORKER_FAILED}: {what}"
        if self._update({"outcome": FileOutcome.QUEUED, "message": reason}):
            self._log([("error", reason)])
        return reason

    def set_aside(self, message: Message) -> None:
        """Into the dead letters with the reason; the line fails, and the queue is free."""
        times = message.receive_count - 1
        reason = f"It ended {count_of(times, 'worker')} and is set aside."
        if (self.line.message or "").startswith(WORKER_FAILED):
            reason = f"It failed {count_of(times, 'time')} and is set aside. {self.line.message}"
        self._write(Result(FileOutcome.FAILED, None), FileOutcome.FAILED, reason)
        self._queue.bury(message, reason)

    def _write(
        self, result: Result, outcome: FileOutcome, message: str | None, **changes: object
    ) -> bool:
        written = self._update(
            {"outcome": outcome, "message": message, **result.facts(), **changes}
        )
        if written:
            logger.info("job %s: %s %s", self._task.job_id, outcome, message or "")
            self._log([*_reading(result), (_LEVELS.get(outcome, "info"), _text(outcome, message))])
        return written

    def _update(self, changes: dict[str, object]) -> bool:
        """False when the line is finished already or its job over."""
        task = self._task
        return update_file(self._home, task.job_id, task.file_number, **changes) is not None

    def _log(self, entries: list[tuple[Level, str]]) -> None:
        name = self.line.title or self.line.path
        named = [(level, f"{name}: {message}") for level, message in entries]
        append_all(self._home, self._task.job_id, named)

    def _now(self) -> datetime:
        return self._home.clock.now()


def send_at(home: Home, queue: Queue, task: LineTask, at: datetime) -> None:
    """Send a task that is due at `at`; a wait over 15 minutes travels the queue in steps."""
    left_seconds = (at - home.clock.now()).total_seconds()
    body = task.model_copy(update={"not_before": at}).as_body()
    queue.send(body, delay_seconds=max(0, min(left_seconds, MAX_DELAY_SECONDS)))


def _reading(result: Result) -> list[tuple[Level, str]]:
    filled = result.filled
    if filled is None:
        return []
    pictures = count_of(max(filled.picture_counts, default=0), "picture")
    entries: list[tuple[Level, str]] = [
        ("info", f"{filled.method} on {filled.device}, {pictures}: {filled.reason}")
    ]
    if filled.fallback_reason:
        entries.append(("warning", filled.fallback_reason))
    return entries


def _text(outcome: FileOutcome, message: str | None) -> str:
    return f"{outcome}: {message}" if message else str(outcome)
