"""Reading a remote video like a file, a range at a time."""

import hashlib
import io
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Protocol

from showrunner.errors import NotReadyError, UnreachableError
from showrunner.previews.fingerprint import SourceFingerprint

FIRST_BYTES = 64 * 1024
BUFFER_BYTES = 8 * 1024
"""
The best `buffer_size` for `av.open`. libavformat reads that much of a header and
then the rest of a key frame in one piece; a fragmented MP4 has hundreds of headers.
"""

_MOST_AHEAD_BYTES = 4 << 20
_MOST_KEPT_BYTES = 12 << 20
# The first retry at once: a server may close an idle connection whenever it likes.
_RETRY_DELAYS_SECONDS = (0.0, 0.5, 1.0, 2.0)
_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class RemoteState:
    """What a server says of a file; `etag` and `modified_at` None where it does not say."""

    size_bytes: int
    etag: str | None = None
    modified_at: datetime | None = None

    @property
    def fingerprint(self) -> SourceFingerprint:
        """
        Size, and time of modification to the second, its nanoseconds drawn from the ETag.

        So another ETag is another fingerprint. Servers tell no finer time.
        """
        seconds = int(self.modified_at.timestamp()) if self.modified_at else 0
        digest = hashlib.sha256((self.etag or "").encode()).digest()
        nanoseconds = int.from_bytes(digest[:8]) % _NANOSECONDS if self.etag else 0
        return SourceFingerprint(self.size_bytes, seconds * _NANOSECONDS + nanoseconds)

    def refuse_change(self, name: str, now: "RemoteState") -> None:
        """Raises NotReadyError when `now` is another file; what either does not say is equal."""
        pairs = ((self.etag, now.etag), (self.modified_at, now.modified_at))
        if self.size_bytes != now.size_bytes or any(a and b and a != b for a, b in pairs):
            raise changed(name)


def changed(name: str) -> NotReadyError:
    return NotReadyError(f"{name} changed while it was read. Run again when it is complete.")


class RangeReader(Protocol):
    """One remote file. Used by one thread at a time."""

    @property
    def name(self) -> str:
        """How messages call the file; no secrets in it."""

    @property
    def state(self) -> RemoteState:
        """As it was when the reader was made."""

    def read_range(self, start: int, end: int) -> bytes:
        """
        The bytes from `start` to before `end`, all of them; `end` at most the size.

        Raises NotReadyError when the file is another one by now, UnreachableError
        when the server stays away, KeyRefusedError, NotFoundError, BadAnswerError.
        """


class RangeFile(io.RawIOBase):
    """
    A file over `reader`, for one thread: what `av.open` takes. Errors as `read_range`.

    `name` is for libavformat only, and not the address.

    A jump fetches little, or exactly what is asked for when that is more: after
    reading an index, libavformat asks for a whole key frame at once. Reading on
    from there fetches ever more at a time. The last few fetches are kept.
    """

    def __init__(self, reader: RangeReader) -> None:
        super().__init__()
        self.name = _innocent_name(reader.name)
        self.size = reader.state.size_bytes
        self.fingerprint = reader.state.fingerprint
        self._reader = reader
        self._position = 0
        self._fetched_to = 0
        self._fetches_in_a_row = 0
        self._spans: list[tuple[int, bytes]] = []

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError(f"seek to {base + offset}")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """Exactly `size` bytes, fewer only at the end of the file; all the rest for -1."""
        end = self.size if size is None or size < 0 else min(self._position + size, self.size)
        parts = []
        while self._position < end:
            part = self._kept(end) or self._fetched(end)
            parts.append(part)
            self._position += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, buffer: "memoryview | bytearray", /) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _kept(self, end: int) -> bytes:
        """What the kept fetches have from here towards `end`; empty when nothing."""
        for number, (start, data) in enumerate(self._spans):
            if start <= self._position < start + len(data):
                self._spans.append(self._spans.pop(number))
                return data[self._position - start : end - start]
        return b""

    def _fetched(self, end: int) -> bytes:
        start = self._position
        is_reading_on = 0 <= start - self._fetched_to <= BUFFER_BYTES
        self._fetches_in_a_row = self._fetches_in_a_row + 1 if is_reading_on else 0
        # Two for a key frame; who then still reads on wants more than that.
        doublings = max(0, self._fetches_in_a_row - 1)
        ahead_bytes = min(BUFFER_BYTES << doublings, _MOST_AHEAD_BYTES)
        self._fetched_to = min(max(end, start + ahead_bytes), self.size)
        data = self._reader.read_range(start, self._fetched_to)
        self._keep(start, data)
        return data[: end - start]

    def _keep(self, start: int, data: bytes) -> None:
        self._spans.append((start, data))
        while len(self._spans) > 1 and sum(len(d) for _, d in self._spans) > _MOST_KEPT_BYTES:
            self._spans.pop(0)


def _innocent_name(address: str) -> str:
    """
    `remote.mkv`: the name that libavformat gets to see.

    An address makes it read 5 MB ahead after each jump, as suits its own HTTP
    client (`ff_configure_buffers_for_index`).
    """
    suffix = PurePosixPath(address).suffix
    return f"remote{suffix}" if suffix[1:].isalnum() else "remote"


Ask = Callable[[int, int, bytearray], int]
"""
`ask(start, end, received)` appends what arrives of a range. It gives the end: an
earlier one when the file is shorter. Raises UnreachableError when it breaks off.
"""


def read_resuming(
    ask: Ask, start: int, end: int, sleep: Callable[[float], None] = time.sleep
) -> bytes:
    """All of a range, through dropped connections: each goes on where the last one broke off."""
    received = bytearray()
    for delay_seconds in (*_RETRY_DELAYS_SECONDS, None):
        try:
            end = ask(start + len(received), end, received)
        except UnreachableError:
            if delay_seconds is None:
                raise
            sleep(delay_seconds)
        if len(received) >= end - start:
            return bytes(received)
    raise UnreachableError("A server keeps sending less than it announces. Try again later.")
