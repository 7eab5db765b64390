"""What all sinks that write files share: work aside, publish at once, leave nothing."""

import contextlib
import errno
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from PIL.Image import Image

from showrunner.errors import ConflictError, SetupError, ShowrunnerError, TryLaterError
from showrunner.previews import atomic
from showrunner.previews.fingerprint import OutputFingerprint, SourceFingerprint


class PartialSink(ABC):
    """
    A sink whose output is `destination`, a file or a folder.

    `fingerprint` says what the output is made from and how; the output carries
    it, so that `is_fresh` can tell later. A sink that once failed repeats its
    error on `publish`.
    """

    def __init__(
        self,
        destination: Path,
        source: SourceFingerprint,
        *,
        width: int,
        interval_seconds: int,
        quality: int,
    ) -> None:
        self.destination = destination
        self.width = width
        self.interval_seconds = interval_seconds
        self.fingerprint = OutputFingerprint(source, interval_seconds, width, quality)
        self._partial: Path | None = None
        self._count = 0
        self._added = 0
        self._failure: ShowrunnerError | None = None

    @abstractmethod
    def is_fresh(self) -> bool:
        """True when a complete output of this very fingerprint is there already."""

    @abstractmethod
    def _start(self, count: int, size: tuple[int, int]) -> Path:
        """Begin aside; gives where."""

    @abstractmethod
    def _take(self, index: int, picture: Image) -> None: ...

    @abstractmethod
    def _finish(self, partial: Path) -> list[Path]:
        """Sync what is at `partial` and move it into place; gives the files."""

    @abstractmethod
    def _let_go(self) -> None:
        """Close and forget whatever is open."""

    def begin(self, count: int, size: tuple[int, int]) -> None:
        self.abandon()
        self._failure = None
        with self._explained():
            self._partial = self._start(count, size)
        self._count = count

    def add(self, index: int, picture: Image) -> None:
        if self._partial is None or index != self._added or index >= self._count:
            raise ValueError(f"picture {index} of {self._count} after {self._added}")
        with self._explained():
            self._take(index, picture)
        self._added += 1

    def publish(self) -> list[Path]:
        if self._failure:
            raise self._failure
        if self._partial is None or self._added != self._count:
            raise ValueError(f"{self._added} of {self._count} pictures: not published")
        with self._explained():
            files = self._finish(self._partial)
        self._forget()
        return files

    def abandon(self) -> None:
        # To close a file writes what is left of it, for which there may be no room.
        with contextlib.suppress(OSError):
            self._let_go()
        if self._partial is not None:
            atomic.remove(self._partial)
        self._forget()

    def _forget(self) -> None:
        self._partial, self._count, self._added = None, 0, 0

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """The system's refusals in our words, remembered for `publish`."""
        try:
            yield
        except OSError as error:
            self._failure = self._refusal(error)
            raise self._failure from error

    def _refusal(self, error: OSError) -> ShowrunnerError:
        if self._partial is not None and not self._partial.exists():
            return ConflictError(
                f"Another process began {self.destination} meanwhile; this one gave way. "
                "Try again later."
            )
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return TryLaterError(
                f"No space is left to write {self.destination}: free some, it is tried again then."
            )
        return SetupError(
            f"{self.destination} cannot be written: {error.strerror}. "
            "Check the folder's permissions and free space."
        )
