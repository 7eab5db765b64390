"""What a device's raw pictures do not say of themselves: colours, brightness, fields, mirroring."""

from collections.abc import Callable
from typing import Self, cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

from showrunner.previews.colour_tags import has_own_colours
from showrunner.previews.hardware.trouble import DeviceError
from showrunner.previews.video import VideoFile, open_video

_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED
_HD_WIDTH, _HD_HEIGHT = 1280, 720
_BITS_OF_A_BYTE = 8


class Look:
    """A frame that the CPU decoded; its tags and side data are lent to the raw ones."""

    def __init__(self, frame: VideoFrame) -> None:
        if has_own_colours(frame):
            raise DeviceError("Dolby Vision profile 5 has colours that each picture explains")
        self._frame = frame
        self._lent: VideoFrame | None = None
        self.is_interlaced = frame.interlaced_frame
        self.has_more_than_8_bits = frame.format.components[0].bits > _BITS_OF_A_BYTE

    @classmethod
    def of(cls, video: VideoFile, *, check: Callable[[], None]) -> Self:
        """From the first key frame that the CPU can decode; DeviceError when there is none."""
        # Afresh, because `video` may have been searched and stand anywhere.
        with open_video(video.path, check=check) as beginning:
            for packet in beginning.packets():
                frame = beginning.decode_alone(packet) if packet.is_keyframe else None
                if frame is not None:
                    return cls(frame)
        raise DeviceError("no key frame can be decoded")

    def put_on(self, raw: VideoFrame) -> VideoFrame:
        """The pixels of `raw` with the film's tags, in a frame that the next call overwrites."""
        if self._lent is None:
            self._lent = self._copy(raw)
        for source, target in zip(raw.planes, self._lent.planes, strict=True):
            pixels, rows = _rows(source), _rows(target)
            width = min(source.line_size, target.line_size)
            rows[:, :width] = pixels[:, :width]
        return self._lent

    def _copy(self, raw: VideoFrame) -> VideoFrame:
        """The film's frame in the shape of `raw`; PyAV keeps its side data while scaling."""
        copy = self._frame.reformat(raw.width, raw.height, raw.format.name)
        copy.colorspace, copy.color_range = self._matrix(), self._frame.color_range
        copy.color_trc, copy.color_primaries = self._frame.color_trc, self._frame.color_primaries
        return copy

    def _matrix(self) -> int:
        """The tag, or what players take for one; a small frame could not tell HD from SD."""
        frame = self._frame
        if frame.colorspace != _UNSPECIFIED:
            return frame.colorspace
        is_hd = frame.width >= _HD_WIDTH or frame.height >= _HD_HEIGHT
        return int(Colorspace.ITU709 if is_hd else Colorspace.ITU601)


def _rows(plane: VideoPlane) -> NDArray[np.uint8]:
    """The plane's own memory, a line of it each with its padding."""
    # PyAV's stubs do not tell of the buffer protocol.
    memory = cast("bytes", plane)
    return np.frombuffer(memory, np.uint8).reshape(-1, plane.line_size)
