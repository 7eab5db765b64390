"""
Takes up what was stored and then left lying, because a process or a message died.

Every step from a webhook to a job or a play is stored before it is put on a queue,
so all that can be lost is the message; it is sent again here, and twice is once.
"""

from datetime import datetime, timedelta
from typing import Any

from showrunner.batches.gather import send_timer
from showrunner.batches.store import undispatched_batches
from showrunner.events.models import EventState, MediaEvent
from showrunner.events.store import EVENTS, PERSON_EVENTS
from showrunner.ids import time_id
from showrunner.jobs.models import JobStatus
from showrunner.jobs.queues import JOBS, PLAYS
from showrunner.jobs.store import list_jobs
from showrunner.ports.documents import Document
from showrunner.wiring import Home

COLLECTION = "sweeps"

LEFT_AFTER = timedelta(minutes=1)
"""A message on its way needs less; one that waits in a long queue is sent twice, which is once."""
JOB_LEFT_AFTER = timedelta(minutes=5)
"""To queue a hundred thousand files takes a while, and is costlier to do twice."""

EVENTS_AT_ONCE = 2000
JOBS_LOOKED_AT = 200
_PAGE = 200


def sweep(home: Home) -> dict[str, Any]:
    """Send on what was left lying; how much that was, by kind. Cheap when there is nothing."""
    return {
        "events": _events(home, EVENTS, "batches"),
        "person_events": _events(home, PERSON_EVENTS, PLAYS),
        "batches": _batches(home),
        "jobs": _jobs(home),
    }


def _events(home: Home, collection: str, queue: str) -> int:
    """
    Events that no batch and no play has taken, each sent once more.

    Every event is looked at once, when it is old enough: a mark says how far.
    """
    horizon = time_id(home.clock.now() - LEFT_AFTER, "horizon")
    marked = home.documents.get(COLLECTION, collection)
    # After the clock was set back, the mark may lie ahead of the events that come now.
    mark = min(marked.body["looked_until"], horizon) if marked else None
    sent = 0
    for _ in range(EVENTS_AT_ONCE // _PAGE):
        page = home.documents.list(collection, after=mark, limit=_PAGE)
        old = [document for document in page if document.key < horizon]
        sent += _send_events(old, queue, home)
        is_last = len(old) < _PAGE
        mark = horizon if is_last else old[-1].key
        home.documents.put(COLLECTION, collection, {"looked_until": mark})
        if is_last:
            break
    return sent


def _send_events(documents: list[Document], queue: str, home: Home) -> int:
    events = [MediaEvent.model_validate(document.body) for document in documents]
    left = [{"event_id": event.id} for event in events if event.state is EventState.RECEIVED]
    home.queue(queue).send_all(left)
    return len(left)


def _batches(home: Home) -> int:
    """Batches past their time: the timer was lost, or the dispatch was cut short."""
    late = [
        batch
        for batch in undispatched_batches(home.documents)
        if batch.due_at < home.clock.now() - LEFT_AFTER
    ]
    for batch in late:
        send_timer(batch, home)
    return len(late)


def _jobs(home: Home) -> int:
    """Jobs that were stored and never queued: one of a batch is the batch's to repeat as well."""
    now: datetime = home.clock.now()
    left = [
        job
        for job in list_jobs(home.documents, limit=JOBS_LOOKED_AT)
        if job.status is JobStatus.PENDING
        and job.queued_at is None
        and job.created_at < now - JOB_LEFT_AFTER
    ]
    home.queue(JOBS).send_all([{"job_id": job.id} for job in left])
    return len(left)
