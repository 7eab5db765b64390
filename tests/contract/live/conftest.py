import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.live.asking import Times
from showrunner.live.holding import ReaderStatus, reader_statuses
from showrunner.live.service import LiveService
from showrunner.wiring import EmbeddedHome
from tests.contract.live.plex_server import TOKEN, PlexServer

QUICK = Times(
    first_retry_seconds=0.05,
    longest_retry_seconds=0.2,
    ask_every_seconds=0.4,
    ask_after_seconds=0.02,
    ask_gap_seconds=0.05,
    steady_seconds=0.1,
    ping_seconds=5,
    look_seconds=0.05,
)


def until(is_so: Callable[[], Any], seconds: float = 30) -> Any:
    """What `is_so` gives as soon as it is true; fails after the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := is_so():
            return found
        time.sleep(0.01)
    return pytest.fail(f"not so within {seconds} s")


class Living:
    """A home with a clock that goes, and live services that end with the test."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.home = EmbeddedHome(folder)
        self._ends: list[Callable[[], None]] = []

    def connect(self, url: str, key: str = TOKEN, **facts: Any) -> Connection:
        connection = Connection(
            id="server-1",
            name="Attic",
            url=url,
            sealed_secret=self.home.secrets.seal(key),
            **{"kind": ConnectionKind.PLEX, "timeout_seconds": 1, **facts},
        )
        ConnectionStore(self.home.documents).save(connection)
        return connection

    def start(self, **times: float) -> Callable[[], None]:
        """Begin a service; gives how to end it."""
        stopping = threading.Event()
        service = LiveService(self.home, times=replace(QUICK, **times))
        thread = threading.Thread(target=service.run, args=(stopping,))
        thread.start()

        def end() -> None:
            stopping.set()
            thread.join(5)

        self._ends.append(end)
        return end

    @property
    def status(self) -> ReaderStatus | None:
        return reader_statuses(self.home.documents).get("server-1")

    def is_in(self, state: str) -> bool:
        status = self.status
        return status is not None and status.state == state

    def close(self) -> None:
        for end in self._ends:
            end()


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Living]:
    made = Living(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def plex() -> Iterator[PlexServer]:
    server = PlexServer()
    yield server
    server.close()
