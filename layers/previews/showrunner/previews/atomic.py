"""
Outputs that appear complete or not at all.

Work happens under a hidden name in the destination's own file system, known by
`.showrunner-partial`: media servers skip hidden names, and what a killed process
left for a destination is swept by its parent, at the latest by the next one that begins it.
"""

import contextlib
import ctypes
import hashlib
import os
import secrets
import shutil
import sys
from pathlib import Path

PARTIAL_SUFFIX = ".showrunner-partial"

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def new_partial(final: Path, beside: Path) -> Path:
    """
    A fresh path beside `beside` for the making of `final`; older leftovers of `final` are gone.

    The folder is made when missing. The name is a digest, so that it fits
    wherever `final`'s own name does.
    """
    beside.parent.mkdir(parents=True, exist_ok=True)
    _remove_partials(final, beside, "*")
    name = f".{_digest(final)}.{os.getpid()}.{secrets.token_hex(4)}{PARTIAL_SUFFIX}"
    return beside.parent / name


def sweep(final: Path, beside: Path, process_id: int) -> None:
    """Remove what the dead process `process_id` left of `final`; others may be making it anew."""
    _remove_partials(final, beside, f"{process_id}.*")


def _remove_partials(final: Path, beside: Path, whose: str) -> None:
    for leftover in beside.parent.glob(f".{_digest(final)}.{whose}{PARTIAL_SUFFIX}"):
        remove(leftover)


def _digest(final: Path) -> str:
    return hashlib.sha256(os.fsencode(final.absolute())).hexdigest()[:16]


def remove(path: Path) -> None:
    """Make sure that no file or folder is at `path`."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def publish_file(partial: Path, final: Path) -> None:
    """Move the synced file into place; readers see the old one or the new one."""
    partial.replace(final)
    sync_folder(final.parent)


def publish_folder(partial: Path, final: Path) -> None:
    """
    Move the synced folder into place, the older one away.

    One step where the system can exchange two names (Linux); elsewhere the name
    is missing for a moment between two renames.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    if not final.exists():
        partial.rename(final)
    elif _exchange(partial, final):
        shutil.rmtree(partial, ignore_errors=True)
    else:
        aside = partial.with_name("." + secrets.token_hex(4) + partial.name)
        final.rename(aside)
        partial.rename(final)
        shutil.rmtree(aside, ignore_errors=True)
    sync_folder(final.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut, where the system lets a folder be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _exchange(first: Path, second: Path) -> bool:
    """Swap two names in one step; False where the system or file system cannot."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    names = os.fsencode(first), os.fsencode(second)
    answer: int = rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    return answer == 0
