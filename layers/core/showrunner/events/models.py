import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from showrunner.clients.models import Decision
from showrunner.ports.clock import iso

ANONYMOUS_FOLD_SECONDS = 10
"""
Two equal deliveries from a sender that says neither an id nor a time are one
event when they come within the same ten seconds: no batch can be dispatched in
that time (the shortest quiet period), so the pending one covers both, and
nobody starts the same film twice in it.
"""


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(text: str) -> str:
    """A sender's `text` for a log or a label: no new lines, nothing that steers a terminal."""
    return _CONTROLS.sub(" ", text).strip()


_Line = Annotated[str, AfterValidator(one_line)]


class EventKind(StrEnum):
    ADDED = "added"
    UPGRADED = "upgraded"
    RENAMED = "renamed"
    DELETED = "deleted"
    PLAYED = "played"
    """Somebody started to play an item; not that it was watched."""
    PAUSED = "paused"
    RESUMED = "resumed"
    PROGRESSED = "progressed"
    STOPPED = "stopped"
    SCROBBLED = "scrobbled"
    """The server counts the item as watched, because it was played far enough."""
    RATED = "rated"
    MARKED_PLAYED = "marked_played"
    """Somebody said by hand that they know it."""
    MARKED_UNPLAYED = "marked_unplayed"
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
        """True when something now lies at `path` (or in the item) that may want previews."""
        return self in (EventKind.ADDED, EventKind.UPGRADED, EventKind.RENAMED)

    @property
    def changes_a_library(self) -> bool:
        """True for what becomes a line of a batch; nothing else ever does."""
        return self.brings_a_file or self is EventKind.DELETED

    @property
    def is_of_a_person(self) -> bool:
        """True for what somebody did with an item: played, rated, marked."""
        return self in _OF_A_PERSON

    @property
    def is_of_a_play(self) -> bool:
        """True for what becomes a moment of a play; a rating or a mark by hand never does."""
        return self in _OF_A_PLAY


_OF_A_PLAY = frozenset(
    {
        EventKind.PLAYED,
        EventKind.PAUSED,
        EventKind.RESUMED,
        EventKind.PROGRESSED,
        EventKind.STOPPED,
        EventKind.SCROBBLED,
    }
)
_OF_A_PERSON = _OF_A_PLAY | {
    EventKind.RATED,
    EventKind.MARKED_PLAYED,
    EventKind.MARKED_UNPLAYED,
}


class EventItem(BaseModel):
    """
    The titles and numbers of an item as its sender says them.

    `series_title` is the artist of a track. `season_number` and `episode_number`
    only of an episode. `library` is the name of the library. None: not said.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    title: _Line | None = None
    series_title: _Line | None = None
    season_number: int | None = None
    episode_number: int | None = None
    year: int | None = None
    library: _Line | None = None


class Playback(BaseModel):
    """
    How something was played at the moment of the event.

    `position_ms` counts from the start of the item. `session_key` is the
    server's name of this stream, unique there while it lasts. `player_id` stays
    the same for a device, `player_name` is what its owner calls it, `device` what
    it is, `platform` its system, `product` the program on it, `address` its
    network address. `played_to_completion`:
    the server's own verdict, which only a stop has. None: the sender does not say.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    session_key: str | None = None
    position_ms: int | None = None
    duration_ms: int | None = None
    is_paused: bool | None = None
    played_to_completion: bool | None = None
    player_name: str | None = None
    player_id: str | None = None
    device: str | None = None
    platform: str | None = None
    product: str | None = None
    address: str | None = None
    is_local: bool | None = None
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """
    One thing a sender says, translated but not yet stored.

    `source` is the sender's kind ("radarr"), `source_event` its own word
    ("Download"). `title` is a label for people, `item` has its parts when
    somebody played it. `path` and `previous_path` are as the sender sees them; None
    when it names no file: then `server_item_id` names the item whose files these
    are, on the media server that calls itself `server_id`. `item_type` is
    "movie", "episode", "season", "series" or another word of the server, in
    small letters. `person_id` and `person_name` are the account as the server
    says it, `rating` that person's own, 0-10. `happened_at`: when it happened
    by the sender's clock, UTC; None when it does not say. `identity` holds what
    makes this delivery this one (file id, size, download id ...); empty when
    the sender gives nothing.
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
    server_id: str | None = None
    server_item_id: str | None = None
    item_type: str | None = None
    item: EventItem | None = None
    person_id: str | None = None
    person_name: str | None = None
    playback: Playback | None = None
    rating: float | None = None
    happened_at: datetime | None = None


class EventState(StrEnum):
    RECEIVED = "received"
    BATCHED = "batched"
    DONE = "done"
    """Nothing follows from it (any more): a test, a rating, a report whose play has it."""


class MediaEvent(BaseModel):
    """
    A stored report, its fields as there. `id` sorts by time; `fingerprint` is the
    same for the same delivery. `connection_id` is the connection whose address or
    secret the delivery came with; None: it came to an address of all.
    """

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
    server_id: str | None = None
    server_item_id: str | None = None
    item_type: str | None = None
    item: EventItem | None = None
    person_id: str | None = None
    person_name: str | None = None
    playback: Playback | None = None
    rating: float | None = None
    happened_at: datetime | None = None
    connection_id: str | None = None
    received_at: datetime
    state: EventState = EventState.RECEIVED
    batch_id: str | None = None


def fingerprint_of(report: Report, received_at: datetime, connection_id: str | None) -> str:
    """The same 32 hex digits for the same delivery, whenever and however often it comes."""
    facts = (
        report.source,
        connection_id or "",
        report.kind.happening,
        report.path or "",
        report.previous_path or "",
        report.server_id or "",
        report.server_item_id or "",
        report.person_id or report.person_name or "",
        *_identity_of(report, received_at),
    )
    return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()[:32]


def _identity_of(report: Report, received_at: datetime) -> tuple[str, ...]:
    """What people do happens again and again: there the moment always belongs to it."""
    if report.identity and not report.kind.is_of_a_person:
        return report.identity
    if report.happened_at:
        return (*report.identity, "on", iso(report.happened_at))
    window = int(received_at.timestamp()) // ANONYMOUS_FOLD_SECONDS
    return (*report.identity, "at", str(window))
