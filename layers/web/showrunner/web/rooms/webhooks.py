"""Triggers: who may report what, how each is set up, what came in and what waits."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from showrunner.batches import history
from showrunner.batches.history import HistoryStatus
from showrunner.batches.store import DISPATCHED
from showrunner.connections import store as connections
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.events.store import EVENTS
from showrunner.ports.clock import from_iso
from showrunner.ports.documents import Document, Documents, each
from showrunner.settings import load_settings
from showrunner.web.rooms import batches
from showrunner.web.rooms.models import Part, Place, Room, View
from showrunner.webhooks import secrets
from showrunner.webhooks.addresses import connection_url
from showrunner.webhooks.instructions import SENDERS, instructions

ENTRIES_SHOWN = 20
SETS_ITSELF_UP = (ConnectionKind.PLEX, ConnectionKind.TAUTULLI)
"""Where Showrunner can make its webhook known through an API."""

_SEND_NOTHING = (ConnectionKind.TMDB, ConnectionKind.TVDB)


def senders_of(documents: Documents) -> list[Connection]:
    """The connections that can send webhooks, by name."""
    found = connections.ConnectionStore(documents).list()
    able = (one for one in found if one.kind not in _SEND_NOTHING)
    return sorted(able, key=lambda one: one.name.casefold())


def _senders(view: View) -> Mapping[str, Any]:
    able = [one for one in senders_of(view.documents) if one.kind in SETS_ITSELF_UP]
    return {
        "senders": instructions(view.public_address),
        "connections": {kind: [one for one in able if one.kind is kind] for kind in SETS_ITSELF_UP},
    }


def _watch_senders(documents: Documents) -> Iterator[Document]:
    return each(documents, connections.COLLECTION)


def _secrets(view: View) -> Mapping[str, Any]:
    own = {one.connection_id: one for one in secrets.all_secrets(view.documents)}
    able = senders_of(view.documents)
    return {
        "is_fixed": secrets.fixed_secret_hash() is not None,
        "installation": own.get(None),
        "own": [(one, own[one.id]) for one in able if one.id in own],
        "without": [one for one in able if one.id not in own],
        "address_of": lambda one: connection_url(view.public_address, one.id),
    }


def _watch_secrets(documents: Documents) -> Iterator[Document]:
    yield from each(documents, secrets.COLLECTION)
    yield from each(documents, connections.COLLECTION)


def _history(view: View) -> Mapping[str, Any]:
    status = view.asked("status")
    page = history.history_page(
        view.documents,
        source=view.asked("source") or None,
        status=HistoryStatus(status) if status in list(HistoryStatus) else None,
        limit=ENTRIES_SHOWN,
        after=view.asked("after") or None,
    )
    return {
        "entries": [{**one, "at": from_iso(one["timestamp"])} for one in page["events"]],
        "next": page["next"],
        "sources": [sender.name for sender in SENDERS if sender.name != "incoming"],
        "statuses": list(HistoryStatus),
        "is_enabled": load_settings(view.documents).webhook_enabled,
    }


def _watch_history(documents: Documents) -> Iterable[Document]:
    yield from documents.list(EVENTS, limit=1, newest_first=True)
    yield from documents.list(DISPATCHED, limit=1, newest_first=True)
    if cleared := documents.get(history.COLLECTION, history.KEY):
        yield cleared


ROOM = Room(
    name="automation",
    path="/automation",
    title="Automation",
    group="automation",
    tab="Triggers",
    parts=(
        Part(
            "senders",
            "Who tells of new files",
            Place.MAIN,
            _senders,
            _watch_senders,
            "/api/v1/webhooks/instructions",
        ),
        Part(
            "history",
            "What came in",
            Place.MAIN,
            _history,
            _watch_history,
            "/api/v1/webhooks/history",
        ),
        batches.PART,
        Part(
            "secrets",
            "Webhook secret",
            Place.SIDE,
            _secrets,
            _watch_secrets,
            "/api/v1/webhooks/secret",
        ),
    ),
)
