"""The pages of one connection: adding it, changing it, and whether it is ready for previews."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from showrunner.connections.api import ConnectionsApi
from showrunner.connections.kinds import secret_field
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.server_care import asked, media_server
from showrunner.connections.shapes import shown
from showrunner.connections.store import ConnectionStore
from showrunner.entry.app import HttpApp, Response
from showrunner.errors import ShowrunnerError
from showrunner.servers.readiness import previews_readiness
from showrunner.web import pages
from showrunner.web.fields import Field, kind_entry, previews_fields, settings_fields
from showrunner.web.pages import ShowPage
from showrunner.wiring import home

DONE = {
    "added": "It is added.",
    "saved": "The changes are saved.",
    "libraries": "The libraries are as the server has them now.",
}


def add_routes(app: HttpApp, show: ShowPage) -> None:
    """Add `/servers/new` and `/servers/<id>` to the page."""

    @app.get("/servers/new")
    def new() -> Response[str]:
        wanted = app.current_event.get_query_string_value("kind", "")
        kind = ConnectionKind(wanted) if wanted in list(ConnectionKind) else None
        if kind is None:
            return show("server_kinds.html", {"kinds": list(ConnectionKind)})
        return show("server_new.html", _form_of(kind, _blank(kind)))

    @app.get("/servers/<server_id>")
    def edit(server_id: str) -> Response[str]:
        given = ConnectionsApi(home(), lambda _: True).get(server_id)
        done = app.current_event.get_query_string_value("done", "")
        form = _form_of(ConnectionKind(given["type"]), given)
        return show("server_edit.html", form | {"done": DONE.get(done)})

    @app.get("/servers/<server_id>/readiness")
    def readiness(server_id: str) -> Response[str]:
        """What the server says takes its time: the page fetches it once it stands."""
        found = _readiness(server_id)
        if app.current_event.headers.get("hx-request"):
            return pages.page("readiness.html", found)
        return show("server_readiness.html", found)


def _form_of(kind: ConnectionKind, given: dict[str, Any]) -> dict[str, Any]:
    entry = kind_entry(kind)
    others = ConnectionStore(home().documents).list()
    fields = settings_fields(entry, given["settings"])
    return {
        "kind": kind,
        "server": given,
        "auth_methods": entry["auth_methods"],
        "default_url": entry["default_url"],
        "key": {"name": secret_field(kind, None), "value": _shown_key(given)},
        "settings": [_with_plex(one, others) for one in fields],
        "previews": previews_fields(entry, given.get("previews") or {}),
        "has_library_paths": "library_paths" in entry["settings"]["properties"],
        "media_servers": [one for one in others if one.kind.is_media_server],
    }


def _with_plex(field: Field, connections: Sequence[Connection]) -> Field:
    """Which Plex server a Tautulli watches is a choice among those that there are."""
    if field.name != "settings.plex_connection_id":
        return field
    found = [one.id for one in connections if one.kind is ConnectionKind.PLEX]
    return replace(field, kind="select", options=["", *found])


def _shown_key(given: dict[str, Any]) -> str:
    """The mask when there is a key, whatever its name; the key itself is nowhere in `given`."""
    auth = given["auth"]
    return next((auth[name] for name in ("token", "api_key", "access_token") if auth.get(name)), "")


def _blank(kind: ConnectionKind) -> dict[str, Any]:
    """A connection of this kind as nobody has touched it yet, in the API's shape."""
    return shown(Connection(id="new", kind=kind, name="", url=""), None)


def _readiness(server_id: str) -> dict[str, Any]:
    server = media_server(home(), server_id)
    try:
        card, problem = asked(home(), server, previews_readiness), None
    except ShowrunnerError as error:
        card, problem = None, error.message
    return {"server": server, "card": card, "problem": problem}
