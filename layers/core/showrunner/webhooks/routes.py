from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from showrunner.entry.app import HttpApp
from showrunner.events.models import EventKind, MediaEvent, Report
from showrunner.plurals import count_of
from showrunner.settings import load_settings
from showrunner.webhooks.authentication import pinned_connection
from showrunner.webhooks.bodies import webhook_payload
from showrunner.webhooks.intake import Receipt, receive
from showrunner.webhooks.sent import EventsFrom
from showrunner.wiring import home

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse

Answer = tuple[dict[str, Any], int]

_METHODS = ["POST", "PUT"]

_REFUSAL: Any = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
_ANSWERS: dict[int, "OpenAPIResponse"] = {
    HTTPStatus.ACCEPTED: {"description": "Stored, known already, or nothing to do for it"},
    HTTPStatus.OK: {"description": "A sender's test"},
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: {
        "description": "The body is over 1 MiB",
        "content": _REFUSAL,
    },
    HTTPStatus.TOO_MANY_REQUESTS: {
        "description": "Too many calls, or wrong secrets",
        "content": _REFUSAL,
    },
}
"""What the description of the API says, beside the refusals of all addresses."""

_ANSWERS_OF_CONNECTIONS: dict[int, "OpenAPIResponse"] = _ANSWERS | {
    HTTPStatus.FORBIDDEN: {"description": "Another connection's secret", "content": _REFUSAL},
    HTTPStatus.NOT_FOUND: {"description": "There is no such connection", "content": _REFUSAL},
}


def webhook_app(
    name: str, events_from: EventsFrom, *, says_kind: bool = False, of_connections: bool = False
) -> HttpApp:
    """
    The app that takes `/webhooks/<name>`, by POST or PUT as the sender is set up.

    202 when the delivery is accepted, known already or needs nothing; 200 for a
    sender's test; 400 when `events_from` refuses, or the sender is of another
    kind than the connection whose address or secret it uses; 404 when that
    connection is not there. `says_kind` adds who sent it. `of_connections`: also
    `/webhooks/server/<connection id>`, for what belongs to that connection.
    """
    app = HttpApp()

    def take() -> Answer:
        """One delivery, in the sender's own words: JSON, or a form that carries it."""
        event = app.current_event.raw_event
        reports = events_from(webhook_payload(event))
        body, status = _take(reports, pinned_connection(event))
        return (body | {"kind": reports[0].source} if says_kind else body), status

    app.route(f"/webhooks/{name}", method=_METHODS, responses=_ANSWERS)(take)
    if of_connections:

        @app.route(
            "/webhooks/server/<connection_id>",
            method=_METHODS,
            responses=_ANSWERS_OF_CONNECTIONS,
        )
        def take_for_connection(connection_id: str) -> Answer:  # noqa: ARG001 - it is pinned already
            """One delivery that belongs to this connection, whoever sends it."""
            return take()

    return app


def _take(reports: Sequence[Report], connection_id: str | None) -> Answer:
    here = home()
    if connection_id is not None or reports[0].server_id is not None:
        # Imported here: what managers and scripts send belongs to no connection.
        from showrunner.webhooks.pinning import connections_of  # noqa: PLC0415

        for connection in connections_of(reports[0], connection_id, here.documents):
            if not connection.takes_webhooks:
                muted = f"Ignored: webhooks of {connection.name} are switched off."
                return _answer(muted, "ignored")
    if not load_settings(here.documents).webhook_enabled:
        return _answer("Ignored: webhooks are switched off in the settings.", "ignored")
    receipt = receive(reports, here, connection_id=connection_id)
    if reports[0].kind is EventKind.TEST:
        message = f"{reports[0].source.capitalize()} webhook configured successfully"
        return {"success": True, "message": message}, HTTPStatus.OK
    return _say(receipt, reports)


def _say(receipt: Receipt, reports: Sequence[Report]) -> Answer:
    if receipt.accepted:
        start = _what_follows(receipt.accepted)
        return _answer(f"{start} {_label(receipt.accepted)}", "accepted", receipt)
    if receipt.repeated:
        return _answer(f"Already received: {_label(reports)}", "repeated", receipt)
    names = ", ".join(receipt.counted)
    return _answer(f"Nothing to do for {names}: counted only", "ignored", receipt)


def _what_follows(events: Sequence[MediaEvent]) -> str:
    if any(event.kind.brings_a_file for event in events):
        return "Processing queued for"
    if any(event.kind.changes_a_library for event in events):
        return "Deletion noted for"
    return f"Recorded as {events[0].kind.replace('_', ' ')}:"


def _label(things: Sequence[MediaEvent] | Sequence[Report]) -> str:
    """`'Inception (2010)'`, or `3 files` when they have no one title."""
    titles = {thing.title for thing in things}
    if len(titles) == 1 and (title := titles.pop()):
        return f"'{title}'"
    return count_of(len(things), "file" if all(thing.path for thing in things) else "item")


def _answer(message: str, status: str, receipt: Receipt | None = None) -> Answer:
    receipt = receipt or Receipt()
    body: dict[str, Any] = {
        "success": True,
        "message": message,
        "status": status,
        "events": [event.id for event in receipt.accepted],
    }
    if receipt.counted:
        body["counted"] = receipt.counted
    return body, HTTPStatus.ACCEPTED
