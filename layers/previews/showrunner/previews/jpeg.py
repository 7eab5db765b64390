"""
JPEG with ffmpeg's `-q:v` scale: 1 best and largest, 2 very good, 4 usual, 10 coarse.

ffmpeg's encoder multiplies MPEG-1's intra matrix by quality/8 and leaves the
first coefficient at 8 (libavcodec/mpegvideo_enc.c, ISO 11172-2 2.4.3.2). The
same tables here give the same picture at the same size; Pillow's own scale would
need a third more bytes for it.
"""

import io
import json
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

# ISO 11172-2, default intra quantizer matrix, row by row.
_INTRA_MATRIX = (
    (8, 16, 19, 22, 26, 27, 29, 34),
    (16, 16, 22, 24, 27, 29, 34, 37),
    (19, 22, 26, 27, 29, 34, 34, 38),
    (22, 22, 26, 27, 29, 34, 37, 40),
    (22, 26, 27, 29, 32, 35, 40, 48),
    (26, 27, 29, 32, 35, 40, 48, 58),
    (26, 27, 29, 34, 38, 46, 56, 69),
    (27, 29, 35, 38, 46, 56, 69, 83),
)


def quantization_table(quality: int) -> list[int]:
    """The 64 divisors of `quality` (1-31), row by row."""
    flat = [max(1, min(255, value * quality // 8)) for row in _INTRA_MATRIX for value in row]
    return [8, *flat[1:]]


def encode_jpeg(picture: Image.Image, quality: int, note: dict[str, Any] | None = None) -> bytes:
    """`picture` (RGB) as a JFIF file; `note` travels in its comment, unseen by players."""
    buffer = io.BytesIO()
    picture.save(
        buffer,
        "JPEG",
        qtables=[quantization_table(quality)],
        subsampling="4:2:0",
        optimize=True,
        comment=as_comment(note),
    )
    return buffer.getvalue()


def as_comment(note: dict[str, Any] | None) -> bytes:
    """`note` as the bytes of a JPEG comment; empty, so left out, for None."""
    return json.dumps(note, separators=(",", ":")).encode() if note else b""


def note_in(data: bytes) -> dict[str, Any] | None:
    """The note that `encode_jpeg` put into the JPEG `data`; None for any other picture."""
    try:
        with open_jpeg(io.BytesIO(data)) as picture:
            note = json.loads(picture.info.get("comment", b""))
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) else None


def open_jpeg(source: Path | io.BytesIO) -> JpegImageFile:
    """
    The JPEG at `source`, its header read. Raises OSError when it is none.

    Unlike `Image.open` it takes sheets of any size: they are our own.
    """
    try:
        return JpegImageFile(source)
    except SyntaxError as error:
        raise OSError(f"not a JPEG: {error}") from error
