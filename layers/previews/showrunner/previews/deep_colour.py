"""Pictures of more than BT.709's colours and light, brought to what its screens show."""

from typing import cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange
from PIL import Image

from showrunner.previews import colour_tags, dolby_vision, tone_mapping
from showrunner.previews.scaling import scaled

# Not rgb48le: FFmpeg 8 paints it purple when the height stays as it is.
_DEEP_RGB = "gbrp16le"


def hdr_picture(frame: VideoFrame, size: tuple[int, int]) -> Image.Image:
    """`frame`, of HDR10, HLG or wide primaries, scaled to `size` and then brought to BT.709."""
    primaries = colour_tags.primaries(frame)
    signal = cast("tone_mapping.Codes", scaled(frame, size, _DEEP_RGB).to_ndarray())
    light = tone_mapping.to_light(signal, frame.color_trc)
    if primaries in colour_tags.WIDE_PRIMARIES:
        light = tone_mapping.to_bt709(light, primaries)
    if colour_tags.is_hdr(frame):
        light = tone_mapping.tone_mapped(light, tone_mapping.peak_of(frame))
    return Image.fromarray(tone_mapping.to_pixels(light))


def dolby_vision_picture(frame: VideoFrame, size: tuple[int, int]) -> Image.Image:
    """The same of a frame in Dolby Vision's own colours; MediaError when it lost its RPU."""
    planes = scaled(frame, size, "yuv444p16le", ColorRange.JPEG).to_ndarray()
    bits = frame.format.components[0].bits
    highest = ((1 << bits) - 1) << (16 - bits)
    signal = planes.astype(np.float32) / np.float32(highest)
    light, peak = dolby_vision.bt2020_light(frame, np.minimum(signal, 1))
    light = tone_mapping.to_bt709(light, ColorPrimaries.BT2020)
    return Image.fromarray(tone_mapping.to_pixels(tone_mapping.tone_mapped(light, peak)))
