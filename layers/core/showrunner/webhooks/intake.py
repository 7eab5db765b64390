import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from showrunner.events.models import EventKind, EventState, MediaEvent, Report
from showrunner.events.store import count_by_name, store_report
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
    receipt = Receipt()
    for report in reports:
        _receive_one(report, home, connection_id, receipt)
    return receipt


def _receive_one(report: Report, home: Home, connection_id: str | None, receipt: Receipt) -> None:
    now = home.clock.now()
    if report.kind in _COUNTED:
        count_by_name(home.documents, report, now)
        receipt.counted.append(report.source_event)
        return
    event, is_new = store_report(home.documents, report, now, connection_id)
    if event.state is EventState.RECEIVED:
        home.queue("batches").send({"event_id": event.id})
    if is_new:
        logger.info("webhook: %s %s: %s", event.source, event.kind, event.title or event.path)
        receipt.accepted.append(event)
    else:
        receipt.repeated += 1
