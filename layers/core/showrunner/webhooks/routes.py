from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from showrunner.entry.app import HttpApp
from showrunner.events.models import EventKind, MediaEvent, Report
from showrunner.settings import load_settings
from showrunner.webhooks.bodies import webhook_payload
from showrunner.webhooks.intake import Receipt, receive
from showrunner.webhooks.servarr import Payload
from showrunner.wiring import home

Answer = tuple[dict[str, Any], int]


def webhook_app(
    name: str, events_from: Callable[[Payload], list[Report]], *, says_kind: bool = False
) -> HttpApp:
    """
    The app that takes `/webhooks/<name>`, by POST or PUT as the sender is set up.

    202 when the delivery is accepted, known already or needs nothing; 200 for a
    sender's test; 400 when `events_from` refuses. `says_kind` adds who sent it.
    """
    app = HttpApp()

    @app.route(f"/webhooks/{name}", method=["POST", "PUT"])
    def take() -> Answer:
        reports = events_from(webhook_payload(app.current_event.raw_event))
        body, status = _take(reports)
        return (body | {"kind": reports[0].source} if says_kind else body), status

    return app


def _take(reports: Sequence[Report]) -> Answer:
    here = home()
    if not load_settings(here.documents).webhook_enabled:
        return _answer("Ignored: webhooks are switched off in the settings.", "ignored")
    receipt = receive(reports, here)
    if reports[0].kind is EventKind.TEST:
        message = f"{reports[0].source.capitalize()} webhook configured successfully"
        return {"success": True, "message": message}, HTTPStatus.OK
    return _say(receipt, reports)


def _say(receipt: Receipt, reports: Sequence[Report]) -> Answer:
    if receipt.accepted:
        has_file = any(event.kind.brings_a_file for event in receipt.accepted)
        start = "Processing queued for" if has_file else "Deletion noted for"
        return _answer(f"{start} {_label(receipt.accepted)}", "accepted", receipt)
    if receipt.repeated:
        return _answer(f"Already received: {_label(reports)}", "repeated", receipt)
    names = ", ".join(receipt.counted)
    return _answer(f"Nothing to do for {names}: counted only", "ignored", receipt)


def _label(things: Sequence[MediaEvent] | Sequence[Report]) -> str:
    """`'Inception (2010)'`, or `3 files` when they have no one title."""
    titles = {thing.title for thing in things}
    if len(titles) == 1 and (title := titles.pop()):
        return f"'{title}'"
    return "1 file" if len(things) == 1 else f"{len(things)} files"


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
