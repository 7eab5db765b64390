"""Connections of every kind: servers, managers, sources of history and pictures."""

from typing import Any

from showrunner.access import check_token
from showrunner.connections.catalogue import catalogue
from showrunner.connections.routes import connection_routes
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry

app = HttpApp(validates=True)


@app.get("/connections/kinds")
def kinds() -> dict[str, Any]:
    """The kinds, with the settings of each as a JSON schema (defaults, limits, words)."""
    return catalogue()


connection_routes(app, "connections", lambda _kind: True)

handle_connections = http_entry("connections", app, check_token)
