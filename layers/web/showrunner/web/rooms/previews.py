"""The newest files that have previews, with a picture of what each server got."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from showrunner.jobs import store
from showrunner.jobs.models import JobFile
from showrunner.ports.documents import Document, Documents
from showrunner.web.rooms.models import View

FILES_SHOWN = 6
JOBS_SEARCHED = 20
FILES_SEARCHED = 24


def load(view: View) -> Mapping[str, Any]:
    return {"files": newest_with_pictures(view.documents, FILES_SHOWN)}


def watch(documents: Documents) -> Sequence[Document]:
    return documents.list(store.JOBS, limit=JOBS_SEARCHED, newest_first=True)


def newest_with_pictures(documents: Documents, count: int) -> list[JobFile]:
    """At most `count` files, the last finished first; a path that was done twice is there once."""
    by_path: dict[str, JobFile] = {}
    for file in _with_pictures(documents, count):
        known = by_path.get(file.path)
        if known is None or _finished(file) > _finished(known):
            by_path[file.path] = file
    return sorted(by_path.values(), key=_finished, reverse=True)[:count]


def _with_pictures(documents: Documents, enough: int) -> Iterator[JobFile]:
    found: set[str] = set()
    for job in store.list_jobs(documents, limit=JOBS_SEARCHED):
        after = max(0, job.finished_items - FILES_SEARCHED // 2)
        for file in store.list_files(documents, job, limit=FILES_SEARCHED, after=after):
            if any(output.picture for output in file.outputs):
                found.add(file.path)
                yield file
        if len(found) >= enough:
            return


def _finished(file: JobFile) -> float:
    moment = file.finished_at or file.started_at
    return moment.timestamp() if moment else 0.0
