"""What is asked about locations, and what is answered."""

from showrunner.history.analytics.core.answers import Answer, Totals
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.people.geoip import Place


class LocationsQuery(AnalyticsQuery):
    """No parameters but the filters; `limit` is the length of each list."""


class Location(Totals):
    """
    `is_local`: in the server's own network, as the server says; None: it does not.

    `share` is the part of all plays, 0 to 1; None: there are none.
    """

    is_local: bool | None
    share: float | None


class PersonLocations(Totals):
    """
    A person (`person_id` None: nobody noted that account; `person` None as well: the plays
    that name nobody). `remote_share` is the part of plays elsewhere, 0 to 1, of those of which
    it is known (None: of none). `addresses` counts different ones that are not private.
    """

    person_id: str | None
    person: str | None
    local_plays: int
    remote_plays: int
    unlocated_plays: int
    remote_share: float | None
    addresses: int


class Address(Totals):
    """
    `address` None: the plays of which nobody said it. `is_private`: it means nothing outside
    of its network, and is never looked up. `place` None: private, unknown, or no GeoIP file.
    """

    address: str | None
    is_private: bool
    people: int
    place: Place | None


class PlacePlays(Totals):
    """
    All addresses of a city (or of a country, where the file knows no city). `place` has the
    coordinates of the address with the most plays.
    """

    place: Place
    people: int
    addresses: int


class LocationsAnswer(Answer):
    """
    `locations` are local, remote and unknown, and add up to `totals`, as `people` and
    `addresses` do where `limit` cuts none off.

    `geoip_file` is the kind of the GeoIP file (`GeoLite2-City`); None: none is configured
    (SHOWRUNNER_GEOIP_FILE), so `places` and `countries` are empty. `unplaced` are plays
    whose address is private, unknown, or not in that file.
    """

    locations: list[Location]
    people: list[PersonLocations]
    addresses: list[Address]
    geoip_file: str | None
    places: list[PlacePlays]
    countries: list[PlacePlays]
    unplaced: Totals
    totals: Totals
