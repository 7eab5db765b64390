from fractions import Fraction

import pytest

from showrunner.previews.geometry import picture_count, picture_size


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
    ],
)
def test_a_picture_has_the_shape_of_the_film(
    coded_size, sample_aspect_ratio, rotation_degrees, expected
):
    """Pixel shape and rotation count, nonsense does not, and heights are even."""
    assert expected == picture_size(320, coded_size, sample_aspect_ratio, rotation_degrees)
