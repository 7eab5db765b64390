"""A decoded frame as a small picture with the right shape and colours."""

from typing import cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, ColorTrc, Interpolation
from numpy.typing import NDArray
from PIL import Image

from showrunner.previews.geometry import is_sideways

_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED
_HD_WIDTH, _HD_HEIGHT = 1280, 720

_TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}

# SMPTE ST 2084, and ARIB STD-B67 (HLG) with ITU-R BT.2100's system gamma at 1000 cd/m2.
_PQ_M1, _PQ_M2 = 2610 / 16384, 2523 / 4096 * 128
_PQ_C1, _PQ_C2, _PQ_C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_HLG_A, _HLG_B, _HLG_C = 0.17883277, 0.28466892, 0.55991073
_HLG_KNEE, _HLG_GAMMA = 0.5, 1.2
_WHITE_NITS = 100
_PEAK_NITS = 1000
_BT2020_LUMA = np.array([0.2627, 0.678, 0.0593], np.float32)
_BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)

_Floats = NDArray[np.float32]


def as_picture(frame: VideoFrame, size: tuple[int, int], rotation_degrees: int) -> Image.Image:
    """
    `frame` as RGB, `size` (width, height) pixels after turning it.

    `rotation_degrees` counter-clockwise, as PyAV's `frame.rotation`. HDR is
    brought to the usual brightness (after scaling, which costs a hundredth).
    """
    turn = round(rotation_degrees / 90) % 4 * 90
    width, height = size[::-1] if is_sideways(turn) else size
    is_hdr = frame.color_trc in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
    scaled = frame.reformat(
        width,
        height,
        "rgb48le" if is_hdr else "rgb24",
        src_colorspace=_matrix(frame),
        interpolation=Interpolation.AREA,
        dst_color_range=ColorRange.JPEG,
        threads=1,
    )
    pixels = scaled.to_ndarray()
    if is_hdr:
        pixels = _tone_mapped(cast("NDArray[np.uint16]", pixels), frame.color_trc)
    picture = Image.fromarray(pixels)
    return picture.transpose(_TURNS[turn]) if turn else picture


def _matrix(frame: VideoFrame) -> int | None:
    """Number for swscale of the frame's YUV matrix; untagged HD is BT.709, untagged SD BT.601."""
    if frame.colorspace != _UNSPECIFIED:
        return None
    is_hd = frame.width >= _HD_WIDTH or frame.height >= _HD_HEIGHT
    return int(Colorspace.ITU709 if is_hd else Colorspace.ITU601)


def _tone_mapped(pixels: NDArray[np.uint16], transfer: int) -> NDArray[np.uint8]:
    """HDR code values to BT.709 by Hable's curve, as ffmpeg's `tonemap=hable:desat=0`."""
    signal: _Floats = pixels.astype(np.float32) / np.float32(65535)
    nits = _pq_nits(signal) if transfer == ColorTrc.SMPTE2084 else _hlg_nits(signal)
    light = np.maximum((nits / _WHITE_NITS) @ _BT2020_TO_BT709.T, 0)
    brightest = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
    light *= _hable(brightest) / _hable(np.float32(_PEAK_NITS / _WHITE_NITS)) / brightest
    return (np.clip(light, 0, 1) ** (1 / 2.4) * 255 + 0.5).astype(np.uint8)


def _pq_nits(signal: _Floats) -> _Floats:
    root = signal ** np.float32(1 / _PQ_M2)
    linear = np.maximum(root - _PQ_C1, 0) / (_PQ_C2 - _PQ_C3 * root)
    return cast("_Floats", 10_000 * linear ** np.float32(1 / _PQ_M1))


def _hlg_nits(signal: _Floats) -> _Floats:
    scene = np.where(
        signal <= _HLG_KNEE, signal**2 / 3, (np.exp((signal - _HLG_C) / _HLG_A) + _HLG_B) / 12
    )
    luma = np.maximum((scene @ _BT2020_LUMA)[..., None], 1e-6)
    return cast("_Floats", _PEAK_NITS * luma ** (_HLG_GAMMA - 1) * scene)


def _hable(light: _Floats | np.float32) -> _Floats:
    """John Hable's filmic curve with ffmpeg's constants (libavfilter/vf_tonemap.c)."""
    a, b, c, d, e, f = 0.15, 0.50, 0.10, 0.20, 0.02, 0.30
    top = light * (light * a + b * c) + d * e
    return cast("_Floats", top / (light * (light * a + b) + d * f) - e / f)
