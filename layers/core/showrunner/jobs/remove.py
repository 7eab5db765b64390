"""Jobs that are over are removed with all they left: lines, log, pictures."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from showrunner.errors import WrongStateError
from showrunner.jobs.found import found_prefix
from showrunner.jobs.log import KEPT_FOR, logs_of
from showrunner.jobs.models import Job
from showrunner.jobs.queues import JOBS as JOBS_QUEUE
from showrunner.jobs.store import JOBS, WRITE_AT_ONCE, files_of, get_job
from showrunner.ports.clock import from_iso
from showrunner.ports.documents import Delete
from showrunner.wiring import Home

TRACES_PER_MESSAGE = 2000
PICTURES_PER_MESSAGE = 500
JOBS_AT_ONCE = 200


def paths_of(job_id: str) -> str:
    """The collection of the files that a library job has lines for, by their path's hash."""
    return f"job-paths/{job_id}"


def pictures_prefix(job_id: str) -> str:
    """Where the strips of pictures of a job's lines lie among the blobs."""
    return f"previews/{job_id}/"


def delete_job(job_id: str, home: Home) -> None:
    """
    Remove a job that is over; what it left goes soon after, in steps.

    Raises NotFoundError, or WrongStateError while it is not over.
    """
    job = get_job(home.documents, job_id)
    if not job.status.is_final:
        raise WrongStateError(f"Job {job_id} is {job.status}: cancel it first, then delete it.")
    _delete([job], home)


def clear_jobs(asked_at: str, home: Home, *, after: str | None = None) -> tuple[int, bool]:
    """
    Remove the jobs that were over at `asked_at`, newest first, some hundred at a time.

    Gives how many it was now, and whether a message does the rest. `after` is the
    id before which this step begins.
    """
    until = from_iso(asked_at)
    found = home.documents.list(JOBS, after=after, limit=JOBS_AT_ONCE, newest_first=True)
    over = [job for document in found if _was_over(job := Job.model_validate(document.body), until)]
    _delete(over, home)
    has_more = len(found) == JOBS_AT_ONCE
    if has_more:
        home.queue(JOBS_QUEUE).send({"clear": asked_at, "after": found[-1].key})
    return len(over), has_more


def forget_old_jobs(home: Home) -> None:
    """
    Remove jobs that were over 30 days ago, as their logs are by then; some hundred, oldest first.

    A library that is looked through every night leaves a line per file each time.
    """
    until = home.clock.now() - KEPT_FOR
    found = home.documents.list(JOBS, limit=JOBS_AT_ONCE)
    _delete(
        [job for document in found if _was_over(job := Job.model_validate(document.body), until)],
        home,
    )


def remove_traces(job_id: str, home: Home) -> None:
    """Remove what a deleted job left behind: a bounded part, and a message for the rest."""
    home.documents.delete(JOBS, job_id)
    keys = list(islice(_traces(job_id, home), TRACES_PER_MESSAGE))
    for start in range(0, len(keys), WRITE_AT_ONCE):
        home.documents.write([Delete(*key) for key in keys[start : start + WRITE_AT_ONCE]])
    pictures = list(islice(_pictures(job_id, home), PICTURES_PER_MESSAGE))
    for picture in pictures:
        home.blobs.delete(picture)
    if len(keys) == TRACES_PER_MESSAGE or len(pictures) == PICTURES_PER_MESSAGE:
        home.queue(JOBS_QUEUE).send({"delete": job_id})


def _delete(jobs: list[Job], home: Home) -> None:
    """First the messages, then the jobs: a death in between leaves no traces without a job."""
    home.queue(JOBS_QUEUE).send_all([{"delete": job.id} for job in jobs])
    for start in range(0, len(jobs), WRITE_AT_ONCE):
        home.documents.write([Delete(JOBS, job.id) for job in jobs[start : start + WRITE_AT_ONCE]])


def _was_over(job: Job, until: datetime) -> bool:
    return job.status.is_final and (job.finished_at or job.created_at) <= until


def _traces(job_id: str, home: Home) -> Iterator[tuple[str, str]]:
    for collection in (files_of(job_id), logs_of(job_id), paths_of(job_id)):
        after: str | None = None
        while page := home.documents.list(collection, after=after, limit=500):
            yield from ((collection, document.key) for document in page)
            after = page[-1].key


def _pictures(job_id: str, home: Home) -> Iterator[str]:
    for prefix in (pictures_prefix(job_id), found_prefix(job_id)):
        yield from (blob.key for blob in home.blobs.list(prefix))
