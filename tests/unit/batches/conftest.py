from collections.abc import Callable

import pytest

from showrunner.batches.gather import handle_batch_messages
from showrunner.events.models import EventKind, Report
from showrunner.ports.queues import Queue
from showrunner.settings import COLLECTION, KEY, Settings
from showrunner.wiring import EmbeddedHome

Drain = Callable[[], int]


def report(path: str | None = None, *identity: str, source: str = "radarr", **more) -> Report:
    """A film that Radarr imported, unless `more` says otherwise."""
    kind = more.pop("kind", EventKind.ADDED)
    title = more.pop("title", "Dune")
    return Report(kind, source, "Download", title, path, identity=identity, **more)


def deleted(path: str, *identity: str, **more) -> Report:
    return report(path, *identity, kind=EventKind.DELETED, **more)


def renamed(previous_path: str, path: str, *identity: str, **more) -> Report:
    more |= {"kind": EventKind.RENAMED, "previous_path": previous_path}
    return report(path, *identity, **more)


@pytest.fixture
def drain(home: EmbeddedHome) -> Drain:
    """Lets the consumer work off what is due; gives how many messages that was."""

    def drain() -> int:
        queue, count = home.queue("batches"), 0
        while messages := queue.receive(max_messages=10, lease_seconds=60):
            handle_batch_messages([message.body for message in messages], home)
            for message in messages:
                queue.finish(message)
            count += len(messages)
        return count

    return drain


@pytest.fixture
def set_settings(home: EmbeddedHome) -> Callable[..., None]:
    """`set_settings(webhook_delay=30)` puts these in force and the rest as they come."""

    def set_settings(**values) -> None:
        home.documents.put(COLLECTION, KEY, Settings(**values).model_dump(mode="json"))

    return set_settings


class Killed(BaseException):
    """The process ends here: nothing catches it."""


class MortalHome(EmbeddedHome):
    """The same installation, seen by a process that is killed at its n-th send."""

    def __init__(self, home: EmbeddedHome, *, sends: int) -> None:
        super().__init__(home.folder, home.clock)
        self.sends_left = sends

    def queue(self, name: str) -> "MortalQueue":
        return MortalQueue(self, super().queue(name))


class MortalQueue:
    def __init__(self, home: MortalHome, queue: Queue) -> None:
        self._home, self._queue = home, queue

    def send(self, *arguments, **more):
        self._die_sometime()
        return self._queue.send(*arguments, **more)

    def send_all(self, bodies, **more):
        for body in bodies:
            self._die_sometime()
            self._queue.send(body, **more)

    def _die_sometime(self) -> None:
        if self._home.sends_left == 0:
            raise Killed
        self._home.sends_left -= 1
