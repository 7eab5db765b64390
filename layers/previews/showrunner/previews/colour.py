"""A decoded frame as a small picture with the right shape and colours."""

import threading
from typing import cast

import numpy as np
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    Interpolation,
    VideoReformatter,
)
from PIL import Image

from showrunner.previews import dolby_vision, tone_mapping
from showrunner.previews.fields import one_moment
from showrunner.previews.geometry import is_sideways, upright
from showrunner.previews.tone_mapping import HDR_TRANSFERS, Codes, Pixels, side_data

_UNSPECIFIED = 2  # of AVColorSpace, AVColorPrimaries and AVColorTransferCharacteristic alike
_BT2020_MATRICES = (9, 10)
_HD_WIDTH, _HD_HEIGHT = 1280, 720
# Without the flags neighbours share one colour, 3/255 off; unscaled pictures are 2/255 off.
_SCALING = Interpolation.AREA | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
# Not rgb48le: FFmpeg 8 paints it purple when the height stays as it is.
_DEEP_RGB = "gbrp16le"
_BLACK, _WHITE = 16, 235
_STRETCH = [round(min(max((code - _BLACK) / (_WHITE - _BLACK), 0), 1) * 255) for code in range(256)]


class _Scaler(threading.local):
    """One of FFmpeg's scalers for each thread: they remember sizes, and must not be shared."""

    def __init__(self) -> None:
        self.reformatter = VideoReformatter()


_scaler = _Scaler()


def as_picture(
    frame: VideoFrame,
    size: tuple[int, int],
    rotation_degrees: int,
    *,
    has_own_colours: bool = False,
) -> Image.Image:
    """
    `frame` as RGB, `size` (width, height) pixels after turning it.

    `rotation_degrees` counter-clockwise, as PyAV's `frame.rotation`; mirrored
    frames are put right, too. Of an interlaced frame one field is shown. HDR and
    wide gamuts are brought to BT.709 (after scaling, which costs a hundredth).

    `has_own_colours` as the Film says: its frames are never shown without their
    RPU. Raises MediaError for such a frame that lost it.

    Threads may call it at once, each with a frame of its own: FFmpeg changes a
    frame's tags while it scales.
    """
    stored = size[::-1] if is_sideways(rotation_degrees) else size
    if has_own_colours or dolby_vision.has_own_colours(frame):
        pixels = _from_dolby_vision(frame, stored)
    else:
        pixels = _pixels(frame, stored)
    picture = Image.fromarray(pixels)
    if _is_narrow_grey(frame):
        picture = picture.point(_STRETCH * 3)
    matrix = side_data(frame, SideDataType.DISPLAYMATRIX)
    turn = upright(rotation_degrees, np.frombuffer(matrix, np.int32).tolist())
    return picture if turn is None else picture.transpose(turn)


def _pixels(frame: VideoFrame, size: tuple[int, int]) -> Pixels:
    primaries = _primaries(frame)
    is_hdr = frame.color_trc in HDR_TRANSFERS
    if not is_hdr and not tone_mapping.is_wide(primaries):
        return cast("Pixels", _scaled(frame, size, "rgb24").to_ndarray())
    signal = cast("Codes", _scaled(frame, size, _DEEP_RGB).to_ndarray())
    light = tone_mapping.to_light(signal, frame.color_trc)
    if tone_mapping.is_wide(primaries):
        light = tone_mapping.to_bt709(light, primaries)
    if is_hdr:
        light = tone_mapping.tone_mapped(light, tone_mapping.peak_of(frame))
    return tone_mapping.to_pixels(light)


def _from_dolby_vision(frame: VideoFrame, size: tuple[int, int]) -> Pixels:
    planes = _scaled(frame, size, "yuv444p16le", ColorRange.JPEG).to_ndarray()
    bits = frame.format.components[0].bits
    highest = ((1 << bits) - 1) << (16 - bits)
    signal = planes.astype(np.float32) / np.float32(highest)
    light, peak = dolby_vision.bt2020_light(frame, np.minimum(signal, 1))
    light = tone_mapping.to_bt709(light, ColorPrimaries.BT2020)
    return tone_mapping.to_pixels(tone_mapping.tone_mapped(light, peak))


def _scaled(
    frame: VideoFrame, size: tuple[int, int], pixel_format: str, source_range: int | None = None
) -> VideoFrame:
    return _scaler.reformatter.reformat(
        one_moment(frame),
        *size,
        pixel_format,
        src_colorspace=_matrix(frame),
        interpolation=_SCALING,
        src_color_range=source_range,
        dst_color_range=ColorRange.JPEG,
        threads=1,
    )


def _matrix(frame: VideoFrame) -> int | None:
    """
    Number for swscale of the frame's YUV matrix; None for the tagged one.

    Untagged HDR is BT.2020, untagged HD is BT.709, untagged SD BT.601.
    """
    if frame.colorspace in _BT2020_MATRICES:
        return int(Colorspace.BT2020)
    if frame.colorspace != _UNSPECIFIED:
        return None
    if frame.color_trc in HDR_TRANSFERS:
        return int(Colorspace.BT2020)
    is_hd = frame.width >= _HD_WIDTH or frame.height >= _HD_HEIGHT
    return int(Colorspace.ITU709 if is_hd else Colorspace.ITU601)


def _primaries(frame: VideoFrame) -> int:
    """The tagged AVColorPrimaries; where there are none, those that usually go with the rest."""
    is_untagged = frame.color_primaries == _UNSPECIFIED
    is_like_bt2020 = frame.color_trc in HDR_TRANSFERS or frame.colorspace in _BT2020_MATRICES
    return int(ColorPrimaries.BT2020 if is_untagged and is_like_bt2020 else frame.color_primaries)


def _is_narrow_grey(frame: VideoFrame) -> bool:
    """True for grey films in video range, which FFmpeg's scaler takes for full range."""
    return frame.format.name.startswith("gray") and frame.color_range != ColorRange.JPEG
