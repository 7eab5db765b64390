"""The rooms, in the order of the navigation."""

from showrunner.errors import NotFoundError
from showrunner.web.rooms import (
    analytics,
    job,
    job_list,
    people,
    plays,
    quiet_hours,
    schedules,
    servers,
    start,
    syncs,
    webhooks,
)
from showrunner.web.rooms.models import Room

ROOMS: tuple[Room, ...] = (
    start.ROOM,
    servers.ROOM,
    webhooks.ROOM,
    schedules.ROOM,
    quiet_hours.ROOM,
    job_list.ROOM,
    plays.ROOM,
    people.ROOM,
    analytics.ROOM,
    syncs.ROOM,
)
"""Those that are always there; every job has one besides."""

NAVIGATION: tuple[Room, ...] = tuple(
    room for number, room in enumerate(ROOMS) if room.entry not in {r.entry for r in ROOMS[:number]}
)


def room_named(name: str) -> Room:
    """The room of that name; raises NotFoundError."""
    for room in ROOMS:
        if room.name == name:
            return room
    if name.startswith(job.PREFIX):
        return job.room_of(name.removeprefix(job.PREFIX))
    raise NotFoundError("There is no such room: open the start page.")


def tabs_of(room: Room) -> list[Room]:
    """The rooms to change to within its group, itself among them; empty when it has no tab."""
    return [other for other in ROOMS if other.entry == room.entry and other.tab and room.tab]
