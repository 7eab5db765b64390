"""
Lines sent anew: because their job has another priority, or nobody wants to wait.

A line's ticket is raised first and its task sent then: the task before, wherever
it is, is dropped by the worker that finds it.
"""

from collections.abc import Sequence
from typing import Literal

from showrunner.errors import ConflictError, NotFoundError
from showrunner.jobs.models import FileOutcome, Job, JobFile, as_body
from showrunner.jobs.queues import ERRANDS
from showrunner.jobs.queues import JOBS as JOBS_QUEUE
from showrunner.jobs.store import JOBS, change_job, file_key, files_of, job_document
from showrunner.jobs.tasks import scan_errand, send_tasks
from showrunner.ports.documents import Document, Put
from showrunner.wiring import Home

LINES_PER_MESSAGE = 2000
LINES_AT_ONCE = 24
"""One write takes 25 changes: these and the job."""

Only = Literal["waiting"]


def resend(job_id: str, home: Home, *, only: Only | None, after: int = 0) -> None:
    """
    Send the unfinished lines behind number `after` anew, some thousand and then the rest.

    Lines in work are left alone. `only` waiting: those that wait for their next
    try, which is due at once; and so is that of a scan that waits for its server.
    """
    if only == "waiting" and after == 0:
        _resend_scan(job_id, home)
    for _ in range(LINES_PER_MESSAGE // LINES_AT_ONCE):
        last = _resend_some(job_id, home, only, after)
        if last is None:
            return
        after = last
    home.queue(JOBS_QUEUE).send({"resend": job_id, "only": only, "after": after})


def _resend_scan(job_id: str, home: Home) -> None:
    def raise_ticket(job: Job) -> Job | None:
        if job.scan is None or not job.is_scan_waiting:
            return None
        # `retry_at` stays until the step is done: who dies before sending comes again.
        scan = job.scan.model_copy(update={"ticket": job.scan.ticket + 1})
        return job.model_copy(update={"scan": scan})

    try:
        job = change_job(home.documents, job_id, raise_ticket)
    except NotFoundError:
        return
    if job.is_scan_waiting:
        home.queue(ERRANDS).send(scan_errand(job))


def _resend_some(job_id: str, home: Home, only: Only | None, after: int) -> int | None:
    """The number of the last line that was looked at; None: there are no more, or no job."""
    documents = home.documents
    while True:
        stored = job_document(documents, job_id)
        found = documents.list(files_of(job_id), after=file_key(after), limit=LINES_AT_ONCE)
        if stored is None or stored[0].status.is_final or not found:
            return None
        job, before = stored
        raised = [(document, line) for document in found if (line := _raised(document, only))]
        try:
            job = _write(home, job, before, raised)
        except ConflictError:  # a worker wrote one of them at this moment
            continue
        send_tasks(home, job, [line for _, line in raised])
        return JobFile.model_validate(found[-1].body).number


def _raised(document: Document, only: Only | None) -> JobFile | None:
    """The line as it is sent anew; None when it is none of those."""
    line = JobFile.model_validate(document.body)
    waits = line.outcome is FileOutcome.WAITING
    if only == "waiting" and waits:
        due = {"outcome": FileOutcome.QUEUED, "retry_at": None}
        return line.model_copy(update={"ticket": line.ticket + 1, **due})
    if only is None and (waits or line.outcome is FileOutcome.QUEUED):
        return line.model_copy(update={"ticket": line.ticket + 1})
    return None


def _write(
    home: Home, job: Job, before: Document, raised: Sequence[tuple[Document, JobFile]]
) -> Job:
    puts = [
        Put(document.collection, document.key, as_body(line), document.version)
        for document, line in raised
    ]
    due = sum(
        document.body.get("outcome") == FileOutcome.WAITING and line.outcome is FileOutcome.QUEUED
        for document, line in raised
    )
    if due:
        job = job.model_copy(update={"waiting_items": max(0, job.waiting_items - due)})
        puts.append(Put(JOBS, job.id, as_body(job), before.version))
    if puts:
        home.documents.write(puts)
    return job
