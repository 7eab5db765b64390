"""Events of persons, from the queue `plays` into their plays."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from showrunner.errors import ConflictError
from showrunner.events.models import EventState, MediaEvent
from showrunner.events.store import PERSON_EVENTS, as_body, event_document
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.plays.live import plays_of_events
from showrunner.plays.models import Play
from showrunner.ports.documents import Document, Documents, Put
from showrunner.settings import load_settings
from showrunner.wiring import Home

_MARKED_TOGETHER = 25
"""How many documents one write changes at most (see `Documents.write`)."""

_Stored = tuple[MediaEvent, Document]


def handle_play_messages(bodies: Sequence[Mapping[str, Any]], home: Home) -> None:
    """
    Messages `{event_id}`: each event is worked into its play and is done then.

    An event that is done or gone is passed over. Raises ConflictError when others
    write all the time; what was worked in by then changes nothing a second time.
    """
    waiting = _waiting(home.documents, [body["event_id"] for body in bodies])
    if not waiting:
        return
    watched_percent = load_settings(home.documents).watched_percent
    note_people(home, plays_of_events(home, [event for event, _ in waiting], watched_percent))
    for start in range(0, len(waiting), _MARKED_TOGETHER):
        _mark_done(home.documents, waiting[start : start + _MARKED_TOGETHER])


def note_people(home: Home, plays: Iterable[Play]) -> None:
    """Remember whose plays these are, as accounts of their servers. Cheap when all are known."""
    accounts: defaultdict[str, dict[tuple[str, str], Account]] = defaultdict(dict)
    for play in plays:
        key = (play.person.id or "", play.person.name or "")
        accounts[play.connection_id][key] = Account(id=key[0], name=key[1])
    for connection_id, told in accounts.items():
        note_accounts(home.documents, connection_id, list(told.values()), home.clock.now())


def _waiting(documents: Documents, event_ids: Iterable[str]) -> list[_Stored]:
    """Those that are not done, in the order they were received."""
    found = [
        event_document(documents, event_id, PERSON_EVENTS) for event_id in dict.fromkeys(event_ids)
    ]
    waiting = [pair for pair in found if pair and pair[0].state is EventState.RECEIVED]
    return sorted(waiting, key=lambda pair: pair[0].received_at)


def _mark_done(documents: Documents, events: Sequence[_Stored]) -> None:
    try:
        documents.write([_done(*pair) for pair in events])
    except ConflictError:  # one of them is done or removed by now
        for pair in events if len(events) > 1 else ():
            _mark_done(documents, [pair])


def _done(event: MediaEvent, document: Document) -> Put:
    body = as_body(event.model_copy(update={"state": EventState.DONE}))
    return Put(PERSON_EVENTS, event.id, body, document.version, document.expires_at)
