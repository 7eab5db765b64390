"""
A local file whose first and last bytes are read from the disk once.

FFmpeg reads the beginning to learn what is in it, we read the end to learn the
length, and who then reads the whole file comes by both again. (Remote files keep
what they fetched by themselves.)
"""

from io import FileIO

_MOST_KEPT_BYTES = 4 << 20


class KeptEnds:
    """
    `file` of `size` bytes, as `av.open` takes it; at most 8 MB of it stay in memory.

    The beginning is kept as far as it was read in one go, the end when one read reached it.
    """

    def __init__(self, file: FileIO, size: int) -> None:
        self._file = file
        self._size = size
        self._head = bytearray()
        self._tail = b""
        self.seek, self.tell = file.seek, file.tell
        self.close, self.fileno = file.close, file.fileno

    def read(self, size: int) -> bytes:
        """At most `size` bytes, fewer where the kept ones end; none at the file's end."""
        place = self._file.tell()
        if kept := self._kept(place, size):
            self._file.seek(place + len(kept))
            return kept
        to_tail = self._size - len(self._tail) - place
        data = self._file.read(min(size, to_tail) if self._tail and to_tail > 0 else size)
        self._keep(place, data)
        return data

    def _kept(self, place: int, size: int) -> bytes:
        if place < len(self._head):
            return bytes(self._head[place : place + size])
        start = place - (self._size - len(self._tail))
        return self._tail[start : start + size] if start >= 0 else b""

    def _keep(self, place: int, data: bytes) -> None:
        if place == len(self._head) and place + len(data) <= _MOST_KEPT_BYTES:
            self._head += data
        elif place + len(data) == self._size and len(self._tail) < len(data) <= _MOST_KEPT_BYTES:
            self._tail = data
