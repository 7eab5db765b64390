"""Which libraries a job that names a server, a library, or neither is about."""

from collections.abc import Iterable, Sequence

from showrunner.connections.models import Connection, Library
from showrunner.errors import InvalidInputError
from showrunner.jobs.models import ScannedLibrary


def chosen_libraries(
    connections: Iterable[Connection], *, server_id: str | None, library_id: str | None
) -> list[ScannedLibrary]:
    """
    The enabled libraries of enabled media servers that are meant, at least one.

    Servers of a kind give the same ids to their libraries: `library_id` alone is
    enough only where one server has it. Raises InvalidInputError that says why
    nothing, or not one thing, is meant.
    """
    servers = _servers(list(connections), server_id)
    found = [
        (server, library)
        for server in servers
        for library in server.libraries
        if library_id in (None, library.native_id)
    ]
    if library_id is not None:
        _check_one(found, library_id, servers)
    enabled = [
        ScannedLibrary(connection_id=server.id, library_id=library.native_id, name=library.name)
        for server, library in found
        if library.enabled
    ]
    if not enabled:
        where = servers[0].name if server_id else "any server"
        raise InvalidInputError(
            f"No library of {where} is enabled: enable one under Servers, or refresh the libraries."
        )
    return enabled


def _servers(connections: Sequence[Connection], server_id: str | None) -> list[Connection]:
    servers = [found for found in connections if found.kind.is_media_server]
    if server_id is None:
        return [server for server in servers if server.enabled]
    chosen = [server for server in servers if server.id == server_id]
    if not chosen:
        known = ", ".join(server.id for server in servers) or "none yet"
        raise InvalidInputError(
            f"Field server_id: no media server {server_id} (there are: {known})."
        )
    if not chosen[0].enabled:
        raise InvalidInputError(
            f"Field server_id: {chosen[0].name} is disabled; enable it under Servers first."
        )
    return chosen


def _check_one(
    found: Sequence[tuple[Connection, Library]], library_id: str, servers: Sequence[Connection]
) -> None:
    if not found:
        asked = ", ".join(server.name for server in servers) or "none"
        raise InvalidInputError(
            f"Field library_id: no library {library_id} on any enabled server (asked: {asked}); "
            "refresh the server's libraries."
        )
    if len(found) > 1:
        named = ", ".join(f"{server.id} ({library.name})" for server, library in found)
        raise InvalidInputError(
            f"Field server_id: several servers have a library {library_id}: say which of {named}."
        )
    server, library = found[0]
    if not library.enabled:
        raise InvalidInputError(
            f"Field library_id: {library.name} on {server.name} is disabled; enable it first."
        )


def enabled_library(connection: Connection, library_id: str) -> Library | None:
    """The library as its server has it now; None when it is gone or disabled."""
    for library in connection.libraries:
        if library.native_id == library_id and library.enabled and connection.enabled:
            return library
    return None
