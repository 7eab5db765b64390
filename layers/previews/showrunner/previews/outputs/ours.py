"""Taking back what we published: only what carries our fingerprint, in one step, or not at all."""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from showrunner.errors import MediaError, SetupError
from showrunner.previews import atomic
from showrunner.previews.bif import read_bif
from showrunner.previews.fingerprint import OutputFingerprint
from showrunner.previews.trickplay import read_trickplay


def fingerprint_at(output: Path) -> OutputFingerprint | None:
    """Of what a BIF or a folder of tiles was made; None: nothing there, not ours, or damaged."""
    try:
        return (read_trickplay(output) if output.is_dir() else read_bif(output)).fingerprint
    except (OSError, MediaError):
        return None


def withdraw(output: Path, is_anothers: Callable[[], bool]) -> bool:
    """
    Remove `output` if it is ours; True when it is gone now by our hand.

    It disappears under a hidden name first and `is_anothers` is asked after that:
    whoever publishes at this place says so before he looks at it, so either he
    finds the place empty, or we hear of him and put it back. A killed call
    is completed by its repetition. Raises SetupError when the folder does not let us.
    """
    try:
        return _withdraw(output, is_anothers)
    except OSError as error:
        raise SetupError(
            f"{output} cannot be removed: {error.strerror}. Check the folder's permissions."
        ) from error


def _withdraw(output: Path, is_anothers: Callable[[], bool]) -> bool:
    aside = _aside(output)
    if not os.path.lexists(aside):
        if fingerprint_at(output) is None:
            return False
        output.rename(aside)
    if is_anothers():
        _put_back(aside, output)
        return False
    atomic.remove(aside)
    remove_empty_folder(output)
    return True


def _put_back(aside: Path, output: Path) -> None:
    if os.path.lexists(output):
        atomic.remove(aside)
    else:
        aside.rename(output)


def remove_empty_folder(tiles: Path) -> None:
    """The folder that held nothing but these tiles goes with them."""
    if _is_tiles(tiles):
        with suppress(OSError):  # it holds the tiles of another width
            tiles.parent.rmdir()


def _is_tiles(output: Path) -> bool:
    return output.suffix != ".bif"


def _aside(output: Path) -> Path:
    """Tiles go beside their parent: Jellyfin prunes folders that it does not know inside."""
    folder = output.parent.parent if _is_tiles(output) else output.parent
    digest = hashlib.sha256(os.fsencode(output)).hexdigest()[:16]
    return folder / f".{digest}.retired{atomic.PARTIAL_SUFFIX}"
