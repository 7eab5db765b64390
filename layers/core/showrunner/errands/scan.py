"""
A library becomes lines of a job, a page of the server's items at a time.

Each message is one step: `{kind: "scan", job_id, step}`. A step asks for a page,
keeps what it found, reserves that many numbers in the job together with how far
the scan is (one write), writes lines and tasks, and sends the next step. A step
that dies anywhere comes again and goes on where it was.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from showrunner.clients.factory import client_for
from showrunner.connections.models import Connection
from showrunner.connections.store import ConnectionStore
from showrunner.errands.choice import chosen_files
from showrunner.errands.find import MakeClient
from showrunner.errands.pages import next_page
from showrunner.errors import InvalidInputError, NotFoundError, ShowrunnerError
from showrunner.jobs import log
from showrunner.jobs.create import NewFile
from showrunner.jobs.found import Found, find_found, forget_found, keep_found, write_found
from showrunner.jobs.libraries import chosen_libraries, enabled_library
from showrunner.jobs.models import Job, JobStatus, Scan
from showrunner.jobs.queues import ERRANDS
from showrunner.jobs.store import change_job, closed_if_done, find_job
from showrunner.jobs.tasks import scan_errand
from showrunner.plurals import count_of
from showrunner.wiring import Home

logger = logging.getLogger(__name__)


def handle_scan(body: dict[str, Any], home: Home, *, make_client: MakeClient | None = None) -> None:
    """
    One step of a job's enumeration: at most 500 items.

    Raises TryLaterError when the server cannot be reached: the caller retries, and
    calls `skip_library` when it gives up. A library that no retry can bring is
    passed over, and the job says why.
    """
    job = find_job(home.documents, body["job_id"])
    if job is None or job.scan is None:
        return
    if body["step"] == job.scan.step - 1:  # it died after its numbers were reserved, or came twice
        _finish(job, body["step"], home)
    elif _is_due(body, job) and not job.scan.done:
        _take(job, job.scan, home, make_client or (lambda c: client_for(c, home.secrets)))


def skip_library(body: dict[str, Any], home: Home, reason: str) -> None:
    """Pass over the library that this step's message is about; the job goes on and says why."""
    job = find_job(home.documents, body["job_id"])
    if job is None or job.scan is None or not _is_due(body, job):
        return
    try:
        scan = _begun(job, job.scan, ConnectionStore(home.documents).list())
    except InvalidInputError as error:  # meanwhile there is no library at all
        scan, reason = job.scan, error.message
    _take_found(job, _passed_over(scan, reason), home)


def wait_for_server(body: dict[str, Any], home: Home, message: str, retry_at: datetime) -> bool:
    """The job says what its scan waits for; False when this message need not come again."""

    def note(job: Job) -> Job | None:
        if job.scan is None or not _is_due(body, job):
            return None
        scan = job.scan.model_copy(update={"retry_at": retry_at})
        return job.model_copy(update={"scan": scan, "message": message})

    try:
        job = change_job(home.documents, body["job_id"], note)
    except NotFoundError:  # deleted meanwhile
        return False
    return _is_due(body, job)


def _is_due(body: dict[str, Any], job: Job) -> bool:
    """Whether this message is the one that the job's scan goes on with."""
    return (
        job.scan is not None
        and not job.status.is_final
        and (body["step"], body.get("ticket", 0)) == (job.scan.step, job.scan.ticket)
    )


def _take(job: Job, scan: Scan, home: Home, make_client: MakeClient) -> None:
    try:
        connections = ConnectionStore(home.documents).list()
        scan = _begun(job, scan, connections)
        found = _found(job, scan, connections, home, make_client)
    except ShowrunnerError as error:
        if error.is_retryable:
            raise
        found = _passed_over(scan, error.message)
    _take_found(job, found, home)


def _begun(job: Job, scan: Scan, connections: Sequence[Connection]) -> Scan:
    """The scan with the libraries that it is about, which its first step decides."""
    if scan.libraries is not None:
        return scan
    chosen = chosen_libraries(connections, server_id=job.connection_id, library_id=job.library_id)
    return scan.model_copy(update={"libraries": chosen})


def _found(
    job: Job, scan: Scan, connections: Sequence[Connection], home: Home, make_client: MakeClient
) -> Found:
    """The files of the next page, and the scan as it stands after it."""
    place = (scan.libraries or [])[scan.position]
    connection = next((c for c in connections if c.id == place.connection_id), None)
    library = enabled_library(connection, place.library_id) if connection else None
    if connection is None or library is None:
        raise NotFoundError(f"{place.name} was passed over: it is disabled now, or gone.")
    with make_client(connection) as client:
        items, after = next_page(client, library, job, scan)
    files = [
        NewFile(path, item.title, connection_id=connection.id, server_item_id=item.item_id)
        for item in items
        for path in item.paths
    ]
    files = chosen_files(home.documents, job, scan, files, connections)
    return Found(files, {"scan": after.model_dump(mode="json")})


def _passed_over(scan: Scan, reason: str) -> Found:
    after = scan.next_library()
    after = after.model_copy(update={"passed_over": [*scan.passed_over, reason]})
    return Found([], {"scan": after.model_dump(mode="json"), "message": reason})


def _take_found(job: Job, found: Found, home: Home) -> None:
    step = (job.scan or Scan()).step
    found = keep_found(home.blobs, job.id, _name(step), found)
    message = found.facts.get("message")

    def reserve(job: Job) -> Job | None:
        if job.status.is_final or job.scan is None or job.scan.step != step:
            return None
        taken = {
            "step": step + 1,
            "first_number": job.total_items + 1,
            "found_etag": found.etag,
            "retry_at": None,
            "ticket": 0,
        }
        scan = Scan.model_validate(found.facts["scan"]).model_copy(update=taken)
        changes = {
            "scan": scan,
            "total_items": job.total_items + len(found.files),
            "status": JobStatus.RUNNING,
            "started_at": job.started_at or home.clock.now(),
            "message": " ".join(scan.passed_over) or None,
        }
        return closed_if_done(job.model_copy(update=changes), home.clock)

    job = change_job(home.documents, job.id, reserve)
    if message:
        log.append(home, job.id, "warning", message)
    _finish(job, step, home)


def _finish(job: Job, step: int, home: Home) -> None:
    """Lines, tasks and the next step of a step whose numbers are reserved; once is enough."""
    found = find_found(home.blobs, job.id, _name(step))
    if found is None or job.scan is None or job.scan.step <= step:
        return
    if (job.scan.step, job.scan.found_etag) == (step + 1, found.etag):
        write_found(home, job, found.files, job.scan.first_number)
        if not job.scan.done and not job.status.is_final:
            home.queue(ERRANDS).send(scan_errand(job))
        log.append(home, job.id, "info", _so_far(job))
    forget_found(home.blobs, job.id, _name(step))


def _so_far(job: Job) -> str:
    scan = job.scan or Scan()
    state = "All" if scan.done else "So far"
    files, items = count_of(job.total_items, "file"), count_of(scan.looked_at, "item")
    return f"{state}: {files} of {items} found."


def _name(step: int) -> str:
    return f"scan-{step}"
