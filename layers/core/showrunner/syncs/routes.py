"""The addresses of the sync API, bound to their answers."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from showrunner.entry.app import HttpApp
from showrunner.entry.body import raw_body
from showrunner.entry.finite_stream import wait_seconds
from showrunner.syncs import api, live
from showrunner.syncs.requests import CancelRequest, ImportRequest, StartRequest, UploadRequest
from showrunner.syncs.status import status as status_of
from showrunner.wiring import Home, home

Body = dict[str, Any]
Answer = tuple[Body, int]


def sync_routes(app: HttpApp, plays_in_ledger: Callable[[Home], int]) -> None:
    """Look, start, cancel, follow."""

    @app.get("/sync/status")
    def status() -> Body:
        """Every server's syncs by kind: state, progress, rate, errors, when the next is due."""
        return status_of(home(), plays_in_ledger(home()))

    @app.post("/sync/start")
    def start(request: StartRequest) -> Answer:
        """Sync now; with `days_back` or `full` the history of that time once more."""
        return api.start(home(), request), HTTPStatus.ACCEPTED

    @app.post("/sync/cancel")
    def cancel(request: CancelRequest) -> Body:
        """Stop a run after the page in hand; what is in stays. 409 when it is over."""
        return api.cancel(home(), request)

    @app.get("/sync/events")
    def events() -> Response[str]:
        """Server-sent events: sync_progress, sync_complete, sync_error."""
        headers = app.current_event.headers
        body = live.events_answer(headers.get("last-event-id", ""), home(), wait_seconds())
        return Response(200, "text/event-stream", body, headers={"Cache-Control": "no-store"})


def import_routes(app: HttpApp) -> None:
    """Bring in what a Tautulli remembers."""

    @app.post("/sync/import")
    def start_import(request: ImportRequest) -> Answer:
        """Import from a Tautulli: by its API, or its database file by path or upload."""
        return api.start_import(home(), request), HTTPStatus.ACCEPTED

    @app.post("/sync/uploads")
    def new_upload(request: UploadRequest) -> Answer:
        """Announce a file; the answer says in how many parts of how many bytes to send it."""
        return api.new_upload(home(), request), HTTPStatus.CREATED

    @app.get("/sync/uploads/<upload_id>")
    def upload(upload_id: str) -> Body:
        """An upload with the parts that have come; 404 after a day."""
        return api.upload_details(home(), upload_id)

    @app.put("/sync/uploads/<upload_id>/parts/<number>")
    def part(upload_id: str, number: int) -> Body:
        """One part as raw bytes (application/octet-stream); the same again replaces it."""
        return api.take_part(home(), upload_id, number, raw_body(app.current_event.raw_event))
