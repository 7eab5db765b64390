"""
Trickplay, Jellyfin's seek-bar pictures: sheets of 10 by 10, `0.jpg`, `1.jpg` ...

As Jellyfin 10.9+ makes them: every sheet is full-size, the last one black where
pictures end (SkiaEncoder.CreateTrickplayTile), JPEG quality 90
(TrickplayOptions). Jellyfin counts the files in the folder, so nothing else may
lie there; what the sheets were made from travels as a comment in the first one.
"""

import math
import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from showrunner.errors import MediaError
from showrunner.plurals import count_of
from showrunner.previews import atomic
from showrunner.previews.fingerprint import OutputFingerprint, SourceFingerprint
from showrunner.previews.jpeg import as_comment, note_in, open_jpeg
from showrunner.previews.partial import PartialSink

TILES_PER_ROW = 10
TILES_PER_SHEET = TILES_PER_ROW * TILES_PER_ROW
_QUALITY = 90
_END_OF_JPEG = b"\xff\xd9"


def tiles_folder_name(width: int) -> str:
    """What Jellyfin calls the folder of the sheets with pictures `width` pixels wide."""
    return f"{width} - {TILES_PER_ROW}x{TILES_PER_ROW}"


@dataclass(frozen=True, slots=True)
class Trickplay:
    """
    A complete folder of sheets. `size` (width, height) in pixels of one picture.

    `count` is the number of pictures; for sheets that others made it is the
    number of places, of which the last ones may be black.
    """

    folder: Path
    count: int
    size: tuple[int, int]
    fingerprint: OutputFingerprint | None

    def picture(self, index: int) -> bytes:
        """Picture `index` (0 to count-1) cut out as a JPEG. Raises IndexError outside."""
        if not 0 <= index < self.count:
            raise IndexError(f"picture {index} of {self.count}")
        sheet, place = divmod(index, TILES_PER_SHEET)
        left, top = _corner(place, self.size)
        with open_jpeg(self.folder / f"{sheet}.jpg") as picture:
            cut = picture.crop((left, top, left + self.size[0], top + self.size[1]))
        buffer = BytesIO()
        cut.save(buffer, "JPEG", quality=_QUALITY)
        return buffer.getvalue()


def read_trickplay(folder: Path, count: int | None = None) -> Trickplay:
    """
    The sheets in `folder`, checked: none missing, none cut off, all of one size.

    `count` is how many pictures are expected, None when unknown. Raises
    MediaError when they are not that, FileNotFoundError when there is no folder.
    """
    names = {entry.name for entry in folder.iterdir()}
    sheets = [folder / f"{number}.jpg" for number in range(len(names))]
    if not sheets or names != {sheet.name for sheet in sheets}:
        raise MediaError(f"{folder} lacks sheets or holds other files. Make it again.")
    sizes = {_size_of_whole(sheet) for sheet in sheets}
    if len(sizes) != 1:
        raise MediaError(f"{folder} holds sheets of several sizes. Make it again.")
    width, height = sizes.pop()
    note = note_in(sheets[0].read_bytes()) or {}
    noted = note.pop("count", None)
    known = count or (noted if isinstance(noted, int) else len(sheets) * TILES_PER_SHEET)
    if math.ceil(known / TILES_PER_SHEET) != len(sheets):
        there, wanted = count_of(len(sheets), "sheet"), count_of(known, "picture")
        raise MediaError(f"{folder} has {there} for {wanted}. Make it again.")
    size = width // TILES_PER_ROW, height // TILES_PER_ROW
    return Trickplay(folder, known, size, OutputFingerprint.from_json(note))


def _size_of_whole(sheet: Path) -> tuple[int, int]:
    try:
        with open_jpeg(sheet) as picture:
            size = picture.size
        with sheet.open("rb") as file:
            file.seek(-len(_END_OF_JPEG), os.SEEK_END)
            if file.read() == _END_OF_JPEG:
                return size
    except OSError as error:
        raise MediaError(f"{sheet} is no JPEG. Make it again.") from error
    raise MediaError(f"{sheet} is cut off. Make it again.")


def _corner(place: int, size: tuple[int, int]) -> tuple[int, int]:
    row, column = divmod(place, TILES_PER_ROW)
    return column * size[0], row * size[1]


class TrickplaySink(PartialSink):
    """
    Fills `folder`, the final folder of the sheets such as `Dune.trickplay/320 - 10x10`.

    Unfinished sheets lie beside `folder`'s parent: Jellyfin prunes folders that
    it does not know inside. `source` as for `BifSink`. The JPEG quality is
    Jellyfin's own 90.
    """

    def __init__(
        self,
        folder: Path,
        source: SourceFingerprint,
        *,
        width: int = 320,
        interval_seconds: int = 10,
    ) -> None:
        super().__init__(
            folder, source, width=width, interval_seconds=interval_seconds, quality=_QUALITY
        )
        self._sheet: Image.Image | None = None
        self._size = (0, 0)

    def is_fresh(self) -> bool:
        """True when a complete folder of this very fingerprint is there already."""
        try:
            return read_trickplay(self.destination).fingerprint == self.fingerprint
        except (OSError, MediaError):
            return False

    def _start(self, count: int, size: tuple[int, int]) -> Path:  # noqa: ARG002 - begin keeps it
        partial = atomic.new_partial(self.destination, beside=self.destination.parent)
        partial.mkdir()
        self._size = size
        return partial

    def _take(self, index: int, picture: Image.Image) -> None:
        number, place = divmod(index, TILES_PER_SHEET)
        if self._sheet is None:
            width, height = self._size
            self._sheet = Image.new("RGB", (TILES_PER_ROW * width, TILES_PER_ROW * height))
        self._sheet.paste(picture, _corner(place, self._size))
        if place == TILES_PER_SHEET - 1 or index == self._count - 1:
            self._write(self._sheet, number)
            self._sheet = None

    def _finish(self, partial: Path) -> list[Path]:
        atomic.sync_folder(partial)
        atomic.publish_folder(partial, self.destination)
        sheets = math.ceil(self._count / TILES_PER_SHEET)
        return [self.destination / f"{number}.jpg" for number in range(sheets)]

    def _let_go(self) -> None:
        self._sheet = None

    def _write(self, sheet: Image.Image, number: int) -> None:
        if self._partial is None:
            raise ValueError("begin() first")
        note = {**self.fingerprint.as_json(), "count": self._count} if number == 0 else None
        with (self._partial / f"{number}.jpg").open("xb") as file:
            sheet.save(file, "JPEG", quality=_QUALITY, comment=as_comment(note))
            file.flush()
            os.fsync(file.fileno())
