"""The history API over ledger and documents: pages, filters, files, corrections."""

import base64
import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.history.ledger.ledger import Ledger
from showrunner.people.accounts import note_accounts
from showrunner.people.api import PeopleApi, PersonChange
from showrunner.people.directory import Directory
from showrunner.people.models import Account
from showrunner.plays.models import Play, PlayedItem, PlayState
from showrunner.plays.store import mark_moved, save, unmoved_plays
from showrunner.ports.documents import ABSENT
from showrunner.wiring import EmbeddedHome
from tests.calls import http_event, load_entry
from tests.contract.history.ledger.plays import full_play, play

Ask = Callable[..., dict[str, Any]]


def body(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])


def ids(ask: Ask, query: str = "") -> list[str]:
    answer = ask("", query)
    assert answer["statusCode"] == 200, answer["body"]
    return [one["id"] for one in body(answer)["plays"]]


def keep(home: EmbeddedHome, *plays: Play) -> None:
    """As plays lie before the ledger has them."""
    for one in plays:
        save(home, [(one, ABSENT)])


@pytest.fixture
def person_ids(home: EmbeddedHome) -> dict[str, str]:
    """Anna is account 1 of two servers, Bert account 2 of one; account 0 nobody has noted."""
    now, documents = home.clock.now(), home.documents
    server = Connection(id="plex-1", kind=ConnectionKind.PLEX, name="Attic", url="http://plex")
    ConnectionStore(documents).add(server)
    anna = Account("1", "anna", "a@example.org", "4711")
    note_accounts(documents, "plex-1", [anna, Account("2", "bert")], now)
    later = now + timedelta(minutes=1)
    note_accounts(documents, "emby-1", [Account("1", "anni", "A@example.org")], later)
    directory = Directory.of(documents)
    found = (directory.person_of("plex-1", one, None) for one in ("1", "2"))
    return {one.name: one.id for one in found if one}


def test_a_page_shows_people_servers_and_what_is_known(
    ask: Ask, home_ledger: Ledger, person_ids: dict[str, str]
) -> None:
    """Names are ours and the servers'; what nobody knows is left out or null."""
    home_ledger.write([play(1)])
    (shown,) = body(ask())["plays"]
    assert shown["person"] == {"id": person_ids["anna"], "name": "anna"}
    assert shown["account"] == {"id": "1", "name": "Person 1"}
    assert shown["server"] == {"id": "plex-1", "name": "Attic", "kind": "plex"}
    assert shown["item"] == {
        "item_id": "1",
        "provider_ids": {},
        "media_type": "movie",
        "title": "Film 1",
    }
    assert (shown["state"], shown["watched_seconds"], shown["percent"]) == ("finished", 2400, None)
    assert shown["started_at"] == "2026-11-03T21:15:00.123456Z"


@pytest.mark.usefixtures("person_ids")
def test_somebody_unknown_has_the_servers_name(ask: Ask, home_ledger: Ledger) -> None:
    """Until a sync or a play notes the account."""
    home_ledger.write([play(3)])
    (shown,) = body(ask())["plays"]
    assert shown["person"] == {"id": None, "name": "Person 0"}


def test_a_person_is_all_of_its_accounts_and_no_others(
    ask: Ask, home_ledger: Ledger, person_ids: dict[str, str]
) -> None:
    """Account 2 of another server is somebody else."""
    elsewhere = play(4, connection_id="emby-1")
    stranger = play(5, connection_id="emby-1")
    home_ledger.write([play(1), play(2), elsewhere, stranger])
    assert ids(ask, f"people={person_ids['anna']}") == [elsewhere.id, play(1).id]
    assert ids(ask, f"people={person_ids['bert']}") == [play(2).id]
    both = f"people={person_ids['anna']}&people={person_ids['bert']}"
    assert ids(ask, both) == [elsewhere.id, play(2).id, play(1).id]


def test_plays_of_hidden_people_are_left_out_unless_asked_for(
    ask: Ask, home: EmbeddedHome, home_ledger: Ledger, person_ids: dict[str, str]
) -> None:
    """With `include_hidden`, or by naming them; plays of nobody stay."""
    nobodys = play(3, person={})
    home_ledger.write([play(1), play(2), nobodys])
    PeopleApi(home).change(person_ids["anna"], PersonChange(hidden=True))
    assert ids(ask) == [nobodys.id, play(2).id]
    assert ids(ask, "include_hidden=true") == [nobodys.id, play(2).id, play(1).id]
    assert ids(ask, f"people={person_ids['anna']}") == [play(1).id]


def test_what_the_ledger_does_not_have_yet_is_there_and_what_changed_is_there_once(
    ask: Ask, home: EmbeddedHome, home_ledger: Ledger
) -> None:
    """Open plays, finished ones, corrected ones; a merged one is gone; then all are moved."""
    corrected = play(1, percent=77)
    going_on = play(5, state=PlayState.OPEN, stopped_at=None)
    merged = play(2)
    home_ledger.write([play(1), merged, play(3)])
    before = body(ask())["version"]
    keep(home, corrected, play(4), going_on)
    save(home, [(play(3), ABSENT)], merged=[((merged, ABSENT), play(3).id)])

    page = body(ask())
    assert page["version"] != before
    expected = [going_on.id, play(4).id, play(3).id, play(1).id]
    assert [one["id"] for one in page["plays"]] == expected
    assert [page["plays"][0]["state"], page["plays"][3]["percent"]] == ["open", 77]
    walked, after = [], ""
    while after is not None:
        page = body(ask("", f"limit=1&after={after}" if after else "limit=1"))
        walked += [one["id"] for one in page["plays"]]
        after = page["next"]
    assert walked == expected
    assert body(ask(f"/{merged.id}"))["id"] == play(3).id

    moved = list(unmoved_plays(home.documents, datetime(2027, 1, 1, tzinfo=UTC)))
    kept = [one for one in moved if not one.merged_into]
    home_ledger.write(kept, dropped=[merged.id])
    mark_moved(home, moved)
    assert ids(ask) == expected


def test_filters_hold_for_recent_plays_as_for_the_ledger(
    ask: Ask, home: EmbeddedHome, home_ledger: Ledger
) -> None:
    """Also the search, which knows no accents."""
    home_ledger.write([play(1), play(1000, item=PlayedItem(title="Amélie"))])
    keep(home, play(2), play(900, item=PlayedItem(title="amelie 2")))
    assert ids(ask, "search=AMÉLIE") == [play(1000).id, play(900).id]
    assert ids(ask, "titles=Film%201&titles=Film%202") == [play(2).id, play(1).id]
    assert ids(ask, "titles=Film%201,Film%202") == []


def test_days_are_those_of_the_time_zone(ask: Ask, home: EmbeddedHome, home_ledger: Ledger) -> None:
    """Midnight there, also on the day on which the clocks change."""
    before, after = (
        play(1, at=datetime(2026, 11, 20, 14, 59, tzinfo=UTC)),
        play(2, at=datetime(2026, 11, 20, 15, 0, tzinfo=UTC)),
    )
    home_ledger.write([before, after])
    assert home.clock.now().isoformat().startswith("2026-11-21T10:24")
    assert ids(ask, "days=1&time_zone=Asia/Tokyo") == [after.id]
    assert ids(ask, "since=2026-11-21&time_zone=Asia/Tokyo") == [after.id]
    assert ids(ask, "before=2026-11-21&time_zone=Asia/Tokyo") == [before.id]
    assert ids(ask, "since=2026-11-20T15:00&time_zone=UTC") == [after.id]
    assert after.id in ids(ask, "since=0999-01-01")
    assert ids(ask, "since=2026-11-20T16:00+01:00") == [after.id]
    winter = play(3, at=datetime(2026, 10, 25, 23, 0, tzinfo=UTC))
    home_ledger.write([winter])
    assert ids(ask, "since=2026-10-26&before=2026-10-27&time_zone=Europe/Berlin") == [winter.id]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("persons=1", "persons"),
        ("people=nobody", "people"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=2&limit=3", "limit"),
        ("after=x", "after"),
        ("after=", "after"),
        ("after=WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsICJcdWQ4MDAiXQ", "after"),
        ("since=yesterday", "since"),
        ("before=2026-13-01", "before"),
        ("since=0001-01-01T00:00%2B14:00", "since"),
        ("since=2026-11-02&before=2026-11-01", "before"),
        ("days=7&since=2026-11-02", "days"),
        ("days=0", "days"),
        ("time_zone=Mars/Base", "time_zone"),
        ("is_watched=perhaps", "is_watched"),
        (f"search={'x' * 201}", "search"),
        ("&".join("titles=x" for _ in range(101)), "titles"),
        ("accounts=1", "accounts"),
    ],
)
def test_a_wrong_parameter_is_named(query: str, field: str, ask: Ask) -> None:
    """400, with the name of the parameter, whatever is in the ledger."""
    answer = ask("", query)
    assert answer["statusCode"] == 400
    assert body(answer)["details"]["fields"][0]["field"].startswith(field)


def test_one_play_has_its_sittings(ask: Ask, home_ledger: Ledger) -> None:
    """All that is known of it; of one that never was a 404."""
    home_ledger.write([full_play()])
    shown = body(ask(f"/{full_play().id}"))
    assert len(shown["parts"]) == 2
    assert shown["item"]["provider_ids"] == {"imdb": "tt1", "tmdb": "2", "tvdb": "3"}
    assert ask("/never")["statusCode"] == 404


def test_a_deleted_play_stays_away_whoever_tells_of_it(
    ask: Ask, home: EmbeddedHome, home_ledger: Ledger
) -> None:
    """It leaves the ledger; what a later sync writes of it is not shown."""
    home_ledger.write([play(1), play(2)])
    keep(home, play(3))
    for number in (2, 3):
        assert ask(f"/{play(number).id}", method="DELETE")["statusCode"] == 200
    assert home_ledger.manifest().plays == 1
    home_ledger.write([play(2), play(3)])
    assert ids(ask) == [play(1).id]
    for method in ("GET", "DELETE"):
        assert ask(f"/{play(2).id}", method=method)["statusCode"] == 404


def test_an_export_is_one_file_of_the_plays_that_pass(
    ask: Ask, home: EmbeddedHome, home_ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CSV or Parquet, recent plays too; too many are refused with what narrows them."""
    home_ledger.write([play(1), play(2)])
    keep(home, play(3))
    answer = ask("/export", "titles=Film%202&titles=Film%203")
    assert answer["headers"]["Content-Type"] == "text/csv"
    assert "showrunner-history.csv" in answer["headers"]["Content-Disposition"]
    rows = list(csv.DictReader(base64.b64decode(answer["body"]).decode().splitlines()))
    assert [row["title"] for row in rows] == ["Film 2", "Film 3"]

    answer = ask("/export", "format=parquet")
    path = home.folder / "out.parquet"
    path.write_bytes(base64.b64decode(answer["body"]))
    with duckdb.connect() as engine:
        assert engine.execute(f"SELECT count(*) FROM '{path}'").fetchall() == [(3,)]

    assert ask("/export", "format=xls")["statusCode"] == 400
    assert ask("/export", "limit=2")["statusCode"] == 400
    monkeypatch.setattr("showrunner.history.api.MOST_EXPORTED_PLAYS", 2)
    answer = ask("/export")
    assert answer["statusCode"] == 413
    assert "since" in body(answer)["message"]


def test_nothing_is_answered_without_the_token(ask: Ask, home_ledger: Ledger) -> None:
    """The history is as private as anything."""
    home_ledger.write([play(1)])
    assert ask()["statusCode"] == 200
    answer = load_entry("queries/history")(http_event("/api/v1/history", method="GET"), None)
    assert answer["statusCode"] == 401


def test_many_recent_plays_are_one_question(
    ask: Ask, home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unchanged, they are neither read into the engine nor checked again."""
    keep(home, *(play(number) for number in range(1, 40)))
    first = body(ask("", "limit=500"))
    assert len(first["plays"]) == 39
    monkeypatch.setattr("showrunner.history.recent.as_rows", None)
    assert body(ask("", "limit=500"))["plays"] == first["plays"]
    assert timedelta(0) < timedelta(milliseconds=first["took_ms"])


def test_an_account_without_an_id_is_found_by_its_name(
    ask: Ask, home: EmbeddedHome, home_ledger: Ledger
) -> None:
    """Whatever the case, on its server alone, and together with accounts that have one."""
    named = play(1, person={"name": "ANNA"})
    elsewhere = play(2, person={"name": "anna"}, connection_id="emby-1")
    with_id = play(3, person={"id": "7", "name": "anna"})
    home_ledger.write([named, elsewhere, with_id])
    accounts = [Account("", "Anna")]
    note_accounts(home.documents, "plex-1", accounts, home.clock.now())
    anna = Directory.of(home.documents).person_of("plex-1", None, "anna")
    assert anna
    assert ids(ask, f"people={anna.id}") == [named.id]
    note_accounts(home.documents, "plex-1", [Account("7", "anna")], home.clock.now())
    assert ids(ask, f"people={anna.id}") == [with_id.id, named.id]
