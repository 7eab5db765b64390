"""The room of the connections: how each is, what owns a path, and where to add one."""

from collections.abc import Iterable, Mapping
from typing import Any

from showrunner.connections import health
from showrunner.connections import store as connections
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.server_care import owners_of
from showrunner.errors import InvalidInputError
from showrunner.ports.documents import Document, Documents, each
from showrunner.web.rooms.models import Part, Place, Room, View
from showrunner.wiring import home

MAX_PATH_LENGTH = 4096


def load_servers(view: View) -> Mapping[str, Any]:
    return {
        "connections": sorted(connections.ConnectionStore(view.documents).list(), key=_order),
        "healths": health.healths(view.documents),
    }


def _order(connection: Connection) -> tuple[bool, str, str]:
    """Media servers first: the rest serves them."""
    return not connection.kind.is_media_server, connection.kind.value, connection.name.casefold()


def watch_servers(documents: Documents) -> Iterable[Document]:
    yield from each(documents, connections.COLLECTION)
    yield from each(documents, health.COLLECTION)


def _owners(view: View) -> Mapping[str, Any]:
    path = view.query.get("path", "").strip()
    if not path:
        return {"path": "", "found": None, "problem": None}
    if len(path) > MAX_PATH_LENGTH:
        problem = f"The path is over {MAX_PATH_LENGTH} characters."
        return {"path": "", "found": None, "problem": problem}
    try:
        return {"path": path, "found": owners_of(home(), path), "problem": None}
    except InvalidInputError as error:
        return {"path": path, "found": None, "problem": error.message}


def _watch_owners(documents: Documents) -> Iterable[Document]:
    return each(documents, connections.COLLECTION)


def _kinds(_view: View) -> Mapping[str, Any]:
    return {"kinds": list(ConnectionKind)}


def _nothing(_documents: Documents) -> Iterable[Document]:
    return ()


ROOM = Room(
    name="servers",
    path="/servers",
    title="Servers",
    parts=(
        Part(
            "servers",
            "Servers and services",
            Place.MAIN,
            load_servers,
            watch_servers,
            "/api/v1/connections",
        ),
        Part("add", "Add", Place.SIDE, _kinds, _nothing, "/api/v1/connections/kinds"),
        Part("owners", "Who owns this path?", Place.SIDE, _owners, _watch_owners),
    ),
)
