"""
Single key frames of a film, handed to ffmpeg through its standard input.

ffmpeg then decodes what is shown and nothing else, on chips that PyAV cannot
reach, too; and the reading stays ours: by the container's index, or of a source
that ffmpeg could not open.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import IO, cast

import av

from showrunner.previews.video import AnyPacket, VideoFile, open_video, tick_of

TIME_BASE = Fraction(1)


class Feeding:
    """Writes the packets as NUT. Number n is given the time n s, and was at `ticks[n]`."""

    def __init__(self, video: VideoFile, packets: Callable[[], Iterator[AnyPacket]]) -> None:
        self._video = video
        self._packets = packets
        self.ticks: list[int] = []

    def write(self, pipe: IO[bytes]) -> None:
        """All packets, as fast as the pipe takes them; BrokenPipeError when nobody reads."""
        # PyAV's stubs want a whole file; `write` is what it uses.
        with av.open(cast("str", pipe), "w", format="nut") as out:
            stream = out.add_stream_from_template(self._video.stream, opaque=True)
            for number, packet in enumerate(self._packets()):
                self.ticks.append(tick_of(packet))
                # A copy has no flags by which an edit list would hide it.
                copy: AnyPacket = av.Packet(bytes(packet))
                copy.pts = copy.dts = number
                copy.time_base, copy.is_keyframe, copy.stream = TIME_BASE, True, stream
                out.mux_one(copy)


def sought(video: VideoFile, ticks: Sequence[int]) -> Iterator[AnyPacket]:
    """By the container's index the key packets at or before `ticks`. Raises NoIndexError."""
    shown: int | None = None
    for tick in ticks:
        packet = video.key_packet_at(tick)
        if tick_of(packet) != shown:
            shown = tick_of(packet)
            yield packet


def read_through(
    video: VideoFile, ticks: Sequence[int], check: Callable[[], None]
) -> Iterator[AnyPacket]:
    """The same packets by reading the film once from its start."""
    with open_video(video.path, check=check) as afresh:
        keys = (packet for packet in afresh.packets() if packet.is_keyframe)
        held, wanted = next(keys, None), iter(ticks)
        tick = next(wanted, None)
        for coming in keys:
            is_shown = False
            while tick is not None and tick < tick_of(coming):
                tick, is_shown = next(wanted, None), True
            if is_shown and held is not None:
                yield held
            held = coming
        if tick is not None and held is not None:
            yield held
