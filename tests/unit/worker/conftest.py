import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from showrunner.clients import http
from showrunner.clients.factory import client_for
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.worker.errands import ErrandRunner
from showrunner.previews.worker.slot import Slot
from showrunner.wiring import EmbeddedHome
from tests.unit.clients.recorded import Server
from tests.unit.worker.stage import BIF, TILES, connect, job_of, names
from tests.videos import make_video


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits between the tries of one request."""
    monkeypatch.setattr(http, "FIRST_BACKOFF_SECONDS", 0)


@pytest.fixture(scope="session")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Twenty-five seconds: three pictures at ten seconds each."""
    path = make_video(tmp_path_factory.mktemp("video") / "film.mkv", seconds=25)
    return path.read_bytes()


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


@pytest.fixture
def film(media: Path, encoded: bytes) -> Path:
    path = media / "film.mkv"
    path.write_bytes(encoded)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


@pytest.fixture(scope="session")
def decoder() -> Iterator[Decoder]:
    """One warm child process for all tests."""
    with Decoder() as decoder:
        yield decoder


@pytest.fixture
def slot(home: EmbeddedHome, decoder: Decoder) -> Slot:
    return Slot("test-0", home, 30, lambda: False, decoder)


@pytest.fixture
def server() -> Server:
    """An Emby or a Jellyfin that takes every notice."""
    return Server({"POST /Library/Media/Updated": httpx.Response(204)})


@pytest.fixture
def errands(home: EmbeddedHome, server: Server) -> ErrandRunner:
    def make_client(connection: Connection) -> object:
        return client_for(connection, home.secrets, transport=server)

    return ErrandRunner("errands-0", home, 30, lambda: False, make_client=make_client)  # type: ignore[arg-type]


@pytest.fixture
def library(media: Path) -> Path:
    """Something else lies in the library: its disk is mounted."""
    (media / "other.txt").write_text("")
    return media


@pytest.fixture
def made(home: EmbeddedHome, slot: Slot, library: Path, film: Path) -> Path:
    """The film with its BIF and its tiles."""
    connect(home, ConnectionKind.EMBY, library)
    connect(home, ConnectionKind.JELLYFIN, library)
    job_of(home, film)
    slot.run_one(0)
    assert {BIF, TILES} <= set(names(library))
    return film
