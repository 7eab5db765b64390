"""Flat patches, made by the standards' own formulas, against what we show of them."""

import io
import itertools
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest
from PIL import Image

from showrunner.previews.colour import as_picture
from showrunner.previews.jpeg import encode_jpeg

BT709, BT601, BT2020 = 1, 6, 9
LIMITED, FULL = 1, 2
DISPLAY_P3 = 12
# Weights of red and blue in luma: ITU-R BT.709, BT.601, BT.2020.
LUMA = {BT709: (0.2126, 0.0722), BT601: (0.299, 0.114), BT2020: (0.2627, 0.0593)}
RED, SKIN = (255, 0, 0), (224, 172, 105)
PATCHES = (
    *itertools.product((0, 255), repeat=3),
    SKIN,
    (141, 85, 36),
    (128, 128, 128),
    (10, 20, 30),
    (250, 240, 230),
)
SIZE = (64, 36)


def yuv(colour, matrix, bits, value_range):
    red, blue = LUMA[matrix]
    r, g, b = (channel / 255 for channel in colour)
    luma = red * r + (1 - red - blue) * g + blue * b
    chroma = (b - luma) / 2 / (1 - blue), (r - luma) / 2 / (1 - red)
    step, highest = 1 << (bits - 8), (1 << bits) - 1
    if value_range == FULL:
        codes = (luma * highest, *(value * highest + 128 * step for value in chroma))
    else:
        codes = ((luma * 219 + 16) * step, *((value * 224 + 128) * step for value in chroma))
    return tuple(min(round(code), highest) for code in codes)


def rgb(codes, matrix, bits, value_range):
    """What 0-255 the codes mean, exactly."""
    red, blue = LUMA[matrix]
    step, highest = 1 << (bits - 8), (1 << bits) - 1
    low, luma_span, span = (
        (0, highest, highest) if value_range == FULL else (16 * step, 219 * step, 224 * step)
    )
    luma = (codes[0] - low) / luma_span
    blueness, redness = ((code - 128 * step) / span for code in codes[1:])
    r, b = luma + 2 * (1 - red) * redness, luma + 2 * (1 - blue) * blueness
    return np.clip(np.array([r, (luma - red * r - blue * b) / (1 - red - blue), b]) * 255, 0, 255)


def flat(pixel_format, codes, *, size=(1920, 1080), matrix=2, value_range=0):
    """A frame whose planes hold one code each."""
    frame = av.VideoFrame(*size, pixel_format)
    depth = np.uint8 if frame.format.components[0].bits == 8 else np.uint16
    for plane, code in zip(frame.planes, codes, strict=True):
        plane.update(np.full(plane.buffer_size // depth().itemsize, code, depth).tobytes())
    frame.colorspace, frame.color_range = matrix, value_range
    return frame


def channels(picture):
    return np.asarray(picture).mean(axis=(0, 1))


@pytest.mark.parametrize("value_range", [LIMITED, FULL])
@pytest.mark.parametrize("matrix", LUMA)
@pytest.mark.parametrize(
    "pixel_format", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p12le"]
)
@pytest.mark.parametrize("size", [(64, 36), (128, 72), (64, 72), (200, 112)])
def test_colours_are_true_to_one_step(pixel_format, matrix, value_range, size):
    """Primaries, skin and greys of every layout, matrix and range, scaled or not."""
    bits = av.VideoFormat(pixel_format).components[0].bits
    # FFmpeg's scaler shows full range of more than 8 bits a third of a percent too bright.
    tolerance = 1.2 if value_range == FULL and bits > 8 else 1
    for colour in PATCHES:
        codes = yuv(colour, matrix, bits, value_range)
        frame = flat(pixel_format, codes, size=(128, 72), matrix=matrix, value_range=value_range)
        frame.color_primaries = BT709
        shown = channels(as_picture(frame, size, 0))

        assert shown == pytest.approx(rgb(codes, matrix, bits, value_range), abs=tolerance)


@pytest.mark.parametrize(
    ("size", "matrix"), [((1280, 720), BT709), ((720, 576), BT601), ((1920, 800), BT709)]
)
def test_untagged_films_are_taken_as_players_take_them(size, matrix):
    """HD without a tag is BT.709, SD is BT.601, both in limited range."""
    frame = flat("yuv420p", yuv(RED, matrix, 8, LIMITED), size=size)

    assert channels(as_picture(frame, SIZE, 0)) == pytest.approx(RED, abs=1.5)


@pytest.mark.parametrize(("pixel_format", "step"), [("gray", 1), ("gray10le", 4), ("gray12le", 16)])
@pytest.mark.parametrize(
    ("value_range", "codes"),
    [(LIMITED, (16, 126, 235)), (0, (16, 126, 235)), (FULL, (0, 128, 255))],
)
def test_grey_films_reach_black_and_white(pixel_format, step, value_range, codes):
    """Monochrome H.264 is limited range as colour films are, unless it says otherwise."""
    shown = [
        channels(as_picture(flat(pixel_format, (code * step,), value_range=value_range), SIZE, 0))
        for code in codes
    ]

    assert np.array(shown) == pytest.approx(np.array([[0] * 3, [128] * 3, [255] * 3]), abs=1)


@pytest.mark.parametrize(
    ("pixel_format", "planes"),
    [("gbrp", (172, 105, 224)), ("gbrp10le", (689, 421, 898)), ("gbrap", (172, 105, 224, 0))],
)
def test_rgb_films_are_shown_as_they_are(pixel_format, planes):
    """No matrix is applied, and alpha is left out."""
    frame = flat(pixel_format, planes, matrix=0, value_range=FULL)

    assert channels(as_picture(frame, SIZE, 0)) == pytest.approx(SKIN, abs=1)


def test_alpha_does_not_darken():
    """A wholly transparent frame shows its colours."""
    frame = flat("yuva420p", (*yuv(SKIN, BT709, 8, LIMITED), 0), matrix=BT709, value_range=LIMITED)

    assert channels(as_picture(frame, SIZE, 0)) == pytest.approx(SKIN, abs=1.5)


@pytest.mark.parametrize(
    ("matrix", "primaries", "red"),
    [
        (BT2020, BT2020, (0.6274, 0.0691, 0.0164)),
        (BT2020, 2, (0.6274, 0.0691, 0.0164)),
        (BT709, DISPLAY_P3, (0.8225, 0.0332, 0.0171)),
    ],
)
def test_wide_gamuts_are_brought_to_bt709(matrix, primaries, red):
    """BT.709's red as a wide gamut mixes it (light of its three primaries) is red again."""
    coded = tuple(255 * light ** (1 / 2.4) for light in red)
    frame = flat("yuv420p10le", yuv(coded, matrix, 10, LIMITED), matrix=matrix, value_range=LIMITED)
    frame.color_primaries = primaries

    assert channels(as_picture(frame, SIZE, 0)) == pytest.approx(RED, abs=8)


@pytest.mark.parametrize("colour", [RED, (0, 255, 0), (0, 0, 255), SKIN])
def test_a_jpeg_shows_the_films_colours(colour):
    """BT.709 in the film, JFIF (BT.601, full range) in the JPEG, the same to the eye."""
    frame = flat("yuv420p", yuv(colour, BT709, 8, LIMITED), matrix=BT709, value_range=LIMITED)
    data = encode_jpeg(as_picture(frame, SIZE, 0), 2)

    with Image.open(io.BytesIO(data)) as picture:
        assert picture.mode == "RGB"
        assert "jfif" in picture.info
        assert channels(picture) == pytest.approx(colour, abs=2)


def test_threads_do_not_mix_their_pictures():
    """Many at once, of different sizes and formats, come out as one after the other."""
    jobs = [
        (
            flat(pixel_format, (100 + number, 128, 128), size=(640 + 2 * number, 360)),
            (32 + number, 18),
        )
        for number in range(12)
        for pixel_format in ("yuv420p", "yuv444p")
    ]
    alone = [np.asarray(as_picture(frame, size, 0)) for frame, size in jobs]
    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(lambda job: np.asarray(as_picture(job[0], job[1], 0)), jobs * 4))

    for expected, shown in zip(alone * 4, at_once, strict=True):
        assert np.array_equal(expected, shown)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (191, 95), (7680, 4320), (8192, 2)])
def test_any_size_gives_a_picture(size):
    """One pixel and 8K, odd and extreme."""
    frame = flat("yuv420p", yuv(SKIN, BT601, 8, LIMITED), size=size, matrix=BT601)
    picture = as_picture(frame, SIZE, 0)

    assert picture.size == SIZE
    assert channels(picture) == pytest.approx(SKIN, abs=1.5)


def test_unknown_data_beside_a_frame_is_left_alone():
    """A JPEG's Exif reaches the frame as a kind of data that PyAV has no name for."""
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 1
    Image.new("RGB", (64, 36), SKIN).save(buffer, "JPEG", exif=exif)
    decoder = av.CodecContext.create("mjpeg", "r")
    (frame,) = [*decoder.decode(av.Packet(buffer.getvalue())), *decoder.decode()]

    assert channels(as_picture(frame, SIZE, 0)) == pytest.approx(SKIN, abs=3)
