"""The servers API as pages and scripts call it, through the real function."""

import json
from typing import Any

import pytest

from showrunner.access import set_access_token
from showrunner.connections.store import ConnectionStore
from showrunner.redaction import MASK
from showrunner.servers.sender import known_secret
from showrunner.wiring import EmbeddedHome
from tests.calls import answered, http_event, load_entry
from tests.unit.api.conftest import FUNCTIONS, Api, Serve
from tests.unit.api.servers import KEY, FakePlex

NOWHERE = "http://127.0.0.1:9"


def test_an_added_server_is_shown_in_the_reference_shape(api: Api, plex_url: str) -> None:
    """Its own name, version, id and libraries; the key masked."""
    added = api.add_plex(
        plex_url,
        path_mappings=[{"remote_prefix": "/data", "local_prefix": "/media"}],
        plex_config_folder="/plex",
    )

    assert (added["type"], added["name"], added["url"]) == ("plex", "Attic", plex_url)
    assert added["enabled"] is True
    assert added["auth"] == {"method": "token", "user_id": None, "token": MASK}
    assert added["path_mappings"] == [
        {"remote_prefix": "/data", "local_prefix": "/media", "webhook_prefixes": []}
    ]
    assert added["plex_config_folder"] == "/plex"
    assert [(one["id"], one["name"], one["enabled"]) for one in added["libraries"]] == [
        ("1", "Films", True),
        ("2", "Series", True),
        ("3", "Music", True),
    ]
    assert added["server_identity"].startswith("4a8f")
    assert added["health"]["state"] == "ok"
    assert api.call("GET", "/servers") == (200, {"servers": [added]})
    assert api.call("GET", f"/servers/{added['id']}") == (200, added)


def test_the_key_is_stored_sealed(api: Api, plex_url: str, home: EmbeddedHome) -> None:
    """And opens to what was given."""
    api.add_plex(plex_url)
    (stored,) = ConnectionStore(home.documents).list()

    assert KEY not in stored.model_dump_json()
    assert home.secrets.open(stored.sealed_secret or "") == KEY


def test_a_server_that_is_away_is_stored_with_its_state(api: Api) -> None:
    """Its owner need not wait for it; the schedule will find it."""
    added = api.add_plex(NOWHERE)

    assert (added["name"], added["health"]["state"]) == ("Plex", "unreachable")
    assert added["health"]["error"].startswith("Plex at")
    assert "127.0.0.1:9" in added["health"]["error"]
    assert added["libraries"] == []


@pytest.mark.parametrize(
    ("mode", "state"),
    [("html", "bad_answer"), ("redirect", "bad_answer"), ("error", "unreachable")],
)
def test_a_server_that_answers_nonsense_is_a_state_not_a_failure(
    api: Api, plex: FakePlex, plex_url: str, mode: str, state: str
) -> None:
    """Words for the owner, and nothing of the key."""
    plex.mode = mode
    added = api.add_plex(plex_url, name="Attic")

    assert added["health"]["state"] == state
    assert added["health"]["error"]
    assert KEY not in json.dumps(added)


def test_a_wrong_key_is_a_state(api: Api, plex_url: str) -> None:
    """The owner reads that the server refused it."""
    added = api.add_plex(plex_url, auth={"token": "another"})

    assert added["health"]["state"] == "key_refused"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "kodi"}, "type"),
        ({"type": "sonarr"}, "type"),
        ({"url": "attic:32400"}, "url"),
        ({"url": "http://me:pw@attic"}, "url"),
        ({"url": None}, "url"),
        ({"auth": {}}, "auth"),
        ({"auth": {"token": " "}}, "auth.token"),
        ({"auth": {"token": MASK}}, "auth"),
        ({"auth": {"token": KEY, "method": "password"}}, "auth.method"),
        ({"auth": {"token": "sign-in:unknown"}}, "auth.token"),
        ({"settings": {"sync_days_back": 6}}, "settings.sync_days_back"),
        ({"settings": {"sync_days_back": 3651}}, "settings.sync_days_back"),
        ({"settings": {"no_such": 1}}, "settings.no_such"),
        ({"settings": {"filesize_limit": "5 Gigabytes"}}, "settings.filesize_limit"),
        ({"previews": {"width": 5}}, "previews.width"),
        ({"timeout_seconds": 0}, "timeout"),
        ({"plex_config_folder": "relative"}, "plex_config_folder"),
        ({"path_mappings": [{"remote_prefix": "/data"}]}, "local_prefix"),
        ({"path_mappings": [{"remote_prefix": "x", "local_prefix": "/m"}]}, "remote_prefix"),
        ({"exclude_paths": [{"value": "(", "type": "regex"}]}, "exclude_paths"),
        ({"exclude_paths": [{"value": "(a+)+", "type": "regex"}]}, "exclude_paths"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_leaves_nothing(
    api: Api, home: EmbeddedHome, change: dict[str, Any], field: str
) -> None:
    """400 that names the field; nothing is stored."""
    body = {"type": "plex", "url": NOWHERE, "auth": {"token": KEY}, **change}
    status, answer = api.call("POST", "/servers", body)

    assert status == 400, answer
    assert field in answer["details"]["fields"][0]["field"], answer
    assert KEY not in json.dumps(answer)
    assert ConnectionStore(home.documents).list() == []
    assert home.documents.list("connection-health") == []


def test_the_same_server_twice_is_refused(api: Api, plex: FakePlex, serve: Serve) -> None:
    """By its address, however spelled, and by its own id at another address."""
    first = api.add_plex(serve(plex.app))
    for url, field in (
        (first["url"] + "/", "url"),
        (first["url"].replace("http", "HTTP", 1), "url"),
        (serve(plex.app), "server_identity"),
    ):
        body = {"type": "plex", "url": url, "auth": {"token": KEY}}
        status, answer = api.call("POST", "/servers", body)
        assert status == 400, answer
        assert answer["details"]["fields"][0]["field"] == field
        assert first["id"] in answer["message"]


def test_two_servers_of_a_kind_are_two(api: Api, serve: Serve) -> None:
    """Several of a kind are normal."""
    ids = {api.add_plex(serve(FakePlex(machine_id=name).app))["id"] for name in ("a", "b")}

    assert len(ids) == 2


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_was_shown_can_be_sent_back(
    api: Api, plex_url: str, home: EmbeddedHome, method: str
) -> None:
    """A masked key stays what it is, and so does everything that was not changed."""
    added = api.add_plex(plex_url, settings={"webhook_secret": "hook-s3cret-of-kim"})
    before = ConnectionStore(home.documents).get(added["id"])
    assert added["settings"]["webhook_secret"] == MASK

    status, after = api.call(method, f"/servers/{added['id']}", added | {"name": "Loft"})

    assert status == 200, after
    assert after == added | {"name": "Loft"}
    stored = ConnectionStore(home.documents).get(added["id"])
    assert stored.sealed_secret == before.sealed_secret
    assert known_secret(home, stored.id) == "hook-s3cret-of-kim"
    assert "webhook_secret" not in stored.settings


def test_a_change_keeps_what_was_not_sent(api: Api, plex_url: str) -> None:
    """Settings and previews are merged; lists are replaced; null is the default again."""
    added = api.add_plex(plex_url, settings={"sync_days_back": 90, "username": "kim"})
    path = f"/servers/{added['id']}"
    _, after = api.call(
        "PATCH",
        path,
        {
            "settings": {"sync_days_back": None, "historical_sync": True},
            "previews": {"width": 480},
            "libraries": [{"id": "2", "enabled": False}],
        },
    )

    assert after["settings"]["sync_days_back"] == 365
    assert (after["settings"]["username"], after["settings"]["historical_sync"]) == ("kim", True)
    assert (after["previews"]["width"], after["previews"]["interval_seconds"]) == (480, 10)
    assert [one["enabled"] for one in after["libraries"]] == [True, False, True]


def test_a_refused_change_changes_nothing(api: Api, plex_url: str) -> None:
    """One wrong field, and the right ones beside it are not stored either."""
    added = api.add_plex(plex_url)
    path = f"/servers/{added['id']}"
    for body in (
        {"name": "Loft", "settings": {"sync_days_back": 1}},
        {"name": "Loft", "type": "emby"},
        {"name": "Loft", "libraries": [{"id": "99"}]},
    ):
        assert api.call("PATCH", path, body)[0] == 400
    assert api.call("GET", path) == (200, added)


def test_a_new_key_is_tried_at_once(api: Api, plex: FakePlex, plex_url: str) -> None:
    """The answer says whether the server takes it."""
    added = api.add_plex(plex_url)
    path = f"/servers/{added['id']}"
    _, after = api.call("PATCH", path, {"auth": {"token": "wrong"}})
    assert after["health"]["state"] == "key_refused"

    plex.keys.add("fresh")
    _, after = api.call("PATCH", path, {"auth": {"token": "fresh"}})
    assert after["health"]["state"] == "ok"


def test_another_server_at_the_address_is_told_apart(
    api: Api, plex: FakePlex, plex_url: str
) -> None:
    """Until its owner says that it is the new one, by clearing the identity."""
    added = api.add_plex(plex_url)
    plex.machine_id = "someone-else"
    path = f"/servers/{added['id']}"

    _, tested = api.call("POST", f"{path}/test-connection")
    assert (tested["success"], tested["state"]) == (False, "other_server")
    assert api.call("GET", path)[1]["server_identity"] == added["server_identity"]

    _, after = api.call("PATCH", path, {"server_identity": None})
    assert (after["server_identity"], after["health"]["state"]) == ("someone-else", "ok")


def test_a_test_names_libraries_with_a_sample_path(
    api: Api, plex_url: str, home: EmbeddedHome
) -> None:
    """And says whether this machine sees it; trying stores nothing."""
    folder = home.folder / "films"
    candidate = {
        "type": "plex",
        "url": plex_url,
        "auth": {"token": KEY},
        "path_mappings": [{"remote_prefix": "/data/films", "local_prefix": str(folder)}],
    }
    _, tried = api.call("POST", "/servers/test-connection", candidate)

    assert (tried["success"], tried["state"], tried["server_name"]) == (True, "ok", "Attic")
    sample = next(one for one in tried["samples"] if one["library_id"] == "1")
    assert sample["remote_path"].startswith("/data/films")
    assert sample["local_path"].startswith(str(folder))
    assert sample["visible"] is False
    assert api.call("GET", "/servers")[1] == {"servers": []}


def test_a_saved_server_can_be_tried_with_changes(api: Api, plex_url: str) -> None:
    """With its id, a masked key stands for the stored one."""
    added = api.add_plex(plex_url)
    _, tried = api.call("POST", "/servers/test-connection", added | {"name": "Loft"})

    assert tried["success"] is True
    assert api.call("GET", f"/servers/{added['id']}")[1]["name"] == "Attic"


def test_switching_off_keeps_everything_else(api: Api, plex: FakePlex, plex_url: str) -> None:
    """And asks nobody."""
    added = api.add_plex(plex_url)
    asked = plex.asked
    status, after = api.call("PATCH", f"/servers/{added['id']}/enabled", {"enabled": False})

    assert (status, after) == (200, added | {"enabled": False})
    assert plex.asked == asked


def test_refreshed_libraries_stay_switched_off(api: Api, plex_url: str) -> None:
    """What the server says is new, what its owner said stays."""
    added = api.add_plex(plex_url, libraries=[{"id": "3", "enabled": False}])
    status, found = api.call("POST", f"/servers/{added['id']}/refresh-libraries")

    assert (status, found["count"]) == (200, 3)
    assert [one["enabled"] for one in found["libraries"]] == [True, True, False]


def test_a_refresh_of_a_dead_server_keeps_the_libraries(
    api: Api, plex: FakePlex, plex_url: str
) -> None:
    """502 with the reason."""
    added = api.add_plex(plex_url)
    plex.mode = "html"
    status, answer = api.call("POST", f"/servers/{added['id']}/refresh-libraries")

    assert (status, answer["error"]) == (502, "BAD_ANSWER")
    assert api.call("GET", f"/servers/{added['id']}")[1]["libraries"] == added["libraries"]


def test_a_removed_server_is_gone_with_its_health(
    api: Api, plex_url: str, home: EmbeddedHome
) -> None:
    """A second time it is 404."""
    added = api.add_plex(plex_url)
    path = f"/servers/{added['id']}"

    assert api.call("DELETE", path) == (200, {"success": True, "id": added["id"]})
    assert home.documents.list("connection-health") == []
    assert api.call("DELETE", path)[0] == 404
    assert api.call("GET", path)[0] == 404


def test_owners_are_explained_with_the_rule_that_excludes(api: Api, plex_url: str) -> None:
    """Step by step, in the words of the settings."""
    added = api.add_plex(
        plex_url,
        path_mappings=[{"remote_prefix": "/data", "local_prefix": "/mnt"}],
        exclude_paths=[
            {"value": "/mnt/films/archive", "type": "path"},
            {"value": r".*\.iso$", "type": "regex"},
        ],
    )
    _, found = api.call("GET", "/servers/owners", path="/data/films/x.mkv")
    assert [(one["server_id"], one["library_name"]) for one in found["owners"]] == [
        (added["id"], "Films")
    ]
    assert found["canonical_path"] == "/mnt/films/x.mkv"
    for path, rule in (
        ("/data/films/archive/x.mkv", "/mnt/films/archive"),
        ("/mnt/films/x.iso", r".*\.iso$"),
    ):
        _, found = api.call("GET", "/servers/owners", path=path)
        assert found["owners"] == []
        assert any("excluded" in line and rule in line for line in found["explanation"])
    assert api.call("GET", "/servers/owners", path="relative")[0] == 400
    assert api.call("GET", "/servers/owners")[0] == 400


def test_plex_output_needs_an_item(api: Api, plex_url: str) -> None:
    """Its bundle is named after the item."""
    added = api.add_plex(plex_url, plex_config_folder="/plex")
    path = f"/servers/{added['id']}/output-status"

    assert api.call("GET", path, path="/data/films/x.mkv") == (200, {"needs_item_id": True})
    assert api.call("GET", path)[0] == 400


@pytest.mark.parametrize(
    ("method", "tail"),
    [
        ("GET", "trickplay-readiness"),
        ("POST", "trickplay-fix-all"),
        ("POST", "install-plugin"),
        ("POST", "uninstall-plugin"),
    ],
)
def test_what_only_jellyfin_has_is_refused_elsewhere(
    api: Api, plex_url: str, method: str, tail: str
) -> None:
    """400 that says for which kind it is."""
    added = api.add_plex(plex_url)
    status, answer = api.call(method, f"/servers/{added['id']}/{tail}")

    assert status == 400
    assert "jellyfin" in answer["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/servers"),
        ("POST", "/servers"),
        ("POST", "/servers/test-connection"),
        ("GET", "/servers/owners"),
        ("POST", "/servers/auth/emby/password"),
        ("GET", "/connections"),
        ("GET", "/connections/kinds"),
        ("GET", "/libraries"),
        ("POST", "/plex/auth/pin"),
        ("GET", "/plex/servers"),
        ("GET", "/openapi.json"),
        ("GET", "/docs"),
    ],
)
def test_every_route_wants_the_token(home: EmbeddedHome, method: str, path: str) -> None:
    """401 without it."""
    set_access_token(home)
    name = path.strip("/").split("/")[0]
    handle = load_entry(f"api/{FUNCTIONS.get(name, name)}")
    status, _ = answered(handle(http_event(f"/api/v1{path}", method=method), None))
    assert status == 401
