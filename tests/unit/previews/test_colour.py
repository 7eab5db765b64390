import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace, ColorTrc

from showrunner.previews.colour import as_picture

RED = (255, 0, 0)
BT709, BT2020 = 1, 9


def channels(picture):
    return tuple(round(float(value)) for value in np.asarray(picture).mean(axis=(0, 1)))


@pytest.mark.parametrize(
    ("name", "size", "matrix"),
    [("red-hd.mkv", (1280, 720), BT709), ("red-sd.mkv", (192, 96), BT709)],
)
def test_tagged_colours_survive(film, make_bif, name, size, matrix):
    """BT.709 in the film becomes the BT.601 of a JPEG."""
    made = make_bif(film(name, size=size, matrix=matrix, colour=RED, seconds=1), width=64)

    assert channels(made.picture(0)) == pytest.approx(RED, abs=5)


@pytest.mark.parametrize(
    ("size", "matrix"), [((1280, 720), Colorspace.ITU709), ((720, 576), Colorspace.ITU601)]
)
def test_untagged_films_are_taken_as_players_take_them(size, matrix):
    """HD without a tag is BT.709, SD is BT.601."""
    pixels = np.full((size[1], size[0], 3), RED, np.uint8)
    frame = av.VideoFrame.from_ndarray(pixels).reformat(format="yuv420p", dst_colorspace=matrix)
    frame.colorspace = 2

    assert channels(as_picture(frame, (64, 36), 0)) == pytest.approx(RED, abs=3)


def hdr_frame(transfer, code):
    """Grey of the 10-bit `code` in BT.2020 and the given transfer curve."""
    frame = av.VideoFrame(320, 180, "yuv420p10le")
    for plane, value in zip(frame.planes, (code, 512, 512), strict=True):
        plane.update(np.full(plane.buffer_size // 2, value, np.uint16).tobytes())
    frame.colorspace, frame.color_trc, frame.color_range = BT2020, transfer, 1
    return frame


@pytest.mark.parametrize(
    ("transfer", "code", "expected"),
    [
        (ColorTrc.SMPTE2084, 64, 0),
        (ColorTrc.SMPTE2084, 509, 157),  # 100 cd/m2: Hable's curve gives 0.314 of full light
        (ColorTrc.SMPTE2084, 723, 255),  # 1000 cd/m2, the peak
        (ColorTrc.ARIB_STD_B67, 64, 0),
        (ColorTrc.ARIB_STD_B67, 940, 255),
    ],
)
def test_hdr_is_brought_to_usual_brightness(transfer, code, expected):
    """Black stays black, the peak is white, and SDR white keeps room for highlights."""
    picture = as_picture(hdr_frame(transfer, code), (64, 36), 0)

    assert channels(picture) == pytest.approx((expected,) * 3, abs=3)


def test_an_hdr_film_gives_pictures(film, make_bif):
    """A 10-bit PQ film from end to end, its numbers still readable."""
    path = film("hdr.mkv", codec="libx265", pixel_format="yuv420p10le", matrix=BT2020, transfer=16)

    assert [10 * k // 7 * 7 for k in range(10)] == make_bif(path).numbers
