"""Signing in: what a server hands out ends sealed in a connection, and nowhere else."""

import json

import pytest

from showrunner.connections.store import ConnectionStore
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.api.conftest import Api
from tests.unit.api.servers import (
    EMBY_TOKEN,
    JELLYFIN_TOKEN,
    PASSWORD,
    PLEX_TOKEN,
    QUICK_SECRET,
    FakeMediaBrowser,
    FakePlexTv,
)


def secret_of(home: EmbeddedHome, server_id: str) -> str:
    stored = ConnectionStore(home.documents).get(server_id)
    return home.secrets.open(stored.sealed_secret or "")


@pytest.mark.parametrize(("kind", "token"), [("jellyfin", JELLYFIN_TOKEN), ("emby", EMBY_TOKEN)])
def test_a_password_becomes_a_connection(
    api: Api, home: EmbeddedHome, jellyfin_url: str, emby_url: str, kind: str, token: str
) -> None:
    """The handle that the sign-in answers stands for the token."""
    url = {"jellyfin": jellyfin_url, "emby": emby_url}[kind]
    status, signed_in = api.call(
        "POST",
        f"/servers/auth/{kind}/password",
        {"url": url, "username": "kim", "password": PASSWORD},
    )
    assert status == 200, signed_in
    assert (signed_in["user_id"], signed_in["user_name"]) == ("a1b2c3", "kim")
    assert token not in json.dumps(signed_in)

    auth = {"method": "password", "access_token": signed_in["access_token"]}
    status, added = api.call("POST", "/servers", {"type": kind, "url": url, "auth": auth})
    assert status == 201, added
    assert added["auth"] == {"method": "password", "user_id": "a1b2c3", "access_token": "****"}
    assert added["health"]["state"] == "ok"
    assert secret_of(home, added["id"]) == token


def test_a_wrong_password_says_so_without_it(api: Api, jellyfin_url: str) -> None:
    """502 KEY_REFUSED: the server refused it."""
    status, answer = api.call(
        "POST",
        "/servers/auth/jellyfin/password",
        {"url": jellyfin_url, "username": "kim", "password": "not-this-one"},
    )
    assert (status, answer["error"]) == (502, "KEY_REFUSED")
    assert "not-this-one" not in json.dumps(answer)


def test_quick_connect_from_code_to_connection(
    api: Api, home: EmbeddedHome, jellyfin: FakeMediaBrowser, jellyfin_url: str
) -> None:
    """Poll says no, then yes; too early an exchange is refused."""
    path = "/servers/auth/jellyfin/quick-connect"
    _, begun = api.call("POST", f"{path}/initiate", {"url": jellyfin_url})
    assert begun["code"] == "123456"
    assert QUICK_SECRET not in json.dumps(begun)
    sent = {"url": jellyfin_url, "secret": begun["secret"]}

    assert api.call("POST", f"{path}/poll", sent)[1]["authenticated"] is False
    assert api.call("POST", f"{path}/exchange", sent)[0] == 409
    jellyfin.approved = True
    assert api.call("POST", f"{path}/poll", sent)[1]["authenticated"] is True
    _, signed_in = api.call("POST", f"{path}/exchange", sent)

    auth = {"method": "quick_connect", "access_token": signed_in["access_token"]}
    body = {"type": "jellyfin", "url": jellyfin_url, "auth": auth}
    status, added = api.call("POST", "/servers", body)
    assert (status, added["auth"]["method"]) == (201, "quick_connect")
    assert secret_of(home, added["id"]) == JELLYFIN_TOKEN


def test_a_handle_fits_only_where_it_was_made(
    api: Api, home: EmbeddedHome, jellyfin_url: str, emby_url: str, clock: FakeClock
) -> None:
    """Not another kind, not another address, no poll secret as a key, not after its time."""
    path = "/servers/auth/jellyfin"
    given = {"url": jellyfin_url, "username": "kim", "password": PASSWORD}
    _, signed_in = api.call("POST", f"{path}/password", given)
    _, begun = api.call("POST", f"{path}/quick-connect/initiate", {"url": jellyfin_url})

    def adding(kind: str, url: str, handle: str) -> int:
        body = {"type": kind, "url": url, "auth": {"access_token": handle}}
        return api.call("POST", "/servers", body)[0]

    assert adding("emby", emby_url, signed_in["access_token"]) == 400
    assert adding("jellyfin", emby_url, signed_in["access_token"]) == 400
    assert adding("jellyfin", jellyfin_url, begun["secret"]) == 400
    clock.advance(31 * 60)
    assert adding("jellyfin", jellyfin_url, signed_in["access_token"]) == 400
    assert ConnectionStore(home.documents).list() == []


def test_a_plex_pin_becomes_a_connection(
    api: Api, home: EmbeddedHome, plex_tv: FakePlexTv, plex_url: str
) -> None:
    """PIN, confirmation, servers of the account, test, libraries, connection."""
    _, pin = api.call("POST", "/plex/auth/pin")
    assert (pin["id"], pin["code"]) == (12345, "ABCD1234")
    assert pin["auth_url"].startswith("https://app.plex.tv/auth#?")
    assert api.call("GET", "/plex/auth/pin/12345")[1] == {
        "authenticated": False,
        "auth_token": None,
    }
    plex_tv.confirmed = True
    _, status = api.call("GET", "/plex/auth/pin/12345")
    handle = status["auth_token"]
    assert status["authenticated"] is True
    assert PLEX_TOKEN not in handle

    _, found = api.call("GET", "/plex/servers", token=handle)
    (server,) = found["servers"]
    assert (
        server.items()
        >= {
            "name": "My Server",
            "machine_id": "abc123",
            "host": "192.168.1.100",
            "port": 32400,
            "ssl": False,
            "owned": True,
            "local": True,
        }.items()
    )
    _, tested = api.call("POST", "/plex/test", {"url": plex_url, "token": handle})
    assert (tested["success"], tested["server_name"]) == (True, "Attic")
    _, shelf = api.call("GET", "/plex/libraries", url=plex_url, token=handle)
    assert {"id": "1", "name": "Films", "type": "movie"} in shelf["libraries"]

    body = {"type": "plex", "url": plex_url, "auth": {"token": handle}}
    status_code, added = api.call("POST", "/servers", body)
    assert status_code == 201, added
    assert secret_of(home, added["id"]) == PLEX_TOKEN
    assert api.call("GET", "/plex/libraries")[1] == shelf
    assert len(api.call("GET", "/plex/servers")[1]["servers"]) == 1


def test_plex_knows_this_installation_by_one_name(api: Api, plex_tv: FakePlexTv) -> None:
    """Else the owner's list of devices grows with every sign-in."""
    api.call("POST", "/plex/auth/pin")
    api.call("POST", "/plex/auth/pin")

    assert len(plex_tv.clients) == 1


@pytest.mark.parametrize("path", ["/plex/servers", "/plex/libraries"])
def test_without_a_plex_server_the_next_step_is_named(api: Api, path: str) -> None:
    """404 that says how to sign in."""
    status, answer = api.call("GET", path)

    assert status == 404
    assert "/plex/auth/pin" in answer["message"]
