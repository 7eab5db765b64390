"""How many pictures a video has, when, and how large they are. Pure arithmetic."""

import math
from fractions import Fraction

# Some files carry nonsense as their sample aspect ratio; no real one is this far from square.
_STRANGEST_ASPECT = 8


def picture_count(duration_seconds: Fraction | float, interval_seconds: int) -> int:
    """
    How many pictures a set has: one each `interval_seconds` from 0, before the video's end.

    The same as ffmpeg's `fps=1/interval:round=up`; never less than one, so that
    a clip shorter than the interval has its first picture.
    """
    return max(1, math.ceil(Fraction(duration_seconds) / interval_seconds))


def picture_size(
    width: int,
    coded_size: tuple[int, int],
    sample_aspect_ratio: Fraction | None = None,
    rotation_degrees: int = 0,
) -> tuple[int, int]:
    """
    (width, height) in pixels of a picture `width` wide that looks as a player shows the video.

    `coded_size` as stored in the file; `sample_aspect_ratio` None or nonsense
    means square pixels. The height is even and at least 2.
    """
    shown_width, shown_height = Fraction(coded_size[0]), Fraction(coded_size[1])
    aspect = sample_aspect_ratio or Fraction(1)
    if Fraction(1, _STRANGEST_ASPECT) < aspect < _STRANGEST_ASPECT:
        shown_width *= aspect
    if is_sideways(rotation_degrees):
        shown_width, shown_height = shown_height, shown_width
    return width, max(2, 2 * round(width * shown_height / shown_width / 2))


def is_sideways(rotation_degrees: int) -> bool:
    """True when the rotation swaps width and height."""
    return round(rotation_degrees / 90) % 2 == 1
