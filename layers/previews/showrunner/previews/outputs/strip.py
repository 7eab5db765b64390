"""A strip of pictures, read back from what was published: proof and ornament of the page."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from showrunner.previews.bif import read_bif
from showrunner.previews.trickplay import read_trickplay

PICTURES = 6
HEIGHT = 90
WIDEST = 3 * HEIGHT


def strip_of(published: Path) -> bytes:
    """
    Six pictures, evenly spread over the video, side by side as one JPEG.

    `published` is a BIF or a folder of trickplay sheets. Raises MediaError when
    it is not complete: then what was written is not what a server can read.
    """
    source = read_trickplay(published) if published.is_dir() else read_bif(published)
    chosen = [(2 * step + 1) * source.count // (2 * PICTURES) for step in range(PICTURES)]
    pictures = [_scaled(source.picture(index)) for index in chosen]
    strip = Image.new("RGB", (sum(picture.width for picture in pictures), HEIGHT))
    left = 0
    for picture in pictures:
        strip.paste(picture, (left, 0))
        left += picture.width
    buffer = BytesIO()
    strip.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _scaled(jpeg: bytes) -> Image.Image:
    with Image.open(BytesIO(jpeg)) as picture:
        width = min(max(1, round(picture.width * HEIGHT / picture.height)), WIDEST)
        return picture.convert("RGB").resize((width, HEIGHT), Image.Resampling.LANCZOS)
