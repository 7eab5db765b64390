"""How the emulated servers report: what they have to say, and a post office that carries it."""

import logging
from collections.abc import Callable
from enum import StrEnum
from queue import SimpleQueue
from threading import Thread
from typing import Any, Protocol, Self

import httpx

from showrunner.demo.playing import Playback
from showrunner.demo.shelf import Entry

_TIMEOUT_SECONDS = 30.0

logger = logging.getLogger(__name__)


class Happening(StrEnum):
    """What a viewer did, in our words."""

    PLAY = "play"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    WATCHED = "watched"
    """Played to the end; `STOP` follows."""


class Reporter(Protocol):
    """One sender of webhooks; says nothing to anybody until it was told where to."""

    def added(self, entry: Entry) -> None:
        """`entry` is new in the library."""

    def played(self, happening: Happening, found: Playback) -> None:
        """Somebody did this with what they watch."""


class PostOffice:
    """
    Posts webhooks in order, one at a time, while their senders go on.

    Each is tried once, as the real servers do; what is not posted when it closes is lost.
    """

    def __init__(self) -> None:
        self._letters: SimpleQueue[Callable[[httpx.Client], object]] = SimpleQueue()
        self._is_open = True
        self._thread = Thread(target=self._carry, name="webhooks", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_open = False
        self._letters.put(lambda _: None)
        self._thread.join()

    def post(self, url: str, **letter: Any) -> None:
        """Post to `url` soon; `letter` is what httpx takes: content, files, headers ..."""
        self._letters.put(lambda client: client.post(url, **letter))

    def later(self, send: Callable[[], object]) -> None:
        """Let a sender that has its own way of posting have its turn."""
        self._letters.put(lambda _: send())

    def _carry(self) -> None:
        with httpx.Client(timeout=_TIMEOUT_SECONDS) as client:
            while self._is_open:
                send = self._letters.get()
                try:
                    send(client)
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    logger.info("a webhook was not delivered: %s", type(error).__name__)
