"""
The messages that carry a job's lines to the workers.

A frame task or a line's errand says `{job_id, file_number, ticket}` and, for a
later try, `not_before`; an errand says its `kind` beside. What a try leaves for
the next one (`seen`) the worker adds itself.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from showrunner.jobs.models import FileAction, FileOutcome, Job, JobFile, Scan
from showrunner.jobs.queues import ERRANDS, FRAMES_QUEUES
from showrunner.ports.clock import iso
from showrunner.ports.queues import MAX_DELAY_SECONDS
from showrunner.wiring import Home


def queue_of(job: Job, action: FileAction) -> str:
    """Where a line of this job goes for its next step."""
    return ERRANDS if action.is_errand else FRAMES_QUEUES[job.priority]


def task_of(job: Job, line: JobFile) -> dict[str, Any]:
    """The message of a line's next try."""
    task: dict[str, Any] = {
        "job_id": job.id,
        "file_number": line.number,
        "ticket": line.ticket,
    }
    if line.action.is_errand:
        task["kind"] = line.action.value
    if line.outcome is FileOutcome.WAITING and line.retry_at:
        task["not_before"] = iso(line.retry_at)
    return task


def scan_errand(job: Job) -> dict[str, Any]:
    """The message of the next step of a library job's enumeration."""
    scan = job.scan or Scan()
    return {"kind": "scan", "job_id": job.id, "step": scan.step, "ticket": scan.ticket}


def send_tasks(home: Home, job: Job, lines: Iterable[JobFile]) -> None:
    """A task for each of the lines, those that wait with the delay that is left of it."""
    by_queue: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        by_queue[queue_of(job, line.action), _delay_seconds(home, line)].append(task_of(job, line))
    for (queue, delay_seconds), tasks in by_queue.items():
        home.queue(queue).send_all(tasks, delay_seconds=delay_seconds)


def _delay_seconds(home: Home, line: JobFile) -> int:
    if line.outcome is not FileOutcome.WAITING or not line.retry_at:
        return 0
    left_seconds = math.ceil((line.retry_at - home.clock.now()).total_seconds())
    return max(0, min(left_seconds, MAX_DELAY_SECONDS))
