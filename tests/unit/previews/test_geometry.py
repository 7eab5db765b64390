from fractions import Fraction

import av
import numpy as np
import pytest

from showrunner.previews.colour import as_picture
from showrunner.previews.geometry import is_sideways, picture_count, picture_size, upright


@pytest.mark.parametrize(
    ("duration_seconds", "interval_seconds", "expected"),
    [(60, 10, 6), (60.02, 10, 7), (59.9, 10, 6), (3, 10, 1), (0, 10, 1), (7200, 2, 3600)],
)
def test_a_set_covers_the_film_to_its_last_second(duration_seconds, interval_seconds, expected):
    """One picture per started interval, and never none."""
    assert expected == picture_count(duration_seconds, interval_seconds)


@pytest.mark.parametrize(
    ("coded_size", "sample_aspect_ratio", "rotation_degrees", "expected"),
    [
        ((1920, 1080), None, 0, (320, 180)),
        ((720, 576), Fraction(64, 45), 0, (320, 180)),
        ((720, 576), Fraction(16, 15), 0, (320, 240)),
        ((1440, 1080), Fraction(4, 3), 0, (320, 180)),
        ((1920, 1080), None, 90, (320, 568)),
        ((1920, 1080), None, -90, (320, 568)),
        ((1920, 1080), None, 180, (320, 180)),
        ((1920, 804), None, 0, (320, 134)),
        ((1920, 1080), Fraction(1, 1000), 0, (320, 180)),
        ((1920, 1080), Fraction(0), 0, (320, 180)),
        ((4096, 2), None, 0, (320, 2)),
        ((191, 95), None, 0, (320, 160)),
        ((1, 1), None, 0, (320, 320)),
        ((2, 4096), None, 0, (320, 2560)),
    ],
)
def test_a_picture_has_the_shape_of_the_film(
    coded_size, sample_aspect_ratio, rotation_degrees, expected
):
    """Pixel shape and rotation count, nonsense does not, heights are even and have an end."""
    assert expected == picture_size(320, coded_size, sample_aspect_ratio, rotation_degrees)


ONE = 1 << 16


def turned(tmp_path, matrix):
    """The first frame of a film with that display matrix; its upper left quarter is white."""
    pixels = np.zeros((32, 64, 3), np.uint8)
    pixels[:16, :32] = 255
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 32, "yuv420p"
        stream.set_display_matrix(matrix)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels)))
        container.mux(stream.encode())
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


@pytest.mark.parametrize(
    ("turn", "white"),
    [
        ((1, 0, 0, 1), "upper left"),
        ((-1, 0, 0, 1), "upper right"),
        ((1, 0, 0, -1), "lower left"),
        ((-1, 0, 0, -1), "lower right"),
        ((0, 1, -1, 0), "upper right"),
        ((0, -1, 1, 0), "lower left"),
        ((0, 1, 1, 0), "upper left"),
        ((0, -1, -1, 0), "lower right"),
    ],
)
def test_turned_and_mirrored_films_are_shown_as_players_show_them(tmp_path, turn, white):
    """All eight ways to lay a picture; the corners are those that ffmpeg shows."""
    a, b, c, d = (ONE * value for value in turn)
    frame = turned(tmp_path, [a, b, 0, c, d, 0, 0, 0, 1 << 30])
    size = (32, 64) if is_sideways(frame.rotation) else (64, 32)
    grey = np.asarray(as_picture(frame, size, frame.rotation).convert("L"))
    height, width = grey.shape
    corners = {
        f"{vertical} {horizontal}": grey[int(height * y), int(width * x)] > 127
        for vertical, y in (("upper", 0.25), ("lower", 0.75))
        for horizontal, x in (("left", 0.25), ("right", 0.75))
    }

    assert [white] == [corner for corner, is_white in corners.items() if is_white]


@pytest.mark.parametrize("matrix", [[], [0] * 9, [ONE, 0, 0, 0, ONE, 0, 0, 0, 1 << 30]])
def test_a_matrix_that_mirrors_nothing_leaves_the_word_to_the_rotation(matrix):
    """Missing, empty and plain matrices."""
    assert upright(0, matrix) is None
    assert upright(90, matrix) is upright(-270)
