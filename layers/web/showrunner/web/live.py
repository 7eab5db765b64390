"""What is new in a room of the page, as server-sent events (see `entry/finite_stream.py`)."""

from collections.abc import Iterator
from dataclasses import dataclass

from showrunner.entry.finite_stream import Versions, finite_stream
from showrunner.ports.documents import Documents
from showrunner.web.rooms.models import Room
from showrunner.wiring import Home


def versions_of(room: Room, documents: Documents) -> dict[str, str]:
    """The present version of each part of a room."""
    return {part.name: part.version(documents) for part in room.parts}


@dataclass(frozen=True, slots=True)
class _Moment:
    versions: dict[str, str]

    def events(self, seen: Versions) -> Iterator[tuple[str, list[str]]]:
        if changed := [name for name in self.versions if self.versions[name] != seen.get(name)]:
            yield "activity", changed


def stream_answer(room: Room, seen: Versions, home: Home, longest_seconds: float) -> str:
    """One `activity` event that names the parts that differ from `seen`, or none after the wait."""
    return finite_stream(
        lambda: _Moment(versions_of(room, home.documents)), seen, home.clock, longest_seconds
    )
