"""The emulated servers of the demo, each new for its test and asked in this process."""

import runpy
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask, Response, request

from showrunner.clients.factory import client_for
from showrunner.connections.models import Connection, ConnectionKind, PathMapping, PreviewSettings
from showrunner.demo.accounts import Accounts
from showrunner.demo.emby import EmulatedEmby
from showrunner.demo.jellyfin import EmulatedJellyfin
from showrunner.demo.library import Title, make_videos
from showrunner.demo.playing import Room
from showrunner.demo.plex import EmulatedPlex
from showrunner.demo.shelf import Shelf
from showrunner.entry.framework import answer_flask
from tests.calls import source_of

TITLES = (
    Title("Cobalt Harvest", 2021, 2),
    Title("First Light", 2022, 2, series="Northern Relay", episode=1),
)
FILM = "movies/Cobalt Harvest (2021)/Cobalt Harvest (2021).mkv"
EPISODE = "tv/Northern Relay/Season 01/Northern Relay - S01E01.mkv"
KEY, PASSWORD = "the-k3y", "the-passw0rd"
NEVER_SECONDS = 3600.0


class WebhookFunction:
    """The function that takes the webhooks of `kind`, to be served on loopback."""

    def __init__(self, kind: str) -> None:
        self._handler = runpy.run_path(str(source_of(f"webhooks/{kind}")))[f"handle_{kind}_webhook"]
        self.app = Flask(f"webhooks-{kind}")
        self.app.add_url_rule(f"/api/v1/webhooks/{kind}", "take", self._take, methods=["POST"])

    def _take(self) -> Response:
        return answer_flask(request, lambda event: self._handler(event, None))


class PlainSecrets:
    """Keys as they are: what these tests check is not how they are kept."""

    def seal(self, plain: str) -> str:
        return plain

    def open(self, sealed: str) -> str:
        return sealed


@dataclass
class Stage:
    """One emulated server, the stored connection to it, and a client with the right key."""

    emulated: Any
    connection: Connection
    library: Path

    @property
    def transport(self) -> httpx.BaseTransport:
        return httpx.WSGITransport(self.emulated.app.wsgi_app)

    @property
    def client(self) -> Any:
        return client_for(self.connection, PlainSecrets(), transport=self.transport)

    def change(self, **changes: Any) -> None:
        self.connection = self.connection.model_copy(update=changes)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two short videos, for all tests: what tests write lies elsewhere or is removed again."""
    folder = tmp_path_factory.mktemp("library")
    make_videos({folder / title.relative_path: title for title in TITLES})
    return folder


Staged = Callable[..., Stage]


@pytest.fixture
def staged(library: Path, tmp_path: Path) -> Staged:
    """A new server of that kind, which sees the library at `root`."""

    def make(kind: str, root: str | None = None, consent_seconds: float = NEVER_SECONDS) -> Stage:
        root = root or ("/media" if kind == "jellyfin" else str(library))
        shelf = Shelf(library, root, rescan_seconds=NEVER_SECONDS)
        shelf.scan()
        room = Room(shelf, [], time.monotonic)
        accounts = Accounts(KEY, PASSWORD, consent_seconds=consent_seconds)
        emulated: Any
        if kind == "plex":
            emulated = EmulatedPlex(
                shelf, room, token=KEY, machine_id="plex-1", config=tmp_path / "plex"
            )
        elif kind == "emby":
            emulated = EmulatedEmby(shelf, room, accounts=accounts, machine_id="emby-1")
        else:
            emulated = EmulatedJellyfin(
                shelf,
                room,
                accounts=accounts,
                machine_id="jellyfin-1",
                config=tmp_path / "jellyfin",
                restart_seconds=0,
            )
        stage = Stage(emulated, _connection(kind, library, tmp_path), library)
        stage.change(libraries=stage.client.libraries())
        return stage

    return make


def _connection(kind: str, library: Path, folder: Path) -> Connection:
    mapping = PathMapping(remote_prefix="/media", local_prefix=str(library))
    return Connection(
        id=kind,
        kind=ConnectionKind(kind),
        name="Attic",
        url="http://attic",
        sealed_secret=KEY,
        path_mappings=[mapping] if kind == "jellyfin" else [],
        previews=PreviewSettings(
            plex_config_folder=str(folder / "plex"),
            jellyfin_config_folder=str(folder / "jellyfin"),
        ),
    )
