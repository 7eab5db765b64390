"""Signs of shared accounts, by hand and against the slow way."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.people.geoip import VARIABLE
from showrunner.history.analytics.people.sharing import (
    SharingAnswer,
    SharingQuery,
    SignKind,
    sharing,
)
from showrunner.plays.models import Play
from tests.contract.analytics import slow, slow_behaviour
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.mmdb import city, write_mmdb
from tests.contract.analytics.worlds import ON_EMBY, at, generated, movie, play, sitting

EVENING = at("2026-11-03 20:00")
BERLIN, OSLO, NOWHERE = "203.0.113.9", "192.0.2.1", "198.51.100.1"
PLACES = {BERLIN: (52.52, 13.41), OSLO: (59.91, 10.75)}
"""Some 838 km apart."""


@pytest.fixture(autouse=True)
def no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    networks = {
        f"{BERLIN}/32": city("Berlin", "Germany", "DE", PLACES[BERLIN]),
        f"{OSLO}/32": city("Oslo", "Norway", "NO", PLACES[OSLO]),
    }
    path = write_mmdb(tmp_path / "city.mmdb", networks, "GeoLite2-City")
    monkeypatch.setenv(VARIABLE, str(path))


def ask(analytics: Analytics, query: str = "") -> SharingAnswer:
    return sharing(analytics, SharingQuery.read(query))


def played(
    address: str | None, minutes: float = 60, began: datetime = EVENING, **facts: object
) -> Play:
    return play(sitting(began, minutes), **{"address": address, "is_local": False, **facts})


def after(minutes: float) -> datetime:
    return EVENING + timedelta(minutes=minutes)


def test_streams_at_once_from_two_addresses_are_a_sign(know: Know, people: dict[str, str]) -> None:
    """One human, on two servers; with both plays, their times, and that it is no proof."""
    analytics = know(
        played(BERLIN, item=movie("Dune")),
        played(OSLO, began=after(50), person="9", **ON_EMBY, name="TV"),
        played(NOWHERE, person="2"),
    )
    answer = ask(analytics)
    (sign,) = answer.signs
    assert (sign.kind, sign.person_id, sign.seconds) == (
        SignKind.SIMULTANEOUS,
        people["Anna"],
        600,
    )
    one, other = sign.plays
    assert (one.address, one.title, one.server) == (BERLIN, "Dune", "Attic")
    assert (other.address, other.player, other.server) == (OSLO, "TV", "Cellar")
    assert (other.began_at, other.ended_at) == (after(50), after(110))
    assert "not proof" in sign.wording
    assert BERLIN in sign.wording
    assert (answer.simultaneous, answer.travels, answer.geoip_file) == (1, 0, None)
    assert [(one.person, one.simultaneous, one.addresses) for one in answer.people] == [
        ("Anna", 1, 2),
        ("Bert", 0, 1),
    ]


def test_what_ends_when_the_other_begins_is_not_at_once(know: Know) -> None:
    """Half-open: the second in which one ends and the other begins is of the other alone."""
    analytics = know(played(BERLIN), played(OSLO, began=after(60)))
    assert ask(analytics).simultaneous == 0
    assert ask(know(played(OSLO, began=after(60 - 1 / 60)))).simultaneous == 1


def test_a_long_stream_overlaps_with_all_that_run_beside_it(know: Know) -> None:
    """Also with one that begins after a short one in between has ended."""
    analytics = know(
        played(BERLIN, 300),
        played(OSLO, 10, after(10)),
        played(NOWHERE, 10, after(200)),
        played(BERLIN, 10, after(250)),
    )
    answer = ask(analytics)
    assert answer.simultaneous == 2
    assert [one.plays[1].address for one in answer.signs] == [NOWHERE, OSLO]
    assert len(ask(analytics, "limit=1").signs) == 1
    assert ask(analytics, "limit=1").simultaneous == 2


def test_home_is_no_second_address(know: Know) -> None:
    """Local streams and private addresses are not, nor one address twice, nor nobody's."""
    analytics = know(
        played(BERLIN),
        played(BERLIN),
        played("192.168.0.7"),
        played("10.0.0.8", is_local=None),
        played(OSLO, is_local=True),
        played(None),
        played(OSLO, person=""),
        played(NOWHERE, person=""),
    )
    answer = ask(analytics)
    assert (answer.signs, answer.simultaneous) == ([], 0)
    assert [one.addresses for one in answer.people] == [1]


def test_of_a_resumed_play_the_last_sitting_was_at_its_address(know: Know) -> None:
    """The hours between the sittings are no stream."""
    resumed = play(sitting(EVENING, 30), sitting(after(1440), 30), address=BERLIN, is_local=False)
    analytics = know(resumed, played(OSLO, 10, after(5)), played(OSLO, 10, after(600)))
    assert ask(analytics).simultaneous == 0
    assert ask(know(played(OSLO, 10, after(1445)))).simultaneous == 1


@pytest.mark.usefixtures("file")
def test_nobody_travels_faster_than_an_airliner(know: Know) -> None:
    """Berlin to Oslo in 50 minutes is a sign, in 60 it is none; the limit is a parameter."""
    analytics = know(played(BERLIN), played(OSLO, began=after(60 + 50)))
    answer = ask(analytics)
    (sign,) = answer.signs
    assert (sign.kind, sign.seconds, sign.distance_km) == (SignKind.TRAVEL, 3000, 838)
    assert sign.speed_kmh == pytest.approx(838 * 1.2, abs=1)
    assert "Berlin, Germany" in sign.wording
    assert [one.place.city for one in sign.plays if one.place] == ["Berlin", "Oslo"]
    assert (answer.travels, answer.people[0].travels, answer.simultaneous) == (1, 1, 0)
    assert ask(analytics, "speed_kmh=1000").travels == 0
    later = know(played(BERLIN, person="2"), played(OSLO, began=after(120), person="2"))
    assert ask(later).travels == 1
    assert ask(later, "speed_kmh=500").travels == 2


@pytest.mark.usefixtures("file")
def test_at_the_very_moment_there_is_no_speed(know: Know) -> None:
    """From the end of one to the beginning of the other no time: faster than any limit."""
    answer = ask(know(played(BERLIN), played(OSLO, began=after(60))), "speed_kmh=20000")
    (sign,) = answer.signs
    assert (sign.kind, sign.seconds, sign.speed_kmh) == (SignKind.TRAVEL, 0, None)


def test_a_player_is_new_to_those_who_used_others_before(know: Know) -> None:
    """By its id, whatever its name; who began in the range has none that are new."""
    old = at("2026-10-01 20:00")
    tv = {"id": "tv", "name": "TV", "device": "Bravia", "platform": "Android"}
    phone = {"id": "p", "name": "Phone", "device": "iPhone", "platform": "iOS"}
    analytics = know(
        played(BERLIN, began=old, **tv),
        played(BERLIN, **{**tv, "name": "Renamed"}),
        played(BERLIN, began=after(100), **phone),
        played(BERLIN, began=after(200), **phone),
        played(BERLIN, person="2", **phone),
    )
    anna, bert = ask(analytics, "since=2026-11-01").people
    assert (anna.players, anna.devices) == (2, 2)
    assert [(one.name, one.first_played_at, one.plays) for one in anna.new_players] == [
        ("Phone", after(100), 2)
    ]
    assert (bert.players, bert.new_players) == (1, [])
    assert all(not one.new_players for one in ask(analytics).people)


def test_an_empty_history_has_no_signs(know: Know) -> None:
    """Nor a range without plays; and a speed of nothing is refused by name."""
    for query in ("", "since=1999-01-01&before=1999-02-01"):
        answer = ask(know(), query)
        assert (answer.signs, answer.people, answer.simultaneous) == ([], [], 0)
        assert "not proof" in answer.note


@pytest.mark.usefixtures("file")
def test_generated_histories_agree_with_the_slow_way(know: Know, people: dict[str, str]) -> None:
    """How many signs of each kind everybody has."""
    assert people
    some = generated(17, 250, slow.utc("2026-10-01"), 20)
    plays = slow_behaviour.at_addresses(some, (BERLIN, OSLO, NOWHERE, "192.168.0.7", None), 2)
    answer = ask(know(*plays), "since=2026-10-03&before=2026-10-18&time_zone=UTC&limit=500")
    begun = slow_behaviour.begun(plays, answer.since, answer.before)
    remote = {BERLIN, OSLO, NOWHERE}
    at_once = slow_behaviour.overlaps(begun, lambda one: one.player.address in remote)
    moves = slow_behaviour.travels(begun, PLACES, 20, 900)
    assert at_once.total() > 0
    assert moves.total() > 0
    assert sorted(one.simultaneous for one in answer.people if one.simultaneous) == sorted(
        at_once.values()
    )
    assert sorted(one.travels for one in answer.people if one.travels) == sorted(moves.values())
    assert (answer.simultaneous, answer.travels) == (at_once.total(), moves.total())
    assert len(answer.signs) == at_once.total() + moves.total()
