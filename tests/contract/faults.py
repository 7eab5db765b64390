"""An installation to begin with, anew for each fault."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils

from showrunner.adapters.sqlite.database import Database
from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.connections.store import ConnectionStore
from showrunner.harness import consumers
from showrunner.settings import COLLECTION, KEY
from tests.calls import TOKEN
from tests.contract.faults_flow import Flow
from tests.contract.faults_ports import Watch, unwatched
from tests.fakes import FakeClock

OWNERS_VARIABLES = (
    "SHOWRUNNER_MEDIA_SOURCES",
    "WEBHOOK_SECRET",
    "WEBHOOK_SECRET_SHA256",
    "WEB_AUTH_TOKEN_SHA256",
)


def furnished(folder: Path, clock: FakeClock) -> Flow:
    """
    An installation with an Emby that owns the films, two of which have previews.

    `old.mkv` was renamed to `renamed.mkv` since, and `gone.mkv` was deleted.
    """
    (folder / "home").mkdir(parents=True)
    flow = Flow(folder, clock)
    flow.media.mkdir()
    for name in ("new", "old", "gone", "harbour", "harbour 4K"):
        film(flow.media / f"{name}.mkv")
    home = flow.home
    home.documents.put(COLLECTION, KEY, {"webhook_delay": 10, "webhook_max_wait": 60})
    ConnectionStore(home.documents).save(
        Connection(
            id="emby-1",
            kind=ConnectionKind.EMBY,
            name="Emby",
            url="http://127.0.0.1:9",
            machine_id="0a62b31f7f1a4fa8a0d9c5ad2f3c6f31",
            sealed_secret=home.secrets.seal("key"),
            libraries=[Library(native_id="1", name="Films", locations=[str(flow.media)])],
        )
    )
    flow.post("custom", {"file_paths": [str(flow.media / f"{n}.mkv") for n in ("old", "gone")]})
    flow.settle()
    (flow.media / "old.mkv").rename(flow.media / "renamed.mkv")
    (flow.media / "gone.mkv").unlink()
    return flow


def film(path: Path) -> None:
    path.write_bytes(path.name.encode())
    os.utime(path, (1_700_000_000, 1_700_000_000))


class Installation:
    """One as `furnished` made it, to begin with anew any number of times."""

    def __init__(self, folder: Path) -> None:
        flow = furnished(folder / "installation", FakeClock())
        flow.home.database.close()
        self._folder, self._aside, self._now = flow.folder, folder / "aside", flow.clock.now()
        shutil.copytree(self._folder, self._aside)
        self._last = flow

    def restored(self, watch: Watch = unwatched, **changed: Any) -> Flow:
        """A flow at the same place as the one before, which is over."""
        self._last.home.database.close()
        shutil.rmtree(self._folder)
        shutil.copytree(self._aside, self._folder)
        self._last = Flow(self._folder, FakeClock(self._now), watch, **changed)
        return self._last

    @cached_property
    def undisturbed(self) -> Flow:
        """The story without any fault, told once; its database is of no more use."""
        flow = self.restored()
        flow.tell_story()
        flow.result = flow.summary()
        return flow


_connected = Database._connect


def _connected_unsynced(database: Database) -> sqlite_utils.Database:
    connected = _connected(database)
    connected.execute("PRAGMA synchronous = OFF")
    return connected


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """In an environment that sets nothing but the token."""
    with pytest.MonkeyPatch.context() as patch:
        for name in OWNERS_VARIABLES:
            patch.delenv(name, raising=False)
        patch.setenv("WEB_AUTH_TOKEN", TOKEN)
        # Processes die here, but no power is cut: what was written stays written.
        patch.setattr(os, "fsync", lambda _file: None)
        patch.setattr(Database, "_connect", _connected_unsynced)
        patch.setattr(consumers, "WAIT_SECONDS", 0)
        yield Installation(folder)
