"""
What the container wants cut off a film's edges.

Matroska has PixelCrop elements (RFC 9559, 5.1.4.1.28.20), MP4 and MOV a clean
aperture box, `clap` (ISO/IEC 14496-12, 12.1.4). FFmpeg 8 reads both; PyAV does not
hand them on, so they are read here. What is nonsense counts as nothing.
"""

import struct
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from showrunner.previews import ebml
from showrunner.previews.crop import NO_CROP, Crop, Size
from showrunner.previews.ebml import ReadAt
from showrunner.previews.reading import bytes_at
from showrunner.previews.video import VideoFile

_TRACK_ENTRY, _TRACK_TYPE, _VIDEO = 0xAE, 0x83, 0xE0
_IS_VIDEO = 1
_CROP_LEFT, _CROP_TOP, _CROP_RIGHT, _CROP_BOTTOM = 0x54CC, 0x54BB, 0x54DD, 0x54AA

_BOX = struct.Struct(">I4s")
_LARGE_SIZE = struct.Struct(">Q")
_IN_LARGE_SIZE, _TO_THE_END = 1, 0
_MOST_BOXES = 1000
# Version, flags, and the two times that come before a track's number; by version.
_BEFORE_NUMBER_BYTES = {0: 12, 1: 20}
# Of the sample description and of a picture's entry in it: what comes before the boxes.
_DESCRIPTION_BYTES, _ENTRY_BYTES = 8, 78
_TO_ENTRIES = (b"mdia", b"minf", b"stbl", b"stsd")
_CLEAN_APERTURE = struct.Struct(">IIIIiIiI")

Sides = tuple[Fraction, Fraction, Fraction, Fraction]
"""Left, top, right and bottom; whatever a file says, also below 0."""


def crop_of(video: VideoFile, coded_size: Size) -> Crop:
    """
    What is to be cut off the film's frames, which are of `coded_size` (width, height).

    Reads some dozen bytes here and there of the header. Errors as of `WatchedFile`.
    """
    read_at = partial(bytes_at, video.file)
    match video.kind:
        case "matroska":
            sides = pixel_crop(read_at, _number_of(video))
        case "mov":
            sides = clean_aperture(read_at, video.stream.id, coded_size)
        case _:
            sides = None
    return NO_CROP if sides is None else _sensible(sides, coded_size)


def _sensible(sides: Sides, coded_size: Size) -> Crop:
    (left, top, right, bottom), (width, height) = sides, coded_size
    if min(sides) < 0 or left + right > width - 1 or top + bottom > height - 1:
        return NO_CROP
    return Crop(left / width, top / height, right / width, bottom / height)


def _number_of(video: VideoFile) -> int:
    """FFmpeg's streams are in the order of the entries; covers come after them."""
    return [stream.index for stream in video.container.streams.video].index(video.stream.index)


def pixel_crop(read_at: ReadAt, number: int) -> Sides | None:
    """Pixels off each side of Matroska's `number`th video track; None when there is none."""
    for count, settings in enumerate(_video_settings(read_at)):
        if count == number:
            facts = {e.identity: e for e in _within(read_at, settings)}
            names = (_CROP_LEFT, _CROP_TOP, _CROP_RIGHT, _CROP_BOTTOM)
            left, top, right, bottom = (
                Fraction(ebml.number_in(read_at, facts[name]) if name in facts else 0)
                for name in names
            )
            return left, top, right, bottom
    return None


def _video_settings(read_at: ReadAt) -> Iterator[ebml.Element]:
    """The Video element of each track that has one."""
    for entry in _track_entries(read_at):
        facts = {e.identity: e for e in _within(read_at, entry)}
        kind, settings = facts.get(_TRACK_TYPE), facts.get(_VIDEO)
        if kind and settings and ebml.number_in(read_at, kind) == _IS_VIDEO:
            yield settings


def _track_entries(read_at: ReadAt) -> Iterator[ebml.Element]:
    for element in ebml.in_segment(read_at):
        if element.identity == ebml.TRACKS:
            yield from (e for e in _within(read_at, element) if e.identity == _TRACK_ENTRY)
        if element.identity in {ebml.TRACKS, ebml.CLUSTER}:
            return


def _within(read_at: ReadAt, element: ebml.Element) -> Iterator[ebml.Element]:
    return ebml.elements(read_at, element.start, element.end)


class _Box(NamedTuple):
    """`start` is where its content begins; `end` None for the rest of the file."""

    kind: bytes
    start: int
    end: int | None


def _boxes(read_at: ReadAt, start: int = 0, end: int | None = None) -> Iterator[_Box]:
    for _ in range(_MOST_BOXES):
        head = read_at(start, _BOX.size + _LARGE_SIZE.size)
        if len(head) < _BOX.size or (end is not None and start + _BOX.size > end):
            return
        size, kind = _BOX.unpack_from(head)
        content = start + _BOX.size
        if size == _IN_LARGE_SIZE and len(head) == _BOX.size + _LARGE_SIZE.size:
            (size,) = _LARGE_SIZE.unpack_from(head, _BOX.size)
            content += _LARGE_SIZE.size
        if size == _TO_THE_END:
            yield _Box(kind, content, end)
            return
        if start + size < content:
            return
        yield _Box(kind, content, start + size)
        start += size


def clean_aperture(read_at: ReadAt, track_number: int, coded_size: Size) -> Sides | None:
    """Pixels off each side of MP4's track; None when nothing is said of it."""
    box = next(_apertures(read_at, track_number), None)
    data = read_at(box.start, _CLEAN_APERTURE.size) if box else b""
    if len(data) < _CLEAN_APERTURE.size:
        return None
    numbers = _CLEAN_APERTURE.unpack(data)
    if not all(numbers[1::2]):
        return None
    # Its size, and how far its middle is from the picture's.
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    width, height, right_by, down_by = (Fraction(above, below) for above, below in pairs)
    beside, above = (coded_size[0] - width) / 2, (coded_size[1] - height) / 2
    return beside + right_by, above + down_by, beside - right_by, above - down_by


def _apertures(read_at: ReadAt, track_number: int) -> Iterator[_Box]:
    for movie in _named(_boxes(read_at), b"moov"):
        for track in _named(_boxes(read_at, movie.start, movie.end), b"trak"):
            if _number_in(read_at, track) != track_number:
                continue
            for entries in _descend(read_at, track, _TO_ENTRIES):
                for entry in _boxes(read_at, entries.start + _DESCRIPTION_BYTES, entries.end):
                    inside = _boxes(read_at, entry.start + _ENTRY_BYTES, entry.end)
                    yield from _named(inside, b"clap")


def _number_in(read_at: ReadAt, track: _Box) -> int | None:
    header = next(_named(_boxes(read_at, track.start, track.end), b"tkhd"), None)
    version = read_at(header.start, 1) if header else b""
    if header is None or not version or version[0] not in _BEFORE_NUMBER_BYTES:
        return None
    return int.from_bytes(read_at(header.start + _BEFORE_NUMBER_BYTES[version[0]], 4))


def _descend(read_at: ReadAt, box: _Box, kinds: tuple[bytes, ...]) -> Iterator[_Box]:
    if not kinds:
        yield box
        return
    for child in _named(_boxes(read_at, box.start, box.end), kinds[0]):
        yield from _descend(read_at, child, kinds[1:])


def _named(boxes: Iterator[_Box], kind: bytes) -> Iterator[_Box]:
    return (box for box in boxes if box.kind == kind)
