"""A box that moves between the two fields of every frame."""

import av
import numpy as np
import pytest

from showrunner.previews.colour import as_picture
from showrunner.previews.fields import one_moment

SIZE = (720, 576)
DARK, LIGHT = 30, 220
MOVED = 40
DECODERS = {"libx264": "h264", "mpeg2video": "mpeg2video"}


def two_moments(number):
    """Upper field: the box somewhere; lower field: 40 pixels on."""
    grey = np.full(SIZE[::-1], DARK, np.uint8)
    left = 100 + 80 * number
    grey[0::2, left : left + 100] = LIGHT
    grey[1::2, left + MOVED : left + 100 + MOVED] = LIGHT
    return av.VideoFrame.from_ndarray(grey, "gray").reformat(format="yuv420p")


def frames(codec, options):
    """Six frames, coded and decoded again."""
    encoder = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height = SIZE
    encoder.pix_fmt, encoder.framerate, encoder.options = "yuv420p", 25, options
    encoder.gop_size = 3
    packets = []
    for number in range(6):
        frame = two_moments(number)
        frame.pts = number
        packets += encoder.encode(frame)
    packets += encoder.encode()
    decoder = av.CodecContext.create(DECODERS[codec], "r")
    return [frame for packet in [*packets, None] for frame in decoder.decode(packet)]


def torn(picture):
    """How much neighbouring lines differ: 20 where fields are shown together, 0 in one moment."""
    grey = np.asarray(picture.convert("L")).astype(int)
    return np.abs(np.diff(grey, axis=0)).mean()


INTERLACED = [
    ("mpeg2video", {"flags": "+ildct+ilme", "b": "8000000"}),
    ("libx264", {"x264-params": "tff=1:crf=12"}),
]


@pytest.mark.parametrize("size", [(720, 576), (320, 256), (320, 180)])
@pytest.mark.parametrize(("codec", "options"), INTERLACED)
def test_fields_are_not_torn(codec, options, size):
    """At any height a picture of an interlaced film shows one moment, without a ghost."""
    for number, frame in enumerate(frames(codec, options)):
        picture = as_picture(frame, size, 0)
        middle = np.asarray(picture.convert("L"))[size[1] // 2].astype(int)
        left = (100 + 80 * number) * size[0] / SIZE[0]
        width = (middle > (DARK + LIGHT) / 2).sum() * SIZE[0] / size[0]

        assert torn(picture) < 1
        assert picture.size == size
        assert abs(int(np.argmax(middle > (DARK + LIGHT) / 2)) - left) <= 1
        assert width == pytest.approx(100, abs=5)


def test_progressive_films_keep_all_lines():
    """The same lines in a film that says nothing of fields are detail, and stay."""
    (frame, *_) = frames("libx264", {"x264-params": "crf=12"})

    assert one_moment(frame) is frame
    assert torn(as_picture(frame, SIZE, 0)) > 10


def test_colours_of_a_field_are_the_films():
    """Tags survive the cut: BT.709 stays BT.709."""
    frame = frames(*INTERLACED[1])[0]
    frame.colorspace, frame.color_range = 1, 1

    field = one_moment(frame)

    assert (field.width, field.height) == (SIZE[0], SIZE[1] // 2)
    assert (field.colorspace, field.color_range) == (1, 1)
