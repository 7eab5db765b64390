from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta

from showrunner.errors import ConflictError
from showrunner.events.models import (
    EventKind,
    EventState,
    MediaEvent,
    Report,
    fingerprint_of,
    one_line,
)
from showrunner.ids import time_id
from showrunner.ports.clock import iso
from showrunner.ports.documents import ABSENT, Body, Document, Documents, Put

EVENTS, FINGERPRINTS, COUNTS = "events", "event-fingerprints", "event-counts"
PERSON_EVENTS = "person-events"
"""
What people did (plays, ratings) lies apart from what happened to libraries: an
evening of progress reports would bury the few that the history of webhooks shows.
"""

KEPT_FOR = timedelta(days=90)
PROGRESS_KEPT_FOR = timedelta(days=2)
"""Each is outdated by the next, and every open stream sends one every few seconds."""


MAX_WORDS = 100
"""Of one sender; none has so many kinds of events."""

_EVENTS_IN_A_WRITE = 12
"""Two documents each: a write takes at most 25."""


def collection_of(kind: EventKind) -> str:
    """Where events of this kind are stored."""
    return PERSON_EVENTS if kind.is_of_a_person else EVENTS


def store_reports(
    documents: Documents,
    reports: Sequence[Report],
    received_at: datetime,
    connection_id: str | None = None,
) -> list[tuple[MediaEvent, bool]]:
    """
    For each report its event, and whether this delivery made it (False: it was known already).

    A known one whose event was removed since is answered with an event that is done.
    """
    events = [_event_from(report, received_at, connection_id) for report in reports]
    different = list({event.fingerprint: event for event in events}.values())
    stored: dict[str, tuple[MediaEvent, bool]] = {}
    for start in range(0, len(different), _EVENTS_IN_A_WRITE):
        stored |= _store_together(documents, different[start : start + _EVENTS_IN_A_WRITE])
    answered = []
    for event in events:
        found, is_new = stored[event.fingerprint]
        answered.append((found, is_new))
        stored[event.fingerprint] = found, False  # said twice in one delivery
    return answered


def count_by_name(documents: Documents, report: Report, now: datetime) -> None:
    """
    One more delivery of a kind that is only counted, as `<source>:<sender's word>`.

    A word that does not come any more is forgotten, and past a hundred words of
    one sender new ones are counted together, so that nobody fills the store with words.
    """
    key = f"{report.source}:{report.source_event}"
    while True:
        found = documents.get(COUNTS, key)
        if found is None and key != _other(report) and _has_enough(documents, report):
            key = _other(report)
            continue
        count = found.body["count"] + 1 if found else 1
        body = {"kind": report.kind, "count": count, "last_at": iso(now)}
        try:
            version = found.version if found else ABSENT
            documents.put(COUNTS, key, body, version=version, expires_at=now + KEPT_FOR)
        except ConflictError:
            continue
        return


def event_document(
    documents: Documents, event_id: str, collection: str = EVENTS
) -> tuple[MediaEvent, Document] | None:
    """An event with its document (for a versioned write), or None when there is none."""
    document = documents.get(collection, event_id)
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


def _other(report: Report) -> str:
    return f"{report.source}:other"


def _has_enough(documents: Documents, report: Report) -> bool:
    words = documents.list(COUNTS, prefix=f"{report.source}:", limit=MAX_WORDS)
    return len(words) == MAX_WORDS


def _store_together(
    documents: Documents, events: Sequence[MediaEvent]
) -> dict[str, tuple[MediaEvent, bool]]:
    """Written without looking first, since nearly every delivery is new."""
    try:
        documents.write([put for event in events for put in _puts(event)])
    except ConflictError:
        if len(events) > 1:
            found = [_store_together(documents, [event]) for event in events]
            return {key: outcome for one in found for key, outcome in one.items()}
        known = _known(documents, events[0])
        return (
            {events[0].fingerprint: (known, False)} if known else _store_together(documents, events)
        )
    return {event.fingerprint: (event, True) for event in events}


def _puts(event: MediaEvent) -> list[Put]:
    kept_for = PROGRESS_KEPT_FOR if event.kind is EventKind.PROGRESSED else KEPT_FOR
    expires_at = event.received_at + kept_for
    return [
        Put(FINGERPRINTS, event.fingerprint, {"event_id": event.id}, ABSENT, expires_at),
        Put(collection_of(event.kind), event.id, as_body(event), ABSENT, expires_at),
    ]


def _known(documents: Documents, event: MediaEvent) -> MediaEvent | None:
    """What an earlier delivery made of it; None when nothing is stored after all."""
    pointer = documents.get(FINGERPRINTS, event.fingerprint)
    if pointer is None:  # it expired at this very moment
        return None
    event_id = pointer.body["event_id"]
    document = documents.get(collection_of(event.kind), event_id)
    if document:
        return MediaEvent.model_validate(document.body)
    return event.model_copy(update={"id": event_id, "state": EventState.DONE})


def _event_from(report: Report, received_at: datetime, connection_id: str | None) -> MediaEvent:
    fingerprint = fingerprint_of(report, received_at, connection_id)
    said = {field.name: getattr(report, field.name) for field in fields(report)}
    said["title"] = one_line(report.title)
    return MediaEvent(
        **said,
        id=time_id(received_at, fingerprint),
        fingerprint=fingerprint,
        connection_id=connection_id,
        received_at=received_at,
        state=EventState.RECEIVED if _has_a_next_step(report.kind) else EventState.DONE,
    )


def _has_a_next_step(kind: EventKind) -> bool:
    return kind.changes_a_library or kind.is_of_a_play
