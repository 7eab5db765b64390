"""People who watch on the emulated servers, so that "now playing" moves."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from showrunner.demo.shelf import Entry, Shelf
from showrunner.demo.streams import Way

_CYCLE_SECONDS = 90
_PAUSE_SECONDS = 15
AWAY_SECONDS = 30
"""How long somebody who was sent away stays away."""
_SLOW_SECONDS = 80
"""How long a slow transcoder falls behind before it catches up."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """
    Somebody who watches one thing after the other, with a pause now and then.

    `user_id` is the account on that server and names the device; `way` is how the
    server delivers to it. `email` is that of the account, where the server keeps one.
    """

    user_id: int
    user_name: str
    device: str
    product: str
    platform: str
    address: str
    starts_at_ms: int
    way: Way = Way.DIRECT_PLAY
    email: str | None = None

    @property
    def transcodes(self) -> bool:
        return self.way >= Way.SOUND

    @property
    def is_local(self) -> bool:
        return self.address.startswith("192.168.")

    @property
    def player_id(self) -> int:
        """The device's number: it stays, whatever is played."""
        return 5000 + self.user_id


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a transcoder gets on: `ahead_seconds` before the player, `speed` 1 keeps pace."""

    ahead_seconds: float
    speed: float
    is_throttled: bool


@dataclass(frozen=True, slots=True)
class Playback:
    """
    What a viewer watches at this moment. `position_ms` counts from the start of the item;
    `sitting` counts the viewer's earlier ones.
    """

    viewer: Viewer
    entry: Entry
    position_ms: int
    is_paused: bool
    sitting: int = 0
    encoding: Encoding | None = None

    @property
    def session_number(self) -> int:
        """Another one for each sitting; the first has the viewer's own."""
        return self.viewer.user_id + 100 * self.sitting


class Room:
    """
    The viewers of one server; `clock` gives seconds and only ever moves on.

    They watch what is there at the first look, or those of `programme`; who comes to the
    end of something goes on with the next.
    """

    def __init__(
        self,
        shelf: Shelf,
        viewers: list[Viewer],
        clock: Callable[[], float],
        programme: Sequence[Path] = (),
    ) -> None:
        self._shelf, self._viewers, self._clock = shelf, viewers, clock
        self._started_at = clock()
        self._programme = list(programme)
        self._away: dict[int, list[float]] = {}
        self._lock = threading.Lock()

    def playbacks(self) -> list[Playback]:
        """One for each viewer who is here, each with something else as far as there is enough."""
        known = {entry.path: entry for entry in self._shelf.entries()}
        with self._lock:
            self._programme = self._programme or sorted(known, key=str)
            entries = [known[path] for path in self._programme if path in known]
            here = [viewer for viewer in self._viewers if not self._is_away(viewer)]
        return [self._playback(viewer, entries) for viewer in here if entries]

    def stop(self, session_number: int) -> bool:
        """Send away whoever has that session, for AWAY_SECONDS; False: nobody has."""
        for found in self.playbacks():
            if found.session_number == session_number:
                with self._lock:
                    self._away.setdefault(found.viewer.user_id, []).append(self._clock())
                return True
        return False

    def _is_away(self, viewer: Viewer) -> bool:
        sent = self._away.get(viewer.user_id)
        return bool(sent) and 0 <= self._clock() - (sent or [0])[-1] < AWAY_SECONDS

    def _playback(self, viewer: Viewer, entries: list[Entry]) -> Playback:
        """Of each cycle the last seconds are a pause, in which the position stands still."""
        now = self._clock() - self._started_at
        cycles, within = divmod(now, _CYCLE_SECONDS)
        playing = _CYCLE_SECONDS - _PAUSE_SECONDS
        watched_ms = int((cycles * playing + min(within, playing)) * 1000)
        entry, position, sitting = _place(entries, viewer, viewer.starts_at_ms + watched_ms)
        return Playback(
            viewer,
            entry,
            position,
            is_paused=within >= playing,
            sitting=sitting + len(self._away.get(viewer.user_id, ())),
            encoding=_encoding(viewer.way, now) if viewer.transcodes else None,
        )


def _place(entries: list[Entry], viewer: Viewer, watched_ms: int) -> tuple[Entry, int, int]:
    """What is on after so much of the programme, where in it, and how many came before."""
    lengths = [max(entry.video.duration_ms, 1) for entry in entries]
    first = viewer.user_id % len(entries)
    rounds, left = divmod(watched_ms, sum(lengths))
    number = 0
    while left >= lengths[(first + number) % len(entries)]:
        left -= lengths[(first + number) % len(entries)]
        number += 1
    return entries[(first + number) % len(entries)], left, rounds * len(entries) + number


def _encoding(way: Way, seconds: float) -> Encoding:
    """A chip is soon far ahead and rests; the processor falls behind and catches up, in turn."""
    if way not in (Way.SOFTWARE, Way.BURN):
        ahead = min(seconds * 3, 60.0)
        is_rested = ahead >= 60.0  # noqa: PLR2004  as the line above
        return Encoding(ahead, 0.0 if is_rested else 4.0, is_rested)
    turns, within = divmod(seconds, _SLOW_SECONDS)
    is_falling = turns % 2 == 0
    lost = within if is_falling else _SLOW_SECONDS - within
    return Encoding(44.0 - lost / 2, 0.5 if is_falling else 1.5, is_throttled=False)
