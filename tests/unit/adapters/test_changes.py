"""Waiting for a write to the database, cheaply however many wait."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from showrunner.adapters.sqlite.changes import LOOK_SECONDS
from showrunner.adapters.sqlite.database import Database
from showrunner.adapters.sqlite.queue import SqliteQueue
from showrunner.adapters.system_clock import SystemClock
from tests.fakes import FakeClock

LONG_SECONDS = 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "showrunner.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with closing(Database(path)) as database:
        yield database


class CountedSleep:
    """Real sleeps, counted."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, seconds: float) -> None:
        self.count += 1
        time.sleep(seconds)


def write(database: Database) -> None:
    with database.writing() as connection:
        connection.execute("INSERT OR REPLACE INTO queues VALUES ('frames', 3)")


def test_every_write_is_a_change(database: Database, path: Path) -> None:
    """Those of the same thread, of another connection, and of one that is closed again."""
    numbers = [database.changes.number()]
    write(database)
    numbers.append(database.changes.number())
    with closing(Database(path)) as another:
        write(another)
    numbers.append(database.changes.number())

    assert len(set(numbers)) == 3
    assert database.changes.number() == numbers[-1]


def test_reading_is_no_change(database: Database) -> None:
    """Who only looks wakes nobody."""
    before = database.changes.number()
    database.read("SELECT * FROM messages")
    assert database.changes.number() == before


def test_a_wait_ends_at_its_time(database: Database, clock: FakeClock) -> None:
    """Nothing is written: it takes as long as was asked for, by the clock that it is given."""
    begun = clock.now()
    waited_seconds = database.changes.wait(database.changes.number(), 0.35, clock.sleep)

    assert waited_seconds == pytest.approx(0.35)
    assert (clock.now() - begun).total_seconds() == pytest.approx(0.35)


def test_what_was_written_before_the_wait_ends_it_at_once(database: Database) -> None:
    """Between a look and the wait nothing is missed."""
    seen = database.changes.number()
    write(database)

    assert database.changes.wait(seen, LONG_SECONDS, time.sleep) <= LOOK_SECONDS


def test_a_database_opened_again_is_changed(database: Database) -> None:
    """What happened while it was closed, nobody knows."""
    seen = database.changes.number()
    database.close()
    assert database.changes.number() != seen


def test_all_who_wait_are_woken_and_one_looks_for_them(database: Database, path: Path) -> None:
    """Eight threads wait, one sleeps between looks; another's write ends all their waits."""
    sleep, seen = CountedSleep(), database.changes.number()
    threads = [
        threading.Thread(target=database.changes.wait, args=(seen, LONG_SECONDS, sleep))
        for _ in range(8)
    ]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    time.sleep(3 * LOOK_SECONDS)
    with closing(Database(path)) as another:
        write(another)
    for thread in threads:
        thread.join()

    assert sleep.count <= (time.monotonic() - begun) / LOOK_SECONDS + 1


def test_another_looks_on_when_the_one_who_looked_leaves(database: Database, path: Path) -> None:
    """The first of the two waits shortly; the second is still woken."""
    seen = database.changes.number()
    ended = threading.Event()

    def wait_long() -> None:
        database.changes.wait(seen, LONG_SECONDS, time.sleep)
        ended.set()

    first = threading.Thread(target=database.changes.wait, args=(seen, 0.15, time.sleep))
    first.start()
    threading.Thread(target=wait_long).start()
    first.join()
    with closing(Database(path)) as another:
        write(another)

    assert ended.wait(LONG_SECONDS / 2)


def test_one_who_fails_while_looking_leaves_the_others_looking(
    database: Database, path: Path
) -> None:
    """Its own wait is all that its failure ends."""
    seen = database.changes.number()
    ended = threading.Event()

    def wait_long() -> None:
        database.changes.wait(seen, LONG_SECONDS, time.sleep)
        ended.set()

    waiting = threading.Thread(target=wait_long)

    def fail(_seconds: float) -> None:
        waiting.start()
        time.sleep(LOOK_SECONDS)  # time for the other to wait on this one
        raise OSError

    with pytest.raises(OSError):
        database.changes.wait(seen, LONG_SECONDS, fail)
    with closing(Database(path)) as another:
        write(another)

    assert ended.wait(LONG_SECONDS / 2)


def test_idle_receivers_ask_the_database_next_to_nothing(database: Database) -> None:
    """
    Eight threads that wait a second for a message: some twenty statements, not hundreds.

    What an idle worker costs is counted, not timed: the machine may be busy.
    """
    counted: list[str] = []
    read = database.read
    database.read = lambda sql, *more: (counted.append(sql), read(sql, *more))[1]  # type: ignore[method-assign]
    queue = SqliteQueue(database, "frames", SystemClock())
    queue.receive()
    counted.clear()
    threads = [threading.Thread(target=queue.receive, kwargs={"wait_seconds": 1}) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(counted) <= 2 * len(threads)


def test_a_message_that_falls_due_is_received_then(database: Database, clock: FakeClock) -> None:
    """Not at the next look: the wait ends with the delay."""
    queue = SqliteQueue(database, "frames", clock)
    queue.send({"n": 1}, delay_seconds=2.03)
    begun = clock.now()

    assert len(queue.receive(wait_seconds=10)) == 1
    assert (clock.now() - begun).total_seconds() == pytest.approx(2.03, abs=0.01)


def test_a_clock_that_is_set_on_is_noticed(database: Database) -> None:
    """A delayed message falls due by the clock, although nobody writes and time stands still."""
    clock = LeapingClock()
    queue = SqliteQueue(database, "frames", clock)
    queue.send({"n": 1}, delay_seconds=900)

    assert len(queue.receive(wait_seconds=20)) == 1
    assert clock.slept_seconds <= 6


class LeapingClock(FakeClock):
    """Set on by an hour after a second of sleep."""

    slept_seconds = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept_seconds += seconds
        self.advance(seconds)
        if 1 <= self.slept_seconds < 1 + seconds:
            self.advance(3600)
