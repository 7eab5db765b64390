from datetime import timedelta

from showrunner.live.holding import LEASE, Holding, ReaderState, reader_statuses
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock


def holding(home: EmbeddedHome, holder: str) -> Holding:
    return Holding(home, "attic", holder)


def test_one_worker_reads_a_server(home: EmbeddedHome) -> None:
    """The other one waits until it is released."""
    first, second = holding(home, "one"), holding(home, "two")
    assert (first.take(), second.take()) == (True, False)
    first.release()
    assert second.take()


def test_another_takes_over_within_a_minute(home: EmbeddedHome, clock: FakeClock) -> None:
    """The first, when it wakes, finds that it lost the server, and touches nothing."""
    first, second = holding(home, "one"), holding(home, "two")
    first.take()
    clock.advance(LEASE.total_seconds() - 1)
    assert not second.take()
    clock.advance(2)
    assert second.take()
    second.note(ReaderState.CONNECTED)
    clock.advance(20)

    assert not first.renew()
    first.note(ReaderState.POLLING, "no socket")
    first.release()
    assert reader_statuses(home.documents)["attic"].state is ReaderState.CONNECTED


def test_who_renews_keeps_the_server(home: EmbeddedHome, clock: FakeClock) -> None:
    first = holding(home, "one")
    first.take()
    for _ in range(20):
        clock.advance(10)
        assert first.renew()
        assert not holding(home, "two").take()


def test_who_slept_takes_a_free_server_again(home: EmbeddedHome, clock: FakeClock) -> None:
    first = holding(home, "one")
    first.take()
    clock.advance(3600)
    assert first.renew()


def test_a_lease_from_the_future_holds_nobody_up(home: EmbeddedHome, clock: FakeClock) -> None:
    """It was made before the clock was set back."""
    clock.advance(3600)
    holding(home, "one").take()
    clock.advance(-3600)
    assert holding(home, "two").take()


def test_who_has_released_a_server_notes_nothing(home: EmbeddedHome) -> None:
    """A reader's last words must not hold up the one that comes after it."""
    first = holding(home, "one")
    first.take()
    first.release()
    first.note(ReaderState.CONNECTED)
    assert reader_statuses(home.documents) == {}


def test_the_status_says_since_when_and_why(home: EmbeddedHome, clock: FakeClock) -> None:
    """Messages are noted with the next renewal; the same state again is no new one."""
    begun = clock.now()
    held = holding(home, "one")
    held.take()
    clock.advance(1)
    held.note(ReaderState.POLLING, "no socket")
    clock.advance(20)
    held.note(ReaderState.POLLING, "still no socket")
    held.heard()
    clock.advance(20)
    held.renew()

    status = reader_statuses(home.documents)["attic"]
    assert (status.state, status.error) == (ReaderState.POLLING, "still no socket")
    assert status.since == begun + timedelta(seconds=1)
    assert status.last_message_at == begun + timedelta(seconds=21)
