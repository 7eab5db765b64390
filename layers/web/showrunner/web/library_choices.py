"""What a job or a schedule can be about, for a select: everything, a server, a library."""

from collections.abc import Sequence
from dataclasses import dataclass

from showrunner.connections.models import Connection
from showrunner.connections.store import ConnectionStore
from showrunner.ports.documents import Documents

Body = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Choice:
    """`body` is the part of the JSON that says so; `is_on` False: the API refuses it now."""

    label: str
    body: Body
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """The choices of one media server; `name` empty: of none in particular."""

    name: str
    choices: Sequence[Choice]


def media_servers(documents: Documents) -> list[Connection]:
    """Every connected media server, by name."""
    found = ConnectionStore(documents).list()
    servers = (one for one in found if one.kind.is_media_server)
    return sorted(servers, key=lambda one: one.name.casefold())


def library_choices(documents: Documents) -> list[Group]:
    """All that can be chosen, in the shape `{"server_id": ..., "library_id": ...}`."""
    everything = Choice("Every library of every server", _body(None, None))
    servers = media_servers(documents)
    return [Group("", [everything]), *(_group(one) for one in servers)]


def _group(server: Connection) -> Group:
    whole = Choice(f"Every library of {server.name}", _body(server.id, None), server.enabled)
    single = [
        Choice(one.name, _body(server.id, one.native_id), server.enabled and one.enabled)
        for one in server.libraries
    ]
    return Group(server.name, [whole, *single])


def _body(server_id: str | None, library_id: str | None) -> Body:
    return {"server_id": server_id, "library_id": library_id}
