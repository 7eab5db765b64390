"""The last frame at or before given times, decoding as little on the way as possible."""

import bisect
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from av.error import FFmpegError
from av.video.frame import VideoFrame

from showrunner.previews.video import AnyPacket, VideoFile, tick_of

# No codec puts frames farther out of order than this.
_MOST_OUT_OF_ORDER = 16
# Two packets may be the two fields of one frame; so the neighbours of a shown one count, too.
_NEIGHBOUR_FRAMES = 2


@dataclass(slots=True)
class Tally:
    """How many frames came out well, and how many packets and frames did not."""

    good: int = 0
    damaged: int = 0


@dataclass(slots=True)
class _Window:
    """The packets around the one to decode next, in order of decoding."""

    ticks: Sequence[int]
    neighbourhood: int
    around: deque[int] = field(default_factory=lambda: deque(maxlen=2 * _MOST_OUT_OF_ORDER + 1))

    def is_passed_over(self, packet: AnyPacket) -> bool:
        """True when a later frame, too, is at or before the next wanted time after `packet`."""
        if packet.pts is None or packet.is_keyframe:
            return False
        coming = bisect.bisect_left(self.ticks, packet.pts)
        if coming == len(self.ticks):
            return True
        beyond, wanted = packet.pts + self.neighbourhood, self.ticks[coming]
        return any(beyond < other <= wanted for other in self.around)


def frames_until(
    video: VideoFile, packets: Iterator[AnyPacket], ticks: Sequence[int], tally: Tally
) -> Iterator[VideoFrame]:
    """
    Frames by ascending time, up to the last one at or before the last of `ticks`.

    For each of `ticks` (ascending) the last frame at or before it is among them.
    Frames in between that no other frame needs are left out (B-frames, a third to
    a half of all; that is why it costs less than decoding everything).
    """
    decoder = video.stream.codec_context
    for packet, is_passed_over in _marked(video, packets, ticks):
        decoder.skip_frame = "NONREF" if is_passed_over else "DEFAULT"
        yield from _decoded(video, packet, tally)
    decoder.skip_frame = "DEFAULT"
    yield from _decoded(video, None, tally)
    decoder.flush_buffers()


def _marked(
    video: VideoFile, packets: Iterator[AnyPacket], ticks: Sequence[int]
) -> Iterator[tuple[AnyPacket, bool]]:
    """Each packet with whether its frame may be left out, looking some packets ahead."""
    neighbourhood = video.ticks(_NEIGHBOUR_FRAMES / (video.stream.guessed_rate or 25))
    window = _Window(ticks, neighbourhood)
    ahead: deque[AnyPacket] = deque()
    for packet in _up_to(packets, ticks[-1]):
        ahead.append(packet)
        window.around.append(tick_of(packet))
        if len(ahead) > _MOST_OUT_OF_ORDER:
            yield ahead[0], window.is_passed_over(ahead.popleft())
    while ahead:
        yield ahead[0], window.is_passed_over(ahead.popleft())


def _up_to(packets: Iterator[AnyPacket], last_tick: int) -> Iterator[AnyPacket]:
    """What may hold a frame at or before `last_tick`; at least a first frame."""
    is_first = True
    for packet in packets:
        # Nothing is shown before it is decoded.
        if not is_first and (packet.dts if packet.dts is not None else tick_of(packet)) > last_tick:
            return
        is_first = False
        yield packet


def _decoded(video: VideoFile, packet: AnyPacket | None, tally: Tally) -> Iterator[VideoFrame]:
    try:
        frames = video.stream.codec_context.decode(packet)
    except FFmpegError:
        tally.damaged += 1
        return
    for frame in frames:
        if frame.is_corrupt or frame.pts is None:
            tally.damaged += 1
        else:
            tally.good += 1
            yield frame
