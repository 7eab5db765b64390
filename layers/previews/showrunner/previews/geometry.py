"""How many pictures a video has, when, and how large they are. Pure arithmetic."""

import math
from collections.abc import Sequence
from fractions import Fraction

from PIL.Image import Transpose

# Some files carry nonsense as their sample aspect ratio; no real one is this far from square.
_STRANGEST_ASPECT = 8
# A hostile file could ask for a picture of a gigabyte: nothing real is taller than this.
_TALLEST = 8

_TURNS = {90: Transpose.ROTATE_90, 180: Transpose.ROTATE_180, 270: Transpose.ROTATE_270}
# By the signs of a display matrix: where stored x and y point, (x to x, x to y, y to x, y to y).
_MIRRORED = {
    (-1, 0, 0, 1): Transpose.FLIP_LEFT_RIGHT,
    (1, 0, 0, -1): Transpose.FLIP_TOP_BOTTOM,
    (0, 1, 1, 0): Transpose.TRANSPOSE,
    (0, -1, -1, 0): Transpose.TRANSVERSE,
}
_MATRIX_CELLS = (0, 1, 3, 4)


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
    means square pixels. The height is even, at least 2 and at most 8 widths.
    """
    shown_width, shown_height = Fraction(coded_size[0]), Fraction(coded_size[1])
    aspect = sample_aspect_ratio or Fraction(1)
    if Fraction(1, _STRANGEST_ASPECT) < aspect < _STRANGEST_ASPECT:
        shown_width *= aspect
    if is_sideways(rotation_degrees):
        shown_width, shown_height = shown_height, shown_width
    height = max(2, 2 * round(width * shown_height / shown_width / 2))
    return width, min(height, _TALLEST * width)


def is_sideways(rotation_degrees: int) -> bool:
    """True when the rotation swaps width and height."""
    return round(rotation_degrees / 90) % 2 == 1


def upright(rotation_degrees: int, display_matrix: Sequence[int] = ()) -> Transpose | None:
    """
    What makes a stored picture look as a player shows it; None when it does already.

    `rotation_degrees` counter-clockwise, to the nearest quarter. `display_matrix`,
    FFmpeg's nine numbers, counts only where it mirrors: a rotation cannot say that.
    """
    signs = _signs(display_matrix)
    mirrored = _MIRRORED.get(signs)
    if mirrored is not None and bool(signs[1]) == is_sideways(rotation_degrees):
        return mirrored
    return _TURNS.get(round(rotation_degrees / 90) % 4 * 90)


def _signs(display_matrix: Sequence[int]) -> tuple[int, int, int, int]:
    """-1, 0 or 1 for the four cells that turn; what is small beside the rest is 0."""
    if len(display_matrix) <= max(_MATRIX_CELLS):
        return 1, 0, 0, 1
    cells = [display_matrix[cell] for cell in _MATRIX_CELLS]
    small = max(map(abs, cells)) / 2
    a, b, c, d = (0 if abs(cell) <= small else 1 if cell > 0 else -1 for cell in cells)
    return a, b, c, d
