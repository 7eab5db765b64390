"""Libraries of all servers as Tautulli's library sections, each with a number."""

from collections.abc import Sequence
from dataclasses import dataclass

from showrunner.connections.models import Connection
from showrunner.connections.refusals import wrong_field
from showrunner.history.tautulli_api.numbers import number_of


@dataclass(frozen=True, slots=True)
class Section:
    """`kind` is Tautulli's word: movie, show, artist or other."""

    number: int
    server: Connection
    library_id: str
    name: str
    kind: str
    is_active: bool


def section_number(connection_id: str, library: str) -> int:
    """By its server and its name, as plays say them: a library keeps it until it is renamed."""
    return number_of("library", connection_id, library)


def sections(connections: Sequence[Connection]) -> list[Section]:
    """Every library of the media servers, in the servers' order."""
    return [
        Section(
            number=section_number(server.id, library.name),
            server=server,
            library_id=library.native_id,
            name=library.name,
            kind=library.type,
            is_active=library.enabled,
        )
        for server in connections
        if server.kind.is_media_server
        for library in server.libraries
    ]


def section_numbered(found: Sequence[Section], number: int) -> Section:
    """Raises InvalidInputError that names the parameter for a number that no library has."""
    for section in found:
        if section.number == number:
            return section
    raise wrong_field("section_id", f"no library has the number {number}: see cmd=get_libraries")
