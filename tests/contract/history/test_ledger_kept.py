"""Finished plays go into the ledger as they are, each once, and are corrected there."""

from datetime import datetime, timedelta

import pytest

from showrunner.history import move
from showrunner.history.home import ledger_of
from showrunner.history.ledger.manifest import PLAYS_PREFIX
from showrunner.history.move import SETTLED_AFTER, keep_ledger, move_plays
from showrunner.people.settling import ACCOUNTS
from showrunner.plays.timeline import SILENT_AT_MOST
from showrunner.ports.documents import each
from showrunner.settings import change_settings
from showrunner.wiring import EmbeddedHome
from tests.calls import load_entry
from tests.fakes import FakeClock
from tests.unit.plays.builders import after, mark, said
from tests.unit.syncs.ledger_world import (
    START,
    STOP,
    THREE_SITTINGS,
    as_moved,
    moved_plays,
    true_plays,
    unmoved_ids,
    watch,
    watched,
)

HOUR = 3600


@pytest.fixture
def clock() -> FakeClock:
    """A day after the plays of these tests."""
    return FakeClock(after(24 * HOUR))


def test_finished_plays_are_moved_as_they_are(home: EmbeddedHome) -> None:
    """Titles, times and people come back from the ledger as the documents have them."""
    watch(home, watched(0), watched(HOUR, item="7"), watched(0, person="noa", player="phone"))

    answer = keep_ledger(home)

    assert (answer["moved"], answer["added"]) == (3, 3)
    assert moved_plays(home) == true_plays(home)
    assert unmoved_ids(home) == []


def test_what_goes_on_or_stopped_just_now_waits(home: EmbeddedHome, clock: FakeClock) -> None:
    """Ten minutes after the stop a play is settled."""
    now = (clock.now() - after(0)).total_seconds()
    watch(home, said(mark(START, now - 60, 0)), watched(now - 700, item="7"))
    assert keep_ledger(home)["moved"] == 0
    clock.advance(SETTLED_AFTER.total_seconds())

    assert keep_ledger(home)["moved"] == 1
    assert [play.item.item_id for play in moved_plays(home)] == ["7"]


def test_a_second_run_changes_nothing(home: EmbeddedHome) -> None:
    """Not even the version of the ledger, which tells readers that their answers are old."""
    watch(home, watched(0))
    keep_ledger(home)
    version = ledger_of(home).manifest().version

    assert keep_ledger(home) == {"ended": 0, "moved": 0, "added": 0, "changed": 0, "removed": 0}
    assert ledger_of(home).manifest().version == version


def test_a_late_report_corrects_the_ledger(home: EmbeddedHome) -> None:
    """The resumed play is moved again: one row, with the new facts."""
    watch(home, watched(0))
    keep_ledger(home)
    [play] = watch(home, said(mark(START, HOUR, 600), mark(STOP, HOUR + 900, 1500)))

    assert keep_ledger(home)["changed"] == 1
    assert moved_plays(home) == [as_moved(play)]
    assert play.percent == 25


def test_what_turns_out_to_be_part_of_another_play_leaves_the_ledger(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """The sitting between two plays comes last: they are one, which the ledger then has once."""
    clock.advance(13 * 24 * HOUR)
    first, middle, last = THREE_SITTINGS
    watch(home, first, last)
    assert keep_ledger(home)["added"] == 2
    watch(home, middle)

    assert keep_ledger(home)["removed"] == 1
    assert moved_plays(home) == true_plays(home)
    assert len(moved_plays(home)) == 1


def test_the_silent_are_ended_and_moved(home: EmbeddedHome, clock: FakeClock) -> None:
    """Their server said nothing for hours and is not asked; when they stopped stays unknown."""
    watch(home, said(mark(START, 23 * HOUR, 0)))
    clock.advance(SILENT_AT_MOST.total_seconds())

    answer = keep_ledger(home)

    assert (answer["ended"], answer["moved"]) == (1, 1)
    assert [play.stopped_at for play in moved_plays(home)] == [None]


def test_the_people_of_plays_are_known_afterwards(home: EmbeddedHome) -> None:
    """Also of those that only polls told of."""
    watch(home, watched(0), watched(0, person="noa", player="phone"))

    keep_ledger(home)

    names = {document.body["name"] for document in each(home.documents, ACCOUNTS)}
    assert names == {"Mika", "Noa"}


def test_a_play_that_no_column_takes_keeps_none_waiting(
    home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It stays in the documents, named in the log, even where it fills the first step."""
    monkeypatch.setattr(move, "PLAYS_AT_ONCE", 1)
    broken = watched(0)
    item = broken.item.model_copy(update={"year": 2**70})
    watch(home, broken.model_copy(update={"item": item}), watched(HOUR, item="7"))

    assert keep_ledger(home)["moved"] == 1
    assert [play.item.item_id for play in moved_plays(home)] == ["7"]
    assert "year is too large" in caplog.text


class HurryingClock(FakeClock):
    """A second goes by each time that somebody looks."""

    def now(self) -> datetime:
        self.advance(1)
        return super().now()


def test_many_plays_are_moved_in_steps_and_runs(
    home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run ends in time; what it left is moved by the next, each play once."""
    monkeypatch.setattr(move, "PLAYS_AT_ONCE", 5)
    watch(home, *(watched(number * HOUR / 4, 60, item=str(number)) for number in range(18)))
    slow = EmbeddedHome(home.folder, HurryingClock(after(24 * HOUR)))
    ledger = ledger_of(slow)

    first = move_plays(slow, ledger, until=after(24 * HOUR + 12))
    assert 0 < first["moved"] < 18
    rest = move_plays(slow, ledger, until=after(25 * HOUR))

    assert first["moved"] + rest["moved"] == 18
    assert moved_plays(home) == true_plays(home)


def test_plays_older_than_the_owner_keeps_are_forgotten(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Once a day; 0 keeps them for ever."""
    watch(home, watched(0), watched(20 * 24 * HOUR, item="7"))
    clock.advance(40 * 24 * HOUR)
    assert keep_ledger(home)["trimmed"] == 0
    change_settings(home.documents, {"history_keep_days": 30})
    assert "trimmed" not in keep_ledger(home)
    clock.advance(24 * HOUR)

    assert keep_ledger(home)["trimmed"] == 1
    assert [play.item.item_id for play in moved_plays(home)] == ["7"]


def test_a_damaged_ledger_keeps_no_finished_play_waiting(
    home: EmbeddedHome, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be trimmed is said, and tried again the next day."""
    watch(home, watched(0), watched(5 * 24 * HOUR, item="7"))
    clock.advance(6 * 24 * HOUR)
    keep_ledger(home)
    [part] = ledger_of(home).manifest().parts()
    home.blobs.put(part.key, b"no parquet")
    change_settings(home.documents, {"history_keep_days": 30})
    watch(home, watched(30 * 24 * HOUR, item="8"))
    clock.advance(26 * 24 * HOUR)
    answer = keep_ledger(home)

    assert (answer["moved"], answer["added"], answer["trimmed"]) == (1, 1, 0)
    assert "verify the ledger" in caplog.text
    assert "trimmed" not in keep_ledger(home)


def test_replaced_files_are_swept_by_the_hour(home: EmbeddedHome, clock: FakeClock) -> None:
    """Two hours after its correction the first file of a month is gone."""
    watch(home, watched(0))
    assert keep_ledger(home)["swept"] == 0
    watch(home, watched(HOUR, item="7"))
    assert "swept" not in keep_ledger(home)
    assert len(list(home.blobs.list(PLAYS_PREFIX))) == 2
    clock.advance(2 * HOUR)

    assert keep_ledger(home)["swept"] == 1
    assert len(moved_plays(home)) == 2


def test_a_clock_that_was_set_back_stops_no_care(home: EmbeddedHome, clock: FakeClock) -> None:
    """A last time that lies ahead says nothing."""
    clock.advance(48 * HOUR)
    keep_ledger(home)
    clock.advance(-timedelta(hours=48).total_seconds())

    assert {"swept", "trimmed"} <= keep_ledger(home).keys()


def test_the_scheduled_function_answers_its_counts(home: EmbeddedHome) -> None:
    """They go to the log, and say whether it keeps up."""
    watch(home, watched(0))

    answer = load_entry("syncs/ledger")({}, None)

    assert answer == {
        "ended": 0,
        "moved": 1,
        "added": 1,
        "changed": 0,
        "removed": 0,
        "swept": 0,
        "trimmed": 0,
    }
