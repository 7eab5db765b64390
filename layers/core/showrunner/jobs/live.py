"""
Progress of jobs as server-sent events, in finite answers, so that they work on Lambda too.

The reference system tells its page by Socket.IO; that needs a connection which one
process holds, and a function has none. The events carry the same names and payloads:
`job_progress`, `job_complete`, `job_error` and `worker_update`. A request names what
its reader has seen (`Last-Event-ID`); the answer comes as soon as something differs, or
after the wait, and ends. A browser's EventSource then asks again by itself.
"""

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from showrunner.jobs.models import Job, JobStatus, WorkerState
from showrunner.jobs.store import JOBS, job_document, workers
from showrunner.ports.documents import Documents
from showrunner.wiring import Home

STEP_SECONDS = 0.25
DEFAULT_WAIT_SECONDS = 15.0
MAX_WAIT_SECONDS = 25.0
"""Below API Gateway's 30 seconds, after which it gives up on a function."""

RETRY_MS = 1000
RETRY_WITHOUT_WAIT_MS = 5000
MAX_WAITERS = 8
"""Requests that wait at one time in one process; further ones are answered at once, as polls."""

NEWEST_JOBS = 20
MOST_OTHERS = 40
MAX_EVENT_ID_CHARACTERS = 4000

_waiters = threading.BoundedSemaphore(MAX_WAITERS)
_WORKERS = "workers"
_VERSION = re.compile(
    rf"(?<![^.])({_WORKERS}|\d{{8}}T\d{{9}}-[0-9a-f]{{12}})-([0-9a-f]{{1,12}})(?![^.])"
)

Versions = Mapping[str, str]
"""The version of each job by its id, and one of all workers."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """How things stand. `versions` are what a reader of this moment will have seen."""

    jobs: Mapping[str, Job]
    workers: list[WorkerState]
    versions: dict[str, str]


def wait_seconds(environ: Mapping[str, str] = os.environ) -> float:
    """
    How long a request may wait, 0-25 seconds: `SHOWRUNNER_STREAM_WAIT_SECONDS`, else 15.

    In Lambda, where waiting is paid for, none unless the variable says so.
    """
    usual = 0.0 if "AWS_LAMBDA_FUNCTION_NAME" in environ else DEFAULT_WAIT_SECONDS
    try:
        wanted = float(environ.get("SHOWRUNNER_STREAM_WAIT_SECONDS") or usual)
    except ValueError:
        wanted = usual
    return min(max(wanted, 0.0), MAX_WAIT_SECONDS)


def events_answer(last_event_id: str, home: Home, longest_seconds: float) -> str:
    """What differs from what the reader saw, as text/event-stream; after the wait a comment."""
    seen = _from_event_id(last_event_id)
    may_wait = longest_seconds > 0 and _waiters.acquire(blocking=False)
    try:
        moment = _changed_moment(seen, home, longest_seconds if may_wait else 0)
    finally:
        if may_wait:
            _waiters.release()
    lines = [f"retry: {RETRY_MS if may_wait else RETRY_WITHOUT_WAIT_MS}"]
    lines.append(f"id: {_as_event_id(moment.versions)}")
    events = [f"event: {name}\ndata: {json.dumps(data)}\n" for name, data in _events(moment, seen)]
    return "\n".join([*lines, "\n".join(events) or ": nothing new\n"]) + "\n"


def _changed_moment(seen: Versions, home: Home, longest_seconds: float) -> _Moment:
    left_seconds = longest_seconds  # counted down: the clock may be set meanwhile
    while True:
        moment = _moment(home.documents, seen)
        if moment.versions != seen or left_seconds <= 0:
            return moment
        home.clock.sleep(STEP_SECONDS)
        left_seconds -= STEP_SECONDS


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


def _events(moment: _Moment, seen: Versions) -> Iterator[tuple[str, dict[str, Any]]]:
    newest_seen = max((job_id for job_id in seen if job_id != _WORKERS), default="")
    for job_id, job in sorted(moment.jobs.items()):
        is_known = job_id in seen
        if is_known and seen[job_id] == moment.versions.get(job_id):
            continue
        if job.status.is_final and not is_known and (not seen or job_id < newest_seen):
            continue  # it was over before the reader came
        yield _name(job), _told(job, moment.workers)
    if moment.versions[_WORKERS] != seen.get(_WORKERS):
        shown = [state.model_dump(mode="json") for state in moment.workers]
        yield "worker_update", {"workers": shown}


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


def _as_event_id(versions: Versions) -> str:
    """`<job id>-<version>.<job id>-<version>...`: short, and fit for a header."""
    return ".".join(f"{name}-{version}" for name, version in versions.items())


def _from_event_id(event_id: str) -> dict[str, str]:
    """What `_as_event_id` wrote, as far as it did."""
    return dict(_VERSION.findall(event_id[:MAX_EVENT_ID_CHARACTERS]))
