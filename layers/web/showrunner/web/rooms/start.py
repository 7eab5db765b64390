"""The first room: what plays, what was announced, what is in work, what is finished."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from showrunner import activity
from showrunner.connections import health
from showrunner.connections import store as connections
from showrunner.events import store as events
from showrunner.live.alerts import OPEN as OPEN_ALERTS
from showrunner.live.alerts import active_alerts
from showrunner.live.holding import COLLECTION as READERS
from showrunner.live.holding import ReaderState, reader_statuses
from showrunner.ports.documents import Document, Documents, each
from showrunner.web.library_choices import media_servers
from showrunner.web.rooms import batches, flow, jobs, previews
from showrunner.web.rooms.models import Part, Place, Room, View

EVENTS_SHOWN = 12
READER_STATES = list(ReaderState)


def _playing(view: View) -> Mapping[str, Any]:
    readers = reader_statuses(view.documents)
    servers = [one for one in media_servers(view.documents) if one.enabled]
    return {
        "sessions": activity.now_playing(view.documents),
        "alerts": active_alerts(view.documents),
        "readers": [(one, readers.get(one.id)) for one in servers],
    }


def _watch_playing(documents: Documents) -> Iterator[Document]:
    yield from each(documents, activity.SESSIONS)
    yield from each(documents, OPEN_ALERTS)
    for document in each(documents, READERS):  # written anew all the time: only its state counts
        yield replace(document, version=READER_STATES.index(document.body["state"]))


def _events(view: View) -> Mapping[str, Any]:
    counts = events.event_counts(view.documents)
    return {
        "events": events.recent_events(view.documents, limit=EVENTS_SHOWN),
        "counts": sorted(counts.items(), key=lambda count: count[1]["last_at"], reverse=True),
    }


def _watch_events(documents: Documents) -> Iterator[Document]:
    yield from documents.list(events.EVENTS, limit=EVENTS_SHOWN, newest_first=True)
    yield from each(documents, events.COUNTS)


def _connections(view: View) -> Mapping[str, Any]:
    return {
        "connections": connections.ConnectionStore(view.documents).list(),
        "healths": health.healths(view.documents),
    }


def _watch_connections(documents: Documents) -> Iterator[Document]:
    yield from each(documents, connections.COLLECTION)
    for document in each(documents, health.COLLECTION):
        yield replace(document, version=0 if document.body["error"] is None else 1)


def _watch_flow(documents: Documents) -> Iterator[Document]:
    return chain(_watch_events(documents), batches.watch(documents), jobs.watch(documents))


ROOM = Room(
    name="start",
    path="/",
    title="Start",
    parts=(
        Part("flow", "From news to preview", Place.TOP, flow.load, _watch_flow),
        Part("activity", "Playing now", Place.MAIN, _playing, _watch_playing, "/api/v1/sessions"),
        Part("jobs", "Jobs", Place.MAIN, jobs.load, jobs.watch, "/api/v1/jobs"),
        Part("previews", "Latest previews", Place.MAIN, previews.load, previews.watch),
        batches.PART,
        Part("events", "Recent events", Place.SIDE, _events, _watch_events, "/api/v1/events"),
        Part("connections", "Connections", Place.SIDE, _connections, _watch_connections),
    ),
)
