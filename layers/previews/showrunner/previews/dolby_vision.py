"""
Dolby Vision of profiles 5 and 10.0: a picture in IPT-PQ-c2 that each frame's RPU explains.

The other profiles lie over a picture in HDR10, HLG or SDR, which is shown instead.
The RPU (ETSI GS CCM 001) arrives parsed by libavcodec as AVDOVIMetadata
(libavutil/dovi_meta.h); the steps are those of libplacebo's
`pl_shader_decode_color`.
"""

import ctypes
from typing import cast

import numpy as np
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from showrunner.errors import MediaError
from showrunner.previews.colour_tags import side_data
from showrunner.previews.dolby_vision_data import Colour, Curve, Fraction, Header, Mapping, part
from showrunner.previews.tone_mapping import USUAL_PEAK, Floats, pq_light

_MMR = 1
# BT.2020 from the cone responses (LMS) that every RPU's last matrix leads to.
_LMS_TO_BT2020 = np.array(
    [
        [3.06441879, -2.16597676, 0.10155818],
        [-0.65612108, 1.78554118, -0.12943749],
        [0.01736321, -0.04725154, 1.03004253],
    ]
)


def bt2020_light(frame: VideoFrame, signal: Floats) -> tuple[Floats, float]:
    """
    Light of `signal`, the frame's planes as height x width x 3 of 0-1, and its peak.

    Light is 1 for 100 cd/m2 in BT.2020's primaries. Raises MediaError when the
    frame lost its colour data.
    """
    metadata = side_data(frame, SideDataType.DOVI_METADATA)
    if not metadata:
        raise MediaError(
            "A frame of Dolby Vision profile 5 has no colour data and would come out green "
            "and purple. Get the file again, or a version with an HDR10 or SDR base."
        )
    colour = part(metadata, "color_offset", Colour)
    shaped = _reshaped(metadata, signal)
    # The RPU counts its offsets in whole code values of one more than the highest.
    top = 1 << part(metadata, "header_offset", Header).bl_bit_depth
    neutral = _fractions(colour.ycc_to_rgb_offset) * (top / (top - 1))
    cones = (shaped - neutral.astype(np.float32)) @ _matrix(colour.ycc_to_rgb_matrix).T
    to_rgb = _LMS_TO_BT2020 @ _matrix(colour.rgb_to_lms_matrix)
    light = pq_light(np.clip(cones, 0, 1)) @ to_rgb.T.astype(np.float32)
    return cast("Floats", np.maximum(light, 0)), _peak(colour.source_max_pq)


def _peak(code: int) -> float:
    """Light of the brightest the film was made for, a 12-bit PQ code; 0 when it does not say."""
    if not code:
        return USUAL_PEAK
    return max(float(pq_light(np.array([code / 4095], np.float32))[0]), 1.0)


def _fractions(values: ctypes.Array[Fraction]) -> NDArray[np.float64]:
    return np.array([value.numerator / value.denominator for value in values])


def _matrix(values: ctypes.Array[Fraction]) -> NDArray[np.float32]:
    return _fractions(values).reshape(3, 3).astype(np.float32)


def _reshaped(metadata: bytes, signal: Floats) -> Floats:
    """Undo the encoder's bending of the three signals, piece by piece."""
    header = part(metadata, "header_offset", Header)
    curves = part(metadata, "mapping_offset", Mapping).curves
    top = np.float32((1 << header.bl_bit_depth) - 1)
    one = 2.0**header.coef_log2_denom
    shaped = np.empty_like(signal)
    for channel, curve in enumerate(curves):
        pivots = np.array(curve.pivots[: curve.num_pivots], np.float32) / top
        piece = np.searchsorted(pivots[1:-1], signal[..., channel], side="right")
        for number in range(curve.num_pivots - 1):
            here = piece == number
            if here.any():
                shaped[here, channel] = _bent(curve, number, one, signal[here], channel)
        np.clip(shaped[..., channel], pivots[0], pivots[-1], out=shaped[..., channel])
    return shaped


def _bent(curve: Curve, piece: int, one: float, signal: Floats, channel: int) -> Floats:
    """One piece of a curve, a polynomial or a mix of all channels (MMR), for N x 3 signals."""
    if curve.mapping_idc[piece] == _MMR:
        return _mixed(curve, piece, one, signal)
    order = curve.poly_order[piece]
    factors = [curve.poly_coef[piece][power] / one for power in range(order + 1)]
    return cast("Floats", np.polynomial.polynomial.polyval(signal[:, channel], factors))


def _mixed(curve: Curve, piece: int, one: float, signal: Floats) -> Floats:
    """Multivariate multiple regression: powers of the channels and of their products."""
    i, p, t = signal.T
    terms = np.stack([i, p, t, i * p, i * t, p * t, i * p * t], -1)
    mixed = np.full(len(signal), curve.mmr_constant[piece] / one, np.float32)
    for order in range(curve.mmr_order[piece]):
        factors = np.array(curve.mmr_coef[piece][order], np.float32) / np.float32(one)
        mixed += terms ** (order + 1) @ factors
    return mixed
