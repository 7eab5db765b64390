"""More or fewer workers, and the messages that no worker could bring to an end."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.jobs import dead_letters as dead
from showrunner.jobs import pool
from showrunner.jobs.requests import RedriveRequest, WorkersRequest
from showrunner.wiring import home

app = HttpApp(validates=True)


@app.post("/workers/add")
def add(request: WorkersRequest) -> dict[str, Any]:
    """More workers; running ones follow within seconds, and the settings keep it."""
    return pool.add_workers(home().documents, request)


@app.post("/workers/remove")
def remove(request: WorkersRequest) -> dict[str, Any]:
    """Fewer workers; those that go finish what they have in hand."""
    return pool.remove_workers(home().documents, request)


@app.get("/dead-letters")
def dead_letters(
    queue: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Messages that were set aside, with the reasons; of one queue or of all."""
    return dead.dead_letters(home(), queue, limit)


@app.post("/dead-letters/redrive")
def redrive(request: RedriveRequest) -> dict[str, Any]:
    """Give a queue's dead letters a fresh start; the files that failed of it are queued again."""
    return dead.redrive(home(), request.queue, request.limit)


handle_workers = http_entry("workers", app, check_token)
