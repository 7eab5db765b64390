from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask

from showrunner.access import set_access_token
from showrunner.demo.serving import LoopbackServer
from showrunner.wiring import EmbeddedHome
from tests.calls import answered, http_event, load_entry
from tests.unit.api.servers import (
    EMBY_TOKEN,
    JELLYFIN_TOKEN,
    KEY,
    FakeMediaBrowser,
    FakePlex,
    FakePlexTv,
)

FUNCTIONS = {"openapi.json": "openapi", "docs": "openapi"}
"""Functions that are not called after the first part of their address."""

Serve = Callable[[Flask], str]


class Api:
    """The functions of the API, called as the HTTP API calls them."""

    def __init__(self, home: EmbeddedHome) -> None:
        self._token = set_access_token(home)
        self._handlers: dict[str, Any] = {}

    def call(self, method: str, path: str, body: Any = "", /, **query: Any) -> tuple[int, Any]:
        return answered(self.answer(method, path, body, **query))

    def answer(self, method: str, path: str, body: Any = "", /, **query: Any) -> dict[str, Any]:
        first = path.strip("/").split("/")[0]
        name = FUNCTIONS.get(first, first)
        if name not in self._handlers:
            self._handlers[name] = load_entry(f"api/{name}")
        headers = {"x-auth-token": self._token}
        event = http_event(f"/api/v1{path}", body, method=method, headers=headers, query=query)
        found: dict[str, Any] = self._handlers[name](event, None)
        return found

    def add_plex(self, url: str, **fields: Any) -> dict[str, Any]:
        """A Plex server of that address, added; the answer's body."""
        body = {"type": "plex", "url": url, "auth": {"token": KEY}, **fields}
        status, added = self.call("POST", "/servers", body)
        assert status == 201, added
        return dict(added)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads are tried again as always, but without the pause."""
    monkeypatch.setattr("showrunner.clients.http.FIRST_BACKOFF_SECONDS", 0.001)


@pytest.fixture
def api(home: EmbeddedHome) -> Api:
    return Api(home)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve an application on loopback until the test ends; gives its address."""
    with ExitStack() as running:
        yield lambda app: running.enter_context(LoopbackServer(app)).url


@pytest.fixture
def plex() -> FakePlex:
    return FakePlex()


@pytest.fixture
def plex_url(plex: FakePlex, serve: Serve) -> str:
    return serve(plex.app)


@pytest.fixture
def jellyfin() -> FakeMediaBrowser:
    return FakeMediaBrowser("jellyfin", JELLYFIN_TOKEN)


@pytest.fixture
def jellyfin_url(jellyfin: FakeMediaBrowser, serve: Serve) -> str:
    return serve(jellyfin.app)


@pytest.fixture
def emby_url(serve: Serve) -> str:
    return serve(FakeMediaBrowser("emby", EMBY_TOKEN).app)


@pytest.fixture
def plex_tv(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> FakePlexTv:
    """A plex.tv of this test's own, in the place of the real one."""
    fake = FakePlexTv()
    monkeypatch.setenv("SHOWRUNNER_PLEX_TV_URL", serve(fake.app))
    return fake
