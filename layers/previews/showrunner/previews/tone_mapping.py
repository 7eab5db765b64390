"""
Light of HDR and wide-gamut pictures brought to what a BT.709 screen shows.

Light is linear, 1 for 100 cd/m2, in arrays of height x width x 3. The result is
that of ffmpeg's `zscale=t=linear:npl=100, zscale=p=bt709, tonemap=hable:desat=0,
zscale=t=bt709`, whose gamma is BT.1886's 2.4.
"""

import struct
from functools import cache
from typing import cast

import numpy as np
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorTrc
from numpy.typing import NDArray

from showrunner.previews.colour_tags import HDR_TRANSFERS, side_data

Floats = NDArray[np.float32]
Codes = NDArray[np.uint16]
Pixels = NDArray[np.uint8]

# FFmpeg's scaler makes this of the whitest YUV, not 65535.
_WHITE_CODE = 65283

# SMPTE ST 2084 (PQ), and ARIB STD-B67 (HLG).
_PQ_M1, _PQ_M2 = 2610 / 16384, 2523 / 4096 * 128
_PQ_C1, _PQ_C2, _PQ_C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_HLG_A, _HLG_B, _HLG_C = 0.17883277, 0.28466892, 0.55991073
_SCREEN_GAMMA = 2.4
_WHITE_NITS = 100
USUAL_PEAK = 10.0
_HIGHEST_PEAK = 100.0
_MASTERING = struct.Struct("=20iII")  # AVMasteringDisplayMetadata: ten fractions, two flags
_LIGHT_LEVEL = struct.Struct("=II")  # AVContentLightMetadata: MaxCLL, MaxFALL

_TO_BT709 = {
    ColorPrimaries.BT2020: np.array(
        [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
        np.float32,
    ),
    ColorPrimaries.SMPTE432: np.array(
        [[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]], np.float32
    ),
}


def to_light(signal: Codes, transfer: int) -> Floats:
    """Light of FFmpeg's 16-bit RGB; transfers other than PQ and HLG are taken for a screen's."""
    return _table(transfer if transfer in HDR_TRANSFERS else 0).take(signal)


def pq_light(signal: Floats) -> Floats:
    """Light of PQ signals 0-1."""
    root = signal ** np.float32(1 / _PQ_M2)
    linear = np.maximum(root - _PQ_C1, 0) / (_PQ_C2 - _PQ_C3 * root)
    return cast("Floats", 10_000 / _WHITE_NITS * linear ** np.float32(1 / _PQ_M1))


@cache
def _table(transfer: int) -> Floats:
    signal = np.minimum(np.arange(1 << 16, dtype=np.float32) / _WHITE_CODE, 1)
    if transfer == ColorTrc.SMPTE2084:
        return pq_light(signal)
    if transfer == ColorTrc.ARIB_STD_B67:
        return _hlg_light(signal)
    return cast("Floats", signal ** np.float32(_SCREEN_GAMMA))


def _hlg_light(signal: Floats) -> Floats:
    """As on a screen of 1000 cd/m2; its gamma of 1.2 on each colour by itself, as zimg does."""
    bright = (np.exp((signal - _HLG_C) / _HLG_A) + _HLG_B) / 12
    scene = np.where(signal <= 0.5, signal**2 / 3, bright)  # noqa: PLR2004 - the standard's knee
    return cast("Floats", USUAL_PEAK * scene ** np.float32(1.2))


def to_bt709(light: Floats, primaries: int) -> Floats:
    """The same colours in BT.709's primaries; those that it cannot show leave the range 0-1."""
    return cast("Floats", light @ _TO_BT709[ColorPrimaries(primaries)].T)


def tone_mapped(light: Floats, peak: float) -> Floats:
    """
    Hable's curve on the strongest channel, so that hues stay; `peak` becomes 1.

    Changes and returns `light`: copies of it cost as much as the arithmetic.
    """
    red, green, blue = (light[..., channel] for channel in range(3))
    # Over the short last axis `light.max(axis=-1)` takes forty times as long.
    strongest = np.maximum(np.maximum(np.maximum(red, green), blue), np.float32(1e-6))
    factor = _hable(strongest) / (strongest * np.float32(_hable(np.float32(peak))))
    light *= factor[..., None]
    return light


def _hable(light: Floats | np.float32) -> Floats:
    """John Hable's filmic curve with ffmpeg's constants (libavfilter/vf_tonemap.c)."""
    a, b, c, d, e, f = map(np.float32, (0.15, 0.50, 0.10, 0.20, 0.02, 0.30))
    top = light * (light * a + b * c) + d * e
    return cast("Floats", top / (light * (light * a + b) + d * f) - e / f)


def to_pixels(light: Floats) -> Pixels:
    """8-bit code values of light 0-1; what lies outside is clipped. Uses `light` up."""
    np.clip(light, 0, 1, out=light)
    np.sqrt(light, out=light)
    light *= np.float32(4095)
    light += np.float32(0.5)
    return _codes().take(light.astype(np.uint16))


@cache
def _codes() -> Pixels:
    """Code values by the root of light: evenly spaced light would be too coarse near black."""
    root = np.linspace(0, 1, 4096)
    return (root ** (2 / _SCREEN_GAMMA) * 255 + 0.5).astype(np.uint8)


def peak_of(frame: VideoFrame) -> float:
    """The brightest light in the film as it says itself, else 1000 cd/m2; as ffmpeg's tonemap."""
    levels = side_data(frame, SideDataType.CONTENT_LIGHT_LEVEL)
    if len(levels) >= _LIGHT_LEVEL.size and (most := _LIGHT_LEVEL.unpack_from(levels)[0]):
        return _sane_peak(most)
    screen = side_data(frame, SideDataType.MASTERING_DISPLAY_METADATA)
    if len(screen) >= _MASTERING.size:
        *numbers, _has_primaries, has_luminance = _MASTERING.unpack_from(screen)
        if has_luminance and numbers[-1]:
            return _sane_peak(numbers[-2] / numbers[-1])
    return USUAL_PEAK


def _sane_peak(nits: float) -> float:
    return min(max(nits / _WHITE_NITS, 1.0), _HIGHEST_PEAK)
