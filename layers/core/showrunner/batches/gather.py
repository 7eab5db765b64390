"""
The two steps of a batch, each safe to repeat.

An event joins its source's open batch in one transaction, then a timer is sent.
A timer that finds a later due time is outdated: the event that moved the due
time sent its own.
"""

import logging
import math
from datetime import datetime, timedelta

from showrunner.batches.models import Batch, BatchFile, BatchState
from showrunner.errors import ConflictError
from showrunner.events.models import EventState, MediaEvent
from showrunner.events.store import EVENTS, as_body, event_document
from showrunner.ids import time_id
from showrunner.jobs.create import NewJob, create_job
from showrunner.ports.clock import iso
from showrunner.ports.documents import ABSENT, Document, Documents, Put
from showrunner.ports.queues import MAX_DELAY_SECONDS
from showrunner.settings import load_settings
from showrunner.wiring import Home

BATCHES, OPEN = "batches", "open-batches"
MAX_FILES = 500
"""A full batch is closed: its document stays well under DynamoDB's 400 KB."""

KEPT_FOR = timedelta(days=30)

logger = logging.getLogger(__name__)


def handle_batch_message(body: dict[str, str], home: Home) -> None:
    """One message of the `batches` queue: `{event_id}` or a timer `{batch_id, due_at}`."""
    if event_id := body.get("event_id"):
        gather(event_id, home)
    else:
        dispatch_when_due(body["batch_id"], body["due_at"], home)


def gather(event_id: str, home: Home) -> None:
    """Put an event's file into its source's open batch. A second time only renews the timer."""
    while True:
        found = event_document(home.documents, event_id)
        if found is None:
            return
        event, document = found
        try:
            batch = _join(event, document, home)
        except ConflictError:  # another event joined at the same moment
            continue
        if batch and batch.state is BatchState.GATHERING:
            _send_timer(batch, home)
        return


def dispatch_when_due(batch_id: str, due_at: str, home: Home) -> None:
    """Turn a batch into a job when its time has come; waits on when the timer rang early."""
    document = home.documents.get(BATCHES, batch_id)
    if document is None:
        return
    batch = Batch.model_validate(document.body)
    if batch.state is BatchState.DISPATCHED or iso(batch.due_at) > due_at:
        return
    if batch.state is BatchState.GATHERING and home.clock.now() < batch.due_at:
        _send_timer(batch, home)
        return
    dispatch(batch, document.version, home)


def dispatch(batch: Batch, version: int, home: Home) -> str:
    """Make the batch's job, whose id follows from the batch's; gives the job's id."""
    if batch.state is BatchState.GATHERING:
        batch = batch.model_copy(update={"state": BatchState.DISPATCHING})
        version = _save(home.documents, batch, version)
    job_id = create_job(_job_of(batch), home, job_id=time_id(batch.opened_at, f"job {batch.id}"))
    done = batch.model_copy(update={"state": BatchState.DISPATCHED, "job_id": job_id})
    _save(home.documents, done, version, expires_at=home.clock.now() + KEPT_FOR)
    return job_id


def open_batches(documents: Documents) -> list[Batch]:
    """The batches that still gather, by source."""
    found = []
    for pointer in documents.list(OPEN, limit=1000):
        document = documents.get(BATCHES, pointer.body["batch_id"])
        if document and document.body["state"] == BatchState.GATHERING:
            found.append(Batch.model_validate(document.body))
    return found


def _join(event: MediaEvent, document: Document, home: Home) -> Batch | None:
    documents = home.documents
    if event.state is not EventState.RECEIVED:
        stored = documents.get(BATCHES, event.batch_id) if event.batch_id else None
        return Batch.model_validate(stored.body) if stored else None
    now = home.clock.now()
    batch, changes = _open_batch(event, now, documents)
    file = BatchFile(path=event.path or "", title=event.title, event_id=event.id)
    batch = batch.with_file(file, now, load_settings(documents))
    batched = event.model_copy(update={"state": EventState.BATCHED, "batch_id": batch.id})
    known = documents.get(BATCHES, batch.id)
    documents.write(
        [
            *changes,
            Put(BATCHES, batch.id, _as_body(batch), known.version if known else ABSENT),
            Put(EVENTS, event.id, as_body(batched), document.version, document.expires_at),
        ]
    )
    return batch


def _open_batch(event: MediaEvent, now: datetime, documents: Documents) -> tuple[Batch, list[Put]]:
    """The source's batch that still takes files, or a new one with the change that opens it."""
    pointer = documents.get(OPEN, event.source)
    if pointer:
        stored = documents.get(BATCHES, pointer.body["batch_id"])
        batch = Batch.model_validate(stored.body) if stored else None
        if batch and batch.state is BatchState.GATHERING and len(batch.files) < MAX_FILES:
            return batch, []
    batch_id = time_id(now, f"batch {event.id}")
    fresh = Batch(id=batch_id, source=event.source, opened_at=now, due_at=now)
    version = pointer.version if pointer else ABSENT
    return fresh, [Put(OPEN, event.source, {"batch_id": batch_id}, version)]


def _send_timer(batch: Batch, home: Home) -> None:
    remaining = math.ceil((batch.due_at - home.clock.now()).total_seconds())
    logger.info("batch: %s has %d file(s), due in %d s", batch.source, len(batch.files), remaining)
    body = {"batch_id": batch.id, "due_at": iso(batch.due_at)}
    home.queue("batches").send(body, delay_seconds=max(0, min(remaining, MAX_DELAY_SECONDS)))


def _job_of(batch: Batch) -> NewJob:
    count = len(batch.files)
    title = batch.files[0].title if count == 1 else f"{batch.source.capitalize()}: {count} files"
    return NewJob(
        title=title,
        source=batch.source,
        files=[(file.path, file.title) for file in batch.files],
        batch_id=batch.id,
    )


def _save(
    documents: Documents, batch: Batch, version: int, expires_at: datetime | None = None
) -> int:
    stored = documents.put(
        BATCHES, batch.id, _as_body(batch), version=version, expires_at=expires_at
    )
    return stored.version


def _as_body(batch: Batch) -> dict[str, object]:
    return batch.model_dump(mode="json")
