"""
One opened video file: its picture stream, its packets by time, its refusals.

Times are the stream's own ticks (`time_base` seconds each) unless a name says
otherwise.
"""

import contextlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Discard, Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from showrunner.errors import (
    MediaError,
    NotFoundError,
    SetupError,
    ShowrunnerError,
    TryLaterError,
)

# PyAV's Packet is generic for type checkers only.
if TYPE_CHECKING:
    AnyPacket = Packet[Stream]
else:
    AnyPacket = Packet

# Without a list FFmpeg takes a text file for ANSI art and follows what a playlist names.
_CONTAINERS = (
    "matroska,webm,mov,mp4,mpegts,mpeg,avi,flv,asf,ogg,mxf,mxf_opatom,wtv,rm,nut,dv,gxf,ivf,nsv,vob"
)
_NEVER_THE_FILM = Disposition.attached_pic | Disposition.timed_thumbnails
# Index of these formats leads straight to the last key frame at or before a time.
_EXACT_FORMATS = {"matroska", "mov"}
_FIRST_BACK_STEP_SECONDS = 2.5
_FARTHEST_SEEK_SECONDS = 40


class NoIndexError(Exception):
    """Seeking leads nowhere near the wanted time."""


class VideoFile:
    """An open container with its film stream; see `open_video`."""

    def __init__(
        self,
        path: Path,
        container: InputContainer,
        stream: VideoStream,
        check: Callable[[], None],
    ) -> None:
        self.path = path
        self._check = check
        self.container = container
        self.stream = stream
        self.time_base = stream.time_base or Fraction(1, 1000)
        self.zero = self._zero()
        self._is_exact = container.format.name.split(",")[0] in _EXACT_FORMATS
        # Others are searched by decoding time and may end up somewhat late.
        self._earliest_seek = self.zero - (0 if self._is_exact else self.ticks(10))
        self._usual_back = 0

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

    def seek(self, tick: int) -> bool:
        """Go to a key frame at or before `tick`, more or less; False when there is no way."""
        try:
            self.container.seek(tick, stream=self.stream)
        # PermissionError is how FFmpeg's bare -1 ("no way to seek there") arrives.
        except (av.error.InvalidDataError, av.error.PermissionError):
            return False
        return True

    def key_packet_at(self, tick: int) -> AnyPacket:
        """
        The last key packet at or before `tick`, or the first of all when none is before.

        Raises NoIndexError when seeking does not lead there.
        """
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

    def decode_alone(self, packet: AnyPacket) -> VideoFrame | None:
        """The picture of one key packet by itself; None when it gives none or a damaged one."""
        if packet.is_discard:
            packet = _without_flags(packet)
        decoder = self.stream.codec_context
        try:
            frames = [*decoder.decode(packet), *decoder.decode(None)]
        except FFmpegError:
            frames = []
        decoder.flush_buffers()
        return next((frame for frame in frames if not frame.is_corrupt), None)


def tick_of(item: AnyPacket | VideoFrame) -> int:
    """When `item` is shown, or where the container keeps only the order of decoding, that."""
    tick = item.pts if item.pts is not None else item.dts
    if tick is None:
        raise ValueError("without a time")
    return tick


def _without_flags(packet: AnyPacket) -> AnyPacket:
    """A copy that is decoded although an edit list hides the original."""
    copy: AnyPacket = Packet(bytes(packet))
    copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
    copy.is_keyframe = True
    return copy


@contextlib.contextmanager
def open_video(
    path: Path, *, all_cores: bool = False, check: Callable[[], None] = lambda: None
) -> Iterator[VideoFile]:
    """
    The film in `path`. `all_cores` for decoding every frame; single key frames gain nothing.

    `check` is called for every packet and may raise to stop the reading.

    Raises NotFoundError, MediaError when the file is no video or has no film,
    SetupError when it may not be read, TryLaterError when its disk fails.
    """
    with _refusals(path), _open(path) as container:
        stream = _film(path, container)
        stream.thread_type = "AUTO" if all_cores else "SLICE"
        video = VideoFile(path, container, stream, check)
        video.listen_only_to_film(True)
        yield video


def _open(path: Path) -> InputContainer:
    if path.is_file() and path.stat().st_size == 0:
        raise MediaError(f"{path} is empty. Copy it again.")
    return av.open(
        # Absolute: a relative name with a colon would be taken for a protocol.
        str(path.absolute()),
        metadata_errors="replace",
        container_options={"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"},
    )


def _film(path: Path, container: InputContainer) -> VideoStream:
    films = [
        stream
        for stream in container.streams.video
        if not stream.disposition & _NEVER_THE_FILM and stream.codec_context is not None
    ]
    if not films:
        raise MediaError(f"{path} has no video stream. Nothing to preview.")
    return max(films, key=lambda stream: stream.width * stream.height)


@contextlib.contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """FFmpeg's errors in our words. The one place for it."""
    try:
        yield
    except FFmpegError as error:
        raise _refusal(path, error) from error


def _refusal(path: Path, error: FFmpegError) -> ShowrunnerError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NotFoundError(
            f"{path} does not exist. Check the path, and that its disk is mounted here."
        )
    if isinstance(error, PermissionError):
        return SetupError(f"{path} may not be read. Give this user the right to read it.")
    if isinstance(error, IsADirectoryError):
        return MediaError(f"{path} is a folder, not a video file.")
    if isinstance(error, OSError):
        return TryLaterError(f"{path} cannot be read now: {error.strerror}. Check its disk.")
    return MediaError(
        f"{path} is no video, or too damaged to be read ({error.strerror}). Get the file again."
    )
