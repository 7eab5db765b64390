"""
Progress of jobs as server-sent events (see `entry/finite_stream.py`).

The reference system tells its page by Socket.IO; that needs a connection which one
process holds, and a function has none. The events carry the same names and payloads:
`job_progress`, `job_complete`, `job_error` and `worker_update`.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from showrunner.entry.finite_stream import Versions, finite_stream, from_event_id
from showrunner.jobs.models import Job, JobStatus, WorkerState
from showrunner.jobs.store import JOBS, job_document, workers
from showrunner.ports.documents import Documents
from showrunner.wiring import Home

NEWEST_JOBS = 20
MOST_OTHERS = 40

_WORKERS = "workers"
_FOLLOWED = re.compile(rf"{_WORKERS}|\d{{8}}T\d{{9}}-[0-9a-f]{{12}}", re.ASCII)
"""What has a version: each job by its id, and all workers together."""


@dataclass(frozen=True, slots=True)
class _Moment:
    jobs: Mapping[str, Job]
    workers: list[WorkerState]
    versions: dict[str, str]

    def events(self, seen: Versions) -> Iterator[tuple[str, dict[str, Any]]]:
        newest_seen = max((job_id for job_id in seen if job_id != _WORKERS), default="")
        for job_id, job in sorted(self.jobs.items()):
            is_known = job_id in seen
            if is_known and seen[job_id] == self.versions.get(job_id):
                continue
            if job.status.is_final and not is_known and (not seen or job_id < newest_seen):
                continue  # it was over before the reader came
            yield _name(job), _told(job, self.workers)
        if self.versions[_WORKERS] != seen.get(_WORKERS):
            shown = [state.model_dump(mode="json") for state in self.workers]
            yield "worker_update", {"workers": shown}


def events_answer(last_event_id: str, home: Home, longest_seconds: float) -> str:
    """What differs from what the reader saw, as text/event-stream; after the wait a comment."""
    given = from_event_id(last_event_id).items()
    seen = {name: version for name, version in given if _FOLLOWED.fullmatch(name)}
    return finite_stream(lambda: _moment(home.documents, seen), seen, home.clock, longest_seconds)


def _moment(documents: Documents, seen: Versions) -> _Moment:
    """The newest jobs, those in work, and those that the reader saw unfinished."""
    states = workers(documents)
    newest = documents.list(JOBS, limit=NEWEST_JOBS, newest_first=True)
    found = {document.key: (Job.model_validate(document.body), document) for document in newest}
    others = {state.job_id for state in states if state.job_id} | set(seen)
    for job_id in sorted(others - set(found) - {_WORKERS})[:MOST_OTHERS]:
        if stored := job_document(documents, job_id):
            found[job_id] = stored
    is_newest = {document.key for document in newest}
    versions = {
        job_id: str(document.version)
        for job_id, (job, document) in found.items()
        if job_id in is_newest or not job.status.is_final
    }
    jobs = {job_id: job for job_id, (job, _) in found.items()}
    return _Moment(jobs, states, {_WORKERS: _workers_version(states), **versions})


def _workers_version(states: list[WorkerState]) -> str:
    """Changes with what workers do, not with their signs of life."""
    facts = [state.model_dump_json(exclude={"updated_at"}) for state in states]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:12]


def _name(job: Job) -> str:
    if job.status is JobStatus.FAILED:
        return "job_error"
    return "job_complete" if job.status.is_final else "job_progress"


def _told(job: Job, states: list[WorkerState]) -> dict[str, Any]:
    items = (state.current_item for state in states if state.job_id == job.id)
    return {
        "job_id": job.id,
        "status": job.status,
        "progress": job.progress,
        "completed": job.finished_items,
        "failed": job.failed_items,
        "total": job.total_items,
        "current_item": next(items, None),
        "message": job.message,
    }
