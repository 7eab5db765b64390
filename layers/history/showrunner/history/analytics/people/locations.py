"""Where people watch: at home or elsewhere, from which addresses and, with a GeoIP file, cities."""

# The SQL is put together from our own columns; values are always bound.
# ruff: noqa: S608

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from showrunner.history.analytics.core.answers import Totals
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.dimensions import PERSON
from showrunner.history.analytics.core.once import watched_once
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.people.geoip import GeoIp, Place, geoip, geoip_version, is_at_home
from showrunner.history.analytics.people.locations_answer import (
    Address,
    Location,
    LocationsAnswer,
    LocationsQuery,
    PersonLocations,
    PlacePlays,
)


class _Row(NamedTuple):
    """What one person played at one address."""

    person: str | None
    person_id: str | None
    person_name: str | None
    address: str | None
    is_local: bool | None
    plays: int
    watch_seconds: int
    unknown_plays: int


Rows = Sequence[_Row]
Group = tuple[Any, Rows]


def locations(analytics: Analytics, query: LocationsQuery) -> LocationsAnswer:
    """
    All lists at once. Raises InvalidInputError that names the parameter, and SetupError for a
    GeoIP file that cannot be read.
    """
    asked = analytics.about(query)
    file, rows = geoip(), _rows(asked)
    places = _looked_up(file, rows)
    placed = [row for row in rows if places.get(row.address)]
    limit = query.limit
    return LocationsAnswer(
        **asked.head(),
        locations=[_location(is_local, rows) for is_local in (True, False, None)],
        people=[_person(group) for _, group in _by(lambda row: row.person, rows)[:limit]],
        addresses=[
            _address(address, group, places)
            for address, group in _by(lambda row: row.address, rows)[:limit]
        ],
        geoip_file=file.kind if file else None,
        places=[_place(group, places) for _, group in _by(_city(places), placed)[:limit]],
        countries=[
            _country(_place(group, places)) for _, group in _by(_land(places), placed)[:limit]
        ],
        unplaced=Totals(**_sums(row for row in rows if not places.get(row.address))),
        totals=Totals(**_sums(rows)),
    )


def _rows(asked: Asked) -> list[_Row]:
    counted, values = watched_once(asked, {**PERSON, "address": "address", "is_local": "is_local"})
    people, owners = with_people(counted, asked.directory)
    rows = asked.rows(
        "SELECT person, max(person_id), max(person_name), address, is_local, "
        "sum(plays)::BIGINT, sum(watch_seconds)::BIGINT, sum(unknown_plays)::BIGINT "
        f"FROM ({people}) GROUP BY person, address, is_local",
        [*values, *owners],
    )
    return [_Row(*row) for row in rows]


def _looked_up(file: GeoIp | None, rows: Rows) -> dict[str | None, Place | None]:
    if file is None:
        return {}
    return {address: file.place(address) for address in {row.address for row in rows} if address}


def _by(key: Callable[[_Row], Any], rows: Rows) -> list[Group]:
    """The rows of each key; those with most plays first."""
    groups: dict[Any, list[_Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)

    def order(group: Group) -> tuple[Any, ...]:
        sums = _sums(group[1])
        return -sums["plays"], -sums["watch_seconds"], str(group[0])

    return sorted(groups.items(), key=order)


def _sums(rows: Iterable[_Row]) -> dict[str, int]:
    plays = watch_seconds = unknown_plays = 0
    for row in rows:
        plays += row.plays
        watch_seconds += row.watch_seconds
        unknown_plays += row.unknown_plays
    return {"plays": plays, "watch_seconds": watch_seconds, "unknown_plays": unknown_plays}


def _location(is_local: bool | None, rows: Rows) -> Location:
    sums = _sums(row for row in rows if row.is_local is is_local)
    plays = _sums(rows)["plays"]
    share = round(sums["plays"] / plays, 4) if plays else None
    return Location(is_local=is_local, share=share, **sums)


def _person(rows: Rows) -> PersonLocations:
    local, remote, unlocated = (
        _sums(row for row in rows if row.is_local is is_local)["plays"]
        for is_local in (True, False, None)
    )
    located = local + remote
    return PersonLocations(
        person_id=rows[0].person_id,
        person=max((row.person_name for row in rows if row.person_name), default=None),
        local_plays=local,
        remote_plays=remote,
        unlocated_plays=unlocated,
        remote_share=round(remote / located, 4) if located else None,
        addresses=len({row.address for row in rows if row.address and not is_at_home(row.address)}),
        **_sums(rows),
    )


def _people(rows: Rows) -> int:
    return len({row.person for row in rows if row.person})


def _address(address: str | None, rows: Rows, places: dict[str | None, Place | None]) -> Address:
    return Address(
        address=address,
        is_private=bool(address) and is_at_home(address or ""),
        people=_people(rows),
        place=places.get(address),
        **_sums(rows),
    )


def _place(rows: Rows, places: dict[str | None, Place | None]) -> PlacePlays:
    (address, _), *others = _by(lambda row: row.address, rows)
    return PlacePlays(
        place=places[address] or Place(),
        people=_people(rows),
        addresses=1 + len(others),
        **_sums(rows),
    )


def _city(places: dict[str | None, Place | None]) -> Callable[[_Row], Any]:
    def city(row: _Row) -> Any:
        place = places[row.address] or Place()
        return place.country_code, place.region, place.city

    return city


def _land(places: dict[str | None, Place | None]) -> Callable[[_Row], Any]:
    return lambda row: (places[row.address] or Place()).country_code


def _country(found: PlacePlays) -> PlacePlays:
    place = found.place
    whole = Place(country_code=place.country_code, country=place.country)
    return found.model_copy(update={"place": whole})


QUESTION = Question(
    "locations",
    "Where people watch: at home or elsewhere, their addresses, and cities with a GeoIP file.",
    LocationsQuery,
    LocationsAnswer,
    locations,
    also_from=geoip_version,
)
