from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler.openapi.params import Query

from showrunner.batches.gather import fire
from showrunner.batches.history import FILES_SHOWN, HistoryStatus, clear_history, history_page
from showrunner.batches.models import Batch
from showrunner.batches.store import first_lines, label_of, open_batches
from showrunner.entry.app import HttpApp
from showrunner.ports.clock import iso
from showrunner.ports.documents import Documents
from showrunner.wiring import home

Body = dict[str, Any]


def add_routes(app: HttpApp) -> None:
    """Give `app`, which must validate, the batches that wait and the history of webhooks."""

    @app.get("/webhooks/pending")
    def pending() -> Body:
        """Batches that wait for their source to be quiet, with what is in them."""
        here = home()
        waiting = open_batches(here.documents)
        return {"pending": [_shown(batch, here.documents, here.clock.now()) for batch in waiting]}

    @app.post(
        "/webhooks/pending/<key>/fire-now",
        responses={HTTPStatus.ACCEPTED.value: {"description": "Its job is being made"}},
    )
    def fire_now(key: str) -> tuple[Body, int]:
        """Make the job of the batch of source `key` at once; 404 when none waits."""
        batch = fire(unquote(key), home())
        fired = {"success": True, "fired": True, "key": batch.source, "job_id": batch.job_id}
        return fired, HTTPStatus.ACCEPTED

    @app.get("/webhooks/history")
    def history(
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        after: Annotated[str | None, Query(max_length=100)] = None,
        source: Annotated[str | None, Query(max_length=100)] = None,
        status: Annotated[HistoryStatus | None, Query()] = None,
    ) -> Body:
        """What came in and what became of it, newest first; `after` takes `next`."""
        return history_page(
            home().documents, source=source, status=status, limit=limit, after=after
        )

    @app.delete("/webhooks/history")
    def clear() -> Body:
        """Forget the history; a delivery that comes again is still known."""
        clear_history(home().documents, home().clock.now())
        return {"success": True}


def _shown(batch: Batch, documents: Documents, now: datetime) -> Body:
    """One batch with its countdown. `job_id` is of the job that it becomes."""
    lines = first_lines(documents, batch.id, FILES_SHOWN)
    return {
        "key": batch.source,
        "source": batch.source,
        "label": label_of(batch, documents),
        "count": batch.file_count,
        "paths": [line.path or line.title for line in lines],
        "opened_at": iso(batch.opened_at),
        "due_at": iso(batch.due_at),
        "seconds_left": max(0, round((batch.due_at - now).total_seconds())),
        "job_id": batch.job_id,
    }
