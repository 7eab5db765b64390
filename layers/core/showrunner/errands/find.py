"""The files of a server's item that somebody named instead of a path."""

import logging
from collections.abc import Callable
from typing import Any

from showrunner.clients.factory import client_for
from showrunner.clients.media_server import MediaServerClient
from showrunner.connections.models import Connection
from showrunner.connections.store import ConnectionStore
from showrunner.errors import InvalidInputError, NotReadyError, ShowrunnerError, WrongStateError
from showrunner.jobs.create import NewFile
from showrunner.jobs.found import Found, find_found, forget_found, keep_found, write_found
from showrunner.jobs.models import FileAction, FileOutcome, Job, JobFile
from showrunner.jobs.store import change_file, find_file, find_job, update_file
from showrunner.jobs.tasks import send_tasks
from showrunner.plurals import count_of
from showrunner.wiring import Home

MakeClient = Callable[[Connection], MediaServerClient]

logger = logging.getLogger(__name__)


def handle_find(body: dict[str, Any], home: Home, *, make_client: MakeClient | None = None) -> None:
    """
    One message `{job_id, file_number, ticket}`: the line becomes its item's first file.

    The item's other files (versions, episodes) are appended as lines. Raises
    TryLaterError when the server cannot be reached or knows no file yet: the
    caller retries. What no retry can mend is written down as the line's failure.
    """
    job = find_job(home.documents, body["job_id"])
    line = find_file(home.documents, body["job_id"], body["file_number"])
    if job is None or line is None or line.ticket != body.get("ticket", 0):
        return
    if line.action is FileAction.FIND and line.found_from is None:
        if job.status.is_final or line.outcome.is_final:
            return
        try:
            files = _look_up(line, home, make_client or (lambda c: client_for(c, home.secrets)))
        except ShowrunnerError as error:
            if error.is_retryable:
                raise
            failed = {"outcome": FileOutcome.FAILED, "message": error.message}
            update_file(home, job.id, line.number, **failed)
            return
        keep_found(home.blobs, job.id, _step(line), Found(files))
    if found := find_found(home.blobs, job.id, _step(line)):
        _resolve(job.id, line.number, found, home)
        forget_found(home.blobs, job.id, _step(line))


def _look_up(line: JobFile, home: Home, make_client: MakeClient) -> list[NewFile]:
    """The item's files, at least one."""
    if line.connection_id is None or line.server_item_id is None:
        raise InvalidInputError(
            "The sender named neither a file nor an item of a server that is set up here. "
            "Add the server under Servers, then send it again."
        )
    connection = ConnectionStore(home.documents).get(line.connection_id)
    if not connection.enabled:
        raise WrongStateError(f"{connection.name} is disabled, so its items are not looked up.")
    with make_client(connection) as client:
        items = client.item_files(line.server_item_id)
    files = [
        NewFile(path, item.title, connection_id=connection.id, server_item_id=item.item_id)
        for item in items
        for path in item.paths
    ]
    if not files:
        raise NotReadyError(f"{connection.name} names no file of {line.title or 'this item'} yet.")
    return list({file.path: file for file in files}.values())


def _resolve(job_id: str, number: int, found: Found, home: Home) -> None:
    """
    First the other files' numbers, then their lines and tasks, then the line itself.

    It stays FIND until all the others are there: until then every try goes on here,
    and no worker can finish it before.
    """
    first, *others = found.files

    def reserve(job: Job, line: JobFile) -> tuple[Job, JobFile] | None:
        if job.status.is_final or line.outcome.is_final or line.found_from is not None:
            return None
        grown = job.model_copy(update={"total_items": job.total_items + len(others)})
        reserved = {"found_from": job.total_items + 1, "found_etag": found.etag}
        return grown, line.model_copy(update=reserved)

    def become_first(job: Job, line: JobFile) -> tuple[Job, JobFile] | None:
        if job.status.is_final or line.outcome.is_final or line.action is not FileAction.FIND:
            return None
        return job, line.model_copy(update=_as_first(first))

    change_file(home, job_id, number, reserve)
    job, line = find_job(home.documents, job_id), find_file(home.documents, job_id, number)
    if job is None or line is None or line.found_from is None or line.found_etag != found.etag:
        return
    write_found(home, job, others, line.found_from)
    line = change_file(home, job_id, number, become_first) or line
    # Waiting: an earlier try could not send the task of what it had become.
    if line.action is FileAction.MAKE and line.outcome in (FileOutcome.QUEUED, FileOutcome.WAITING):
        send_tasks(home, job, [line])
        logger.info("job %s: line %d has %s", job_id, number, count_of(len(found.files), "file"))


def _as_first(file: NewFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "title": file.title,
        "server_item_id": file.server_item_id,
        "action": FileAction.MAKE,
        "outcome": FileOutcome.QUEUED,
        "message": None,
        "retry_at": None,
        "tries": 0,
    }


def _step(line: JobFile) -> str:
    return f"find-{line.number}"
