"""Where on earth an address is: a MaxMind DB file (GeoLite2 City, DB-IP City) of the owner's."""

import ipaddress
import os
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

import maxminddb
from pydantic import BaseModel, ConfigDict

from showrunner.callers import parsed_address
from showrunner.errors import SetupError
from showrunner.wiring import Home

VARIABLE = "SHOWRUNNER_GEOIP_FILE"
"""Names the file; showrunner never fetches one."""

_AT_HOME = [
    ipaddress.ip_network(one)
    for one in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"),
        "100.64.0.0/10",  # shared by a provider's customers, and what home VPNs use
        *("fc00::/7", "fe80::/10", "::1/128"),
    )
]
EARTH_RADIUS_KM = 6371.0088


class Place(BaseModel):
    """
    Where an address probably is. None: the file does not know.

    `country_code` is ISO 3166-1 (`DE`), `region` a state or the like; names are English.
    Coordinates are degrees, north and east positive: the middle of the place, not a house.
    `accuracy_km`: the radius within which the file's maker believes it.
    """

    model_config = ConfigDict(frozen=True)

    country_code: str | None = None
    country: str | None = None
    region: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy_km: int | None = None

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees, when both are known."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


class GeoIp:
    """An open file, for any number of threads. Raises SetupError for one that is no such file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Of a file on disk only the pages that are asked for come into memory.
        self._reader = self._checked(lambda: maxminddb.open_database(path))
        facts = self._reader.metadata()
        self.kind: str = facts.database_type
        """As its maker calls it: `GeoLite2-City`."""
        self._ip_version: int = facts.ip_version

    def place(self, address: str) -> Place | None:
        """None: at home, no address, or unknown to the file. Raises SetupError if it is damaged."""
        parsed = parsed_address(address)
        if parsed is None or is_at_home(address):
            return None
        if parsed.version > self._ip_version:
            return None
        found = self._checked(lambda: self._reader.get(parsed))
        return _place(found) if isinstance(found, Mapping) else None

    def _checked(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        # A damaged file can say anything, and the reader then fails in many ways.
        except (OSError, ValueError, LookupError, maxminddb.InvalidDatabaseError) as error:
            raise SetupError(
                f"{VARIABLE} names {self._path.name!r}, which is no readable MaxMind DB file "
                f"({type(error).__name__}): put GeoLite2-City.mmdb or another city file there "
                "again, or unset the variable."
            ) from error


def geoip() -> GeoIp | None:
    """
    The file that the environment names, opened once; None: it names none.

    A file that was replaced is opened anew. Raises SetupError for one that cannot be read.
    """
    named = _named()
    if named is None:
        return None
    with _opening:
        return _opened(*named)


def geoip_version(_home: Home) -> str:
    """Another one when the file is; raises SetupError for one that is not there."""
    return str(_named() or "")


def _named() -> tuple[Path, int, int, int] | None:
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return None
    path = Path(text)
    try:
        facts = path.stat()
    except OSError as error:
        raise SetupError(
            f"{VARIABLE} names {path.name!r}, which cannot be opened ({error.strerror}): "
            "give the path of a city file such as GeoLite2-City.mmdb, or unset the variable."
        ) from error
    return path, facts.st_ino, facts.st_mtime_ns, facts.st_size


_opening = threading.Lock()


@lru_cache(maxsize=1)
def _opened(path: Path, *_version: int) -> GeoIp:
    return GeoIp(path)


def is_at_home(address: str) -> bool:
    """Whether it is a private address, which means nothing outside of its network."""
    parsed = parsed_address(address)
    return parsed is not None and any(parsed in network for network in _AT_HOME)


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the earth's surface (haversine), between latitudes and longitudes in degrees."""
    north, east = radians(one[0]), radians(one[1])
    other_north, other_east = radians(other[0]), radians(other[1])
    chord = sin((other_north - north) / 2) ** 2
    chord += cos(north) * cos(other_north) * sin((other_east - east) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


def _place(found: Mapping[str, Any]) -> Place:
    # GeoLite2 has both countries; where an address is registered only matters without the other.
    country = _part(found, "country") or _part(found, "registered_country")
    location = _part(found, "location")
    return Place(
        country_code=_of(country, "iso_code", str),
        country=_of(_part(country, "names"), "en", str),
        region=_of(_part(_first(found, "subdivisions"), "names"), "en", str),
        city=_of(_part(_part(found, "city"), "names"), "en", str),
        latitude=_of(location, "latitude", float),
        longitude=_of(location, "longitude", float),
        accuracy_km=_of(location, "accuracy_radius", int),
    )


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = found.get(name)
    return part if isinstance(part, Mapping) else {}


def _first(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    parts = found.get(name)
    return parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], Mapping) else {}


def _of(found: Mapping[str, Any], name: str, kind: type) -> Any:
    value = found.get(name)
    return kind(value) if isinstance(value, kind | int) and value != "" else None
