import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from showrunner.events.models import EventKind, EventState, MediaEvent, Report, one_line
from showrunner.events.store import count_by_name, store_reports
from showrunner.jobs.queues import PLAYS
from showrunner.wiring import Home

logger = logging.getLogger(__name__)

_COUNTED = (EventKind.NOTED, EventKind.UNKNOWN)


@dataclass(slots=True)
class Receipt:
    """
    What became of one delivery.

    `accepted` events are new and stored, `repeated` is how many were known
    already, `counted` are the sender's words for what was only counted.
    """

    accepted: list[MediaEvent] = field(default_factory=list)
    repeated: int = 0
    counted: list[str] = field(default_factory=list)


def receive(reports: Sequence[Report], home: Home, *, connection_id: str | None = None) -> Receipt:
    """
    Store what a sender reported and put the next step on the queue.

    When this returns, everything is durable. Safe to repeat: a delivery that
    was cut short goes on where it stopped.
    """
    receipt, now = Receipt(), home.clock.now()
    for report in reports:
        if report.kind in _COUNTED:
            count_by_name(home.documents, report, now)
            receipt.counted.append(report.source_event)
    kept = [report for report in reports if report.kind not in _COUNTED]
    stored = store_reports(home.documents, kept, now, connection_id)
    _send_on([event for event, _ in stored], home)
    for event, is_new in stored:
        _note(event, receipt, is_new=is_new)
    return receipt


def _send_on(events: Sequence[MediaEvent], home: Home) -> None:
    """What is known already and still waits is sent again: its message may have been lost."""
    waiting: dict[str, dict[str, None]] = {}
    for event in events:
        if event.state is EventState.RECEIVED:
            queue = PLAYS if event.kind.is_of_a_play else "batches"
            waiting.setdefault(queue, {})[event.id] = None
    # On AWS, making a queue's client costs more than all the rest: not unless something waits.
    for queue, event_ids in waiting.items():
        home.queue(queue).send_all([{"event_id": event_id} for event_id in event_ids])


def _note(event: MediaEvent, receipt: Receipt, *, is_new: bool) -> None:
    if not is_new:
        receipt.repeated += 1
        return
    receipt.accepted.append(event)
    level = logging.DEBUG if event.kind is EventKind.PROGRESSED else logging.INFO
    named = event.title or event.path or event.server_item_id
    said = f"webhook: {event.source} {event.kind}" + (f": {one_line(named)}" if named else "")
    logger.log(level, "%s", said)
