"""What the owner can do with a job that is there: another priority, again, now."""

import secrets
from collections.abc import Iterator

from showrunner.errors import InvalidInputError, WrongStateError
from showrunner.ids import time_id
from showrunner.jobs import log
from showrunner.jobs.create import SAID_OF_A_JOB, NewFile, NewJob, create_job
from showrunner.jobs.models import Job, JobFile
from showrunner.jobs.queues import JOBS as JOBS_QUEUE
from showrunner.jobs.store import change_job, files_of, get_job
from showrunner.plurals import count_of
from showrunner.ports.documents import each
from showrunner.wiring import Home

COPIED_AT_ONCE = 1000
"""A larger job is copied by the queue's consumer: nobody waits for it."""

_OF_ITS_MAKER = {"batch_id", "schedule_id"}
"""Who made the first job did not make its copy."""


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
    Try all that waits at once: the job's files, whose number it gives, and its scan.

    Raises NotFoundError, WrongStateError when nothing waits, and InvalidInputError
    when the job is over, so that nothing ever will.
    """
    job = get_job(home.documents, job_id)
    if job.status.is_final:
        raise InvalidInputError(f"Job {job_id} is {job.status}: reprocess it to try again.")
    if job.waiting_items == 0 and not job.is_scan_waiting:
        raise WrongStateError(f"No file of job {job_id} waits for a retry.")
    home.queue(JOBS_QUEUE).send({"resend": job_id, "only": "waiting"})
    files = count_of(job.waiting_items, "waiting file")
    tried = files if job.waiting_items else "the scan"
    log.append(home, job_id, "info", f"Tried now: {tried}.")
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
    said = {name: getattr(job, name) for name in SAID_OF_A_JOB if name not in _OF_ITS_MAKER}
    new = NewJob(files=_files(job, home) if job.kind == "files" else (), **said)
    create_job(new, home, job_id=new_id)


def _files(job: Job, home: Home) -> Iterator[NewFile]:
    for document in each(home.documents, files_of(job.id)):
        line = JobFile.model_validate(document.body)
        yield NewFile.of(line)
