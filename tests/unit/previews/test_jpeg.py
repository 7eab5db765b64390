import io
from fractions import Fraction

import av
import pytest
from PIL import Image

from showrunner.previews.jpeg import encode_jpeg, note_in, quantization_table


def ffmpeg_table(quality: int, picture: Image.Image) -> list[int]:
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = picture.size
    encoder.pix_fmt, encoder.time_base, encoder.color_range = "yuvj420p", Fraction(1, 1), 2
    encoder.qmin = encoder.qmax = quality
    frame = av.VideoFrame.from_image(picture).reformat(format="yuvj420p")
    data = b"".join(map(bytes, [*encoder.encode(frame), *encoder.encode(None)]))
    return list(Image.open(io.BytesIO(data)).quantization[0])


@pytest.mark.parametrize("quality", [2, 4, 7, 10])
def test_quality_is_ffmpegs_scale(quality, show):
    """The divisors are those that ffmpeg writes for `-q:v`."""
    assert ffmpeg_table(quality, show(1)) == quantization_table(quality)


@pytest.mark.parametrize("quality", range(1, 11))
def test_the_table_is_used(quality, show):
    """A picture carries the divisors of the quality that was asked for."""
    picture = Image.open(io.BytesIO(encode_jpeg(show(1), quality)))

    assert quantization_table(quality) == list(picture.quantization[0])


def test_a_note_travels_in_the_picture(show):
    """What is noted while encoding is read back from the bytes."""
    assert note_in(encode_jpeg(show(1), 4, {"width": 320})) == {"width": 320}


@pytest.mark.parametrize("comment", [b"", b"CREATOR: gd-jpeg v1.0", b"[1]"])
def test_pictures_of_others_have_no_note(comment, show):
    """No comment, a comment of another program, or other JSON is None."""
    buffer = io.BytesIO()
    show(1).save(buffer, "JPEG", comment=comment)

    assert note_in(buffer.getvalue()) is None


def test_damaged_bytes_have_no_note():
    """Bytes that are no JPEG are None, not an error."""
    assert note_in(b"no picture") is None
