"""A decoded frame made small: one moment of it, from its own matrix, by FFmpeg's scaler."""

import threading

from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from showrunner.previews import colour_tags
from showrunner.previews.fields import one_moment

# Without the flags neighbours share one colour, 3/255 off; unscaled pictures are 2/255 off.
_FLAGS = Interpolation.AREA | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
# In planes, in limited range unless tagged otherwise, without alpha.
_YUV = "yuv4"


class _Scaler(threading.local):
    """FFmpeg's scalers of one thread: they remember sizes, and must not be shared."""

    def __init__(self) -> None:
        self.shrinking = VideoReformatter()
        self.painting = VideoReformatter()


_scaler = _Scaler()


def as_rgb(frame: VideoFrame, size: tuple[int, int]) -> VideoFrame:
    """
    `frame` in rgb24, `size` (width, height) pixels. For threads as `scaled`.

    Made small first and RGB afterwards: FFmpeg takes a third less time than for both at
    once. In ten bits, so that nothing is rounded twice: at most 1 of 255 differs.
    (Full range at once: its ten bits come out a third of a percent too bright.)
    """
    if not frame.format.name.startswith(_YUV) or frame.color_range == ColorRange.JPEG:
        return scaled(frame, size, "rgb24")
    small = _scaler.shrinking.reformat(
        one_moment(frame), *size, "yuv444p10le", interpolation=_FLAGS, threads=1
    )
    return _painted(small, size, "rgb24", colour_tags.matrix(frame))


def scaled(
    frame: VideoFrame, size: tuple[int, int], pixel_format: str, source_range: int | None = None
) -> VideoFrame:
    """
    `frame` in full range, `size` (width, height) pixels.

    Threads may call it at once, each with a frame of its own: FFmpeg changes a
    frame's tags while it scales.
    """
    matrix = colour_tags.matrix(frame)
    return _painted(one_moment(frame), size, pixel_format, matrix, source_range)


def _painted(
    frame: VideoFrame,
    size: tuple[int, int],
    pixel_format: str,
    matrix: int | None,
    source_range: int | None = None,
) -> VideoFrame:
    return _scaler.painting.reformat(
        frame,
        *size,
        pixel_format,
        src_colorspace=matrix,
        interpolation=_FLAGS,
        src_color_range=source_range,
        dst_color_range=ColorRange.JPEG,
        threads=1,
    )
