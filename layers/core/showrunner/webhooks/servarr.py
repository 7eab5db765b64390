"""
What Radarr and Sonarr send alike: both grew from one code base ("Servarr").

Field names are the senders' own (`src/NzbDrone.Core/Notifications/Webhook` in
either repository); only what we read is modelled, the rest is ignored.
"""

from collections.abc import Callable, Mapping

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from showrunner.events.models import EventKind, Report
from showrunner.webhooks.paths import join
from showrunner.webhooks.sent import (
    EventName,
    Payload,
    Sent,
    absolute,
    counted,
    missing,
    usable_path,
)

Translation = Callable[[Payload], list[Report]]

NOTICES = frozenset({"Health", "HealthRestored", "ApplicationUpdate"})
"""Events about the sender itself: they name neither a movie nor a series."""


class ServarrSent(Sent):
    """Part of a payload, its fields in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel)


class SentEvent(ServarrSent):
    """What every payload has."""

    event_type: EventName


class SentFile(ServarrSent):
    """
    A movie file or an episode file.

    `relative_path` counts from the movie's or series' folder. `path` can point
    into the download folder (Radarr before 5.10.1, Sonarr before 4.0.9.2257).
    `id` is never given twice, `size` is in bytes.
    """

    id: int | None = None
    relative_path: str | None = None
    path: str | None = None
    previous_relative_path: str | None = None
    previous_path: str | None = None
    size: int | None = None
    date_added: str | None = None

    @property
    def identity(self) -> tuple[str, ...]:
        """
        What tells this file from a later one in its place; empty when the sender does not say.

        The date is cut to seconds: an import is announced once before and once
        after the sender's database has rounded it.
        """
        if self.id is None and not self.date_added:
            return ()
        second = (self.date_added or "")[:19]
        return ("file", str(self.id or ""), str(self.size or ""), second)

    def place(self, folder: str | None) -> str | None:
        """Where it lies for the sender; None when it says neither of the two paths."""
        if folder and self.relative_path:
            return join(folder, self.relative_path)
        return self.path or None

    def previous_place(self, folder: str | None) -> str | None:
        """Where it lay before it was renamed; None when the sender does not say."""
        if folder and not self.previous_path and self.previous_relative_path:
            return usable_path(join(folder, self.previous_relative_path))
        return usable_path(self.previous_path)


def place_or_refuse(file: SentFile, folder: str | None, field: str, folder_field: str) -> str:
    """`file.place(folder)`; a ValidationError names what is missing or no absolute path."""
    folder_at = folder_field.split(".")
    if place := file.place(folder):
        return absolute(place, *(folder_at if folder and file.relative_path else (field, "path")))
    raise missing(*(folder_at if file.relative_path else (field, "relativePath")))


def events_of(
    source: str, payload: Payload, translations: Mapping[str, Translation], noted: frozenset[str]
) -> list[Report]:
    """A payload's reports by its `eventType`; a kind without a translation is only counted."""
    event = SentEvent.model_validate(payload)
    if event.event_type == "Test":
        return [Report(EventKind.TEST, source, event.event_type)]
    if translate := translations.get(event.event_type):
        return translate(payload)
    return [counted(source, event.event_type, noted)]


def notices_from(payload: Payload) -> list[Report]:
    """A notice of a sender that does not say whether it is Radarr, Sonarr or a sibling."""
    return events_of("servarr", payload, {}, NOTICES)
