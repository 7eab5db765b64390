"""Tasks come by priority, and no queue keeps another's tasks waiting."""

from datetime import timedelta

import pytest

from showrunner.jobs.queues import FRAMES_QUEUES
from showrunner.ports.queues import Message
from showrunner.previews.worker.pulling import LONGEST_WAIT_SECONDS, FrameQueues
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock


def send(home: EmbeddedHome, priority: int, name: str, delay_seconds: float = 0) -> None:
    home.queue(FRAMES_QUEUES[priority]).send({"name": name}, delay_seconds=delay_seconds)


def next_name(queues: FrameQueues, wait_seconds: float = 0) -> str | None:
    taken = queues.receive(lease_seconds=30, wait_seconds=wait_seconds, is_wanted=lambda: True)
    if taken is None:
        return None
    taken.queue.finish(taken.message)
    return str(taken.message.body["name"])


def test_the_first_priority_is_first_whatever_came_first(home: EmbeddedHome) -> None:
    """High, middle, low; within one queue in the order of sending."""
    for priority, name in [(3, "d"), (2, "b"), (2, "c"), (1, "a")]:
        send(home, priority, name)

    queues = FrameQueues(home)
    assert [next_name(queues) for _ in range(5)] == ["a", "b", "c", "d", None]


def test_a_task_of_low_priority_waits_for_nobody(home: EmbeddedHome, clock: FakeClock) -> None:
    """The queues before it are empty: it is taken without any wait."""
    send(home, 3, "only")
    begun_at = clock.now()

    assert next_name(FrameQueues(home), wait_seconds=20) == "only"
    assert clock.now() == begun_at


@pytest.mark.parametrize("priority", [1, 2, 3])
def test_an_idle_worker_begins_a_new_task_within_about_a_second(
    home: EmbeddedHome, clock: FakeClock, priority: int
) -> None:
    """Whichever queue it comes through, in the middle of a wait."""
    send(home, priority, "new", delay_seconds=7.3)
    begun_at = clock.now()

    assert next_name(FrameQueues(home), wait_seconds=20) == "new"
    assert clock.now() - begun_at <= timedelta(seconds=7.3 + 1.1)


def test_a_wait_ends_when_it_is_over_or_nobody_wants_it(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """A slot that is to rest looks up from its wait within a second."""
    begun_at = clock.now()
    assert next_name(FrameQueues(home), wait_seconds=20) is None
    assert timedelta(seconds=20) <= clock.now() - begun_at <= timedelta(seconds=21)

    begun_at = clock.now()
    wanted_until = begun_at + timedelta(seconds=3)
    FrameQueues(home).receive(
        lease_seconds=30, wait_seconds=20, is_wanted=lambda: clock.now() < wanted_until
    )
    assert clock.now() - begun_at <= timedelta(seconds=4)


class CountingQueue:
    """As SQS: every look costs, and a wait ends with the first message only."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.looks = 0

    def receive(
        self, *, max_messages: int = 1, lease_seconds: float = 60, wait_seconds: float = 0
    ) -> list[Message]:
        self.looks += 1
        self._clock.advance(wait_seconds)
        return []


class PaidHome:
    """A home whose queues are paid for by the look; nothing else of it is asked for."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.queues = {name: CountingQueue(clock) for name in FRAMES_QUEUES.values()}

    def queue(self, name: str) -> CountingQueue:
        return self.queues[name]


def test_where_looks_are_paid_for_an_idle_slot_looks_seldom(clock: FakeClock) -> None:
    """A month of waits is about a million looks."""
    home = PaidHome(clock)
    queues = FrameQueues(home)  # type: ignore[arg-type]  # only clock and queues are used
    begun_at = clock.now()
    for _ in range(180):
        queues.receive(lease_seconds=30, wait_seconds=20, is_wanted=lambda: True)

    hours = (clock.now() - begun_at) / timedelta(hours=1)
    looks = sum(queue.looks for queue in home.queues.values())
    assert hours == 1
    assert looks * 24 * 30 < 1_300_000
    assert LONGEST_WAIT_SECONDS <= 20  # SQS's longest
