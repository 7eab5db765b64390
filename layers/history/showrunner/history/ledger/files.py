"""The ledger's parts as files that DuckDB can open."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from showrunner.adapters.atomic_files import make_folder, os_errors, write_unfinished
from showrunner.errors import SetupError
from showrunner.ports.blobs import Blobs

_DOWNLOADS_AT_ONCE = 8


class StoredFile(Protocol):
    """A blob whose content `etag` names: a part, a library's items."""

    @property
    def key(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def etag(self) -> str: ...


class PartFiles(Protocol):
    def paths(self, parts: Sequence[StoredFile]) -> list[Path]:
        """A readable file for each part, in their order. Raises SetupError when one is lost."""


class FilesInPlace:
    """For blobs that are files already: `root` is the folder of FileBlobs."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def paths(self, parts: Sequence[StoredFile]) -> list[Path]:
        return [self._present(part) for part in parts]

    def _present(self, part: StoredFile) -> Path:
        path = self._root.joinpath(*part.key.split("/"))
        if not path.is_file():
            raise _lost(part)
        return path


class CachedFiles:
    """
    Copies of blobs in `folder`, named by key and etag, together at most `limit_bytes`.

    What was not asked for longest makes room, never what is asked for now: parts
    that together are over the limit raise SetupError before anything is copied.
    """

    def __init__(self, blobs: Blobs, folder: Path, limit_bytes: int) -> None:
        self._blobs = blobs
        self._folder = folder
        self._limit_bytes = limit_bytes

    def paths(self, parts: Sequence[StoredFile]) -> list[Path]:
        wanted = {self._path(part): part for part in parts}
        self._check_room(parts)
        with os_errors(self._folder):
            make_folder(self._folder)
            missing = [path for path in wanted if not path.exists()]
            self._make_room(set(wanted), sum(wanted[path].size_bytes for path in missing))
            with ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as pool:
                list(pool.map(lambda path: self._copy(wanted[path], path), missing))
            for path in wanted:
                os.utime(path)
        return [self._path(part) for part in parts]

    def _path(self, part: StoredFile) -> Path:
        name = hashlib.sha256(f"{part.key} {part.etag}".encode()).hexdigest()
        return self._folder / f"{name[:32]}.parquet"

    def _check_room(self, parts: Sequence[StoredFile]) -> None:
        needed_bytes = sum(part.size_bytes for part in parts)
        if needed_bytes > self._limit_bytes:
            raise SetupError(
                f"This question reads {needed_bytes / 1e6:.0f} MB of history, the cache holds "
                f"{self._limit_bytes / 1e6:.0f} MB: raise SHOWRUNNER_HISTORY_CACHE_MB (and the "
                "function's temporary storage), or ask for fewer months."
            )

    def _make_room(self, wanted: set[Path], coming_bytes: int) -> None:
        facts = {path: path.stat() for path in self._folder.glob("*.parquet")}
        surplus = sum(fact.st_size for fact in facts.values()) + coming_bytes - self._limit_bytes
        for path in sorted(facts.keys() - wanted, key=lambda path: facts[path].st_mtime_ns):
            if surplus <= 0:
                return
            path.unlink(missing_ok=True)
            surplus -= facts[path].st_size

    def _copy(self, part: StoredFile, path: Path) -> None:
        blob = self._blobs.get(part.key)
        if blob is None or blob.info.etag != part.etag:
            raise _lost(part)
        unfinished = write_unfinished(self._folder, blob.data)
        unfinished.replace(path)


def _lost(part: StoredFile) -> SetupError:
    return SetupError(
        f"{part.key} of the history is missing or was changed: put it back from your backup."
    )
