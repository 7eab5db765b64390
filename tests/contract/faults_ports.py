"""Ports, decoder and servers around whose every change something can go wrong."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Self

from PIL import Image

from showrunner.clients.models import FoundItem
from showrunner.connections.models import Library
from showrunner.errors import ShowrunnerError
from showrunner.ports.queues import Queue
from showrunner.previews.decoder.messages import Filled, PreviewSink, Published, Request
from showrunner.wiring import EmbeddedHome

PICTURES, SIZE = 3, (64, 36)
CHANGES = {
    "documents": ("put", "write", "add_all", "delete"),
    "blobs": ("put", "delete"),
    "queue": ("send", "send_all", "receive", "extend", "finish", "finish_all", "fail", "bury"),
}

Step = Callable[[], Any]
Watch = Callable[[str, Step], Any]
"""Takes the name of a change that is about to be made, and what makes it."""


class DiedError(BaseException):
    """The process is gone: nothing in it can catch that, or do anything more."""


def nothing() -> None: ...


def unwatched(_name: str, step: Step) -> Any:
    return step()


Wrap = Callable[[Queue], Queue]


def unwrapped(queue: Queue) -> Queue:
    return queue


class Watched:
    """A port whose changes go through `watch`."""

    def __init__(self, port: Any, kind: str, watch: Watch) -> None:
        self._port, self._kind, self._watch = port, kind, watch

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name not in CHANGES[self._kind]:
            return found
        return lambda *given, **named: self._watch(
            f"{self._kind}.{name}", partial(found, *given, **named)
        )


class WatchedHome(EmbeddedHome):
    """`home`, all of whose changes go through `watch`."""

    def __init__(self, home: EmbeddedHome, watch: Watch, wrap: Wrap) -> None:
        super().__init__(home.folder, home.clock)
        self._home, self._watch, self._wrap = home, watch, wrap
        self.documents = Watched(home.documents, "documents", watch)
        self.blobs = Watched(home.blobs, "blobs", watch)

    def queue(self, name: str) -> Any:
        return Watched(self._wrap(self._home.queue(name)), "queue", self._watch)


class PaintedDecoder:
    """Publishes real outputs with pictures of nothing. `made` counts them by place."""

    process_id = None

    def __init__(self, watch: Watch, made: Counter[str]) -> None:
        self._watch, self._made = watch, made
        self._sinks: list[PreviewSink] = []

    def start(self) -> None: ...

    def close(self) -> None: ...

    def run(self, request: Request, **_options: Any) -> Filled:
        self._drop()
        self._watch("decoder.run", nothing)
        self._sinks = [order.sink(request.fingerprint) for order in request.orders]
        for sink in self._sinks:
            with suppress(ShowrunnerError):  # its own `publish` repeats it
                sink.begin(PICTURES, SIZE)
                for index in range(PICTURES):
                    sink.add(index, Image.effect_noise(SIZE, 100).convert("RGB"))
        counts = tuple(PICTURES for _ in self._sinks)
        return Filled(25.0, counts, "indexed", "painted by a test")

    def publish(self) -> list[Published]:
        return [self._published(sink) for sink in self._sinks]

    def _published(self, sink: PreviewSink) -> Published:
        try:
            files = self._watch("decoder.publish", sink.publish)
        except ShowrunnerError as error:
            return Published(sink.destination, failure=error)
        self._made[str(sink.destination)] += 1
        return Published(sink.destination, files)

    def die(self) -> None:
        """The system closes its files; nobody removes them."""
        for sink in self._sinks:
            sink._let_go()

    def abandon(self) -> None:
        self._watch("decoder.abandon", self._drop)

    def _drop(self) -> None:
        for sink in self._sinks:
            sink.abandon()
        self._sinks = []


class ServerClient:
    """Of a server that knows some items, and counts what it is told."""

    def __init__(self, watch: Watch, told: Counter[str], items: Sequence[FoundItem]) -> None:
        self._watch, self._told, self._items = watch, told, items

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None: ...

    def item_files(self, item_id: str) -> list[FoundItem]:
        return [item for item in self._items if item.item_id == item_id]

    def announce(self, path: str, _library: Library, _item_id: str | None) -> None:
        def note() -> None:
            self._told[path] += 1

        self._watch("client.announce", note)
