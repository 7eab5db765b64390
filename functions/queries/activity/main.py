"""Answers what plays now and what happened lately."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from showrunner.access import check_token
from showrunner.activity import now_playing
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.events.store import event_counts, recent_events
from showrunner.wiring import home

app = HttpApp(validates=True)

Limit = Annotated[int, Query(ge=1, le=500)]


@app.get("/activity")
def activity() -> dict[str, Any]:
    """Sessions on all servers: as their sockets tell, or as the minute's poll found them."""
    sessions = [session.model_dump(mode="json") for session in now_playing(home().documents)]
    return {"sessions": sessions, "count": len(sessions)}


@app.get("/events")
def events(limit: Limit = 50, after: Annotated[str | None, Query()] = None) -> dict[str, Any]:
    """Events, newest first; `after` takes `next` of the page before. Ignored kinds as counts."""
    documents = home().documents
    found = recent_events(documents, limit=limit, after=after)
    return {
        "events": [event.model_dump(mode="json") for event in found],
        "next": found[-1].id if len(found) == limit else None,
        "counts": event_counts(documents),
    }


handle_activity = http_entry("activity", app, check_token)
