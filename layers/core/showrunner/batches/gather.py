"""
The two steps of a batch, each safe to repeat.

Events join their source's open batch in one transaction, then a timer is sent.
A timer that finds a later due time is outdated: the events that moved the due
time sent their own.
"""

import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from showrunner.batches.dispatch import dispatch
from showrunner.batches.fold import BatchFiles, fold
from showrunner.batches.lines import line_of
from showrunner.batches.models import Batch, BatchState
from showrunner.batches.store import BATCHES, OPEN, as_body, find_batch, open_batches
from showrunner.errors import ConflictError, NotFoundError
from showrunner.events.models import EventState, MediaEvent
from showrunner.events.store import EVENTS, event_document
from showrunner.events.store import as_body as event_body
from showrunner.ids import time_id
from showrunner.ports.clock import iso
from showrunner.ports.documents import ABSENT, Document, Documents, Put
from showrunner.ports.queues import MAX_DELAY_SECONDS
from showrunner.settings import load_settings
from showrunner.wiring import Home

logger = logging.getLogger(__name__)

CHANGES_AT_ONCE = 25
"""How many documents one transaction changes at most (see `Documents.write`)."""

Found = tuple[MediaEvent, Document]


def handle_batch_messages(bodies: Sequence[Mapping[str, Any]], home: Home) -> None:
    """Messages of the `batches` queue: `{event_id}`, or a timer `{batch_id, due_at}`."""
    gather([body["event_id"] for body in bodies if "event_id" in body], home)
    for body in bodies:
        if "event_id" not in body:
            dispatch_when_due(body["batch_id"], body["due_at"], home)


def gather(event_ids: Iterable[str], home: Home) -> None:
    """Put events' files into their sources' open batches; a second time renews the timers."""
    found = [pair for pair in _events(event_ids, home.documents) if not _has_ended(*pair, home)]
    batch_ids = {event.batch_id for event, _ in found if event.batch_id}
    for source in sorted({event.source for event, _ in found}):
        batch_ids |= _join_surely([pair for pair in found if pair[0].source == source], home)
    for batch_id in sorted(batch_ids):
        batch = find_batch(home.documents, batch_id)
        if batch and batch[0].state is BatchState.GATHERING:
            send_timer(batch[0], home)


def dispatch_when_due(batch_id: str, due_at: str, home: Home) -> None:
    """Turn a batch into a job when its time has come; waits on when the timer rang early."""
    found = find_batch(home.documents, batch_id)
    if found is None or found[0].state is BatchState.DISPATCHED:
        return
    batch, version = found
    if batch.state is BatchState.DISPATCHING:  # a try before this one was cut short
        dispatch(batch, home)
    elif iso(batch.due_at) <= due_at:
        _dispatch_or_wait(batch, version, home)


def _dispatch_or_wait(batch: Batch, version: int, home: Home) -> None:
    if batch.is_early(home.clock.now(), load_settings(home.documents)):
        send_timer(batch, home)
    # Else who wrote first put it off, or dispatches it, and sends the timer for that.
    elif closed := _close(batch, version, home):
        dispatch(closed, home)


def send_timer(batch: Batch, home: Home) -> None:
    """A message that comes when the batch is due, or as late as a queue can delay it."""
    remaining_seconds = math.ceil((batch.due_at - home.clock.now()).total_seconds())
    body = {"batch_id": batch.id, "due_at": iso(batch.due_at)}
    home.queue("batches").send(
        body, delay_seconds=max(0, min(remaining_seconds, MAX_DELAY_SECONDS))
    )


def fire(source: str, home: Home) -> Batch:
    """Have a source's batch dispatched at once; raises NotFoundError when none gathers."""
    return _fire(home, f"of {source!r}", lambda batch: batch.source == source)


def fire_for_job(home: Home, job_id: str) -> Batch:
    """The same for the batch that is to become this job."""
    return _fire(home, f"for the job {job_id}", lambda batch: batch.job_id == job_id)


def _fire(home: Home, which: str, belongs: Callable[[Batch], bool]) -> Batch:
    while batch := next(filter(belongs, open_batches(home.documents)), None):
        found = find_batch(home.documents, batch.id)
        if found and found[0].state is BatchState.GATHERING and (closed := _close(*found, home)):
            send_timer(closed, home)
            return closed
    raise NotFoundError(
        f"No batch {which} is waiting: it was dispatched already, or there never was one. "
        "GET /api/v1/webhooks/pending lists them."
    )


def _close(batch: Batch, version: int, home: Home) -> Batch | None:
    """The batch, due now, which takes no more files; None when somebody else wrote first."""
    closed = {"state": BatchState.DISPATCHING, "due_at": min(batch.due_at, home.clock.now())}
    batch = batch.model_copy(update=closed)
    try:
        home.documents.put(BATCHES, batch.id, as_body(batch), version=version)
    except ConflictError:
        return None
    return batch


def _events(event_ids: Iterable[str], documents: Documents) -> list[Found]:
    """The library's events among them with their documents, in the order they were received."""
    found = [event_document(documents, event_id) for event_id in dict.fromkeys(event_ids)]
    changes = [pair for pair in found if pair and pair[0].kind.changes_a_library]
    return sorted(changes, key=lambda pair: pair[0].received_at)


def _has_ended(event: MediaEvent, document: Document, home: Home) -> bool:
    """True for an event that nothing can be done for: it is marked so and joins no batch."""
    if event.state is EventState.RECEIVED and line_of(event) is None:
        done = event_body(event.model_copy(update={"state": EventState.DONE}))
        home.documents.put(
            EVENTS, event.id, done, version=document.version, expires_at=document.expires_at
        )
        logger.info("event %s %s: nothing to do without a path", event.source, event.kind)
        return True
    return event.state is EventState.DONE


def _join_surely(found: list[Found], home: Home) -> set[str]:
    """Events of one source, joined; the ids of the batches that took them."""
    while True:
        try:
            return _join(found, home)
        except ConflictError:  # other events joined at the same moment
            found = _events([event.id for event, _ in found], home.documents)


def _join(found: Sequence[Found], home: Home) -> set[str]:
    new = [pair for pair in found if pair[0].state is EventState.RECEIVED]
    if not new:
        return set()
    now = home.clock.now()
    batch, version, changes = _open_batch(new[0][0], now, home.documents)
    files = BatchFiles(home.documents, batch.id)
    for event, _ in new:
        if line := line_of(event):
            fold(line, files)
    batch = batch.with_files(files.added, now, load_settings(home.documents))
    changes += [Put(BATCHES, batch.id, as_body(batch), version), *files.changes(home.clock)]
    changes += [_batched(event, document, batch.id) for event, document in new]
    if len(changes) > CHANGES_AT_ONCE:
        half = len(new) // 2
        return _join(new[:half], home) | _join(new[half:], home)
    home.documents.write(changes)
    return {batch.id}


def _open_batch(
    event: MediaEvent, now: datetime, documents: Documents
) -> tuple[Batch, int, list[Put]]:
    """The source's batch that gathers with its version, or a new one with what opens it."""
    pointer = documents.get(OPEN, event.source)
    batch_ids = pointer.body["batch_ids"] if pointer else []
    found = find_batch(documents, batch_ids[-1]) if batch_ids else None
    if found and found[0].state is BatchState.GATHERING:
        return *found, []
    batch = Batch(
        id=time_id(now, f"batch {event.id}"), source=event.source, opened_at=now, due_at=now
    )
    opened = {"batch_ids": [*batch_ids, batch.id]}
    version = pointer.version if pointer else ABSENT
    return batch, ABSENT, [Put(OPEN, event.source, opened, version)]


def _batched(event: MediaEvent, document: Document, batch_id: str) -> Put:
    batched = event.model_copy(update={"state": EventState.BATCHED, "batch_id": batch_id})
    return Put(EVENTS, event.id, event_body(batched), document.version, document.expires_at)
