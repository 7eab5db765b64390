"""
Ways to the frames at given times, from the cheapest to the surest.

Each takes a file (those that read everything: one just opened) and wanted ticks in
ascending order, and yields a shot for each one. A way that does not suit the file
raises UnsuitableError with the reason.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from av.video.frame import VideoFrame

from showrunner.errors import MediaError
from showrunner.previews.decoding import Tally, frames_until
from showrunner.previews.timeline import check_claim, end_seconds
from showrunner.previews.video import AnyPacket, NoIndexError, VideoFile, tick_of

_MOST_DAMAGED_SHARE = 0.06


class Shot(NamedTuple):
    """
    The frame that stands for a wanted time, and its own `tick`.

    `frame` is None when it is the one before (the same tick), or damaged.
    """

    tick: int
    frame: VideoFrame | None


Way = Callable[[VideoFile, Sequence[int]], Iterator[Shot]]


class UnsuitableError(Exception):
    """The way gives wrong or too few pictures for this file; the text says why."""


class UnsearchableError(UnsuitableError):
    """Seeking does not lead to the wanted key frames; only reading on from the start does."""


def indexed(video: VideoFile, ticks: Sequence[int]) -> Iterator[Shot]:
    """By the container's index: seek, read one key packet, check its time, decode it alone."""
    shown: int | None = None
    for tick in ticks:
        try:
            packet = video.key_packet_at(tick)
        except NoIndexError as error:
            raise UnsearchableError(str(error)) from error
        found = tick_of(packet)
        if shown is not None and found < shown:
            raise UnsearchableError("seeking went back in time")
        yield Shot(found, None if found == shown else video.decode_alone(packet))
        shown = found


def partly_decoded(video: VideoFile, ticks: Sequence[int]) -> Iterator[Shot]:
    """Seek to the key frame at or before the first tick and decode from there to the last."""
    try:
        packets = video.packets_from_key(ticks[0])
        yield from _shots(frames_until(video, packets, ticks, Tally()), ticks)
    except NoIndexError as error:
        raise UnsearchableError(str(error)) from error


def key_frames(video: VideoFile, ticks: Sequence[int]) -> Iterator[Shot]:
    """
    Read the file once from its start; decode only the key frames that are shown.

    Raises MediaError where the header's length was believed and the file is shorter.
    """
    seen = _Seen(video)
    keys = (packet for packet in seen.packets if packet.is_keyframe)
    held, following = next(keys, None), next(keys, None)
    if held is None:
        raise UnsuitableError("no key frame found")
    shown: int | None = None
    for tick in ticks:
        while following is not None and tick_of(following) <= tick:
            held, following = following, next(keys, None)
        found = tick_of(held)
        yield Shot(found, None if found == shown else video.decode_alone(held))
        shown = found
    seen.check_claim()


class _Seen:
    """The packets of a reading from the start, and where they end."""

    def __init__(self, video: VideoFile) -> None:
        self._video = video
        self._last: AnyPacket | None = None
        self._last_tick = 0
        self.packets = video.packets() if video.unchecked_seconds is None else self._noted()

    def _noted(self) -> Iterator[AnyPacket]:
        for packet in self._video.packets():
            tick = packet.pts
            if tick is not None and (self._last is None or tick > self._last_tick):
                self._last, self._last_tick = packet, tick
            yield packet

    def check_claim(self) -> None:
        """Read the rest and compare its end with the header's length, where that was believed."""
        if self._video.unchecked_seconds is None:
            return
        for _ in self.packets:
            pass
        end = None if self._last is None else end_seconds(self._video, self._last)
        check_claim(self._video, end)


def all_frames(video: VideoFile, ticks: Sequence[int]) -> Iterator[Shot]:
    """Read the file once and decode what is needed. Raises MediaError when much is damaged."""
    tally, seen = Tally(), _Seen(video)
    yield from _shots(frames_until(video, seen.packets, ticks, tally), ticks)
    seen.check_claim()
    if tally.damaged > _MOST_DAMAGED_SHARE * (tally.good + tally.damaged):
        raise MediaError(
            f"{video.path}: {tally.damaged} of {tally.good + tally.damaged} frames are damaged. "
            "Get the file again."
        )


def _shots(frames: Iterator[VideoFrame], ticks: Sequence[int]) -> Iterator[Shot]:
    """For each tick the last frame at or before it, or the first of all."""
    held, following = next(frames, None), next(frames, None)
    if held is None:
        raise UnsuitableError("no frame can be decoded")
    shown = tick_of(held)
    for tick in ticks:
        while following is not None and tick_of(following) <= tick:
            held, following = following, next(frames, None)
            shown = tick_of(held)
        # Whoever takes it is its only holder, and can let go of its memory.
        only = [Shot(shown, held)]
        held = None
        yield only.pop()
