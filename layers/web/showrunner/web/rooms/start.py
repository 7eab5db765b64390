"""The first room: what plays, what was announced, what is in work, what is finished."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from showrunner import activity
from showrunner.connections import health
from showrunner.connections import store as connections
from showrunner.events import store as events
from showrunner.ports.documents import Document, Documents, each
from showrunner.web.rooms import batches, flow, jobs, previews
from showrunner.web.rooms.models import Part, Place, Room, View

EVENTS_SHOWN = 12


def _playing(view: View) -> Mapping[str, Any]:
    return {"sessions": activity.now_playing(view.documents)}


def _watch_playing(documents: Documents) -> Iterator[Document]:
    return each(documents, activity.SESSIONS)


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
        Part("jobs", "Jobs", Place.MAIN, jobs.load, jobs.watch, "/api/v1/jobs"),
        Part("previews", "Latest previews", Place.MAIN, previews.load, previews.watch),
        Part("activity", "Playing now", Place.SIDE, _playing, _watch_playing, "/api/v1/activity"),
        batches.PART,
        Part("events", "Recent events", Place.SIDE, _events, _watch_events, "/api/v1/events"),
        Part("connections", "Connections", Place.SIDE, _connections, _watch_connections),
    ),
)
