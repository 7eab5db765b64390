"""
A whole Showrunner in one process, each of whose steps can be made to go wrong.

What runs is what runs at home: the webhook functions, the harness' consumers of
queues, the sweep, and a worker's slot and errand thread, on a real database. Only
the pictures are painted instead of decoded, and the servers keep lists.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from showrunner.adapters.sqlite.queue import SqliteQueue
from showrunner.batches.store import undispatched_batches
from showrunner.clients.models import FoundItem
from showrunner.connections.models import Connection
from showrunner.errors import ShowrunnerError
from showrunner.events.models import MediaEvent
from showrunner.events.store import EVENTS
from showrunner.harness.consumers import QueueConsumer
from showrunner.harness.functions import Functions
from showrunner.harness.template import Template, load_template
from showrunner.jobs.models import Job, JobFile
from showrunner.jobs.queues import ALL
from showrunner.jobs.store import files_of, list_jobs
from showrunner.ports.documents import each
from showrunner.ports.queues import QueueDepth
from showrunner.previews.worker.errands import ErrandRunner
from showrunner.previews.worker.slot import Slot
from showrunner.wiring import EmbeddedHome, living_in
from tests.calls import REPOSITORY, TOKEN, answered, http_event
from tests.contract.faults_ports import (
    DiedError,
    PaintedDecoder,
    ServerClient,
    Watch,
    WatchedHome,
    Wrap,
    nothing,
    unwatched,
    unwrapped,
)
from tests.contract.faults_story import ITEM, story
from tests.fakes import FakeClock

LEASE_SECONDS = 30
IDLE_STEP_SECONDS = 20
SWEEP_EVERY_SECONDS = 60


@cache
def template() -> Template:
    return load_template(REPOSITORY / "template.yaml")


@cache
def functions() -> Functions:
    return Functions(template().functions)


class Process:
    """One server with its consumers, and one worker with a slot and its errand thread."""

    def __init__(self, flow: "Flow", number: int) -> None:
        self._flow = flow
        home, lease_seconds = flow.watched, LEASE_SECONDS
        specs = {queue.name: queue for queue in template().queues}
        self._consumers = [
            QueueConsumer(
                function.name,
                consumer,
                specs[consumer.queue],
                home.queue(consumer.queue),
                functions(),
                threading.Event(),
            )
            for function in template().functions
            for consumer in function.consumes
        ]
        self.decoder: Any = PaintedDecoder(flow.watch, flow.made)
        self._runners = [
            ErrandRunner(f"errands-{number}", home, lease_seconds, _never, None, self._client),
            Slot(f"slot-{number}", home, lease_seconds, _never, self.decoder, None, self._client),
        ]

    def step(self) -> bool:
        """A message from every queue."""
        polled = [self._poll(consumer) for consumer in self._consumers]
        return any([*polled, *(runner.run_one(0) for runner in self._runners)])

    def _poll(self, consumer: QueueConsumer) -> bool:
        is_due = consumer._queue.depth().visible > 0
        consumer._poll()
        return is_due

    def _client(self, _connection: Connection) -> Any:
        return ServerClient(self._flow.watch, self._flow.told, self._flow.items)


def _never() -> bool:
    return False


class Answer(NamedTuple):
    """Of a function to a request."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]


@dataclass
class Flow:
    """
    One installation: its folder, its films, and what was done to them.

    `made` and `told` count publications by place and notices by film; `watch` goes
    around every change, `wrap` around every queue.
    """

    folder: Path
    clock: FakeClock
    watch: Watch = unwatched
    wrap: Wrap = unwrapped
    process_count: int = 1
    on_restart: Callable[[], None] = nothing
    made: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)

    result: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home = EmbeddedHome(self.folder / "home", self.clock)
        self.media = self.folder / "media"
        self.items = [
            FoundItem(
                item_id=ITEM,
                title="The Long Harbour",
                library_id="1",
                paths=[str(self.media / "harbour.mkv"), str(self.media / "harbour 4K.mkv")],
            )
        ]
        self.watched = WatchedHome(self.home, self.watch, self.wrap)
        self.processes: list[Process] = []
        self.restart()

    def restart(self) -> None:
        """New processes in place of those there were, as after a crash."""
        for process in self.processes:
            process.decoder.die()
        self.on_restart()
        self.processes = [self.process(number) for number in range(self.process_count)]
        for queue in template().queues:
            if queue.name in ("batches", "jobs"):
                clock = self.home.clock
                SqliteQueue(self.home.database, queue.name, clock).release_leases()

    def process(self, number: int) -> "Process":
        return Process(self, number)

    def post(self, name: str, body: dict[str, Any]) -> "Answer":
        """What the webhook function answers."""
        event = http_event(f"/api/v1/webhooks/{name}", body, headers={"x-auth-token": TOKEN})
        with living_in(self.watched):
            answer = functions().handler(f"webhooks/{name}")(event, None)
        return Answer(*answered(answer), answer["headers"])

    def post_until_accepted(self, name: str, body: dict[str, Any]) -> None:
        """As senders do: again, when there was no answer or a bad one."""
        for _ in range(10):
            with self.surviving():
                if self.post(name, body).status < 300:
                    return
            self.clock.advance(1)
        raise AssertionError(f"{name} is not accepted")

    def step(self) -> bool:
        """A message from every queue to every process; False when there is none to be had now."""
        with living_in(self.watched):
            if len(self.processes) == 1:
                return self.processes[0].step()
            with ThreadPoolExecutor(len(self.processes)) as threads:
                return any(list(threads.map(Process.step, self.processes)))

    def tell_story(self, *, within_seconds: float = 3600) -> None:
        """Everything that happened to the films is reported, and worked off."""
        for name, body in story(self.media):
            self.post_until_accepted(name, body)
        self.settle(within_seconds=within_seconds)

    def sweep(self) -> None:
        with living_in(self.watched):
            functions().handler("syncs/sweep")({}, None)

    @contextmanager
    def surviving(self) -> Iterator[None]:
        """A process that dies in it is started anew; one that fails is left running."""
        try:
            yield
        except DiedError:
            self.restart()
        except ShowrunnerError:
            self.clock.advance(5)  # consumers and workers go on after a moment

    def settle(self, *, within_seconds: float = 3600) -> None:
        """Let everything run, sweeps as well, until nothing is left to do."""
        waited_seconds = swept_at_seconds = 0
        while True:
            worked = False
            with self.surviving():
                worked = self.step()
            if worked:
                continue
            if self.is_settled():
                return
            assert waited_seconds < within_seconds, self.told_of_what_is_left()
            self.clock.advance(IDLE_STEP_SECONDS)
            waited_seconds += IDLE_STEP_SECONDS
            if waited_seconds - swept_at_seconds >= SWEEP_EVERY_SECONDS:
                swept_at_seconds = waited_seconds
                with self.surviving():
                    self.sweep()

    @property
    def events(self) -> list[MediaEvent]:
        found = each(self.home.documents, EVENTS)
        return [MediaEvent.model_validate(document.body) for document in found]

    @property
    def jobs(self) -> list[Job]:
        return list(list_jobs(self.home.documents))

    def lines(self, job: Job) -> list[JobFile]:
        found = each(self.home.documents, files_of(job.id))
        return [JobFile.model_validate(document.body) for document in found]

    def depths(self) -> dict[str, QueueDepth]:
        return {name: self.watched.queue(name).depth() for name in ALL}

    def is_settled(self) -> bool:
        nothing = QueueDepth(0, 0, 0, 0)
        return (
            all(depth == nothing for depth in self.depths().values())
            and all(event.state != "received" for event in self.events)
            and not list(undispatched_batches(self.home.documents))
            and all(job.status.is_final for job in self.jobs)
        )

    def told_of_what_is_left(self) -> str:
        left = {name: depth for name, depth in self.depths().items() if any(vars_of(depth))}
        dead = [
            (name, letter.reason)
            for name in left
            for letter in self.home.queue(name).dead_letters()
        ]
        lines = [
            (line.number, line.outcome, line.message)
            for job in self.jobs
            for line in self.lines(job)
            if not line.outcome.is_final
        ]
        events = [event.state for event in self.events]
        batches = [batch.state for batch in undispatched_batches(self.home.documents)]
        return f"left: {left} {dead} events {events} batches {batches} lines {lines}"

    def summary(self) -> dict[str, Any]:
        """All that an owner could tell two runs apart by, but for times and ids."""
        jobs = []
        for job in self.jobs:
            counts = {name: value for name, value in job if name.endswith("_items")}
            lines = sorted(
                (
                    Path(line.path).name,
                    line.action.value,
                    line.outcome.value,
                    sorted(Path(output.path or "").name for output in line.outputs),
                )
                for line in self.lines(job)
            )
            jobs.append((job.source, job.status.value, counts, lines))
        return {
            "events": sorted((event.source, event.kind, event.state) for event in self.events),
            "jobs": sorted(jobs, key=str),
            "media": sorted(entry.name for entry in self.media.iterdir()),
            "made": sorted(Path(place).name for place in self.made.elements()),
            "blobs": sorted(blob.key.partition("/")[0] for blob in self.home.blobs.list()),
        }


def vars_of(depth: QueueDepth) -> tuple[int, ...]:
    return (depth.visible, depth.in_flight, depth.delayed, depth.dead)
