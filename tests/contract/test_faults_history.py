"""Whoever syncs a history dies at any change that it makes: nothing is lost, nothing is twice."""

import itertools
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from showrunner.history.move import keep_ledger
from showrunner.people.settling import ACCOUNTS
from showrunner.plays.models import Play
from showrunner.ports.documents import each
from showrunner.syncs.due import queue_due
from showrunner.syncs.models import SyncKind, SyncState
from showrunner.syncs.start import start_run
from showrunner.syncs.store import find_run
from showrunner.wiring import EmbeddedHome
from tests.contract.faults_ports import DiedError, Step, WatchedHome, unwrapped
from tests.fakes import FakeClock
from tests.unit.syncs.ledger_world import moved_plays
from tests.unit.syncs.stage import NOW, FakeServer, connect, row, step

HISTORY = SyncKind.HISTORY
LATER_SECONDS = 7 * 3600
"""Then every lease has run out, and what got lost on its way is sent anew."""


class Death:
    """The process is gone at change number `at`, and at all that it would do after that."""

    def __init__(self, at: int | None) -> None:
        self._at, self.seen = at, 0

    def __call__(self, _name: str, change: Step) -> Any:
        number, self.seen = self.seen, self.seen + 1
        if self._at is not None and number >= self._at:
            raise DiedError
        return change()


def server() -> FakeServer:
    """Two pages: an old play, which goes to the ledger, and one of this week, into documents."""
    told = FakeServer()
    told.rows = [
        row(1, hours_ago=2000, stopped_at=NOW - timedelta(hours=1999)),
        row(3, hours_ago=50, stopped_at=NOW - timedelta(hours=49.8), position_ms=720_000),
        row(3, hours_ago=20, stopped_at=NOW - timedelta(hours=19.8), position_ms=1_440_000),
    ]
    return told


def sync(home: EmbeddedHome, told: FakeServer) -> None:
    start_run(home, "plex-1", HISTORY, days_back=100)
    while step(home, told):
        pass
    keep_ledger(home)


def recovered(folder: Path, clock: FakeClock, told: FakeServer) -> tuple[list[Play], list[str]]:
    """What the ledger and the people are when another process has gone on."""
    home = EmbeddedHome(folder, clock)
    while find_run(home.documents, "plex-1", HISTORY).state is not SyncState.COMPLETED:
        clock.advance(LATER_SECONDS)
        queue_due(home)
        while step(home, told):
            pass
    clock.advance(LATER_SECONDS)
    keep_ledger(home)
    found = moved_plays(home), [document.key for document in each(home.documents, ACCOUNTS)]
    home.database.close()
    return found


def run(folder: Path, death: Death) -> tuple[list[Play], list[str]]:
    clock, told = FakeClock(NOW), server()
    home = EmbeddedHome(folder, clock)
    connect(home, settings={"historical_sync": True, "sync_days_back": 100})
    with suppress(DiedError):
        sync(WatchedHome(home, death, unwrapped), told)
    home.database.close()
    return recovered(folder, clock, told)


def test_a_death_at_any_change_of_a_sync_loses_nothing_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the play that was resumed both sittings are there, once."""
    monkeypatch.setattr(os, "fsync", lambda _file: None)
    usual = run(tmp_path / "usual", alive := Death(None))
    plays, _ = usual
    assert [len(play.parts) for play in plays] == [1, 2]

    for at in itertools.count():
        death = Death(at)
        assert run(tmp_path / str(at), death) == usual, f"died at change {at}"
        if death.seen <= at:
            break
    print(f"{at} deaths")
    assert alive.seen > 20
