"""Where people watch, by hand and against the slow way."""

from collections import Counter
from pathlib import Path

import pytest

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.people.geoip import VARIABLE
from showrunner.history.analytics.people.locations import LocationsAnswer, LocationsQuery, locations
from showrunner.plays.models import Play
from tests.contract.analytics import slow, slow_behaviour
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.mmdb import city, write_mmdb
from tests.contract.analytics.worlds import at, generated, play, sitting

EVENING = at("2026-11-03 20:00")
NETWORKS = {
    "203.0.113.0/25": city("Berlin", "Germany", "DE", (52.52, 13.41)),
    "203.0.113.128/25": city("Berlin", "Germany", "DE", (52.49, 13.40)),
    "198.51.100.0/24": city(None, "Germany", "DE", (51.0, 9.0)),
    "192.0.2.0/24": city("Oslo", "Norway", "NO", (59.9, 10.7)),
}


@pytest.fixture(autouse=True)
def no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = write_mmdb(tmp_path / "city.mmdb", NETWORKS, "GeoLite2-City")
    monkeypatch.setenv(VARIABLE, str(path))
    return path


def ask(analytics: Analytics, query: str = "") -> LocationsAnswer:
    return locations(analytics, LocationsQuery.read(query))


def played(address: str | None, is_local: bool | None, **facts: object) -> Play:
    return play(sitting(EVENING, 60), address=address, is_local=is_local, **facts)


def test_local_remote_and_unknown_add_up_to_all(know: Know, people: dict[str, str]) -> None:
    """As the server says; nobody's plays are a line of the people, and of no address as well."""
    analytics = know(
        played("192.168.0.7", True),
        played("203.0.113.9", False),
        played("203.0.113.9", False, person="2"),
        played(None, None, person=""),
    )
    answer = ask(analytics)
    assert [(one.is_local, one.plays, one.share) for one in answer.locations] == [
        (True, 1, 0.25),
        (False, 2, 0.5),
        (None, 1, 0.25),
    ]
    assert (answer.totals.plays, answer.totals.watch_seconds) == (4, 4 * 3600)
    anna = next(one for one in answer.people if one.person_id == people["Anna"])
    assert (anna.local_plays, anna.remote_plays, anna.remote_share) == (1, 1, 0.5)
    assert anna.addresses == 1
    nobody = next(one for one in answer.people if one.person is None)
    assert (nobody.unlocated_plays, nobody.remote_share) == (1, None)
    assert [(one.address, one.is_private, one.people) for one in answer.addresses] == [
        ("203.0.113.9", False, 2),
        ("192.168.0.7", True, 1),
        (None, False, 0),
    ]
    assert (answer.geoip_file, answer.places, answer.unplaced.plays) == (None, [], 4)


@pytest.mark.usefixtures("file")
def test_cities_and_countries_are_those_of_the_file(know: Know) -> None:
    """Two networks of a city are one place; a country has also what is in no city."""
    analytics = know(
        played("203.0.113.9", False),
        played("203.0.113.9", False),
        played("203.0.113.200", None, person="2"),
        played("198.51.100.1", False),
        played("192.0.2.1", False),
        played("192.168.0.7", False),
    )
    answer = ask(analytics)
    assert answer.geoip_file == "GeoLite2-City"
    berlin, *others = answer.places
    assert (berlin.place.city, berlin.plays, berlin.people, berlin.addresses) == ("Berlin", 3, 2, 2)
    assert (berlin.place.latitude, berlin.place.longitude) == (52.52, 13.41)
    assert sorted(one.place.city or "" for one in others) == ["", "Oslo"]
    assert [(one.place.country, one.plays) for one in answer.countries] == [
        ("Germany", 4),
        ("Norway", 1),
    ]
    assert answer.unplaced.plays == 1
    places = {one.address: one.place.city if one.place else None for one in answer.addresses}
    assert (places["203.0.113.200"], places["192.168.0.7"]) == ("Berlin", None)


def test_an_empty_history_is_nowhere(know: Know) -> None:
    """No shares of nothing."""
    for query in ("", "since=1999-01-01&before=1999-02-01"):
        answer = ask(know(), query)
        assert [one.share for one in answer.locations] == [None] * 3
        assert (answer.people, answer.addresses, answer.totals.plays) == ([], [], 0)


@pytest.mark.usefixtures("file")
def test_generated_histories_agree_with_the_slow_way(know: Know, people: dict[str, str]) -> None:
    """Plays and seconds by address, by location and by person."""
    assert people
    some = generated(13, 250, slow.utc("2026-10-01"), 30)
    addresses = ("203.0.113.9", "198.51.100.1", "192.168.0.7", None)
    plays = slow_behaviour.at_addresses(some, addresses, 1)
    answer = ask(know(*plays), "since=2026-10-05&before=2026-10-25&time_zone=UTC&limit=50")

    def expected(key: slow.Key) -> dict[object, list[int]]:
        return slow.tally(plays, answer.since, answer.before, key)

    assert {
        one.address: [one.plays, one.watch_seconds, one.unknown_plays] for one in answer.addresses
    } == expected(lambda one: one.player.address)
    assert {
        one.is_local: [one.plays, one.watch_seconds, one.unknown_plays]
        for one in answer.locations
        if one.is_local is not True
    } == expected(lambda one: one.player.is_local)
    assert sorted(one.plays for one in answer.people) == sorted(
        sums[0] for sums in expected(slow_behaviour.human).values()
    )
    by_country = Counter({one.place.country: one.plays for one in answer.countries})
    assert by_country.total() + answer.unplaced.plays == answer.totals.plays
