"""Whatever dies, or happens at the same moment: the ledger has each finished play once."""

import itertools
import shutil
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from showrunner.errors import ConflictError
from showrunner.history import move
from showrunner.history.home import ledger_of
from showrunner.history.ledger.care import verify
from showrunner.history.ledger.manifest import MANIFEST_KEY
from showrunner.history.move import keep_ledger
from showrunner.plays.store import mark_moved, unmoved_plays
from showrunner.wiring import EmbeddedHome
from tests.contract.faults_ports import DiedError, Step, WatchedHome, unwrapped
from tests.fakes import FakeClock
from tests.unit.plays.builders import after, mark, said
from tests.unit.syncs.ledger_world import (
    START,
    STOP,
    THREE_SITTINGS,
    moved_plays,
    true_plays,
    unmoved_ids,
    watch,
    watched,
)

LATE = 20 * 86_400


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(after(LATE))


def test_a_death_at_any_change_loses_nothing_and_doubles_nothing(
    home: EmbeddedHome, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new, a corrected and a joined play are to be moved; after the death, the next run does."""
    first, middle, last = THREE_SITTINGS
    watch(home, first, last, watched(0, item="7"))
    keep_ledger(home)
    watch(home, middle, watched(3600, item="7"), watched(0, item="9"))
    home.database.close()
    monkeypatch.setattr(move, "PLAYS_AT_ONCE", 2)
    deaths = 0
    for dies_at in itertools.count(1):
        again = EmbeddedHome(home.folder.with_name(f"home-{dies_at}"), clock)
        shutil.copytree(home.folder, again.folder)
        try:
            keep_ledger(WatchedHome(again, Death(dies_at), unwrapped))
        except DiedError:
            deaths += 1
        else:
            break
        keep_ledger(again)
        assert moved_plays(again) == true_plays(again), f"died at change {dies_at}"
        assert unmoved_ids(again) == []
        assert verify(ledger_of(again)) == []
    assert deaths > 3
    assert len(moved_plays(again)) == 4


class Death:
    """Before the n-th change."""

    def __init__(self, dies_at: int) -> None:
        self._left = dies_at

    def __call__(self, _name: str, step: Step) -> Any:
        self._left -= 1
        if self._left == 0:
            raise DiedError
        return step()


class Meanwhile:
    """Something that happens once, right before a change of that name is made."""

    def __init__(self, home: EmbeddedHome, name: str, happening: Callable[[], object]) -> None:
        self._name, self._happening = name, happening
        self.home = WatchedHome(home, self._watch, unwrapped)

    def _watch(self, name: str, step: Step) -> Any:
        if name == self._name:
            self._name = ""
            self._happening()
        return step()


RESUMED = said(mark(START, 3600, 600), mark(STOP, 4200, 1200))


@pytest.mark.parametrize("change", ["blobs.put", "documents.write"])
def test_a_play_that_changes_during_its_move_is_moved_again(
    home: EmbeddedHome, change: str
) -> None:
    """Before the ledger has it, or before that is noted: the next run takes it as it is then."""
    watch(home, watched(0))
    keep_ledger(Meanwhile(home, change, lambda: watch(home, RESUMED)).home)
    keep_ledger(home)

    assert [play.percent for play in moved_plays(home)] == [20]
    assert moved_plays(home) == true_plays(home)


def test_a_slow_run_writes_nothing_over_a_newer_one(home: EmbeddedHome) -> None:
    """While it writes what it read, the play goes on and another run moves it: that one holds."""
    watch(home, watched(0))

    def overtake() -> None:
        watch(home, RESUMED)
        keep_ledger(home)

    keep_ledger(Meanwhile(home, "blobs.put", overtake).home)

    assert [play.percent for play in moved_plays(home)] == [20]
    assert moved_plays(home) == true_plays(home)


def test_a_slow_run_brings_back_no_play_that_became_part_of_an_open_one(
    home: EmbeddedHome,
) -> None:
    """Another run dropped it, which changed nothing in the ledger: then it is dropped again."""
    first, middle, last = THREE_SITTINGS
    going_on = last.model_copy(update={"marks": last.marks[:1]})
    watch(home, first, going_on)

    def overtake() -> None:
        watch(home, middle)
        keep_ledger(home)

    keep_ledger(Meanwhile(home, "blobs.put", overtake).home)
    keep_ledger(home)

    assert moved_plays(home) == true_plays(home)


def test_runs_that_others_always_overtake_leave_the_rest_to_the_next(
    home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import that writes all the time keeps nobody in an endless loop."""
    monkeypatch.setattr(move, "_TRIES", 2)
    watch(home, watched(0))
    numbers = iter(range(100))

    def overtake(name: str, step: Step) -> Any:
        if name == "blobs.put":
            number = next(numbers)
            with suppress(ConflictError):
                [other] = watch(home, watched(7200, item=f"other {number}"))
                ledger_of(home).write([other])
        return step()

    answer = keep_ledger(WatchedHome(home, overtake, unwrapped))

    assert answer["moved"] == 0
    keep_ledger(home)
    assert moved_plays(home) == true_plays(home)


def test_the_manifest_is_the_only_file_that_is_written_over(home: EmbeddedHome) -> None:
    """Whoever died before it has written files that nobody reads."""
    watch(home, watched(0))
    ledger = ledger_of(home)
    plays = list(unmoved_plays(home.documents, after(LATE)))
    with pytest.raises(ConflictError):
        ledger.write(plays, version=ledger.manifest().version + 1)
    assert home.blobs.get(MANIFEST_KEY) is None
    assert mark_moved(home, plays) == 1
