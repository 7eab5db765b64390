"""People who watch on the emulated servers, so that "now playing" moves."""

from collections.abc import Callable
from dataclasses import dataclass

from showrunner.demo.shelf import Entry, Shelf

_CYCLE_SECONDS = 90
_PAUSE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who watches one film or episode over and over, with a pause now and then."""

    user_id: int
    user_name: str
    device: str
    product: str
    platform: str
    address: str
    starts_at_ms: int
    transcodes: bool = False


@dataclass(frozen=True, slots=True)
class Playback:
    """What a viewer watches at this moment. `position_ms` counts from the start of the item."""

    viewer: Viewer
    entry: Entry
    position_ms: int
    is_paused: bool


class Room:
    """The viewers of one server; `clock` gives seconds and only ever moves on."""

    def __init__(self, shelf: Shelf, viewers: list[Viewer], clock: Callable[[], float]) -> None:
        self._shelf = shelf
        self._viewers = viewers
        self._clock = clock
        self._started_at = clock()

    def playbacks(self) -> list[Playback]:
        """One for each viewer, each with something else to watch as far as there is enough."""
        entries = sorted(self._shelf.entries(), key=lambda entry: entry.remote_path)
        return [
            self._playback(viewer, entries[viewer.user_id % len(entries)])
            for viewer in self._viewers
            if entries
        ]

    def _playback(self, viewer: Viewer, entry: Entry) -> Playback:
        """Of each cycle the last seconds are a pause, in which the position stands still."""
        cycles, within = divmod(self._clock() - self._started_at, _CYCLE_SECONDS)
        playing = _CYCLE_SECONDS - _PAUSE_SECONDS
        watched_ms = int((cycles * playing + min(within, playing)) * 1000)
        position = (viewer.starts_at_ms + watched_ms) % max(entry.video.duration_ms, 1)
        return Playback(viewer, entry, position, is_paused=within >= playing)
