"""What the first look at a film finds."""

from fractions import Fraction

import av
import numpy as np
import pytest

from showrunner.errors import MediaError
from showrunner.previews.film import look_at
from showrunner.previews.video import open_video

SIZE = (192, 96)


def encode(path, *, pixel_format="yuv420p", aspect=None, **options):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, pixel_format
        stream.gop_size = 4
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        for number in range(8):
            pixels = np.full((SIZE[1], SIZE[0], 3), 20 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels)
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def seen(path):
    with open_video(path) as video:
        return look_at(video)


def test_colours_that_cannot_be_converted_are_refused(tmp_path):
    """YCgCo would be taken for BT.601 and come out green."""
    path = encode(
        tmp_path / "film.mkv", pixel_format="yuv444p", **{"x264-params": "colormatrix=YCgCo"}
    )

    with pytest.raises(MediaError, match="YCgCo") as refusal:
        seen(path)
    assert str(path) in refusal.value.message


@pytest.mark.parametrize("name", ["film.mkv", "film.mp4", "film.ts"])
def test_the_shape_of_pixels_is_found_wherever_it_stands(tmp_path, name):
    """In the container, or in the film's own headers only, as in broadcasts."""
    film = seen(encode(tmp_path / name, aspect=Fraction(64, 45)))

    assert film.sample_aspect_ratio == Fraction(64, 45)
    assert film.picture_size(320) == (320, 112)
    assert not film.has_own_colours
