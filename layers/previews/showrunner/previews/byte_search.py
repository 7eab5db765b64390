"""Key frames of transport and program streams, found by where their bytes must lie."""

import bisect
from typing import TYPE_CHECKING, Protocol

from showrunner.previews.ticks import tick_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from showrunner.previews.ticks import AnyPacket

_MOST_TRIES = 8
_FIRST_LEAD_SECONDS = 1.5
_SHORTEST_LEAD_SECONDS = 0.5
# Landing farther ahead than this, reading on would cost more than another jump.
_FARTHEST_SECONDS = 6
_SHRINK, _GROWTH = 0.9, 1.7


class Searched(Protocol):
    """What is searched: a video file."""

    def seek_byte(self, position: int) -> bool: ...
    def packets(self) -> "Iterator[AnyPacket]": ...
    def ticks(self, seconds: float) -> int: ...


class ByteSearch:
    """
    Jumps to where, between two known places, a time must lie; each jump is one more place.

    FFmpeg halves the file instead, and reads some megabytes at every step. `first`
    and `last` are ticks at the first byte and at `size`.
    """

    def __init__(self, video: Searched, first: int, last: int, size: int) -> None:
        self._video = video
        self._ticks = [first, max(last, first + 1)]
        self._places = [0, size]
        self._lead = video.ticks(_FIRST_LEAD_SECONDS)

    def last_key_at(self, tick: int) -> "AnyPacket | None":
        """The last key packet at or before `tick`; None when it was not found soon."""
        lead = self._lead
        for _ in range(_MOST_TRIES):
            place = self._place_of(tick - lead)
            landed, best, keys = self._read(place, tick)
            if best is not None:
                self._lead = int(lead * _SHRINK) if keys > 1 else self._lead
                return best
            if landed is None or place == 0:
                return None
            if tick - landed <= self._video.ticks(_FARTHEST_SECONDS):
                lead = max(int(lead * _GROWTH), self._video.ticks(_SHORTEST_LEAD_SECONDS))
        return None

    def _place_of(self, tick: int) -> int:
        above = min(max(1, bisect.bisect_right(self._ticks, tick)), len(self._ticks) - 1)
        low, high = self._ticks[above - 1], self._ticks[above]
        first, last = self._places[above - 1], self._places[above]
        return max(0, first + (last - first) * (tick - low) // max(1, high - low))

    def _read(self, place: int, tick: int) -> "tuple[int | None, AnyPacket | None, int]":
        """When reading from `place` began, the last key packet up to `tick`, how many."""
        landed: int | None = None
        best: AnyPacket | None = None
        keys = 0
        self._video.seek_byte(place)
        for packet in self._video.packets():
            found = tick_of(packet)
            if landed is None:
                landed = packet.dts or found
                self._note(landed, place)
                if tick - found > self._lead + self._video.ticks(_FARTHEST_SECONDS):
                    break
            if packet.is_keyframe and found <= tick:
                best, keys = packet, keys + 1
            elif found > tick and (packet.is_keyframe or (packet.dts or found) > tick):
                break
        return landed, best, keys

    def _note(self, tick: int, place: int) -> None:
        """Remember it, if it lies between its neighbours in time and in place."""
        at = bisect.bisect_left(self._ticks, tick)
        if not 0 < at < len(self._ticks) or self._ticks[at] == tick:
            return
        if self._places[at - 1] < place < self._places[at]:
            self._ticks.insert(at, tick)
            self._places.insert(at, place)
