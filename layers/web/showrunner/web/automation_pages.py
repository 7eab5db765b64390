"""The pages of automation that are no rooms: a schedule's form, a sender's webhook."""

from collections.abc import Callable, Mapping
from typing import Any

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.entry.app import HttpApp, Response
from showrunner.errors import NotFoundError, ShowrunnerError
from showrunner.schedules.store import ScheduleStore
from showrunner.servers.plex_webhook import PlexWebhook
from showrunner.servers.tautulli_webhook import TautulliWebhook
from showrunner.settings import load_settings
from showrunner.timezones import owners_zone
from showrunner.web import pages
from showrunner.web.library_choices import Choice, Group, library_choices
from showrunner.web.pages import ShowPage
from showrunner.web.rooms import schedules, webhooks
from showrunner.wiring import home


def add_routes(app: HttpApp, show: ShowPage, own_address: Callable[[], str]) -> None:
    """
    Add the schedules' forms and `/automation/webhooks/<connection id>` to the page.

    `own_address` is how the reader came here, for senders that are given one.
    """

    @app.get("/automation/schedules/new")
    def new() -> Response[str]:
        return show("schedule.html", {"room": schedules.ROOM, **_form(None)})

    @app.get("/automation/schedules/<schedule_id>")
    def edit(schedule_id: str) -> Response[str]:
        return show("schedule.html", {"room": schedules.ROOM, **_form(schedule_id)})

    @app.get("/automation/webhooks/<connection_id>")
    def webhook(connection_id: str) -> Response[str]:
        """What plex.tv or Tautulli says takes its time: the page fetches it once it is opened."""
        found = _webhook(ConnectionStore(home().documents).get(connection_id), own_address())
        if app.current_event.headers.get("hx-request"):
            return pages.page("webhook.html", found)
        return show("webhook_page.html", {"room": webhooks.ROOM, **found})


def _form(schedule_id: str | None) -> Mapping[str, Any]:
    documents = home().documents
    schedule = ScheduleStore(documents).get(schedule_id) if schedule_id else None
    choices = library_choices(documents)
    place = {
        "server_id": schedule.server_id if schedule else None,
        "library_id": schedule.library_id if schedule else None,
    }
    if schedule and not any(one.body == place for group in choices for one in group.choices):
        gone = Choice(schedule.library_name or "A library that is gone", place)
        choices = [Group("", [gone]), *choices]
    zone = owners_zone(load_settings(documents).timezone)
    return {"schedule": schedule, "choices": choices, "place": place, "zone": zone.name}


def _webhook(connection: Connection, own: str) -> Mapping[str, Any]:
    try:
        status, problem = _status(connection, own), None
    except ShowrunnerError as error:
        status, problem = None, error.message
    return {"connection": connection, "status": status, "problem": problem, "own": own}


def _status(connection: Connection, own: str) -> dict[str, Any]:
    if connection.kind is ConnectionKind.PLEX:
        return PlexWebhook(home(), own, connection.id).status()
    if connection.kind is ConnectionKind.TAUTULLI:
        return TautulliWebhook(home(), connection, own).status()
    raise NotFoundError(
        f"{connection.name} cannot be set up from here: /automation has the steps by hand."
    )
