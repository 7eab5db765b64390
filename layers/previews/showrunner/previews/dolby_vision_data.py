"""
Where libavcodec puts what it read from a Dolby Vision RPU: AVDOVIMetadata.

The structures of libavutil/dovi_meta.h as far as they are needed. FFmpeg promises
to add fields at their ends only, and says itself where each structure begins.
"""

import ctypes
from typing import TypeVar

MOST_PIECES = 8
_Part = TypeVar("_Part", bound=ctypes.Structure)


class _Metadata(ctypes.Structure):
    _fields_ = (
        ("header_offset", ctypes.c_size_t),
        ("mapping_offset", ctypes.c_size_t),
        ("color_offset", ctypes.c_size_t),
    )


class Header(ctypes.Structure):
    _fields_ = (
        ("rpu_type", ctypes.c_uint8),
        ("rpu_format", ctypes.c_uint16),
        ("vdr_rpu_profile", ctypes.c_uint8),
        ("vdr_rpu_level", ctypes.c_uint8),
        ("chroma_resampling_explicit_filter_flag", ctypes.c_uint8),
        ("coef_data_type", ctypes.c_uint8),
        ("coef_log2_denom", ctypes.c_uint8),
        ("vdr_rpu_normalized_idc", ctypes.c_uint8),
        ("bl_video_full_range_flag", ctypes.c_uint8),
        ("bl_bit_depth", ctypes.c_uint8),
    )


class Curve(ctypes.Structure):
    _fields_ = (
        ("num_pivots", ctypes.c_uint8),
        ("pivots", ctypes.c_uint16 * (MOST_PIECES + 1)),
        ("mapping_idc", ctypes.c_int * MOST_PIECES),
        ("poly_order", ctypes.c_uint8 * MOST_PIECES),
        ("poly_coef", ctypes.c_int64 * 3 * MOST_PIECES),
        ("mmr_order", ctypes.c_uint8 * MOST_PIECES),
        ("mmr_constant", ctypes.c_int64 * MOST_PIECES),
        ("mmr_coef", ctypes.c_int64 * 7 * 3 * MOST_PIECES),
    )


class Mapping(ctypes.Structure):
    _fields_ = (
        ("vdr_rpu_id", ctypes.c_uint8),
        ("mapping_color_space", ctypes.c_uint8),
        ("mapping_chroma_format_idc", ctypes.c_uint8),
        ("curves", Curve * 3),
    )


class Fraction(ctypes.Structure):
    _fields_ = (("numerator", ctypes.c_int), ("denominator", ctypes.c_int))


class Colour(ctypes.Structure):
    _fields_ = (
        ("dm_metadata_id", ctypes.c_uint8),
        ("scene_refresh_flag", ctypes.c_uint8),
        ("ycc_to_rgb_matrix", Fraction * 9),
        ("ycc_to_rgb_offset", Fraction * 3),
        ("rgb_to_lms_matrix", Fraction * 9),
        ("signal_eotf", ctypes.c_uint16),
        ("signal_eotf_param0", ctypes.c_uint16),
        ("signal_eotf_param1", ctypes.c_uint16),
        ("signal_eotf_param2", ctypes.c_uint32),
        ("signal_bit_depth", ctypes.c_uint8),
        ("signal_color_space", ctypes.c_uint8),
        ("signal_chroma_format", ctypes.c_uint8),
        ("signal_full_range_flag", ctypes.c_uint8),
        ("source_min_pq", ctypes.c_uint16),
        ("source_max_pq", ctypes.c_uint16),
    )


def part(metadata: bytes, name: str, kind: type[_Part]) -> _Part:
    """The structure `kind` of `metadata` that begins at its field `name`."""
    return kind.from_buffer_copy(metadata, getattr(_Metadata.from_buffer_copy(metadata), name))
