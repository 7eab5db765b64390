import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

ANONYMOUS_FOLD_SECONDS = 10
"""
Two equal deliveries from a sender that gives no id of its own are one event
when they come within the same ten seconds: no batch can be dispatched in that
time (the shortest quiet period), so the pending one covers both.
"""


class EventKind(StrEnum):
    ADDED = "added"
    UPGRADED = "upgraded"
    RENAMED = "renamed"
    DELETED = "deleted"
    TEST = "test"
    NOTED = "noted"
    """A kind we know and need nothing of (a grab, a health notice): counted only."""
    UNKNOWN = "unknown"
    """A kind nobody told us of: acknowledged, counted by name, ignored."""

    @property
    def happening(self) -> str:
        """
        What two deliveries must share to be one event.

        Sonarr announces an upgraded file twice, and only once as an upgrade.
        """
        return EventKind.ADDED if self is EventKind.UPGRADED else self

    @property
    def brings_a_file(self) -> bool:
        """True when a file now lies at `path` that may want previews."""
        return self in (EventKind.ADDED, EventKind.UPGRADED, EventKind.RENAMED)


@dataclass(frozen=True, slots=True)
class Report:
    """
    One thing a sender says, translated but not yet stored.

    `source` is the sender's kind ("radarr"), `source_event` its own word
    ("Download"). `path` and `previous_path` are as the sender sees them; None
    when it names no file. `identity` holds what makes this delivery this one
    (file id, size, download id ...); empty when the sender gives nothing.
    """

    kind: EventKind
    source: str
    source_event: str
    title: str = ""
    path: str | None = None
    previous_path: str | None = None
    item_ids: dict[str, str] = field(default_factory=dict)
    size_bytes: int | None = None
    identity: tuple[str, ...] = ()


class EventState(StrEnum):
    RECEIVED = "received"
    BATCHED = "batched"
    DONE = "done"
    """Nothing follows from it: a test, a deletion."""


class MediaEvent(BaseModel):
    """A stored report. `id` sorts by time; `fingerprint` is the same for the same delivery."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    fingerprint: str
    kind: EventKind
    source: str
    source_event: str
    title: str = ""
    path: str | None = None
    previous_path: str | None = None
    item_ids: dict[str, str] = {}
    size_bytes: int | None = None
    connection_id: str | None = None
    received_at: datetime
    state: EventState = EventState.RECEIVED
    batch_id: str | None = None


def fingerprint_of(report: Report, received_at: datetime, connection_id: str | None) -> str:
    """The same 32 hex digits for the same delivery, whenever and however often it comes."""
    window = int(received_at.timestamp()) // ANONYMOUS_FOLD_SECONDS
    identity = report.identity or ("at", str(window))
    facts = (
        report.source,
        connection_id or "",
        report.kind.happening,
        report.path or "",
        report.previous_path or "",
        *identity,
    )
    return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()[:32]
