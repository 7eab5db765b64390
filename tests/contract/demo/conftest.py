import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, Response, request

from showrunner.clients.factory import service_for
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.demo.demo import Demo
from showrunner.demo.library import Title
from showrunner.demo.serving import LoopbackServer, route

SHORT_TITLES = (
    Title("Cobalt Harvest", 2021, 12),
    Title("The Paper Lighthouse", 2019, 12, "libx265", ".mp4"),
    Title("The Paper Lighthouse", 2019, 12, version="Long"),
    Title("First Light", 2022, 12, series="Northern Relay", episode=1),
    Title("Dead Air", 2022, 12, series="Northern Relay", episode=2),
)


class PlainSecrets:
    """Keys as they are: what these tests check is not how they are kept."""

    def seal(self, plain: str) -> str:
        return f"sealed:{plain}"

    def open(self, sealed: str) -> str:
        return sealed.removeprefix("sealed:")


class HandClock:
    """Seconds that a test sets."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="session")
def viewing_clock() -> HandClock:
    return HandClock()


@pytest.fixture(autouse=True)
def _begins_at_nought(viewing_clock: HandClock) -> Iterator[None]:
    """Whoever was stopped at a later time is there again."""
    viewing_clock.seconds = 0
    yield
    viewing_clock.seconds = 0


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, viewing_clock: HandClock) -> Iterator[Demo]:
    """The running demo, which never scans by itself while tests run."""
    data = tmp_path_factory.mktemp("demo")
    waiting: dict[str, Any] = {"notice_delay_seconds": 0.0, "rescan_seconds": 3600.0}
    with Demo(
        data, titles=SHORT_TITLES, arrival_seconds=4, clock=viewing_clock, **waiting
    ) as running:
        yield running


@pytest.fixture
def client_of(demo: Demo) -> Callable[..., Any]:
    """The client of one of the demo's servers, with its key or with another."""

    def client(kind: str, key: str | None = None) -> Any:
        found = next(one for one in demo.connections() if one.kind == kind)
        connection = Connection(
            id=kind,
            kind=ConnectionKind(kind),
            name=found.name,
            url=found.url,
            sealed_secret=f"sealed:{found.secret if key is None else key}",
            previews=found.previews,
        )
        return service_for(connection, PlainSecrets())

    return client


class Receiver:
    """Keeps every webhook that arrives, and answers 202."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.users: list[tuple[str | None, str | None]] = []
        self.app = Flask("receiver")
        route(self.app, {"/hook": self._take}, "POST")

    def _take(self) -> Response:
        self.bodies.append(request.get_json())
        self.headers.append(dict(request.headers))
        basic = request.authorization
        self.users.append((basic.username, basic.password) if basic else (None, None))
        return Response(status=202)


@pytest.fixture
def receiver() -> Iterator[tuple[str, Receiver]]:
    """An address that takes webhooks, and what it got."""
    taking = Receiver()
    with LoopbackServer(taking.app) as server:
        yield f"{server.url}/hook", taking


def eventually(question: Callable[[], Any], limit_seconds: float = 30) -> Any:
    """The first answer that is something; the servers look at their disk in threads."""
    for attempt in itertools.count():
        if found := question():
            return found
        if attempt * 0.02 > limit_seconds:
            pytest.fail("nothing happened")
        time.sleep(0.02)
    return None
