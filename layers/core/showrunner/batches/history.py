"""
What came in and what became of it: stored events, and batches once they are jobs.

Nothing is written for it. To clear it is to hide what is older than a moment:
the events stay, or a delivery that comes again would be taken for a new one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from heapq import merge
from typing import Any

from showrunner.batches.models import Batch
from showrunner.batches.store import DISPATCHED, file_name, find_batch, first_lines, label_of
from showrunner.events.models import EventKind, EventState, MediaEvent
from showrunner.events.store import EVENTS
from showrunner.ids import time_id
from showrunner.ports.clock import iso
from showrunner.ports.documents import Document, Documents

COLLECTION, KEY = "settings", "webhook-history"
LOOKED_AT = 1000
"""How many entries one page looks through for those that its filter wants."""

FILES_SHOWN = 20
_PAGE = 100


class HistoryStatus(StrEnum):
    QUEUED = "queued"
    """An event that waits in a batch, or became part of a job with one."""
    TRIGGERED = "triggered"
    """A batch that became a job."""
    IGNORED = "ignored"
    """An event that nothing could be done for."""
    TEST = "test"


@dataclass(frozen=True, slots=True)
class _Entry:
    """`key` sorts by time; `facts` gives the rest of what is shown, when it is wanted."""

    key: str
    source: str
    status: HistoryStatus
    facts: Callable[[], dict[str, Any]]

    def shown(self) -> dict[str, Any]:
        shown = {"id": self.key, "source": self.source, "status": self.status.value}
        return shown | self.facts()


def history_page(
    documents: Documents,
    *,
    source: str | None,
    status: HistoryStatus | None,
    limit: int,
    after: str | None,
) -> dict[str, Any]:
    """
    At most `limit` entries, newest first, in the reference document's shape.

    `next` is what `after` of the next page takes, None when there is none. With
    rare matches a page can be short, even empty, and still have a next one.
    """
    shown: list[dict[str, Any]] = []
    for looked_at, entry in enumerate(_entries(documents, after), start=1):
        if source in (None, entry.source) and status in (None, entry.status):
            shown.append(entry.shown())
        if len(shown) == limit or looked_at == LOOKED_AT:
            return {"events": shown, "next": entry.key}
    return {"events": shown, "next": None}


def clear_history(documents: Documents, now: datetime) -> None:
    """Show nothing any more that came before `now`."""
    moment = time_id(now, "").partition("-")[0]
    documents.put(COLLECTION, KEY, {"cleared_before": moment})


def _entries(documents: Documents, after: str | None) -> Iterator[_Entry]:
    cleared = documents.get(COLLECTION, KEY)
    oldest = cleared.body["cleared_before"] if cleared else ""
    found = merge(
        (_of_event(document) for document in _newest(documents, EVENTS, after)),
        (_of_batch(documents, document) for document in _newest(documents, DISPATCHED, after)),
        key=lambda entry: entry.key,
        reverse=True,
    )
    for entry in found:
        if entry.key < oldest:
            return
        yield entry


def _newest(documents: Documents, collection: str, after: str | None) -> Iterator[Document]:
    """A collection's documents, newest first, in pages."""
    while page := documents.list(collection, after=after, limit=_PAGE, newest_first=True):
        yield from page
        after = page[-1].key


def _of_event(document: Document) -> _Entry:
    event = MediaEvent.model_validate(document.body)

    def facts() -> dict[str, Any]:
        return {
            "timestamp": iso(event.received_at),
            "event_type": event.source_event,
            "kind": event.kind.value,
            "title": event.title or file_name(event.path or ""),
            "batch_id": event.batch_id,
        }

    return _Entry(event.id, event.source, _status_of(event), facts)


def _status_of(event: MediaEvent) -> HistoryStatus:
    if event.kind is EventKind.TEST:
        return HistoryStatus.TEST
    return HistoryStatus.IGNORED if event.state is EventState.DONE else HistoryStatus.QUEUED


def _of_batch(documents: Documents, document: Document) -> _Entry:
    def facts() -> dict[str, Any]:
        batch_id = document.body["batch_id"]
        shown = {
            "timestamp": document.body["dispatched_at"],
            "event_type": "Batch",
            "batch_id": batch_id,
        }
        found = find_batch(documents, batch_id)
        return shown | (_facts_of(documents, found[0]) if found else {})

    return _Entry(document.key, document.body["source"], HistoryStatus.TRIGGERED, facts)


def _facts_of(documents: Documents, batch: Batch) -> dict[str, Any]:
    lines = first_lines(documents, batch.id, FILES_SHOWN)
    return {
        "title": label_of(batch, documents),
        "job_id": batch.job_id,
        "path_count": batch.file_count,
        "files_preview": [file_name(line.path) or line.title for line in lines],
    }
