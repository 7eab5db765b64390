"""Tautulli, TMDb and TheTVDB: how each wants its key, and how each says that it is wrong."""

import json
from typing import Any

import httpx
import pytest

from showrunner.clients.models import ServerInfo
from showrunner.clients.tautulli import TautulliClient
from showrunner.clients.tmdb import TmdbClient
from showrunner.clients.tvdb import TvdbClient
from showrunner.errors import BadAnswerError, KeyRefusedError
from tests.unit.clients.recorded import Server

V3_KEY = "0123456789abcdef0123456789abcdef"
V4_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiIwMTIzIn0.c2lnbmF0dXJl"


def tautulli_says(status: int, result: str, message: str | None, data: Any) -> TautulliClient:
    body = {"response": {"result": result, "message": message, "data": data}}
    server = Server({"GET /tautulli/api/v2": httpx.Response(status, json=body)})
    return TautulliClient("http://nas:8181/tautulli", V3_KEY, transport=server)


def test_tautulli_says_who_it_is() -> None:
    """Under its own base address; the version without the leading letter."""
    data = {"tautulli_version": "v2.14.3", "tautulli_platform": "Linux"}
    info = tautulli_says(200, "success", None, data).info()

    assert info == ServerInfo(machine_id=None, name="Tautulli", version="2.14.3")


def test_tautullis_libraries_have_no_folders() -> None:
    """It knows Plex's libraries, not where they are; ids come as text or number."""
    rows = [
        {"section_id": 2, "section_name": "Series", "section_type": "show", "count": "62"},
        {"section_id": "3", "section_name": "Music", "section_type": "artist"},
    ]
    found = tautulli_says(200, "success", None, rows).libraries()

    assert [(one.native_id, one.name, one.type) for one in found] == [
        ("2", "Series", "show"),
        ("3", "Music", "other"),
    ]


def test_tautulli_names_the_plex_that_it_watches() -> None:
    """By its machine id, which finds the connection."""
    data = {"pms_identifier": "4a8f", "pms_name": "Attic", "pms_port": 32400}

    assert tautulli_says(200, "success", None, data).watched_plex().pms_identifier == "4a8f"


def test_tautulli_refuses_a_key_with_400() -> None:
    """As it does a wrong command: the message tells which."""
    with pytest.raises(KeyRefusedError, match="Tautulli refused the key"):
        tautulli_says(400, "error", "Invalid apikey", {}).info()
    with pytest.raises(BadAnswerError):
        tautulli_says(400, "error", "Unknown command", {}).info()


def test_tmdb_gets_each_form_of_key_in_its_own_place() -> None:
    """A v3 key in the address, a v4 token in a header."""
    server = Server({"GET /3/authentication": httpx.Response(200, json={"success": True})})
    for key in (V3_KEY, V4_TOKEN):
        with TmdbClient("https://api.themoviedb.org/3", key, transport=server) as client:
            assert client.info().name == "TMDb"
    first, second = server.requests

    assert first.url.params["api_key"] == V3_KEY
    assert "Authorization" not in first.headers
    assert second.headers["Authorization"] == f"Bearer {V4_TOKEN}"
    assert V4_TOKEN not in str(second.url)


def test_tmdb_refuses_a_key() -> None:
    """In its own words with 401, or with 200 and a no."""
    wrong = {"success": False, "status_code": 7, "status_message": "Invalid API key"}
    for status in (401, 200):
        server = Server({"GET /3/authentication": httpx.Response(status, json=wrong)})
        with pytest.raises(KeyRefusedError):
            TmdbClient("", V3_KEY, transport=server).info()


class Tvdb(Server):
    """Sells numbered tokens; takes the latest one, and none while `is_shut`."""

    def __init__(self) -> None:
        self.sold = 0
        self.is_shut = False
        super().__init__(
            {"POST /v4/login": self._login, "GET /v4/artwork/statuses": self._statuses}
        )

    def _login(self, request: httpx.Request) -> httpx.Response:
        self.sold += 1
        token = {"token": f"token-{self.sold}"}
        return httpx.Response(200, json={"status": "success", "data": token})

    def _statuses(self, request: httpx.Request) -> httpx.Response:
        is_good = request.headers["Authorization"] == f"Bearer token-{self.sold}"
        return httpx.Response(200 if is_good and not self.is_shut else 401, json={"data": []})


def test_tvdb_buys_one_token_for_many_requests() -> None:
    """It is good for a month."""
    server = Tvdb()
    with TvdbClient("https://api4.thetvdb.com/v4", "key", transport=server) as client:
        client.info()
        client.info()

    assert server.asked.count("POST /v4/login") == 1


def test_tvdb_renews_a_token_that_has_ended() -> None:
    """Once, without anybody noticing."""
    server = Tvdb()
    with TvdbClient("", "key", transport=server) as client:
        client.info()
        server.sold += 1
        client.info()

    assert server.asked.count("POST /v4/login") == 2


def test_tvdb_gives_up_when_a_new_token_is_refused_too() -> None:
    """Another turn would go on for ever."""
    server = Tvdb()
    server.is_shut = True
    with TvdbClient("", "key", transport=server) as client, pytest.raises(KeyRefusedError):
        client.info()

    assert server.asked.count("POST /v4/login") == 2


@pytest.mark.parametrize(
    ("key", "sent"),
    [("key", {"apikey": "key"}), ("key:pin", {"apikey": "key", "pin": "pin"})],
)
def test_tvdb_takes_a_subscribers_pin_beside_the_key(key: str, sent: dict[str, str]) -> None:
    """Some keys are only good together with one."""
    server = Tvdb()
    TvdbClient("", key, transport=server).info()

    assert json.loads(server.requests[0].content) == sent


def test_tvdb_refuses_a_key() -> None:
    """At its login."""
    server = Server({"POST /v4/login": httpx.Response(401, json={"status": "failure"})})
    with pytest.raises(KeyRefusedError):
        TvdbClient("", "key", transport=server).info()
