"""The file that FFmpeg reads through us: local or remote, stopped at any read."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from showrunner.errors import MediaError
from showrunner.previews.kept_ends import KeptEnds
from showrunner.previews.refusals import in_our_words

if TYPE_CHECKING:
    from showrunner.previews.sources.remote import RemoteSource

# FFmpeg asks for this much after a jump, and for larger packets directly.
BUFFER_BYTES = 32768
# A fragment's header is small, and over a network every byte too many counts.
REMOTE_BUFFER_BYTES = 8192


class WatchedFile:
    """
    What `av.open` takes as a file. `check` is called for every read and may raise to stop.

    So even a search that FFmpeg does on its own, through a file without index,
    ends within one read. Costs nothing measurable: FFmpeg asks for whole packets.

    Opening and reading raise as `in_our_words`, MediaError for an empty file, and
    whatever a remote source raises.
    """

    def __init__(self, source: "Path | RemoteSource", check: Callable[[], None]) -> None:
        self.source = source
        # Never an address or what looks like one: libavformat reads megabytes after
        # each jump in what it takes for a network stream.
        name = source.name if isinstance(source, Path) else str(source).rpartition("/")[2]
        self.name = name.replace(":", "_")
        self.buffer_bytes = BUFFER_BYTES if isinstance(source, Path) else REMOTE_BUFFER_BYTES
        self.size = 0
        self._check = check
        self._has_raised = False
        with in_our_words(source, (OSError,)):
            self._file = self._opened()

    def _opened(self) -> BinaryIO:
        if not isinstance(self.source, Path):
            remote = self.source.open()
            self.size = remote.size
            return cast("BinaryIO", remote)
        file = self.source.open("rb", buffering=0)
        state = os.fstat(file.fileno())
        self.size = state.st_size
        if stat.S_ISREG(state.st_mode) and not state.st_size:
            file.close()
            raise MediaError(f"{self.source} is empty. Copy it again.")
        return cast("BinaryIO", KeptEnds(file, self.size))

    def expect(self, *, is_sequential: bool) -> None:
        """
        Tell the system whether to read ahead, which triples what jumps read from a disk.

        A hint only: systems without it, and remote files, do as they like.
        """
        if isinstance(self.source, Path) and hasattr(os, "posix_fadvise"):
            advice = os.POSIX_FADV_SEQUENTIAL if is_sequential else os.POSIX_FADV_RANDOM
            os.posix_fadvise(self._file.fileno(), 0, 0, advice)

    def read(self, size: int) -> bytes:
        if self._has_raised:  # PyAV brings one exception back; libavformat may ask again before
            return b""
        try:
            self._check()
            return self._read(size)
        except BaseException:
            self._has_raised = True
            raise

    def _read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except OSError:
            with in_our_words(self.source, (OSError,)):  # entered for errors only: it costs 2 us
                raise

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """-1 for a place that no file has, as damaged headers name; FFmpeg goes on from that."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            return -1

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
