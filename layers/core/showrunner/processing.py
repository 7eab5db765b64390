"""
Whether new files may be begun now: the owner's pause, and quiet hours.

Either way what is in work is finished first, and errands, which decode nothing,
go on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from showrunner.ports.documents import Documents
from showrunner.quiet_hours import quiet_interval
from showrunner.settings import load_settings
from showrunner.timezones import owners_zone

COLLECTION, KEY = "settings", "processing"

_NO_END = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ProcessingState:
    """
    `reason` is None while files are begun. `until` is when quiet hours end, aware UTC.

    `until` None beside a reason: nobody knows. The owner has to resume, or the
    windows of the quiet hours leave no gap.
    """

    paused: bool
    reason: Literal["owner", "quiet_hours"] | None = None
    until: datetime | None = None


def state(documents: Documents, now: datetime) -> ProcessingState:
    """How it stands at `now`; the owner's pause comes before quiet hours."""
    document = documents.get(COLLECTION, KEY)
    if document is not None and document.body.get("paused") is True:
        return ProcessingState(paused=True, reason="owner")
    return quiet_state(documents, now)


def quiet_state(documents: Documents, now: datetime) -> ProcessingState:
    """What the quiet hours alone say of `now`."""
    settings = load_settings(documents)
    if not settings.quiet_hours.enabled:  # idle workers ask every second: spare them the zone
        return ProcessingState(paused=False)
    quiet = quiet_interval(settings.quiet_hours, owners_zone(settings.timezone).zone, now)
    if quiet is None:
        return ProcessingState(paused=False)
    until = quiet[1] if quiet[1] - now <= _NO_END else None
    return ProcessingState(paused=True, reason="quiet_hours", until=until)


def pause(documents: Documents) -> None:
    """Begin no more files until `resume`, also after a restart."""
    documents.put(COLLECTION, KEY, {"paused": True})


def resume(documents: Documents) -> None:
    """End the owner's pause. Quiet hours, when it is their time, stay."""
    documents.put(COLLECTION, KEY, {"paused": False})
