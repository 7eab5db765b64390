import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from showrunner.clients.http import HttpClient
from showrunner.clients.plex_tv import plex_tv as open_plex_tv
from showrunner.connections.models import ConnectionKind
from showrunner.demo.plex_tv import PIN_LIFE_SECONDS, EmulatedPlexTv
from showrunner.errors import (
    InvalidInputError,
    KeyRefusedError,
    NotFoundError,
    WrongStateError,
)
from showrunner.servers import sign_in
from tests.contract.servers.conftest import KEY, NEVER_SECONDS, PASSWORD, Stage, Staged

URL = "http://attic"


class Account(EmulatedPlexTv):
    """plex.tv with a clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0
        super().__init__(
            token=KEY,
            server_url="http://192.168.1.10:32400",
            machine_id="4a8f",
            consent_seconds=NEVER_SECONDS,
            clock=lambda: self.seconds,
        )


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def plex_tv(account: Account) -> Iterator[HttpClient]:
    with open_plex_tv(transport=httpx.WSGITransport(account.app)) as http:
        yield http


def test_a_plex_pin_becomes_a_token_once_its_owner_confirms(
    plex_tv: HttpClient, account: Account
) -> None:
    """None until then: asking again and again is the described way."""
    pin = sign_in.plex_pin_start(plex_tv, "us")
    before = sign_in.plex_pin_check(plex_tv, "us", pin["id"])
    account.app.test_client().post(f"/demo/claim?code={pin['code']}")

    assert before is None
    assert sign_in.plex_pin_check(plex_tv, "us", pin["id"]) == KEY


def test_the_page_to_confirm_at_has_all_in_its_fragment(plex_tv: HttpClient) -> None:
    """What comes after `#` stays in the browser."""
    pin = sign_in.plex_pin_start(plex_tv, "us")
    page, fragment = pin["auth_url"].split("#?")

    assert page == "https://app.plex.tv/auth"
    assert parse_qs(fragment) == {
        "clientID": ["us"],
        "code": [pin["code"]],
        "context[device][product]": ["Showrunner"],
    }


def test_a_pin_that_is_too_old_or_of_somebody_else_is_not_found(
    plex_tv: HttpClient, account: Account
) -> None:
    """Then there is nothing to wait for."""
    pin = sign_in.plex_pin_start(plex_tv, "us")
    with pytest.raises(NotFoundError):
        sign_in.plex_pin_check(plex_tv, "them", pin["id"])
    account.seconds = PIN_LIFE_SECONDS + 1
    with pytest.raises(NotFoundError, match="sign in again"):
        sign_in.plex_pin_check(plex_tv, "us", pin["id"])


def test_the_servers_of_an_account_are_listed_without_relays(plex_tv: HttpClient) -> None:
    """Each with all that a connection needs."""
    assert sign_in.plex_servers(plex_tv, "us", KEY) == [
        {
            "name": "Demo Plex",
            "machine_id": "4a8f",
            "host": "192.168.1.10",
            "port": 32400,
            "ssl": False,
            "owned": True,
            "local": True,
            "uri": "http://192.168.1.10:32400",
        }
    ]


def test_own_and_local_servers_come_first_and_players_not_at_all() -> None:
    """Shared and remote ones can be chosen, too."""

    def device(name: str, *places: tuple[str, bool], owned: bool, provides: str = "server") -> Any:
        connections = [
            {"protocol": "https", "address": at, "port": 1, "uri": at, "local": local}
            for at, local in places
        ]
        return {
            "name": name,
            "clientIdentifier": name,
            "provides": provides,
            "owned": owned,
            "connections": connections,
        }

    devices = [
        device("Friend", ("a", True), owned=False),
        device("Own", ("b", False), ("c", True), owned=True),
        device("Phone", ("d", True), owned=True, provides="client,player"),
    ]
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=devices))
    with open_plex_tv(transport=transport) as http:
        found = sign_in.plex_servers(http, "us", KEY)

    assert [(one["name"], one["host"]) for one in found] == [
        ("Own", "c"),
        ("Own", "b"),
        ("Friend", "a"),
    ]


def test_a_wrong_account_token_is_refused(plex_tv: HttpClient) -> None:
    """As any key."""
    with pytest.raises(KeyRefusedError):
        sign_in.plex_servers(plex_tv, "us", "wrong")


def approve(stage: Stage, code: str) -> None:
    """What its owner does in Jellyfin, where they are signed in."""
    headers = {"Authorization": f'MediaBrowser Token="{KEY}"'}
    path = f"/QuickConnect/Authorize?code={code}"
    assert stage.emulated.app.test_client().post(path, headers=headers).json is True


def test_quick_connect_gives_a_token_after_its_owner_entered_the_code(staged: Staged) -> None:
    """A token that works, with whose it is."""
    stage = staged("jellyfin")
    ticket = sign_in.jellyfin_quick_connect_initiate(URL, transport=stage.transport)
    secret = ticket["secret"]
    before = sign_in.jellyfin_quick_connect_poll(URL, secret, transport=stage.transport)
    with pytest.raises(WrongStateError):
        sign_in.jellyfin_quick_connect_exchange(URL, secret, transport=stage.transport)
    approve(stage, ticket["code"])
    after = sign_in.jellyfin_quick_connect_poll(URL, secret, transport=stage.transport)
    signed_in = sign_in.jellyfin_quick_connect_exchange(URL, secret, transport=stage.transport)
    stage.change(sealed_secret=signed_in.token)

    assert (before, after) == (False, True)
    assert signed_in.user_name == "Mika"
    assert stage.client.info().machine_id == "jellyfin-1"
    assert signed_in.token not in repr(signed_in)


def test_the_demos_owner_enters_the_code_by_themselves(staged: Staged) -> None:
    """So that a newcomer sees the whole flow."""
    stage = staged("jellyfin", consent_seconds=0.01)
    ticket = sign_in.jellyfin_quick_connect_initiate(URL, transport=stage.transport)
    time.sleep(0.02)
    secret = ticket["secret"]

    assert sign_in.jellyfin_quick_connect_poll(URL, secret, transport=stage.transport)


def test_an_unknown_code_is_not_found(staged: Staged) -> None:
    """Codes end after some minutes."""
    with pytest.raises(NotFoundError):
        sign_in.jellyfin_quick_connect_poll(URL, "x", transport=staged("jellyfin").transport)


def test_quick_connect_that_is_switched_off_is_told() -> None:
    """Jellyfin answers 401, which is no wrong key: there is none yet."""
    transport = httpx.MockTransport(lambda _: httpx.Response(401))
    with pytest.raises(WrongStateError, match="switched off"):
        sign_in.jellyfin_quick_connect_initiate(URL, transport=transport)


@pytest.mark.parametrize("kind", ["jellyfin", "emby"])
def test_a_name_and_a_password_give_a_token(kind: str, staged: Staged) -> None:
    """One that works, and not the server's own key."""
    stage = staged(kind)
    found = sign_in.password(ConnectionKind(kind), URL, "mika", PASSWORD, transport=stage.transport)
    stage.change(sealed_secret=found.token)

    assert found.user_id
    assert found.token != KEY
    assert stage.client.info().machine_id == f"{kind}-1"


@pytest.mark.parametrize("kind", ["jellyfin", "emby"])
@pytest.mark.parametrize(("name", "word"), [("Mika", "wrong"), ("Nobody", PASSWORD)])
def test_a_wrong_password_is_refused(kind: str, name: str, word: str, staged: Staged) -> None:
    """Without either of the two in the message."""
    with pytest.raises(KeyRefusedError) as caught:
        sign_in.password(ConnectionKind(kind), URL, name, word, transport=staged(kind).transport)

    assert word not in caught.value.message


def test_only_jellyfin_and_emby_take_a_password() -> None:
    """Plex has its own page for that."""
    with pytest.raises(InvalidInputError, match="kind"):
        sign_in.password(ConnectionKind.PLEX, URL, "a", "b")


@pytest.mark.parametrize("body", [{}, {"AccessToken": None, "User": None}, {"AccessToken": ""}])
def test_a_sign_in_without_a_token_is_a_bad_answer(body: dict[str, Any]) -> None:
    """An empty token would be stored and refused later."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    with pytest.raises(Exception, match="no token"):
        sign_in.password(ConnectionKind.EMBY, URL, "a", "b", transport=transport)
