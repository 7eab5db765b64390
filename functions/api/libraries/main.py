"""The libraries of all media servers."""

from typing import Any

from showrunner.access import check_token
from showrunner.connections.shapes import shown_libraries
from showrunner.connections.store import ConnectionStore
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.wiring import home

app = HttpApp(validates=True)


@app.get("/libraries")
def libraries() -> dict[str, Any]:
    """Every library of every media server, as last fetched."""
    connections = ConnectionStore(home().documents).list()
    servers = [connection for connection in connections if connection.kind.is_media_server]
    return {"libraries": shown_libraries(servers)}


handle_libraries = http_entry("libraries", app, check_token)
