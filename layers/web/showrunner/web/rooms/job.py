"""The room of one job: how far it is, what became of each file, its log, what can be done."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from showrunner import processing
from showrunner.batches.store import undispatched_batches
from showrunner.connections.store import ConnectionStore
from showrunner.errors import NotFoundError
from showrunner.jobs import log, store
from showrunner.jobs.listing import FileFilter, FilePage, page_of_files
from showrunner.jobs.models import FileOutcome, Job, WorkerState
from showrunner.ports.documents import Document, Documents
from showrunner.web.rooms import batches, quiet_hours
from showrunner.web.rooms.jobs import FileLine
from showrunner.web.rooms.models import Part, Place, Room, View

PREFIX = "job-"
"""Before its id, the name of a job's room."""

FILES_SHOWN = 25
LOG_SHOWN, LOG_AT_MOST = 200, 2000
_PRIORITIES = {1: "first", 2: "usual", 3: "last"}


def room_of(job_id: str) -> Room:
    """The room of a job; whether there is such a job shows when its parts are loaded."""
    api = f"/api/v1/jobs/{quote(job_id, safe='')}"

    def of(function: Callable[..., Any]) -> Callable[..., Any]:
        return partial(function, job_id=job_id)

    return Room(
        name=f"{PREFIX}{job_id}",
        path=f"/jobs/{quote(job_id, safe='')}",
        title="Job",
        group="jobs",
        parts=(
            Part("job", "How far it is", Place.TOP, of(_job), of(_watch_state), api),
            Part("job_files", "Files", Place.MAIN, of(_files), of(_watch), f"{api}/files"),
            Part("job_log", "Log", Place.SIDE, of(_log), of(_watch_log), f"{api}/logs"),
        ),
    )


def _job(view: View, job_id: str) -> Mapping[str, Any]:
    job = store.find_job(view.documents, job_id)
    if job is None:
        return {"job": None, "gathering": _gathering(view.documents, job_id)}
    return {
        "job": job,
        "gathering": None,
        "workers": _workers(view.documents, job_id),
        "servers": {one.id: one.name for one in ConnectionStore(view.documents).list()},
        "state": processing.state(view.documents, view.now),
        "priorities": _PRIORITIES,
        "is_read": job.kind != "files",
    }


def _gathering(documents: Documents, job_id: str) -> batches.Gathering:
    """The batch that is to become this job; raises NotFoundError when none is."""
    for batch in undispatched_batches(documents):
        if batch.job_id == job_id:
            return batches.gathering_of(documents, batch)
    raise NotFoundError("There is no such job: it may have been deleted. Open /jobs for the rest.")


def _workers(documents: Documents, job_id: str) -> list[WorkerState]:
    return [state for state in store.workers(documents) if state.job_id == job_id]


def _files(view: View, job_id: str) -> Mapping[str, Any]:
    job = store.find_job(view.documents, job_id)
    outcome, search = view.asked("outcome"), view.asked("search")
    wanted = FileFilter(FileOutcome(outcome) if outcome in list(FileOutcome) else None, search)
    page = _page(view, job, wanted) if job else FilePage([], None, 0)
    slots = {state.file_number: state for state in _workers(view.documents, job_id)}
    return {
        "job": job,
        "lines": [FileLine(file, slots.get(file.number)) for file in page.files],
        "next": page.after,
        "total": page.total,
        "outcomes": list(FileOutcome),
        "is_filtered": not wanted.takes_all,
    }


def _page(view: View, job: Job, wanted: FileFilter) -> FilePage:
    if wanted.outcome and getattr(job, f"{wanted.outcome}_items", 1) == 0:
        return FilePage([], None, 0)  # known without going through every line
    after = view.asked("after")
    start = int(after) if after.isdecimal() and len(after) <= len("9999999") else 0
    return page_of_files(view.documents, job, wanted, limit=FILES_SHOWN, after=start, page=None)


def _log(view: View, job_id: str) -> Mapping[str, Any]:
    is_long = view.asked("log") == "long"
    last = LOG_AT_MOST if is_long else LOG_SHOWN
    return {
        "entries": log.last_of_log(view.documents, job_id, last),
        "most": last,
        "is_long": is_long,
        "job_id": job_id,
    }


def _watch(documents: Documents, job_id: str) -> Iterator[Document]:
    """The job counts its files' outcomes, and workers say what they are on."""
    if job := documents.get(store.JOBS, job_id):
        yield job
    for document in documents.list(store.WORKERS, limit=1000):
        if document.body.get("job_id") == job_id:
            yield document


def _watch_state(documents: Documents, job_id: str) -> Iterator[Document]:
    yield from _watch(documents, job_id)
    yield from quiet_hours.watch_state(documents)
    if documents.get(store.JOBS, job_id) is None:
        yield from batches.watch(documents)


def _watch_log(documents: Documents, job_id: str) -> Iterator[Document]:
    yield from documents.list(log.logs_of(job_id), limit=1, newest_first=True)
