"""
One opened video file: its picture stream and its packets by time.

Times are the stream's own ticks (`time_base` seconds each) unless a name says
otherwise.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Discard, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from showrunner.previews.byte_search import ByteSearch
from showrunner.previews.ticks import AnyPacket, tick_of
from showrunner.previews.watched import WatchedFile

# Index of these formats leads straight to the last key frame at or before a time.
_EXACT_FORMATS = {"matroska", "mov"}
# In these bytes and time run together, and there is no index.
STREAM_FORMATS = {"mpegts", "mpeg"}
_FIRST_BACK_STEP_SECONDS = 2.5
_FARTHEST_SEEK_SECONDS = 40
_MOST_STEPS_BACK = 3

# Times and size tell a packet from all others of its film.
_Identity = tuple[int | None, int | None, int]


class NoIndexError(Exception):
    """Seeking leads nowhere near the wanted time."""


class VideoFile:
    """An open container with its film stream; see `open_video`."""

    def __init__(
        self,
        file: WatchedFile,
        container: InputContainer,
        stream: VideoStream,
        check: Callable[[], None],
    ) -> None:
        self.file = file
        self._check = check
        self.container = container
        self.stream = stream
        self.time_base = stream.time_base or Fraction(1, 1000)
        self.zero = self._zero()
        self._is_exact = self.kind in _EXACT_FORMATS
        self.key_ticks: Sequence[int] | None = None  # see `index.key_ticks`
        # The header's length where reading the end would mean reading everything;
        # the way that does so anyway has to check it.
        self.unchecked_seconds: Fraction | None = None
        # Others are searched by decoding time and may end up somewhat late.
        self._earliest_seek = self.zero - (0 if self._is_exact else self.ticks(10))
        self._usual_back = 0
        self._lag = 0
        self._first_look: tuple[_Identity, VideoFrame] | None = None
        self._byte_search = self._searched_by_bytes() if self.kind in STREAM_FORMATS else None

    def _searched_by_bytes(self) -> ByteSearch:
        length = Fraction(self.container.duration or 0, av.time_base)
        return ByteSearch(self, self.zero, self.zero + self.ticks(length), self.file.size)

    @property
    def path(self) -> Path:
        """Where it is, for messages and other programs; of an address the name only."""
        source = self.file.source
        return source if isinstance(source, Path) else Path(source.name)

    def _zero(self) -> int:
        """
        The tick at which a player's clock shows 0.

        The film's first picture; the container's start when that is much
        earlier, as with sound before a late picture.
        """
        start = self.stream.start_time
        container_start = self.container.start_time
        if container_start is None:
            return start or 0
        earliest = int(Fraction(container_start, av.time_base) / self.time_base)
        return earliest if start is None or start - earliest > 1 / self.time_base else start

    def ticks(self, seconds: Fraction | float) -> int:
        return int(Fraction(seconds) / self.time_base)

    def tick_at(self, seconds: Fraction | int) -> int:
        """The tick at which a player's clock shows `seconds`."""
        return self.zero + self.ticks(seconds)

    def packets(self, *streams: Stream) -> Iterator[AnyPacket]:
        """Packets from here on, of the film when no streams are named; ends at damage too."""
        try:
            for packet in self.container.demux(*(streams or (self.stream,))):
                self._check()
                if packet.pts is not None or packet.dts is not None:
                    yield packet
        except av.error.InvalidDataError:
            return

    def listen_only_to_film(self, is_only: bool) -> None:
        """Let the container skip the bytes of all other streams, or none of them."""
        for stream in self.container.streams:
            if stream.index != self.stream.index:
                stream.discard = Discard.all if is_only else Discard.default

    def seek(self, tick: int, *, to_any_frame: bool = False) -> bool:
        """
        Go to a key frame at or before `tick`, more or less; False when there is no way.

        `to_any_frame`: where the container knows them all, to the frame itself.
        """
        return self._jump(tick, any_frame=to_any_frame)

    def seek_byte(self, position: int) -> bool:
        """Go to where the container begins something at byte `position`; False: no way."""
        return self._jump(position, unsupported_byte_offset=True)

    def _jump(self, target: int, **how: bool) -> bool:
        try:
            self.container.seek(target, stream=self.stream, **how)
        # PermissionError is how FFmpeg's bare -1 ("no way to seek there") arrives.
        except (av.error.InvalidDataError, av.error.PermissionError):
            return False
        return True

    @property
    def kind(self) -> str:
        """FFmpeg's first name of the container's format: matroska, mov, mpegts, avi ..."""
        return self.container.format.name.partition(",")[0]

    def key_packet_at(self, tick: int) -> AnyPacket:
        """
        The last key packet at or before `tick`, or the first of all when none is before.

        Raises NoIndexError when seeking does not lead there.
        """
        if self._byte_search and (packet := self._byte_search.last_key_at(tick)):
            return packet
        if self.kind == "mov" and (packet := self._late_key_at(tick)):
            return packet
        back = 0 if self._is_exact else self._usual_back
        while True:
            start = max(tick - back, self._earliest_seek)
            packet = self._last_key_between(start, tick, is_direct=self._is_exact and not back)
            if packet is not None:
                self._usual_back = back
                return packet
            if start == self._earliest_seek:
                raise NoIndexError("no key frame found by seeking")
            back = max(2 * back, self.ticks(_FIRST_BACK_STEP_SECONDS))

    def _late_key_at(self, tick: int) -> AnyPacket | None:
        """
        The last key packet at or before `tick`, where FFmpeg would not lead to it.

        In an MP4 with an edit list it compares with a time that is later by the lag
        between decoding and showing, and would go one key frame back.
        """
        target = tick + self._lag
        for _ in range(_MOST_STEPS_BACK):
            packet = next(self.packets(), None) if self.seek(target) else None
            if packet is None or packet.dts is None or not packet.is_keyframe:
                return None
            if tick_of(packet) <= tick:
                self._lag = max(0, tick_of(packet) - packet.dts)
                return packet
            target = packet.dts - 1
        return None

    def _last_key_between(self, start: int, tick: int, *, is_direct: bool) -> AnyPacket | None:
        """`is_direct`: the first key packet that seeking leads to is the last one before `tick`."""
        if not self.seek(start):
            raise NoIndexError("the container cannot be searched by time")
        best: AnyPacket | None = None
        for packet in self.packets():
            found = tick_of(packet)
            if start - found > self.ticks(_FARTHEST_SEEK_SECONDS):
                raise NoIndexError("seeking ended far from the wanted time")
            if packet.is_keyframe and (
                found <= tick or (best is None and start == self._earliest_seek)
            ):
                best = packet
            is_past = found > tick and (packet.is_keyframe or (packet.dts or found) > tick)
            if is_past or (best and is_direct):
                break
        return best

    def packets_from_key(self, tick: int) -> Iterator[AnyPacket]:
        """The packets from `key_packet_at(tick)` on. Raises as that."""
        key = self.key_packet_at(tick)
        if self._usual_back or not self._is_exact:  # it read on to see what comes after
            self.seek(tick - self._usual_back)
            same = (packet for packet in self.packets() if packet.dts == key.dts)
            key = next(same, key)
        yield key
        yield from self.packets()

    def look_at(self, packet: AnyPacket) -> VideoFrame | None:
        """As `decode_alone`, and keeps the frame for it: mostly the film's first picture."""
        frame = self.decode_alone(packet)
        self._first_look = None if frame is None else (_identity(packet), frame)
        return frame

    def decode_alone(self, packet: AnyPacket) -> VideoFrame | None:
        """The picture of one key packet by itself; None when it gives none or a damaged one."""
        known, self._first_look = self._first_look, None
        if known is not None and known[0] == _identity(packet):
            return known[1]
        if packet.is_discard:
            packet = _without_flags(packet)
        decoder = self.stream.codec_context
        try:
            frames = [*decoder.decode(packet), *decoder.decode(None)]
        except FFmpegError:
            frames = []
        decoder.flush_buffers()
        return next((frame for frame in frames if not frame.is_corrupt), None)


def _identity(packet: AnyPacket) -> _Identity:
    return packet.pts, packet.dts, packet.size


def _without_flags(packet: AnyPacket) -> AnyPacket:
    """A copy that is decoded although an edit list hides the original."""
    copy: AnyPacket = Packet(bytes(packet))
    copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
    copy.is_keyframe = True
    return copy
