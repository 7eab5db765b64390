"""
The `jobs` queue: steps of jobs that need neither a media server nor a disk.

Each message is a bounded step that may come twice; what is left is the message
that it sends. `{job_id, after?}` queues a new job's lines, `{resend, only?, after?}`
sends unfinished lines anew, `{reprocess, as}` makes a new job of an old one,
`{delete}` removes what a job left behind, and `{clear, after?}` removes the jobs
that were over at that time.
"""

import logging
from collections.abc import Sequence
from typing import Any

from showrunner.jobs.care import copy_job
from showrunner.jobs.models import FileOutcome, Job, JobFile
from showrunner.jobs.queues import ERRANDS
from showrunner.jobs.queues import JOBS as JOBS_QUEUE
from showrunner.jobs.remove import clear_jobs, forget_old_jobs, remove_traces
from showrunner.jobs.resend import resend
from showrunner.jobs.store import change_job, closed_if_done, file_key, files_of, find_job
from showrunner.jobs.tasks import scan_errand, send_tasks
from showrunner.wiring import Home

LINES_PER_MESSAGE = 5000
LINES_AT_ONCE = 500

logger = logging.getLogger(__name__)


def handle_jobs_message(body: dict[str, Any], home: Home) -> None:
    """One message of the queue."""
    if job_id := body.get("resend"):
        resend(job_id, home, only=body.get("only"), after=body.get("after", 0))
    elif job_id := body.get("delete"):
        remove_traces(job_id, home)
    elif asked_at := body.get("clear"):
        clear_jobs(asked_at, home, after=body.get("after"))
    elif job_id := body.get("reprocess"):
        if job := find_job(home.documents, job_id):
            copy_job(job, body["as"], home)
    else:
        queue_frame_tasks(body["job_id"], home, after=body.get("after", 0))
        forget_old_jobs(home)  # so jobs go at the pace at which new ones come


def queue_frame_tasks(job_id: str, home: Home, *, after: int = 0) -> None:
    """
    A task for each line behind number `after` that waits for its first.

    Safe to repeat: once all are sent, another message for the job does nothing.
    """
    job = find_job(home.documents, job_id)
    if job is None or job.status.is_final or job.queued_at is not None:
        return
    if job.scan is not None:
        home.queue(ERRANDS).send(scan_errand(job))
        _note_queued(job_id, home)
        return
    for _ in range(LINES_PER_MESSAGE // LINES_AT_ONCE):
        lines = _lines(home, job, after)
        send_tasks(home, job, [line for line in lines if line.outcome is FileOutcome.QUEUED])
        if len(lines) < LINES_AT_ONCE:
            _note_queued(job_id, home)
            return
        after = lines[-1].number
    home.queue(JOBS_QUEUE).send({"job_id": job_id, "after": after})


def _lines(home: Home, job: Job, after: int) -> Sequence[JobFile]:
    found = home.documents.list(files_of(job.id), after=file_key(after), limit=LINES_AT_ONCE)
    return [JobFile.model_validate(document.body) for document in found]


def _note_queued(job_id: str, home: Home) -> None:
    def note(job: Job) -> Job | None:
        if job.queued_at is not None:
            return None
        queued = job.model_copy(update={"queued_at": home.clock.now()})
        return closed_if_done(queued, home.clock)  # a job of no files is over by this

    change_job(home.documents, job_id, note)
