"""Files that are whole or absent, whatever dies when; and locks between processes."""

import errno
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from showrunner.errors import SetupError, ShowrunnerError, TryLaterError

UNFINISHED_PREFIX = "~unfinished-"
"""Names of files that are still being written; `~` occurs in no blob key."""

_LOOK_AGAIN_SECONDS = 0.1
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def locked(path: Path, *, within_seconds: float | None = None) -> Iterator[None]:
    """
    Hold the lock that the file `path` stands for; a dead holder lets go.

    Others wait; with `within_seconds` not longer, and then raise TryLaterError.
    """
    with os_errors(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if within_seconds is None:
            _lock(descriptor)
        else:
            _lock_within(descriptor, path, within_seconds)
        yield
    finally:
        os.close(descriptor)


def _lock_within(descriptor: int, path: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not _try_to_lock(descriptor):
        if time.monotonic() > deadline:
            raise TryLaterError(f"Another process holds {path}: end it first.")
        time.sleep(_LOOK_AGAIN_SECONDS)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        while True:
            # LK_LOCK gives up after ten seconds: ask again.
            with suppress(OSError):
                return msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

    def _try_to_lock(descriptor: int) -> bool:
        with suppress(OSError):
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            return True
        return False
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def _try_to_lock(descriptor: int) -> bool:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False


def make_folder(folder: Path, *, mode: int = 0o777) -> None:
    """Make `folder` and its parents so that they survive a power cut."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode=mode)
    folder.mkdir(mode=mode, exist_ok=True)
    sync_folder(folder.parent)


def write_unfinished(folder: Path, data: bytes, *, mode: int = 0o666) -> Path:
    """A new file in `folder` that holds `data` durably, to be put into place by `os.replace`."""
    path = folder / f"{UNFINISHED_PREFIX}{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable; Windows can not and need not be asked."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def os_errors(path: Path) -> Iterator[None]:
    """Translate what the file system refuses at `path` into our errors."""
    try:
        yield
    except OSError as error:
        raise _translated(error, path) from error


def _translated(error: OSError, path: Path) -> ShowrunnerError:
    if error.errno in _NO_SPACE:
        return TryLaterError(f"No space is left to write {path}: free some, the work goes on then.")
    return SetupError(
        f"{path} cannot be used ({error.strerror}): give this user the right to read and write "
        "there, or choose another data directory."
    )
