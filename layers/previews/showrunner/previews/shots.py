"""
Three ways to the frames at given times, from the cheapest to the surest.

Each takes the wanted ticks in ascending order and yields for each one the last
frame at or before it (of the frames it looks at), or None where the frame before
stays. A way that does not suit the file raises UnsuitableError with the reason.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from av.error import FFmpegError
from av.video.frame import VideoFrame

from showrunner.errors import MediaError
from showrunner.previews.video import AnyPacket, NoIndexError, VideoFile, tick_of

_MOST_DAMAGED_SHARE = 0.06

Way = Callable[[VideoFile, Iterable[int]], Iterator[VideoFrame | None]]
_Timed = TypeVar("_Timed", AnyPacket, VideoFrame)


class UnsuitableError(Exception):
    """The way gives wrong or too few pictures for this file; the text says why."""


def indexed(video: VideoFile, ticks: Iterable[int]) -> Iterator[VideoFrame | None]:
    """By the container's index: seek, read one key packet, check its time, decode it alone."""
    shown: int | None = None
    for tick in ticks:
        try:
            packet = video.key_packet_at(tick)
        except NoIndexError as error:
            raise UnsuitableError(str(error)) from error
        found = tick_of(packet)
        if shown is not None and found < shown:
            raise UnsuitableError("seeking went back in time")
        yield None if found == shown else video.decode_alone(packet)
        shown = found


def key_frames(video: VideoFile, ticks: Iterable[int]) -> Iterator[VideoFrame | None]:
    """Read the file once from its start; decode only the key frames that are shown."""
    packets = (packet for packet in video.packets() if packet.is_keyframe)
    for packet in _last_of_each(packets, ticks):
        yield None if packet is None else video.decode_alone(packet)


def all_frames(video: VideoFile, ticks: Iterable[int]) -> Iterator[VideoFrame | None]:
    """Decode everything once. Raises MediaError when much of it is damaged."""
    yield from _last_of_each(_decoded(video), ticks)


def _last_of_each(items: Iterator[_Timed], ticks: Iterable[int]) -> Iterator[_Timed | None]:
    """For each tick the last item at or before it, or the first of all; None when unchanged."""
    held = next(items, None)
    if held is None:
        raise UnsuitableError("no key frame found")
    coming = next(items, None)
    is_new = True
    for tick in ticks:
        while coming is not None and tick_of(coming) <= tick:
            held, coming, is_new = coming, next(items, None), True
        yield held if is_new else None
        is_new = False


def _decoded(video: VideoFile) -> Iterator[VideoFrame]:
    good = damaged = 0
    for packet in _with_flush(video):
        try:
            frames = video.stream.codec_context.decode(packet)
        except FFmpegError:
            damaged += 1
            continue
        for frame in frames:
            if frame.is_corrupt or frame.pts is None:
                damaged += 1
            else:
                good += 1
                yield frame
    if damaged > _MOST_DAMAGED_SHARE * (good + damaged):
        raise MediaError(
            f"{video.path}: {damaged} of {good + damaged} frames are damaged. Get the file again."
        )


def _with_flush(video: VideoFile) -> Iterator[AnyPacket | None]:
    """All packets, then the None that makes the decoder give what it still holds."""
    yield from video.packets()
    yield None
