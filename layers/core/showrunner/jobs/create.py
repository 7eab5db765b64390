import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from showrunner.errors import ConflictError
from showrunner.ids import time_id
from showrunner.jobs.models import Job, JobFile, as_body
from showrunner.jobs.store import JOBS, file_key, files_of, find_job
from showrunner.ports.documents import ABSENT, Put, each
from showrunner.wiring import Home

WRITE_AT_ONCE = 25

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewJob:
    """`files` are (path, title) pairs, the path as its sender sees it."""

    title: str
    source: str
    files: Sequence[tuple[str, str]]
    priority: int = 2
    force: bool = False
    batch_id: str | None = None


def create_job(new: NewJob, home: Home, *, job_id: str | None = None) -> str:
    """
    Store a job with its files and queue it; gives its id.

    The job itself is written last: it is whole or it is not there. With a given
    `job_id` the call can be repeated and makes one job.
    """
    now = home.clock.now()
    job_id = job_id or time_id(now, secrets.token_hex(16))
    lines = [
        JobFile(number=number, path=path, title=title)
        for number, (path, title) in enumerate(new.files, start=1)
    ]
    for start in range(0, len(lines), WRITE_AT_ONCE):
        _write_lines(home, job_id, lines[start : start + WRITE_AT_ONCE])
    job = Job(
        id=job_id,
        title=new.title,
        source=new.source,
        priority=new.priority,
        force=new.force,
        batch_id=new.batch_id,
        created_at=now,
        total_items=len(lines),
    )
    _put_once(home, job)
    home.queue("jobs").send({"job_id": job_id})
    logger.info("job %s: %s, %d file(s)", job_id, job.title, job.total_items)
    return job_id


def queue_frame_tasks(job_id: str, home: Home) -> None:
    """One frame task for each file of the job that is not finished; safe to repeat."""
    job = find_job(home.documents, job_id)
    if job is None or job.status.is_final:
        return
    tasks = []
    for document in each(home.documents, files_of(job_id)):
        line = JobFile.model_validate(document.body)
        if not line.outcome.is_final:
            tasks.append({"job_id": job_id, "file_number": line.number})
    home.queue("frames").send_all(tasks)


def _write_lines(home: Home, job_id: str, lines: Sequence[JobFile]) -> None:
    changes = [
        Put(files_of(job_id), file_key(line.number), as_body(line), ABSENT) for line in lines
    ]
    try:
        home.documents.write(changes)
    except ConflictError:  # an earlier try, cut short, wrote these lines
        return


def _put_once(home: Home, job: Job) -> None:
    try:
        home.documents.put(JOBS, job.id, as_body(job), version=ABSENT)
    except ConflictError:
        return
