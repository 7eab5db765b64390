"""
BIF, the seek-bar file of Plex, Emby and Roku.

All numbers are unsigned 32 bit, little-endian: magic, version 0, picture count,
milliseconds between pictures, 44 zero bytes; then per picture (index, offset),
closed by (0xFFFFFFFF, end of file); then the JPEGs. From Roku's "BIF file
specification".
"""

import itertools
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL.Image import Image

from showrunner.errors import MediaError
from showrunner.previews import atomic
from showrunner.previews.fingerprint import OutputFingerprint, SourceFingerprint
from showrunner.previews.jpeg import encode_jpeg, note_in
from showrunner.previews.partial import PartialSink

_MAGIC = bytes((0x89, 0x42, 0x49, 0x46, 0x0D, 0x0A, 0x1A, 0x0A))
_HEADER = struct.Struct("<8sIII44x")
_ENTRY = struct.Struct("<II")
_LAST = 0xFFFFFFFF
_MOST_PICTURES = 200_000


@dataclass(frozen=True, slots=True)
class Bif:
    """A complete BIF on disk. `offsets` has one entry more than there are pictures: the end."""

    path: Path
    interval_ms: int
    offsets: Sequence[int]

    @property
    def count(self) -> int:
        return len(self.offsets) - 1

    def picture(self, index: int) -> bytes:
        """The JPEG of `index` (0 to count-1). Raises IndexError outside."""
        if not 0 <= index < self.count:
            raise IndexError(f"picture {index} of {self.count}")
        with self.path.open("rb") as file:
            file.seek(self.offsets[index])
            return file.read(self.offsets[index + 1] - self.offsets[index])

    @property
    def fingerprint(self) -> OutputFingerprint | None:
        """What it was made from and how; None when others made it."""
        note = note_in(self.picture(0))
        return OutputFingerprint.from_json(note) if note else None


def read_bif(path: Path) -> Bif:
    """
    The BIF at `path`, its index checked against its size.

    Raises MediaError when it is no BIF or cut off, FileNotFoundError when
    nothing is there.
    """
    with path.open("rb") as file:
        size_bytes = os.fstat(file.fileno()).st_size
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size or not header.startswith(_MAGIC):
            raise MediaError(f"{path} is no BIF file. Make it again.")
        _, version, count, interval_ms = _HEADER.unpack(header)
        if version != 0 or not 0 < count <= _MOST_PICTURES:
            raise MediaError(f"{path}: BIF version {version}, {count} pictures. Make it again.")
        index = file.read(_ENTRY.size * (count + 1))
    offsets = _checked_offsets(path, index, count, size_bytes)
    return Bif(path, interval_ms or 1000, offsets)


def _checked_offsets(path: Path, index: bytes, count: int, size_bytes: int) -> list[int]:
    entries = list(_ENTRY.iter_unpack(index[: len(index) // _ENTRY.size * _ENTRY.size]))
    offsets = [offset for _, offset in entries]
    is_whole = (
        len(entries) == count + 1
        and [number for number, _ in entries] == [*range(count), _LAST]
        and offsets[0] >= _HEADER.size + _ENTRY.size * (count + 1)
        and all(low < high for low, high in itertools.pairwise(offsets))
        and offsets[-1] == size_bytes
    )
    if not is_whole:
        raise MediaError(f"{path} is a damaged or cut off BIF file. Make it again.")
    return offsets


class BifSink(PartialSink):
    """
    Writes `destination` as a BIF. `quality` 1-10 on ffmpeg's scale (see `jpeg`).

    `source` is the fingerprint of the video, taken before it is read.
    """

    def __init__(
        self,
        destination: Path,
        source: SourceFingerprint,
        *,
        width: int = 320,
        interval_seconds: int = 10,
        quality: int = 4,
    ) -> None:
        super().__init__(
            destination, source, width=width, interval_seconds=interval_seconds, quality=quality
        )
        self._file: BinaryIO | None = None
        self._offsets: list[int] = []

    def is_fresh(self) -> bool:
        """True when a complete BIF of this very fingerprint is there already."""
        try:
            return read_bif(self.destination).fingerprint == self.fingerprint
        except (OSError, MediaError):
            return False

    def _start(self, count: int, size: tuple[int, int]) -> Path:  # noqa: ARG002 - not in a BIF
        partial = atomic.new_partial(self.destination, beside=self.destination)
        self._file = partial.open("xb")
        self._file.write(bytes(_HEADER.size + _ENTRY.size * (count + 1)))
        return partial

    def _take(self, index: int, picture: Image) -> None:
        note = self.fingerprint.as_json() if index == 0 else None
        self._offsets.append(self._opened().tell())
        self._opened().write(encode_jpeg(picture, self.fingerprint.quality, note))

    def _finish(self, partial: Path) -> list[Path]:
        file = self._opened()
        self._offsets.append(file.tell())
        file.seek(0)
        file.write(_HEADER.pack(_MAGIC, 0, self._count, 1000 * self.interval_seconds))
        file.writelines(map(_ENTRY.pack, [*range(self._count), _LAST], self._offsets))
        file.flush()
        os.fsync(file.fileno())
        self._let_go()
        atomic.publish_file(partial, self.destination)
        return [self.destination]

    def _let_go(self) -> None:
        file, self._file, self._offsets = self._file, None, []
        if file is not None:
            file.close()

    def _opened(self) -> BinaryIO:
        if self._file is None:
            raise ValueError("begin() first")
        return self._file
