"""The rooms, in the order of the navigation."""

from showrunner.errors import NotFoundError
from showrunner.web.rooms import servers, start
from showrunner.web.rooms.models import Room

ROOMS: tuple[Room, ...] = (start.ROOM, servers.ROOM)


def room_named(name: str) -> Room:
    """The room of that name; raises NotFoundError."""
    for room in ROOMS:
        if room.name == name:
            return room
    raise NotFoundError("There is no such room: open the start page.")
