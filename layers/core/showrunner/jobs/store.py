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

_COUNTER = {
    FileOutcome.COMPLETED: "completed_items",
    FileOutcome.SKIPPED: "skipped_items",
    FileOutcome.FAILED: "failed_items",
    FileOutcome.CANCELLED: "cancelled_items",
}


def files_of(job_id: str) -> str:
    """The collection that holds a job's files."""
    return f"job-files/{job_id}"


def file_key(number: int) -> str:
    return f"{number:07d}"


def find_job(documents: Documents, job_id: str) -> Job | None:
    """The job, or None when there is none."""
    document = documents.get(JOBS, job_id)
    return Job.model_validate(document.body) if document else None


def get_job(documents: Documents, job_id: str) -> Job:
    """The job; raises NotFoundError."""
    return _job_with_version(documents, job_id)[0]


def _job_with_version(documents: Documents, job_id: str) -> tuple[Job, int]:
    document = documents.get(JOBS, job_id)
    if document is None:
        raise NotFoundError(f"There is no job {job_id}; GET /api/v1/jobs lists them.")
    return Job.model_validate(document.body), document.version


def list_jobs(documents: Documents, *, limit: int = 50, after: str | None = None) -> Sequence[Job]:
    """Jobs, newest first; `after` is the id of the last one on the page before."""
    found = documents.list(JOBS, after=after, limit=limit, newest_first=True)
    return [Job.model_validate(document.body) for document in found]


def list_files(
    documents: Documents, job: Job, *, limit: int = 50, after: int = 0
) -> Sequence[JobFile]:
    """A job's files by number; `after` is the last number on the page before."""
    found = documents.list(files_of(job.id), after=file_key(after), limit=limit)
    return [_as_of(job, JobFile.model_validate(document.body)) for document in found]


def _as_of(job: Job, line: JobFile) -> JobFile:
    """Cancelling writes the job alone; what was not finished by then is cancelled with it."""
    if job.status is not JobStatus.CANCELLED or line.outcome.is_final:
        return line
    return line.model_copy(update={"outcome": FileOutcome.CANCELLED, "retry_at": None})


def find_file(documents: Documents, job_id: str, number: int) -> JobFile | None:
    """One line of a job, or None when there is none."""
    document = documents.get(files_of(job_id), file_key(number))
    return JobFile.model_validate(document.body) if document else None


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
    while True:
        job, version = _job_with_version(documents, job_id)
        if job.status.is_final:
            raise WrongStateError(f"Job {job_id} is {job.status} already.")
        stopped = job.model_copy(
            update={
                "status": JobStatus.CANCELLED,
                "finished_at": clock.now(),
                "cancelled_items": job.total_items - job.finished_items,
            }
        )
        try:
            documents.put(JOBS, job_id, as_body(stopped), version=version)
        except ConflictError:
            continue
        return stopped


def start_file(home: Home, job_id: str, number: int) -> JobFile | None:
    """
    A worker takes a file up: the line runs and, with the first one, the job.

    None when there is nothing to do: the line is finished (the task came twice),
    or the job was cancelled or deleted.
    """

    def begin(job: Job, line: JobFile) -> tuple[Job, JobFile] | None:
        if job.status.is_final or line.outcome.is_final:
            return None
        now = home.clock.now()
        running = {"status": JobStatus.RUNNING, "started_at": job.started_at or now}
        taken = {
            "outcome": FileOutcome.RUNNING,
            "started_at": now,
            "attempts": line.attempts + 1,
            "retry_at": None,
        }
        return job.model_copy(update=running), line.model_copy(update=taken)

    return _change(home, job_id, number, begin)


def update_file(home: Home, job_id: str, number: int, **changes: Any) -> JobFile | None:
    """
    Write a file's new facts; with a final `outcome` the job's counts follow in one step.

    None when the line was finished already or the job is over.
    """

    def change(job: Job, line: JobFile) -> tuple[Job, JobFile] | None:
        if job.status.is_final or line.outcome.is_final:
            return None
        changed = line.model_copy(update=changes)
        if not changed.outcome.is_final:
            return job, changed
        finished = changed.model_copy(update={"finished_at": home.clock.now()})
        return _counted(job, finished.outcome, home.clock), finished

    return _change(home, job_id, number, change)


def _counted(job: Job, outcome: FileOutcome, clock: Clock) -> Job:
    counter = _COUNTER[outcome]
    job = job.model_copy(update={counter: getattr(job, counter) + 1})
    if job.finished_items < job.total_items:
        return job
    status = JobStatus.FAILED if job.failed_items == job.total_items else JobStatus.COMPLETED
    return job.model_copy(update={"status": status, "finished_at": clock.now()})


def _change(
    home: Home,
    job_id: str,
    number: int,
    change: Callable[[Job, JobFile], tuple[Job, JobFile] | None],
) -> JobFile | None:
    """Change a line and its job together, again and again until nobody wrote in between."""
    documents = home.documents
    while True:
        job_document = documents.get(JOBS, job_id)
        line_document = documents.get(files_of(job_id), file_key(number))
        if job_document is None or line_document is None:
            return None
        job = Job.model_validate(job_document.body)
        changed = change(job, JobFile.model_validate(line_document.body))
        if changed is None:
            return None
        try:
            documents.write(_puts(job, *changed, job_document, line_document))
        except ConflictError:
            continue
        return changed[1]


def _puts(
    before: Job, job: Job, line: JobFile, job_document: Document, line_document: Document
) -> list[Put]:
    puts = [Put(line_document.collection, line_document.key, as_body(line), line_document.version)]
    if job != before:
        puts.append(Put(JOBS, job.id, as_body(job), job_document.version))
    return puts
