from collections.abc import Sequence
from datetime import datetime, timedelta

from showrunner.errors import ConflictError
from showrunner.events.models import EventKind, EventState, MediaEvent, Report, fingerprint_of
from showrunner.ids import time_id
from showrunner.ports.clock import iso
from showrunner.ports.documents import ABSENT, Body, Document, Documents, Put

EVENTS, FINGERPRINTS, COUNTS = "events", "event-fingerprints", "event-counts"
KEPT_FOR = timedelta(days=90)

_ENDS_HERE = (EventKind.TEST, EventKind.DELETED)


def store_report(
    documents: Documents, report: Report, received_at: datetime, connection_id: str | None = None
) -> tuple[MediaEvent, bool]:
    """The event of a report, and whether this delivery made it (False: it was known already)."""
    fingerprint = fingerprint_of(report, received_at, connection_id)
    if known := _event_of(documents, fingerprint):
        return known, False
    event = _event_from(report, received_at, connection_id, fingerprint)
    expires_at = received_at + KEPT_FOR
    pointer = Put(FINGERPRINTS, fingerprint, {"event_id": event.id}, ABSENT, expires_at)
    try:
        documents.write([pointer, Put(EVENTS, event.id, as_body(event), ABSENT, expires_at)])
    except ConflictError:  # the same delivery arrived at the same moment
        return store_report(documents, report, received_at, connection_id)
    return event, True


def count_by_name(documents: Documents, report: Report, now: datetime) -> None:
    """One more delivery of a kind that is only counted, as `<source>:<sender's word>`."""
    key = f"{report.source}:{report.source_event}"
    while True:
        found = documents.get(COUNTS, key)
        count = found.body["count"] + 1 if found else 1
        body = {"kind": report.kind, "count": count, "last_at": iso(now)}
        try:
            documents.put(COUNTS, key, body, version=found.version if found else ABSENT)
        except ConflictError:
            continue
        return


def event_document(documents: Documents, event_id: str) -> tuple[MediaEvent, Document] | None:
    """An event with its document (for a versioned write), or None when there is none."""
    document = documents.get(EVENTS, event_id)
    return (MediaEvent.model_validate(document.body), document) if document else None


def recent_events(
    documents: Documents, *, limit: int = 50, after: str | None = None
) -> Sequence[MediaEvent]:
    """Events, newest first; `after` is the id of the last one on the page before."""
    found = documents.list(EVENTS, after=after, limit=limit, newest_first=True)
    return [MediaEvent.model_validate(document.body) for document in found]


def event_counts(documents: Documents) -> dict[str, Body]:
    """How often each ignored kind came, by `<source>:<sender's word>`."""
    return {document.key: document.body for document in documents.list(COUNTS, limit=1000)}


def as_body(event: MediaEvent) -> Body:
    return event.model_dump(mode="json")


def _event_of(documents: Documents, fingerprint: str) -> MediaEvent | None:
    pointer = documents.get(FINGERPRINTS, fingerprint)
    found = event_document(documents, pointer.body["event_id"]) if pointer else None
    return found[0] if found else None


def _event_from(
    report: Report, received_at: datetime, connection_id: str | None, fingerprint: str
) -> MediaEvent:
    return MediaEvent(
        id=time_id(received_at, fingerprint),
        fingerprint=fingerprint,
        kind=report.kind,
        source=report.source,
        source_event=report.source_event,
        title=report.title,
        path=report.path,
        previous_path=report.previous_path,
        item_ids=report.item_ids,
        size_bytes=report.size_bytes,
        connection_id=connection_id,
        received_at=received_at,
        state=EventState.DONE if report.kind in _ENDS_HERE else EventState.RECEIVED,
    )
