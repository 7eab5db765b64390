"""The little of Matroska's outline that we read ourselves (EBML: RFC 8794; elements: RFC 9559)."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

EBML = 0x1A45DFA3
SEGMENT = 0x18538067
CLUSTER = 0x1F43B675
TRACKS = 0x1654AE6B

_LONGEST_HEADER_BYTES = 12
# A file that says it has more in one element is a joke.
_MOST_ELEMENTS = 1000

ReadAt = Callable[[int, int], bytes]
"""`read_at(place, count)` gives that many bytes of the file, fewer at its end."""


class Element(NamedTuple):
    """`start` is where the data begins; `end` after it, None when it was never written down."""

    identity: int
    start: int
    end: int | None


def elements(read_at: ReadAt, start: int = 0, end: int | None = None) -> Iterator[Element]:
    """The elements from `start` on, without what is in them, as far as they make sense."""
    for _ in range(_MOST_ELEMENTS):
        element = _element_at(read_at, start)
        if element is None or (end is not None and (element.end or end) > end):
            return
        yield element
        if element.end is None or element.end == end:
            return
        start = element.end


def in_segment(read_at: ReadAt) -> Iterator[Element]:
    """What the file's first segment consists of; nothing for what is no Matroska."""
    for element in elements(read_at):
        if element.identity == SEGMENT:
            yield from elements(read_at, element.start, element.end)
            return


def number_in(read_at: ReadAt, element: Element) -> int:
    """An unsigned number of at most eight bytes; 0 for what is none."""
    size = (element.end or element.start) - element.start
    return int.from_bytes(read_at(element.start, size)) if size <= 8 else 0  # noqa: PLR2004


def _element_at(read_at: ReadAt, place: int) -> Element | None:
    head = read_at(place, _LONGEST_HEADER_BYTES)
    id_bytes = _length_of(head)
    size_bytes = _length_of(head[id_bytes:])
    if not 0 < id_bytes <= 4 or not size_bytes or len(head) < id_bytes + size_bytes:  # noqa: PLR2004
        return None
    start = place + id_bytes + size_bytes
    mask = (1 << 7 * size_bytes) - 1
    size = int.from_bytes(head[id_bytes : id_bytes + size_bytes]) & mask
    identity = int.from_bytes(head[:id_bytes])
    return Element(identity, start, None if size == mask else start + size)


def _length_of(head: bytes) -> int:
    """How many bytes the number at the beginning takes: its first bit set tells; 0 for none."""
    return 9 - head[0].bit_length() if head and head[0] else 0
