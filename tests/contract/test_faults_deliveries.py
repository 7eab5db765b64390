"""Every message of every queue comes twice: nothing is done twice."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from showrunner.errors import LeaseLostError
from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.models import FileOutcome
from showrunner.jobs.store import get_job, update_file
from showrunner.ports.queues import Message, Queue, QueueDepth
from showrunner.wiring import EmbeddedHome
from tests.contract.faults import Installation, installed
from tests.contract.faults_flow import Flow
from tests.contract.faults_story import story

TOGETHER_SECONDS = 0.05


class Twins:
    """What became of each queue's second deliveries, shared by all that read from it."""

    def __init__(self, order: str) -> None:
        self.order = order
        self.waiting: dict[str, deque[Message]] = defaultdict(deque)
        self.delivered = 0
        self.guard = threading.Lock()
        self.barrier = threading.Barrier(2)

    def __call__(self, queue: Queue) -> Queue:
        return TwinQueue(queue, self)  # type: ignore[return-value]


class TwinQueue:
    """
    Hands every message over a second time, as a queue that delivers at least once may.

    `next`: at the very next look, also while the first one is in work elsewhere;
    `last first`: once the queue is empty, and the newest one first.
    """

    def __init__(self, queue: Queue, twins: Twins) -> None:
        self.name = queue.name
        self._queue, self._twins = queue, twins
        self._waiting = twins.waiting[queue.name]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)

    def receive(self, *, max_messages: int = 1, **options: Any) -> Sequence[Message]:
        with self._twins.guard:
            found = self._second(max_messages) if self._twins.order == "next" else []
            if not found:
                found = list(self._queue.receive(max_messages=max_messages, **options))
                twins = [replace(one, receipt=f"twin of {one.receipt}") for one in found]
                self._waiting.extend(reversed(twins))
            found = found or self._second(max_messages)
        if found and self._twins.order == "next":
            self._begin_together()
        return found

    def _second(self, max_messages: int) -> list[Message]:
        found = [self._waiting.pop() for _ in range(min(max_messages, len(self._waiting)))]
        self._twins.delivered += len(found)
        return found

    def _begin_together(self) -> None:
        with suppress(threading.BrokenBarrierError):
            self._twins.barrier.wait(TOGETHER_SECONDS)
        with self._twins.guard:
            if self._twins.barrier.broken:
                self._twins.barrier.reset()

    def depth(self) -> QueueDepth:
        depth = self._queue.depth()
        return replace(depth, visible=depth.visible + len(self._waiting))

    def finish(self, message: Message) -> None:
        self._settle(message, self._queue.finish)

    def extend(self, message: Message, lease_seconds: float) -> None:
        self._settle(message, lambda one: self._queue.extend(one, lease_seconds))

    def fail(self, message: Message, reason: str, *, retry_after_seconds: float = 0) -> None:
        self._settle(
            message,
            lambda one: self._queue.fail(one, reason, retry_after_seconds=retry_after_seconds),
        )

    def bury(self, message: Message, reason: str) -> None:
        self._settle(message, lambda one: self._queue.bury(one, reason))

    def _settle(self, message: Message, settle: Callable[[Message], None]) -> None:
        if message.receipt.startswith("twin of "):
            raise LeaseLostError("The first delivery holds this message.")
        settle(message)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("deliveries")) as made:
        yield made


def told_twice(flow: Flow) -> None:
    """Every webhook comes twice as well, the second one before anything was done."""
    for name, body in story(flow.media):
        assert [flow.post(name, body).body["status"] for _ in range(2)] == ["accepted", "repeated"]
    flow.settle()


@pytest.mark.parametrize("order", ["next", "last first"])
def test_a_message_that_comes_twice_does_its_work_once(
    installation: Installation, order: str
) -> None:
    """Whenever the second one comes: the same events, jobs, counts, files, and one notice each."""
    twins = Twins(order)
    flow = installation.restored(wrap=twins)
    told_twice(flow)

    assert flow.summary() == installation.undisturbed.result
    assert flow.told == installation.undisturbed.told
    assert twins.delivered >= len(story(flow.media)) * 3


def with_fresh_as_made(summary: dict[str, Any]) -> dict[str, Any]:
    jobs = []
    for source, status, counts, lines in summary["jobs"]:
        done = counts["completed_items"] + counts["skipped_items"]
        same = [
            (name, action, "completed" if outcome == "skipped" else outcome, outputs)
            for name, action, outcome, outputs in lines
        ]
        jobs.append((source, status, {**counts, "completed_items": done, "skipped_items": 0}, same))
    return {**summary, "jobs": jobs}


@pytest.mark.parametrize("attempt", range(4))
def test_two_processes_that_have_the_same_message_at_once_do_its_work_once(
    installation: Installation, attempt: int
) -> None:
    """
    Both begin together, and all counts add up.

    In the worst case the later one calls fresh what the other has just made, or a
    server is told of a file by both.
    """
    twins = Twins("next")
    flow = installation.restored(wrap=twins, process_count=2)
    told_twice(flow)

    assert with_fresh_as_made(flow.summary()) == installation.undisturbed.result
    assert set(flow.told) == set(installation.undisturbed.told)
    assert max(flow.told.values()) <= 2
    assert twins.delivered >= len(story(flow.media)) * 3


class Interrupted:
    """Documents between whose first two reads somebody else writes."""

    def __init__(self, documents: Any, meanwhile: Callable[[], object]) -> None:
        self._documents, self._meanwhile = documents, [meanwhile]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._documents, name)

    def get(self, collection: str, key: str) -> Any:
        found = self._documents.get(collection, key)
        if self._meanwhile:
            self._meanwhile.pop()()
        return found


def test_what_begins_to_wait_while_its_twin_is_counted_is_not_counted_for_ever(
    installation: Installation,
) -> None:
    """The twin's change is of the job as it was when the line was: nothing waits in the end."""
    flow = installation.restored()
    new = NewJob("Film", "manual", [NewFile(str(flow.media / "new.mkv"))])
    job_id = create_job(new, flow.home)
    home = EmbeddedHome(flow.home.folder, flow.clock)
    home.documents = Interrupted(  # type: ignore[assignment]
        flow.home.documents,
        lambda: update_file(flow.home, job_id, 1, outcome=FileOutcome.WAITING),
    )
    update_file(home, job_id, 1, outcome=FileOutcome.QUEUED)
    assert get_job(flow.home.documents, job_id).waiting_items == 0
