"""What the owner can do with a job that is there: another priority, again, now."""

import secrets
from collections.abc import Iterator

from showrunner.errors import InvalidInputError, WrongStateError
from showrunner.ids import time_id
from showrunner.jobs import log
from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.models import Job, JobFile
from showrunner.jobs.queues import JOBS as JOBS_QUEUE
from showrunner.jobs.store import change_job, files_of, get_job
from showrunner.ports.documents import each
from showrunner.wiring import Home

COPIED_AT_ONCE = 1000
"""A larger job is copied by the queue's consumer: nobody waits for it."""


def set_priority(job_id: str, priority: int, home: Home) -> Job:
    """
    The job with another priority; its unfinished files change queues soon after.

    Raises NotFoundError, or WrongStateError when the job is over.
    """

    def change(job: Job) -> Job:
        if job.status.is_final:
            raise WrongStateError(f"Job {job_id} is {job.status}: its priority means nothing now.")
        return job.model_copy(update={"priority": priority})

    job = change_job(home.documents, job_id, change)
    # Also when it had this priority: an earlier call may have died before it sent.
    home.queue(JOBS_QUEUE).send({"resend": job_id})
    log.append(home, job_id, "info", f"Priority {priority} was set.")
    return job


def retry_now(job_id: str, home: Home) -> int:
    """
    Try all waiting files of the job at once; how many they are.

    Raises NotFoundError, WrongStateError when none waits, and InvalidInputError
    when the job is over, so that none ever will.
    """
    job = get_job(home.documents, job_id)
    if job.status.is_final:
        raise InvalidInputError(f"Job {job_id} is {job.status}: reprocess it to try again.")
    if job.waiting_items == 0:
        raise WrongStateError(f"No file of job {job_id} waits for a retry.")
    home.queue(JOBS_QUEUE).send({"resend": job_id, "only": "waiting"})
    log.append(home, job_id, "info", f"{job.waiting_items} waiting file(s) are tried now.")
    return job.waiting_items


def reprocess(job_id: str, home: Home) -> str:
    """
    The id of a new job with what this one had: the same files, or its library read again.

    Raises NotFoundError, or WrongStateError when the job is not over.
    """
    job = get_job(home.documents, job_id)
    if not job.status.is_final:
        raise WrongStateError(f"Job {job_id} is {job.status}: cancel it, or wait for its end.")
    now = home.clock.now()
    new_id = time_id(now, secrets.token_hex(16))
    if job.kind == "files" and job.total_items > COPIED_AT_ONCE:
        home.queue(JOBS_QUEUE).send({"reprocess": job_id, "as": new_id})
    else:
        copy_job(job, new_id, home)
    return new_id


def copy_job(job: Job, new_id: str, home: Home) -> None:
    """Make the job `new_id` of what `job` was made of; a second time only queues it."""
    new = NewJob(
        title=job.title,
        source=job.source,
        files=_files(job, home) if job.kind == "files" else (),
        priority=job.priority,
        force=job.force,
        kind=job.kind,
        connection_id=job.connection_id,
        library_id=job.library_id,
        library_name=job.library_name,
        sort_by=job.sort_by,
        lookback_hours=job.lookback_hours,
    )
    create_job(new, home, job_id=new_id)


def _files(job: Job, home: Home) -> Iterator[NewFile]:
    for document in each(home.documents, files_of(job.id)):
        line = JobFile.model_validate(document.body)
        yield NewFile(
            line.path,
            line.title,
            action=line.action,
            previous_path=line.previous_path,
            connection_id=line.connection_id,
            server_item_id=line.server_item_id,
        )
