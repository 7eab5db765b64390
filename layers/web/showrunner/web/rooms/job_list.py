"""The room of all jobs: what is in work and what is over, who works, and what was set aside."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from showrunner import processing
from showrunner.jobs import store
from showrunner.jobs.listing import JobFilter, page_of_jobs
from showrunner.jobs.models import JobStatus
from showrunner.ports.documents import Document, Documents
from showrunner.settings import COLLECTION as SETTINGS
from showrunner.settings import KEY as GENERAL
from showrunner.settings import load_settings
from showrunner.web.rooms import quiet_hours
from showrunner.web.rooms.models import Part, Place, Room, View
from showrunner.webhooks.instructions import SENDERS

JOBS_SHOWN = 25


def _load(view: View) -> Mapping[str, Any]:
    status, source = view.asked("status"), view.asked("source")
    wanted = JobFilter(JobStatus(status) if status in list(JobStatus) else None, source or None)
    found, after = page_of_jobs(
        view.documents, wanted, limit=JOBS_SHOWN, after=view.asked("after") or None
    )
    return {
        "jobs": found,
        "next": after,
        "statuses": list(JobStatus),
        "sources": ["manual", "schedule", *(one.name for one in SENDERS if one.name != "incoming")],
        "is_paused": processing.state(view.documents, view.now).paused,
        "has_worker": bool(store.workers(view.documents)),
        "is_filtered": bool(status or source or view.asked("after")),
    }


def _watch(documents: Documents) -> Iterator[Document]:
    """The newest ones: what is far down the pages is over."""
    yield from documents.list(store.JOBS, limit=JOBS_SHOWN, newest_first=True)
    yield from quiet_hours.watch_state(documents)


def _workers(view: View) -> Mapping[str, Any]:
    settings = load_settings(view.documents)
    return {
        "workers": sorted(store.workers(view.documents), key=lambda one: one.id),
        "cpu_workers": settings.cpu_threads,
        "gpu_workers": sum(one.workers for one in settings.gpu_config if one.enabled),
        "has_gpu": any(one.enabled for one in settings.gpu_config),
    }


def _watch_workers(documents: Documents) -> Iterator[Document]:
    yield from documents.list(store.WORKERS, limit=1000)
    if settings := documents.get(SETTINGS, GENERAL):
        yield settings


def _by_script(_view: View) -> Mapping[str, Any]:
    return {}


def _watch_failures(documents: Documents) -> Iterable[Document]:
    """A message that is set aside ends its file, which its job counts."""
    return documents.list(store.JOBS, limit=JOBS_SHOWN, newest_first=True)


ROOM = Room(
    name="jobs",
    path="/jobs",
    title="Jobs",
    parts=(
        Part(
            "processing",
            "Processing",
            Place.TOP,
            quiet_hours.load_state,
            quiet_hours.watch_state,
            "/api/v1/processing/state",
        ),
        Part("job_list", "All jobs", Place.MAIN, _load, _watch, "/api/v1/jobs"),
        Part("workers", "Workers", Place.SIDE, _workers, _watch_workers, "/api/v1/jobs/workers"),
        Part(
            "dead_letters",
            "Set aside",
            Place.SIDE,
            _by_script,
            _watch_failures,
            "/api/v1/dead-letters",
        ),
    ),
    scripts=("dead_letters.js",),
)
