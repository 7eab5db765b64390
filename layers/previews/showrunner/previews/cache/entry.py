"""
One cache entry: the pictures of one film at one width and interval, in one file.

Pictures are kept as they are, without coding: an output made of them is byte
for byte the one made from the video, which is what equal fingerprints promise.
(JPEG at 95, 4:4:4, would cost an output 0.9 dB and lossless PNG a fifth of the
decoding time; raw pictures cost neither, for 173 KB each at 320x180.)

Layout: per picture its CRC-32 and its RGB bytes, row by row; then the notes as
JSON; then their length and the magic bytes. All numbers little-endian.
"""

import json
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import BinaryIO

from PIL import Image

_MAGIC = b"SRFRAME1"
_CHECK = struct.Struct("<I")
_TAIL = struct.Struct("<I8s")
_MOST_NOTES_BYTES = 4096


class DamagedEntryError(Exception):
    """The file is no complete entry."""


@dataclass(frozen=True, slots=True)
class Notes:
    """`size` is (width, height) of each of the `count` pictures, in pixels."""

    count: int
    size: tuple[int, int]
    duration_seconds: float

    @property
    def picture_bytes(self) -> int:
        return 3 * self.size[0] * self.size[1]

    @property
    def pictures_bytes(self) -> int:
        """What all pictures take in the file."""
        return self.count * (_CHECK.size + self.picture_bytes)


def write_picture(file: BinaryIO, picture: Image.Image) -> None:
    pixels = picture.tobytes()
    file.write(_CHECK.pack(zlib.crc32(pixels)))
    file.write(pixels)


def write_notes(file: BinaryIO, notes: Notes) -> None:
    """End the file, after its last picture."""
    data = json.dumps(asdict(notes)).encode()
    file.write(data + _TAIL.pack(len(data), _MAGIC))


def read_notes(file: BinaryIO) -> Notes:
    """Raises DamagedEntryError unless `file` is an entry that lacks nothing."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL.size))
    try:
        length, magic = _TAIL.unpack(file.read(_TAIL.size))
        if magic != _MAGIC or length > min(_MOST_NOTES_BYTES, size - _TAIL.size):
            raise DamagedEntryError("no entry, or cut off")
        file.seek(size - _TAIL.size - length)
        data = json.loads(file.read(length))
        width, height = data["size"]
        notes = Notes(int(data["count"]), (int(width), int(height)), data["duration_seconds"])
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise DamagedEntryError("its notes are damaged") from error
    if notes.pictures_bytes + length + _TAIL.size != size:
        raise DamagedEntryError("another length than its notes say")
    return notes


def read_pictures(file: BinaryIO, notes: Notes, step: int) -> Iterator[Image.Image]:
    """Each `step`th picture from the first on, one in memory at a time; checks each."""
    stride = _CHECK.size + notes.picture_bytes
    for number in range(0, notes.count, step):
        file.seek(number * stride)
        check, pixels = file.read(_CHECK.size), file.read(notes.picture_bytes)
        if check != _CHECK.pack(zlib.crc32(pixels)):
            raise DamagedEntryError(f"picture {number} is damaged")
        yield Image.frombytes("RGB", notes.size, pixels)
