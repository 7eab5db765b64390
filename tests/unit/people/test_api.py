"""The people API: what is shown, and what the owner can do and undo."""

from collections.abc import Callable
from typing import Any

import pytest

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.people.api import masked
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock

Call = Callable[..., tuple[int, Any]]
Note = Callable[..., int]


def listed(call: Call, **query: Any) -> dict[str, dict[str, Any]]:
    """People by name."""
    status, body = call("GET", "", **query)
    assert status == 200, body
    return {one["name"]: one for one in body["people"]}


def names(person: dict[str, Any]) -> set[str]:
    return {f"{one['connection_id']} {one['name']}" for one in person["accounts"]}


@pytest.fixture
def world(home: EmbeddedHome, clock: FakeClock, note: Note) -> None:
    """Anna on two servers by e-mail, Sam on two by name, Bert on one."""
    server = Connection(id="plex-1", kind=ConnectionKind.PLEX, name="Attic", url="http://plex")
    ConnectionStore(home.documents).add(server)
    note("plex-1", "1:anna:Anna@example.org", "2:sam", "3:bert")
    clock.advance(60)
    note("jellyfin-1", "u1:anni:anna@example.org", "u2:Sam")


@pytest.mark.usefixtures("world")
def test_everybody_is_listed_with_accounts_and_reasons(call: Call) -> None:
    """Sure reasons and unsure ones; e-mail addresses are masked, servers have their names."""
    people = listed(call)
    assert set(people) == {"anna", "sam", "bert"}
    anna, sam = people["anna"], people["sam"]
    assert [(one["server"], one["id"], one["name"]) for one in anna["accounts"]] == [
        ("Attic", "1", "anna"),
        (None, "u1", "anni"),
    ]
    email = {"kind": "email", "is_sure": True}
    assert [one["reasons"] for one in anna["accounts"]] == [
        [{**email, "value": "A***@example.org"}],
        [{**email, "value": "a***@example.org"}],
    ]
    assert sam["accounts"][0]["reasons"] == [
        {"kind": "user_name", "value": "sam", "is_sure": False}
    ]
    assert people["bert"]["accounts"][0]["reasons"] == []


@pytest.mark.usefixtures("world")
def test_an_address_is_nowhere_in_clear(call: Call) -> None:
    """Not in the list, not in one person."""
    _, everybody = call("GET", "")
    anna = everybody["people"][0]["id"]
    assert "anna@example" not in str([everybody, call("GET", f"/{anna}")]).lower()
    assert masked("x") == "x***"


@pytest.mark.usefixtures("world")
def test_a_given_name_stays_and_can_be_taken_back(call: Call, note: Note) -> None:
    """A sync that says another user name does not touch it."""
    bert = listed(call)["bert"]["id"]
    assert call("PATCH", f"/{bert}", {"name": " Bertie "})[1]["name"] == "Bertie"
    note("plex-1", "3:bertram")
    assert call("GET", f"/{bert}")[1]["name"] == "Bertie"
    assert call("PATCH", f"/{bert}", {"name": None})[1]["name"] == "bertram"


@pytest.mark.usefixtures("world")
def test_hidden_people_are_listed_when_asked_for(call: Call) -> None:
    """And can be shown again."""
    bert = listed(call)["bert"]["id"]
    assert call("PATCH", f"/{bert}", {"hidden": True})[1]["hidden"] is True
    assert set(listed(call)) == {"anna", "sam"}
    assert set(listed(call, include_hidden="true")) == {"anna", "sam", "bert"}
    call("PATCH", f"/{bert}", {"hidden": False})
    assert "bert" in listed(call)


@pytest.mark.usefixtures("world")
def test_a_link_makes_two_one_and_can_be_taken_back(call: Call) -> None:
    """The oldest id stays, the given name of either too; the other id leads there meanwhile."""
    before = listed(call)
    ids = [before["anna"]["id"], before["bert"]["id"]]
    call("PATCH", f"/{max(ids)}", {"name": "The boss"})
    status, linked = call("POST", "/link", {"person_ids": ids})
    assert (status, linked["id"], linked["name"]) == (200, min(ids), "The boss")
    assert names(linked) == {"plex-1 anna", "jellyfin-1 anni", "plex-1 bert"}
    assert call("GET", f"/{max(ids)}")[1] == linked
    (decision,) = linked["decisions"]
    assert decision["kind"] == "link"
    assert all(
        {"kind": "owner", "value": None, "is_sure": True} in one["reasons"]
        for one in linked["accounts"]
    )

    status, undone = call("DELETE", f"/decisions/{decision['id']}")
    assert status == 200
    assert {one["id"] for one in undone["people"]} == set(ids)
    assert {one["id"] for one in listed(call).values()} == {one["id"] for one in before.values()}


@pytest.mark.usefixtures("world")
def test_a_split_holds_when_the_accounts_are_told_of_again(
    call: Call, clock: FakeClock, note: Note
) -> None:
    """The rest keeps id and name, also when the oldest account goes; undone, all is as before."""
    before = listed(call)["sam"]
    oldest = min(before["accounts"], key=lambda one: one["connection_id"] != "plex-1")
    clock.advance(60)
    status, body = call("POST", f"/{before['id']}/split", {"accounts": [oldest["key"]]})
    assert status == 201, body
    assert body["person"]["id"] == before["id"]
    assert names(body["person"]) == {"jellyfin-1 Sam"}
    assert names(body["split_off"]) == {"plex-1 sam"}
    clock.advance(7200)
    note("plex-1", "2:sam", "5:new")
    note("emby-1", "9:sam")
    assert names(call("GET", f"/{before['id']}")[1]) == {"jellyfin-1 Sam"}
    assert names(call("GET", f"/{body['split_off']['id']}")[1]) == {"plex-1 sam"}

    decision = body["split_off"]["decisions"][0]["id"]
    assert call("DELETE", f"/decisions/{decision}")[0] == 200
    again = call("GET", f"/{before['id']}")[1]
    assert names(again) == {"plex-1 sam", "jellyfin-1 Sam", "emby-1 sam"}
    assert call("GET", f"/{body['split_off']['id']}")[1]["id"] == before["id"]


@pytest.mark.usefixtures("world")
def test_a_page_goes_on_where_the_last_one_ended(call: Call) -> None:
    """Everybody once, whatever the limit."""
    found, after = [], {}
    for _ in range(3):
        _, body = call("GET", "", limit=1, **after)
        found += [one["name"] for one in body["people"]]
        after = {"after": body["next"]}
    assert after == {"after": None}
    assert sorted(found) == ["anna", "bert", "sam"]
    assert set(listed(call, search="ANNI")) == {"anna"}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/nobody", "", 404, "nobody"),
        ("PATCH", "/nobody", {"hidden": True}, 404, "nobody"),
        ("PATCH", "/nobody", {"name": "x" * 201}, 400, "name"),
        ("PATCH", "/nobody", {"nickname": "x"}, 400, "nickname"),
        ("POST", "/link", {"person_ids": ["one"]}, 400, "person_ids"),
        ("POST", "/link", {"person_ids": ["one", "two"]}, 404, "one"),
        ("POST", "/ANNA/split", {"accounts": ["plex-1/of-somebody"]}, 400, "accounts"),
        ("POST", "/ANNA/split", {"accounts": "ALL"}, 400, "at least one"),
        ("DELETE", "/decisions/never", "", 404, "never"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(
    method: str, path: str, body: Any, status: int, words: str, call: Call
) -> None:
    """A clear 4xx that names the field, and nothing is changed."""
    before = listed(call)
    anna = before["anna"]
    if body == {"accounts": "ALL"}:
        body = {"accounts": [one["key"] for one in anna["accounts"]]}
    given, answer = call(method, path.replace("ANNA", anna["id"]), body)
    assert given == status, answer
    assert words in answer["message"]
    assert listed(call) == before


@pytest.mark.usefixtures("world")
def test_linking_a_person_with_itself_is_refused(call: Call) -> None:
    """Also by an id that it had before."""
    people = listed(call)
    ids = [people["anna"]["id"], people["bert"]["id"]]
    assert call("POST", "/link", {"person_ids": ids})[0] == 200
    status, answer = call("POST", "/link", {"person_ids": ids})
    assert (status, answer["details"]["fields"][0]["field"]) == (400, "person_ids")
