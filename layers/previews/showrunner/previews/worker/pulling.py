"""
Frame tasks by priority: nobody waits for a queue while another has work.

A look takes from `frames_high`, else from `frames`, else from `frames_low`. When all
are empty, the next look waits in the middle one. At home a wait is a second:
so soon any task is begun, and looking costs a thousandth of a core. Every look at
SQS is paid for, so there empty waits double up to ten seconds: an idle
slot asks about a million times a month, and a task starts after five seconds on average.
"""

from collections.abc import Callable
from dataclasses import dataclass

from showrunner.jobs.queues import FRAMES_QUEUES
from showrunner.ports.queues import Message, Queue
from showrunner.wiring import EmbeddedHome, Home

FIRST_WAIT_SECONDS = 1
LONGEST_WAIT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Taken:
    """A message with the queue that it has to be settled on."""

    queue: Queue
    message: Message


class FrameQueues:
    """The queues of one slot, first the one of priority 1."""

    def __init__(self, home: Home) -> None:
        self._queues = [home.queue(FRAMES_QUEUES[priority]) for priority in sorted(FRAMES_QUEUES)]
        is_free = isinstance(home, EmbeddedHome)
        self._longest = FIRST_WAIT_SECONDS if is_free else LONGEST_WAIT_SECONDS
        self._wait_seconds = FIRST_WAIT_SECONDS

    def receive(
        self, *, lease_seconds: float, wait_seconds: float, is_wanted: Callable[[], bool]
    ) -> Taken | None:
        """The next task; None when none comes within the wait, or `is_wanted` ends it."""
        left_seconds = wait_seconds  # counted down: the clock may be set meanwhile
        taken = self._look(lease_seconds, 0)
        while taken is None and is_wanted():
            if left_seconds <= 0:
                return None
            taken = self._look(lease_seconds, min(self._wait_seconds, left_seconds))
            left_seconds -= self._wait_seconds
            self._wait_seconds = min(2 * self._wait_seconds, self._longest)
        self._wait_seconds = FIRST_WAIT_SECONDS
        return taken

    def _look(self, lease_seconds: float, wait_seconds: float) -> Taken | None:
        middle = len(self._queues) // 2
        for place, queue in enumerate(self._queues):
            messages = queue.receive(
                lease_seconds=lease_seconds, wait_seconds=wait_seconds if place == middle else 0
            )
            for message in messages:
                return Taken(queue, message)
        return None
