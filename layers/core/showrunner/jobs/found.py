"""
Files that a server named, kept from the moment they were found until each has its line.

A server may answer differently when it is asked again. So what it said first is
kept (a blob, put only where none is), then numbers are reserved in the job, then
lines and tasks are written from what was kept: whoever dies in between, the next
try carries on with the same files under the same numbers.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from showrunner.errors import ConflictError
from showrunner.jobs.create import LINES_AT_ONCE, NewFile
from showrunner.jobs.models import FileAction, Job
from showrunner.jobs.store import write_lines
from showrunner.jobs.tasks import send_tasks
from showrunner.ports.blobs import Blobs
from showrunner.wiring import Home


def found_prefix(job_id: str) -> str:
    """Where the found files of a job lie among the blobs."""
    return f"job-found/{job_id}/"


@dataclass(frozen=True, slots=True)
class Found:
    """
    Files in their order, and what the step that found them must remember (JSON).

    `etag` says which finding it is, once it is kept: numbers are reserved for this
    one and no other. A twin of the message may keep another when all is done.
    """

    files: Sequence[NewFile]
    facts: Mapping[str, Any] = field(default_factory=dict)
    etag: str = ""


def keep_found(blobs: Blobs, job_id: str, step: str, found: Found) -> Found:
    """What was found first for this step: `found`, unless an earlier try kept another."""
    body = {"files": [asdict(file) for file in found.files], "facts": found.facts}
    try:
        info = blobs.put(_key(job_id, step), json.dumps(body).encode(), etag="")
    except ConflictError:
        return find_found(blobs, job_id, step) or found
    return replace(found, etag=info.etag)


def find_found(blobs: Blobs, job_id: str, step: str) -> Found | None:
    """What is kept of this step; None when nothing is, or not any more."""
    blob = blobs.get(_key(job_id, step))
    if blob is None:
        return None
    body = json.loads(blob.data)
    files = [NewFile(**file | {"action": FileAction(file["action"])}) for file in body["files"]]
    return Found(files, body["facts"], blob.info.etag)


def write_found(home: Home, job: Job, files: Sequence[NewFile], first_number: int) -> None:
    """Lines, and for a job that goes on their tasks; a second time adds tasks only."""
    for start in range(0, len(files), LINES_AT_ONCE):
        lines = [
            file.as_line(first_number + start + offset)
            for offset, file in enumerate(files[start : start + LINES_AT_ONCE])
        ]
        write_lines(home.documents, job.id, lines)
        if not job.status.is_final:
            send_tasks(home, job, lines)


def forget_found(blobs: Blobs, job_id: str, step: str) -> None:
    """The step is whole: what was kept for it is of no more use."""
    blobs.delete(_key(job_id, step))


def _key(job_id: str, step: str) -> str:
    return f"{found_prefix(job_id)}{step}.json"
