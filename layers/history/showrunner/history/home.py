"""The ledger of an installation: in the data folder, or in the bucket behind a cache."""

import os
import tempfile
import threading
from pathlib import Path
from weakref import WeakKeyDictionary

from showrunner.errors import SetupError
from showrunner.history.ledger.files import CachedFiles, FilesInPlace, PartFiles
from showrunner.history.ledger.ledger import Ledger
from showrunner.history.pages import History
from showrunner.wiring import EmbeddedHome, Home

CACHE_MB_VARIABLE = "SHOWRUNNER_HISTORY_CACHE_MB"
_DEFAULT_CACHE_MB = 400
"""A Lambda function has 512 MB of temporary storage unless its template gives it more."""

_opened: WeakKeyDictionary[Home, History] = WeakKeyDictionary()
_opening = threading.Lock()


def ledger_of(home: Home) -> Ledger:
    """The ledger in this home's blobs. Raises SetupError for a cache size that is no number."""
    part_files = _part_files(home)
    return Ledger(home.blobs, part_files, home.clock)


def history_of(home: Home) -> History:
    """The one of this process, which stays warm. Raises as `ledger_of`."""
    with _opening:
        if home not in _opened:
            _opened[home] = History(ledger_of(home), home.documents)
        return _opened[home]


def _part_files(home: Home) -> PartFiles:
    if isinstance(home, EmbeddedHome):
        return FilesInPlace(home.folder / "blobs")
    folder = Path(tempfile.gettempdir()) / "showrunner-history"
    limit_bytes = _cache_mb() * 1_000_000
    return CachedFiles(home.blobs, folder, limit_bytes)


def _cache_mb() -> int:
    text = os.environ.get(CACHE_MB_VARIABLE, str(_DEFAULT_CACHE_MB))
    if not text.isdecimal():
        raise SetupError(
            f"{CACHE_MB_VARIABLE} is {text[:20]!r}: give a number of megabytes, like 400."
        )
    return int(text)
