"""A strip of pictures, read back from what was published: proof and ornament of the page."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import groupby
from pathlib import Path

from PIL import Image

from showrunner.previews.bif import read_bif
from showrunner.previews.jpeg import open_jpeg
from showrunner.previews.trickplay import (
    TILES_PER_ROW,
    TILES_PER_SHEET,
    Trickplay,
    read_trickplay,
)

PICTURES = 6
HEIGHT = 90
WIDEST = 3 * HEIGHT


def strip_of(published: Path) -> bytes:
    """
    Six pictures, evenly spread over the video, side by side as one JPEG.

    `published` is a BIF or a folder of trickplay sheets. Raises MediaError when
    it is not complete: then what was written is not what a server can read.
    """
    pictures = [_scaled(picture) for picture in _pictures(published)]
    strip = Image.new("RGB", (sum(picture.width for picture in pictures), HEIGHT))
    left = 0
    for picture in pictures:
        strip.paste(picture, (left, 0))
        left += picture.width
    buffer = BytesIO()
    strip.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _pictures(published: Path) -> Iterator[Image.Image]:
    if published.is_dir():
        tiles = read_trickplay(published)
        yield from _cut_out(tiles, _spread(tiles.count))
        return
    bif = read_bif(published)
    for index in _spread(bif.count):
        with Image.open(BytesIO(bif.picture(index))) as picture:
            yield picture


def _cut_out(tiles: Trickplay, chosen: Sequence[int]) -> Iterator[Image.Image]:
    """As `Trickplay.picture`, with each sheet decoded once: that is what costs."""
    width, height = tiles.size
    for number, indexes in groupby(chosen, lambda index: index // TILES_PER_SHEET):
        with open_jpeg(tiles.folder / f"{number}.jpg") as sheet:
            for index in indexes:
                row, column = divmod(index % TILES_PER_SHEET, TILES_PER_ROW)
                left, top = column * width, row * height
                yield sheet.crop((left, top, left + width, top + height))


def _spread(count: int) -> list[int]:
    return [(2 * step + 1) * count // (2 * PICTURES) for step in range(PICTURES)]


def _scaled(picture: Image.Image) -> Image.Image:
    width = min(max(1, round(picture.width * HEIGHT / picture.height)), WIDEST)
    return picture.convert("RGB").resize((width, HEIGHT), Image.Resampling.LANCZOS)
