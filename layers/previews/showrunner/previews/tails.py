"""The ends of files, found without reading what is before them."""

import re
from collections.abc import Iterator

from showrunner.previews.reading import bytes_at
from showrunner.previews.watched import WatchedFile

_FIRST_TAIL_BYTES = 1 << 18
_TAIL_GROWTH = 4
# Five seconds, the longest usual cluster, at 100 Mb/s.
_LARGEST_TAIL_BYTES = 64 << 20
# Cluster's ID, its length in one to eight bytes, perhaps a CRC-32, then Timestamp
# (RFC 9559, 5.1.3).
_CLUSTER = re.compile(
    rb"\x1F\x43\xB6\x75"
    rb"(?:[\x80-\xFF]|[\x40-\x7F].|[\x20-\x3F].{2}|[\x10-\x1F].{3}"
    rb"|[\x08-\x0F].{4}|[\x04-\x07].{5}|[\x02\x03].{6}|\x01.{7})"
    rb"(?:\xBF\x84.{4})?\xE7[\x81-\x88]",
    re.DOTALL,
)


def last_places(file: WatchedFile) -> Iterator[int]:
    """Positions ever earlier, the first one a megabyte before the end."""
    tail_bytes = _FIRST_TAIL_BYTES
    while tail_bytes < min(file.size, _LARGEST_TAIL_BYTES):
        yield file.size - tail_bytes
        tail_bytes *= _TAIL_GROWTH


def last_clusters(file: WatchedFile) -> Iterator[int]:
    """Positions where Matroska's clusters begin, ever earlier, from the last but one on."""
    tail_bytes, before = _FIRST_TAIL_BYTES, file.size
    while True:
        start = max(0, file.size - tail_bytes)
        # The last but one: frames out of order end a little before the last.
        positions = [p for p in _clusters_between(file, start, before) if p < before]
        if positions:
            before = positions[-2:][0]
            yield before
        tail_bytes *= _TAIL_GROWTH
        if start == 0 or tail_bytes > _LARGEST_TAIL_BYTES:
            return


def _clusters_between(file: WatchedFile, start: int, end: int) -> list[int]:
    data = bytes_at(file, start, end - start)
    return [start + found.start() for found in _CLUSTER.finditer(data)]
