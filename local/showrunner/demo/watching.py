"""Notices what the viewers do, and tells those who report it."""

import threading
from collections.abc import Iterable, Iterator
from typing import Self

from showrunner.demo.playing import Playback, Room
from showrunner.demo.sending import Happening, Reporter


class Watcher:
    """Looks at one room again and again. `look` is one such look."""

    def __init__(self, room: Room, reporters: Iterable[Reporter], *, every_seconds: float) -> None:
        self._room, self._reporters = room, list(reporters)
        self._every_seconds = every_seconds
        self._seen: dict[int, Playback] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def look(self) -> None:
        """Report what happened since the last look."""
        here = {found.viewer.user_id: found for found in self._room.playbacks()}
        for user_id in self._seen.keys() - here.keys():
            self._report(Happening.STOP, self._seen.pop(user_id))
        for user_id, found in here.items():
            before = self._seen.get(user_id)
            self._seen[user_id] = found
            for happening, playback in _happened(before, found):
                self._report(happening, playback)

    def _report(self, happening: Happening, playback: Playback) -> None:
        for reporter in self._reporters:
            reporter.played(happening, playback)

    def _run(self) -> None:
        while not self._stopped.wait(self._every_seconds):
            self.look()


def _happened(before: Playback | None, now: Playback) -> Iterator[tuple[Happening, Playback]]:
    """A position that went back, or another title: the one before was played to its end."""
    if before is None:
        yield Happening.PLAY, now
    elif before.entry.path != now.entry.path or now.position_ms < before.position_ms:
        yield Happening.WATCHED, before
        yield Happening.STOP, before
        yield Happening.PLAY, now
    elif before.is_paused and not now.is_paused:
        yield Happening.RESUME, now
    was_paused = before is not None and before.is_paused and now.position_ms == before.position_ms
    if now.is_paused and not was_paused:
        yield Happening.PAUSE, now
