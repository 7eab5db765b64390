"""The owner's time zone: in it cron expressions and quiet hours are read."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

Source = Literal["settings", "TZ", "/etc/localtime", "default"]

_LOCALTIME = Path("/etc/localtime")


@dataclass(frozen=True, slots=True)
class OwnersZone:
    """
    `name` is the IANA name, `local` where the machine's zone has none; `source` who said so.

    `default` is UTC: neither the settings nor the machine name a zone.
    """

    name: str
    source: Source
    zone: tzinfo


def find_zone(name: str) -> ZoneInfo | None:
    """The zone of an IANA name such as `Europe/Berlin`; None when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no name at all, the name of a folder
        return None


def owners_zone(
    setting: str, environ: Mapping[str, str] = os.environ, localtime: Path = _LOCALTIME
) -> OwnersZone:
    """The zone of the setting `timezone`; where that is empty, the one of this machine."""
    if setting and (zone := find_zone(setting)):
        return OwnersZone(setting, "settings", zone)
    if zone := zone_of_environment(environ):
        return OwnersZone(zone.key, "TZ", zone)
    if found := _zone_of_file(localtime):
        return OwnersZone(found.key or "local", "/etc/localtime", found)
    return OwnersZone("UTC", "default", UTC)


def zone_of_environment(environ: Mapping[str, str]) -> ZoneInfo | None:
    """The zone that `TZ` names, with or without POSIX's colon; None when it names none."""
    name = environ.get("TZ", "").removeprefix(":")
    return find_zone(name) if name else None


def _zone_of_file(localtime: Path) -> ZoneInfo | None:
    """A link to a zone's file has the zone's name; a copy has its rules alone."""
    _, _, name = str(localtime.resolve()).rpartition("/zoneinfo/")
    if name and (zone := find_zone(name)):
        return zone
    try:
        with localtime.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return None
