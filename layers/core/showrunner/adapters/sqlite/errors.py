import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from showrunner.errors import SetupError, ShowrunnerError, TryLaterError

_NO_DATABASE = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_LEAST_FREE_BYTES = 64 * 1024
_UNUSABLE = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_PERM", "SQLITE_AUTH")


@contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """Translate what SQLite reports about the file `path`; our own mistakes pass unchanged."""
    try:
        yield
    except sqlite3.Error as error:
        translated = _translated(error, path)
        if translated is None:
            raise
        raise translated from error


def _translated(error: sqlite3.Error, path: Path) -> ShowrunnerError | None:
    # Extended codes continue the plain ones: SQLITE_BUSY_SNAPSHOT, SQLITE_IOERR_WRITE.
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith(_BUSY):
        return busy(path)
    if code.startswith("SQLITE_FULL") or (code.startswith("SQLITE_IOERR") and _is_full(path)):
        return TryLaterError(
            f"No space is left for the database {path}: free some, the work goes on then."
        )
    if code.startswith(_NO_DATABASE):
        return SetupError(
            f"{path} is no intact SQLite database ({error}): move it away or restore a backup."
        )
    if code.startswith(_UNUSABLE):
        return SetupError(
            f"The database {path} cannot be used ({error}): give this user the right to read and "
            "write it and its folder, or choose another data directory."
        )
    return None


def _is_full(path: Path) -> bool:
    """SQLite calls it an I/O error when there is no room for the file by which readers find."""
    with suppress(OSError):
        return shutil.disk_usage(path.parent).free < _LEAST_FREE_BYTES
    return False


def busy(path: Path) -> TryLaterError:
    """What a writer is told who waited too long for the others."""
    return TryLaterError(f"The database {path} is busy with other writers: try again soon.")
