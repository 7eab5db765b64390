"""Jobs, their lines and the workers' states as they are kept, and how one changes the other."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from showrunner.errors import ConflictError, NotFoundError, WrongStateError
from showrunner.jobs.models import (
    FileOutcome,
    Job,
    JobFile,
    JobStatus,
    WorkerState,
    as_body,
)
from showrunner.ports.clock import Clock
from showrunner.ports.documents import Document, Documents, Put
from showrunner.wiring import Home

JOBS, WORKERS = "jobs", "workers"
WORKER_SILENT_AFTER = timedelta(seconds=60)
WRITE_AT_ONCE = 25

_COUNTER = {
    FileOutcome.COMPLETED: "completed_items",
    FileOutcome.SKIPPED: "skipped_items",
    FileOutcome.FAILED: "failed_items",
    FileOutcome.CANCELLED: "cancelled_items",
    FileOutcome.WAITING: "waiting_items",
}

JobChange = Callable[[Job], Job | None]
LineChange = Callable[[Job, JobFile], tuple[Job, JobFile] | None]


def files_of(job_id: str) -> str:
    """The collection that holds a job's files."""
    return f"job-files/{job_id}"


def file_key(number: int) -> str:
    return f"{number:07d}"


def find_job(documents: Documents, job_id: str) -> Job | None:
    """The job, or None when there is none."""
    found = job_document(documents, job_id)
    return found[0] if found else None


def get_job(documents: Documents, job_id: str) -> Job:
    """The job; raises NotFoundError."""
    return _existing(documents, job_id)[0]


def job_document(documents: Documents, job_id: str) -> tuple[Job, Document] | None:
    """A job with its document (for a versioned write), or None when there is none."""
    document = documents.get(JOBS, job_id)
    return (Job.model_validate(document.body), document) if document else None


def _existing(documents: Documents, job_id: str) -> tuple[Job, Document]:
    found = job_document(documents, job_id)
    if found is None:
        raise NotFoundError(f"There is no job {job_id}; GET /api/v1/jobs lists them.")
    return found


def list_jobs(documents: Documents, *, limit: int = 50, after: str | None = None) -> Sequence[Job]:
    """Jobs, newest first; `after` is the id of the last one on the page before."""
    found = documents.list(JOBS, after=after, limit=limit, newest_first=True)
    return [Job.model_validate(document.body) for document in found]


def list_files(
    documents: Documents, job: Job, *, limit: int = 50, after: int = 0
) -> Sequence[JobFile]:
    """A job's files by number; `after` is the last number on the page before."""
    found = documents.list(files_of(job.id), after=file_key(after), limit=limit)
    return [as_of(job, JobFile.model_validate(document.body)) for document in found]


def as_of(job: Job, line: JobFile) -> JobFile:
    """Cancelling writes the job alone; what was not finished by then is cancelled with it."""
    if job.status is not JobStatus.CANCELLED or line.outcome.is_final:
        return line
    return line.model_copy(update={"outcome": FileOutcome.CANCELLED, "retry_at": None})


def find_file(documents: Documents, job_id: str, number: int) -> JobFile | None:
    """One line of a job, or None when there is none."""
    document = documents.get(files_of(job_id), file_key(number))
    return JobFile.model_validate(document.body) if document else None


def write_lines(documents: Documents, job_id: str, lines: Sequence[JobFile]) -> None:
    """Store new lines; those that an earlier try of the same call wrote stay as they are."""
    documents.add_all(files_of(job_id), {file_key(line.number): as_body(line) for line in lines})


def workers(documents: Documents) -> list[WorkerState]:
    """Every worker slot that was heard of in the last minute."""
    return [WorkerState.model_validate(d.body) for d in documents.list(WORKERS, limit=1000)]


def report_worker(documents: Documents, state: WorkerState) -> None:
    """Tell what a worker's slot is doing; forgotten after a minute of silence."""
    expires_at = state.updated_at + WORKER_SILENT_AFTER
    documents.put(WORKERS, state.id, as_body(state), expires_at=expires_at)


def cancel_job(documents: Documents, clock: Clock, job_id: str) -> Job:
    """
    Stop a job: files in work stop within a second, queued ones are never begun.

    Raises NotFoundError, or WrongStateError when the job is over.
    """

    def stop(job: Job) -> Job:
        if job.status.is_final:
            raise WrongStateError(f"Job {job_id} is {job.status} already.")
        return job.model_copy(
            update={
                "status": JobStatus.CANCELLED,
                "finished_at": clock.now(),
                "cancelled_items": job.cancelled_items + job.total_items - job.finished_items,
                "waiting_items": 0,
            }
        )

    return change_job(documents, job_id, stop)


def change_job(documents: Documents, job_id: str, change: JobChange) -> Job:
    """
    What `change` makes of the job, stored; again and again until nobody wrote in between.

    `change` gives None to leave the job as it is. Raises NotFoundError.
    """
    while True:
        job, document = _existing(documents, job_id)
        changed = change(job)
        if changed is None or changed == job:
            return job
        try:
            documents.put(JOBS, job_id, as_body(changed), version=document.version)
        except ConflictError:
            continue
        return changed


def start_file(
    home: Home, job_id: str, number: int, *, ticket: int | None = None
) -> JobFile | None:
    """
    A worker takes a file up: the line runs and, with the first one, the job.

    None when there is nothing to do: the line is finished (the task came twice),
    its `ticket` is another one (the task was sent anew), or the job was cancelled
    or deleted. `ticket` None: any will do.
    """

    def begin(job: Job, line: JobFile) -> tuple[Job, JobFile] | None:
        if job.status.is_final or line.outcome.is_final or ticket not in (None, line.ticket):
            return None
        now = home.clock.now()
        running = {"status": JobStatus.RUNNING, "started_at": job.started_at or now}
        taken = {
            "outcome": FileOutcome.RUNNING,
            "started_at": now,
            "attempts": line.attempts + 1,
            "retry_at": None,
            "message": None,  # of the wait before, which is over
        }
        return job.model_copy(update=running), line.model_copy(update=taken)

    return change_file(home, job_id, number, begin)


def update_file(home: Home, job_id: str, number: int, **changes: Any) -> JobFile | None:
    """
    Write a file's new facts; with another `outcome` the job's counts follow in one step.

    None when the line was finished already or the job is over.
    """

    def change(job: Job, line: JobFile) -> tuple[Job, JobFile] | None:
        if job.status.is_final or line.outcome.is_final:
            return None
        return job, line.model_copy(update=changes)

    return change_file(home, job_id, number, change)


def change_file(home: Home, job_id: str, number: int, change: LineChange) -> JobFile | None:
    """
    Change a line and its job together, again and again until nobody wrote in between.

    The job's counts and end follow from the line's outcomes. None when `change`
    gives None, or when job or line is not there.
    """
    documents = home.documents
    while True:
        # In this order: a job older than its line would be counted on as if it were current.
        line_document = documents.get(files_of(job_id), file_key(number))
        stored = job_document(documents, job_id)
        if stored is None or line_document is None:
            return None
        line = JobFile.model_validate(line_document.body)
        changed = change(stored[0], line)
        if changed is None:
            return None
        job, after = _counted(*changed, line.outcome, home.clock)
        try:
            documents.write(_puts(stored, job, after, line_document))
        except ConflictError:
            continue
        return after


def _counted(job: Job, line: JobFile, before: FileOutcome, clock: Clock) -> tuple[Job, JobFile]:
    """The job with this line's outcome counted for the one before, over if it was the last."""
    if line.outcome is before:
        return job, line
    for outcome, difference in ((before, -1), (line.outcome, 1)):
        if counter := _COUNTER.get(outcome):
            # Never below 0: jobs of older versions did not count what waits.
            job = job.model_copy(update={counter: max(0, getattr(job, counter) + difference)})
    if line.outcome.is_final:
        line = line.model_copy(update={"finished_at": clock.now(), "retry_at": None})
    return closed_if_done(job, clock), line


def closed_if_done(job: Job, clock: Clock) -> Job:
    """The job, over when every file that it can ever have is."""
    if job.status.is_final or not job.is_counted or job.finished_items < job.total_items:
        return job
    has_failed = job.failed_items == job.total_items and (job.total_items or job.message)
    status = JobStatus.FAILED if has_failed else JobStatus.COMPLETED
    return job.model_copy(update={"status": status, "finished_at": clock.now()})


def _puts(
    before: tuple[Job, Document], job: Job, line: JobFile, line_document: Document
) -> list[Put]:
    puts = [Put(line_document.collection, line_document.key, as_body(line), line_document.version)]
    if job != before[0]:
        puts.append(Put(JOBS, job.id, as_body(job), before[1].version))
    return puts
