"""
How large a file says that it is: a cut one is smaller.

libavformat takes the length of a cut AVI, ASF or fragmented MP4 from what is there,
so that half a film looks like a whole short one; and where it tells the length in
time, that may be some seconds off. The structure tells more:

- AVI: where the last `movi` list ends (OpenDML 1.02: there is one for each gigabyte)
- ASF: File Size in the File Properties Object (ASF specification, 3.2)
- Matroska: the size of the Segment (RFC 9559, 5.1)
- MP4: where the last known sample of the film ends
- MXF: FooterPartition in the header's partition pack (SMPTE ST 377-1, 7.1)

MPEG's streams, Ogg, and what was written through a pipe announce nothing.
"""

import struct
from fractions import Fraction
from functools import partial

from showrunner.errors import MediaError
from showrunner.previews import ebml
from showrunner.previews.ebml import ReadAt
from showrunner.previews.index import key_ticks
from showrunner.previews.reading import bytes_at
from showrunner.previews.video import VideoFile

# What may be missing without harm: padding, or notes at the very end.
_TOLERANCE_SHARE = Fraction(1, 200)

_CHUNK = struct.Struct("<4sI4s")
_CHUNK_HEADER_BYTES = 8
_MOST_CHUNKS = 1000
_UNKNOWN_SIZES = {0, 0xFFFFFFFF}
_RIFFS = {b"RIFFAVI ", b"RIFFAVIX"}
_MOVIE = b"LISTmovi"

_ASF_OBJECT = struct.Struct("<16sQ")
_ASF_FIRST_OBJECT = 30
_MOST_ASF_OBJECTS = 100
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
# The file's id, its size, five other numbers, and flags.
_ASF_FACTS = struct.Struct("<16xQ40xI")
_ASF_IS_BROADCAST = 1

_MXF_PARTITION = bytes.fromhex("060e2b34020501010d01020101")
_MXF_KEY_BYTES = 16
_MXF_MOST_BEFORE_BYTES = 65536
# Versions, grid, and the places of two other partitions come before it.
_MXF_FOOTER = struct.Struct(">24xQ")


def refuse_cut(video: VideoFile) -> None:
    """
    Raises MediaError when the file is clearly smaller than it says.

    To be called when its end was looked for: a fragmented MP4 is known by then.
    """
    announced, size = announced_bytes(video), video.file.size
    if announced is None or size >= announced * (1 - _TOLERANCE_SHARE):
        return
    raise MediaError(
        f"{video.path} has {size} of {announced} bytes: still being copied, or damaged. "
        "Run again when the copy is complete.",
        details={"size_bytes": size, "announced_bytes": announced},
    )


def announced_bytes(video: VideoFile) -> int | None:
    """The size that the file should have at least; None when it does not say."""
    if video.kind == "mov":
        return _end_of_samples(video)
    if video.kind == "avi" and key_ticks(video):  # which come last
        return None
    return announced_in(video.kind, partial(bytes_at, video.file))


def announced_in(kind: str, read_at: ReadAt) -> int | None:
    """As `announced_bytes`, of a container of FFmpeg's name `kind`, by its bytes alone."""
    known = {
        "avi": _end_of_movies,
        "asf": _asf_size,
        "matroska": _end_of_segment,
        "mxf": _mxf_footer,
    }
    return known[kind](read_at) if kind in known else None


def _end_of_samples(video: VideoFile) -> int | None:
    entries = video.stream.index_entries
    if not len(entries):
        return None
    last = entries[len(entries) - 1]
    return last.pos + last.size


def _end_of_movies(read_at: ReadAt) -> int | None:
    riff, end = 0, None
    for _ in range(_MOST_CHUNKS):
        name, riff_end = _chunk(read_at, riff)
        if name not in _RIFFS:
            break
        end = _end_of_movie(read_at, riff + _CHUNK.size, riff_end) or end
        riff = riff_end
    return end


def _end_of_movie(read_at: ReadAt, place: int, riff_end: int) -> int | None:
    for _ in range(_MOST_CHUNKS):
        name, end = _chunk(read_at, place)
        if name == _MOVIE:
            return end
        if end <= place or end >= riff_end:
            return None
        place = end
    return None


def _chunk(read_at: ReadAt, place: int) -> tuple[bytes, int]:
    """
    Its name with that of its list, and where it ends; at `place` for what is none.

    A recorder that was switched off leaves a size of 0.
    """
    header = read_at(place, _CHUNK.size)
    if len(header) < _CHUNK.size:
        return b"", place
    name, size, kind = _CHUNK.unpack(header)
    if size in _UNKNOWN_SIZES:
        return b"", place
    return name + kind, place + _CHUNK_HEADER_BYTES + size + size % 2


def _asf_size(read_at: ReadAt) -> int | None:
    place = _ASF_FIRST_OBJECT
    for _ in range(_MOST_ASF_OBJECTS):
        header = read_at(place, _ASF_OBJECT.size + _ASF_FACTS.size)
        if len(header) < _ASF_OBJECT.size + _ASF_FACTS.size:
            return None
        kind, object_bytes = _ASF_OBJECT.unpack_from(header)
        if kind == _ASF_PROPERTIES:
            size: int
            size, flags = _ASF_FACTS.unpack_from(header, _ASF_OBJECT.size)
            return None if flags & _ASF_IS_BROADCAST else size
        place += max(object_bytes, _ASF_OBJECT.size)
    return None


def _end_of_segment(read_at: ReadAt) -> int | None:
    parts = ebml.elements(read_at)
    return next((part.end for part in parts if part.identity == ebml.SEGMENT), None)


def _mxf_footer(read_at: ReadAt) -> int | None:
    """The last partition's first byte must be there; 0 is written until the file is closed."""
    head = read_at(0, _MXF_MOST_BEFORE_BYTES)
    key = head.find(_MXF_PARTITION)
    length = head[key + _MXF_KEY_BYTES :][:1] if key >= 0 else b""
    if not length:
        return None
    more_bytes = length[0] & 0x7F if length[0] & 0x80 else 0
    place = key + _MXF_KEY_BYTES + 1 + more_bytes
    if place + _MXF_FOOTER.size > len(head):
        return None
    (footer,) = _MXF_FOOTER.unpack_from(head, place)
    return footer + 1 if footer else None
