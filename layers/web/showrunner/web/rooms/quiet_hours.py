"""Quiet hours: windows in which no new file is begun."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from showrunner import processing
from showrunner.ports.documents import Document, Documents
from showrunner.quiet_hours import DAYS
from showrunner.settings import COLLECTION as SETTINGS
from showrunner.settings import KEY as GENERAL
from showrunner.settings import load_settings
from showrunner.timezones import owners_zone
from showrunner.web.rooms.models import Part, Place, Room, View
from showrunner.wiring import home


def load_state(view: View) -> Mapping[str, Any]:
    """Whether files are begun, for any room that says so."""
    zone = owners_zone(load_settings(view.documents).timezone)
    return {
        "state": processing.state(view.documents, view.now),
        "quiet": processing.quiet_state(view.documents, view.now),
        "zone": zone,
        "local_time": view.now.astimezone(zone.zone),
    }


def watch_state(documents: Documents) -> Iterator[Document]:
    """Quiet hours begin and end by the clock alone: what it says is a version, too."""
    yield from _stored(documents)
    yield Document(SETTINGS, "state", {}, version=_step(documents, home().clock.now()))


def _step(documents: Documents, now: datetime) -> int:
    state = processing.state(documents, now)
    return {None: 1, "owner": 2, "quiet_hours": 3}[state.reason]


def _stored(documents: Documents) -> Iterator[Document]:
    for key in (GENERAL, processing.KEY):
        if found := documents.get(SETTINGS, key):
            yield found


def _load(view: View) -> Mapping[str, Any]:
    settings = load_settings(view.documents)
    return {"quiet_hours": settings.quiet_hours, "days": DAYS}


def _nothing(_documents: Documents) -> Iterable[Document]:
    """A form is never changed under its reader's hands."""
    return ()


ROOM = Room(
    name="quiet-hours",
    path="/automation/quiet-hours",
    title="Quiet hours",
    group="automation",
    tab="Quiet hours",
    scripts=("forms.js",),
    parts=(
        Part("quiet_state", "Now", Place.TOP, load_state, watch_state, "/api/v1/processing/state"),
        Part("quiet_windows", "Quiet hours", Place.MAIN, _load, _nothing, "/api/v1/quiet-hours"),
    ),
)
