"""
The errand thread of a worker: what needs a media server or a disk, but decodes nothing.

Library scans and the look-up of an item's files are `showrunner.errands`', ending a
session is `showrunner.live`'s; files that are gone or were renamed are ours. Errands
are short, go on during a pause, and each one waits for an unreachable server on its own.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from showrunner.connections.models import Connection
from showrunner.connections.ownership import canonical_local_path
from showrunner.connections.store import ConnectionStore
from showrunner.errands.find import handle_find
from showrunner.errands.scan import handle_scan, skip_library, wait_for_server
from showrunner.errors import LeaseLostError, ShowrunnerError, TryLaterError
from showrunner.jobs.log import append
from showrunner.jobs.models import FileAction, FileOutcome, JobFile
from showrunner.jobs.queues import ERRANDS
from showrunner.jobs.store import find_job, update_file
from showrunner.jobs.tasks import send_tasks
from showrunner.live.stop import STOP_SESSION, handle_stop
from showrunner.ports.clock import from_iso, iso
from showrunner.ports.queues import MAX_DELAY_SECONDS
from showrunner.previews.sources.configured import MediaSources
from showrunner.previews.worker.away import AwayServers
from showrunner.previews.worker.book import LineBook
from showrunner.previews.worker.claims import Claims
from showrunner.previews.worker.leases import kept_alive
from showrunner.previews.worker.move import move
from showrunner.previews.worker.pulling import Taken
from showrunner.previews.worker.retire import Retirement
from showrunner.previews.worker.retries import RETRY_AFTER_SECONDS, clock_time, is_early
from showrunner.previews.worker.runner import POISONOUS_AFTER, LineRunner
from showrunner.previews.worker.task import LineTask
from showrunner.previews.worker.work import MakeClient
from showrunner.wiring import Home

logger = logging.getLogger(__name__)


class ErrandRunner(LineRunner):
    """One errand at a time. `sources` are the folders that this machine reads over the network."""

    def __init__(
        self,
        name: str,
        home: Home,
        lease_seconds: float,
        is_stopping: Callable[[], bool],
        sources: MediaSources | None = None,
        make_client: MakeClient | None = None,
        away: AwayServers | None = None,
    ) -> None:
        super().__init__(name, home, lease_seconds, is_stopping, make_client, away)
        self._queue = home.queue(ERRANDS)
        self._sources = sources or MediaSources()

    @property
    def type(self) -> str:
        return "errands"

    def run_one(self, wait_seconds: float) -> bool:
        messages = self._queue.receive(lease_seconds=self._lease_seconds, wait_seconds=wait_seconds)
        for message in messages:
            self._take(Taken(self._queue, message))
        return bool(messages)

    def _run(self, taken: Taken) -> None:
        body = taken.message.body
        if body.get("kind") == STOP_SESSION:
            self._settled(taken, lambda: self._stop_session(body), _breakdown)
        elif body.get("kind") == "scan":
            scan = _ScanStep(self._home, body, self._make_client)
            self._settled(taken, lambda: self._scan_step(scan, taken), scan.note_breakdown)
        else:
            super()._run(taken)

    def _stop_session(self, body: dict[str, Any]) -> bool:
        handle_stop(body, self._home, self._make_client)
        return True

    def _scan_step(self, scan: "_ScanStep", taken: Taken) -> bool:
        """False when the message is settled already."""
        if taken.message.receive_count >= POISONOUS_AFTER:
            reason = f"This step of the scan failed {taken.message.receive_count - 1} times."
            scan.skip(reason)
            taken.queue.bury(taken.message, reason)
            return False
        if scan.is_early():
            scan.send_at(scan.body, scan.due_at)
            return True
        self._report("working", queue=ERRANDS, job_id=scan.job_id, current_item="Library scan")
        with kept_alive(taken.queue, taken.message, self._lease_seconds, self._report_again):
            scan.run()
        return True

    def _is_outdated(self, task: LineTask, book: LineBook) -> bool:
        """Not when the line has become MAKE already: its files may still have to be sent."""
        is_done = book.line.action is FileAction.MAKE and task.kind is not FileAction.MAKE
        return task.ticket != book.line.ticket or not (is_done or task.is_of(book.line))

    def _is_done(self, task: LineTask, book: LineBook) -> bool:
        """A look-up may have to write down other files than its line's, which is over already."""
        return task.kind is not FileAction.FIND and super()._is_done(task, book)

    def _work(self, task: LineTask, book: LineBook, taken: Taken) -> None:
        self._report_work(task, book, ERRANDS)
        claims = Claims(self._home, self.name, self._lease_seconds)
        live_on = self._living_on(claims)
        with claims, kept_alive(taken.queue, taken.message, self._lease_seconds, live_on):
            try:
                self._do(task, book, claims)
            except LeaseLostError:
                raise
            except ShowrunnerError as error:
                book.settle_error(error)

    def _do(self, task: LineTask, book: LineBook, claims: Claims) -> None:
        if task.kind is FileAction.FIND:
            handle_find(task.as_body(), self._home, make_client=self._make_client)
        elif book.line.action is FileAction.MAKE:
            self._send_to_frames(task, book.line)
        elif task.kind is FileAction.RETIRE:
            self._retire(book, claims)
        else:
            self._move(task, book, claims)

    def _retire(self, book: LineBook, claims: Claims) -> None:
        connections = self._connections()
        local_path = _local(book.line.path, book.line, connections)
        claims.take(local_path)
        if book.begin():
            retirement = Retirement(
                self._home,
                connections,
                self._sources,
                claims,
                self._make_client,
                is_repeated=book.line.attempts > 1,
            )
            book.settle(retirement.run(local_path))
            retirement.forget()

    def _move(self, task: LineTask, book: LineBook, claims: Claims) -> None:
        connections, line = self._connections(), book.line
        after = _local(line.path, line, connections)
        before = _local(line.previous_path or line.path, line, connections)
        claims.take(before)
        claims.take(after)
        if not book.begin():
            return
        move(self._home.documents, before, after, connections, self._sources, claims)
        make = {"action": FileAction.MAKE, "outcome": FileOutcome.QUEUED, "message": None}
        become = update_file(self._home, task.job_id, task.file_number, tries=0, **make)
        if become:
            book.note(f"renamed from {line.previous_path}")
            self._send_to_frames(task, become)

    def _send_to_frames(self, task: LineTask, line: JobFile) -> None:
        job = find_job(self._home.documents, task.job_id)
        if job and not job.status.is_final:
            send_tasks(self._home, job, [line])

    def _connections(self) -> list[Connection]:
        return ConnectionStore(self._home.documents).list()


class _ScanStep:
    """One message `{kind: "scan", job_id, step}`, with `tries` and `not_before` when it waited."""

    def __init__(self, home: Home, body: dict[str, Any], make_client: MakeClient) -> None:
        self.body = body
        self.job_id = str(body.get("job_id"))
        self._home, self._make_client = home, make_client

    @property
    def due_at(self) -> datetime:
        not_before = self.body.get("not_before")
        return from_iso(not_before) if not_before else self._home.clock.now()

    def is_early(self) -> bool:
        return is_early(self.due_at, self._home.clock.now())

    def run(self) -> None:
        try:
            handle_scan(self.body, self._home, make_client=self._make_client)
        except TryLaterError as error:
            self._retry(error)

    def skip(self, reason: str) -> None:
        """Go on without this library."""
        skip_library(self.body, self._home, reason)

    def note_breakdown(self, error: Exception) -> str:
        reason = _breakdown(error)
        append(self._home, self.job_id, "error", reason)
        return reason

    def send_at(self, body: dict[str, Any], at: datetime) -> None:
        left_seconds = (at - self._home.clock.now()).total_seconds()
        delay_seconds = max(0, min(left_seconds, MAX_DELAY_SECONDS))
        self._home.queue(ERRANDS).send(body, delay_seconds=delay_seconds)

    def _retry(self, error: TryLaterError) -> None:
        tries = int(self.body.get("tries", 0))
        if tries >= len(RETRY_AFTER_SECONDS):
            self.skip(f"{error.message} Given up after {tries} retries.")
            return
        at = self._home.clock.now() + timedelta(seconds=RETRY_AFTER_SECONDS[tries])
        when = clock_time(self._home.documents, at)
        which = f"retry {tries + 1} of {len(RETRY_AFTER_SECONDS)} at {when}"
        message = f"{error.message} ({which})"
        if not wait_for_server(self.body, self._home, message, at):
            return
        append(self._home, self.job_id, "warning", message)
        self.send_at({**self.body, "tries": tries + 1, "not_before": iso(at)}, at)


def _breakdown(error: Exception) -> str:
    return f"The worker failed: {type(error).__name__}: {error}"


def _local(path: str, line: JobFile, connections: list[Connection]) -> str:
    return canonical_local_path(path, connections, reported_by=line.connection_id)
