"""Schedules: when which library is looked through."""

from collections.abc import Iterator, Mapping
from typing import Any

from showrunner.connections.store import COLLECTION as CONNECTIONS
from showrunner.connections.store import ConnectionStore
from showrunner.jobs.store import JOBS, find_job
from showrunner.ports.documents import Document, Documents, each
from showrunner.schedules.models import Schedule
from showrunner.schedules.store import COLLECTION, ScheduleStore
from showrunner.schedules.timing import planned
from showrunner.settings import load_settings
from showrunner.timezones import owners_zone
from showrunner.web.rooms.models import Part, Place, Room, View

DEFAULT_SCANNER = {
    "name": "Recently added",
    "library_id": None,
    "interval_minutes": 15,
    "config": {"job_type": "recently_added", "lookback_hours": 1},
}
"""As the reference system's shortcut makes it, for servers that send no webhooks."""


def _load(view: View) -> Mapping[str, Any]:
    zone = owners_zone(load_settings(view.documents).timezone)
    found = [planned(one, zone, view.now) for one in ScheduleStore(view.documents).list()]
    jobs = {one.id: find_job(view.documents, one.last_job_id) for one in found if one.last_job_id}
    servers = {one.id: one.name for one in ConnectionStore(view.documents).list()}
    return {
        "schedules": found,
        "jobs": jobs,
        "places": {one.id: _place(one, servers) for one in found},
        "zone": zone.name,
    }


def _place(schedule: Schedule, servers: Mapping[str, str]) -> str:
    server = servers.get(schedule.server_id or "", schedule.server_id)
    if schedule.library_id is None:
        return f"every library of {server}" if server else "every library"
    return f"{schedule.library_name or schedule.library_id} of {server}"


def _watch(documents: Documents) -> Iterator[Document]:
    yield from each(documents, COLLECTION)
    yield from each(documents, CONNECTIONS)
    yield from _jobs(documents)


def _jobs(documents: Documents) -> Iterator[Document]:
    """The last jobs of the schedules: whether they are still at work is shown."""
    for schedule in ScheduleStore(documents).list():
        if schedule.last_job_id and (job := documents.get(JOBS, schedule.last_job_id)):
            yield job


def _add(view: View) -> Mapping[str, Any]:
    found = ScheduleStore(view.documents).list()
    return {
        "default": DEFAULT_SCANNER,
        "has_scanner": any(one.config.job_type == "recently_added" for one in found),
        "zone": owners_zone(load_settings(view.documents).timezone),
    }


def _watch_add(documents: Documents) -> Iterator[Document]:
    return each(documents, COLLECTION)


ROOM = Room(
    name="schedules",
    path="/automation/schedules",
    title="Schedules",
    group="automation",
    tab="Schedules",
    parts=(
        Part("schedules", "Schedules", Place.MAIN, _load, _watch, "/api/v1/schedules"),
        Part("schedule_add", "Add", Place.SIDE, _add, _watch_add),
    ),
)
