import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path

from showrunner.adapters.atomic_files import (
    UNFINISHED_PREFIX,
    locked,
    make_folder,
    os_errors,
    sync_folder,
    write_unfinished,
)
from showrunner.adapters.blob_keys import check_blob_key, is_blob_key
from showrunner.errors import ConflictError, InvalidInputError
from showrunner.ports.blobs import Blob, BlobInfo

_LOCK_NAME = "~lock"
_ABANDONED_AFTER_SECONDS = 24 * 3600
_HASH_ATTRIBUTE = "user.showrunner.content"


class FileBlobs:
    """
    Blobs as plain files under `root`, with the key as their path.

    The etag is the content's SHA-256. Linux keeps it beside the content (an
    extended attribute); elsewhere, `stat` and `list` read the files to know it.
    A key cannot be the folder of another one (`a` beside `a/b`): InvalidInputError.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        with os_errors(root):
            make_folder(root)

    def put(self, key: str, data: bytes, *, etag: str | None = None) -> BlobInfo:
        path = self._path(key)
        with os_errors(path), _key_clashes(key):
            make_folder(path.parent)
            unfinished = write_unfinished(path.parent, data)
            try:
                info = _remember_hash(key, unfinished, data)
                # Without the lock, two writers could both find the etag they expect.
                with locked(self._root / _LOCK_NAME):
                    self._check_etag(key, etag)
                    unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)
            sync_folder(path.parent)
        return info

    def _check_etag(self, key: str, etag: str | None) -> None:
        if etag is None:
            return
        present = self.stat(key)
        if etag != (present.etag if present else ""):
            raise ConflictError(
                f"Blob {key} was written by someone else meanwhile: read it again, then write."
            )

    def get(self, key: str) -> Blob | None:
        path = self._path(key)
        with os_errors(path):
            file = _opened(path)
            if file is None:
                return None
            with file:
                data = file.read()
                return Blob(data, _info(key, file, hashlib.sha256(data).hexdigest()))

    def stat(self, key: str) -> BlobInfo | None:
        return self._stat(key, self._path(key))

    def _stat(self, key: str, path: Path) -> BlobInfo | None:
        with os_errors(path):
            file = _opened(path)
            if file is None:
                return None
            with file:
                return _info(key, file, _content_hash(file))

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        for key, path in _keys(self._root, "", prefix):
            # None: deleted since the folder was read.
            if info := self._stat(key, path):
                yield info

    def delete(self, key: str) -> None:
        path = self._path(key)
        with os_errors(path), suppress(FileNotFoundError, NotADirectoryError):
            if not path.is_dir():
                with locked(self._root / _LOCK_NAME):
                    path.unlink()
                sync_folder(path.parent)

    def _path(self, key: str) -> Path:
        check_blob_key(key)
        return self._root.joinpath(*key.split("/"))


@contextmanager
def _key_clashes(key: str) -> Iterator[None]:
    try:
        yield
    except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise InvalidInputError(
            f"Blob {key} cannot be a file: its key is the folder of other keys, or a part of it is "
            "itself a key. Choose another key."
        ) from error


def _opened(path: Path) -> BufferedReader | None:
    """The file for reading; None when it, or a folder of its path, is not there."""
    try:
        return path.open("rb")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (IsADirectoryError, PermissionError):
        # Windows reports a folder as a lack of permission.
        if path.is_dir():
            return None
        raise


def _info(key: str, file: BufferedReader, etag: str) -> BlobInfo:
    facts = os.fstat(file.fileno())
    return BlobInfo(key, facts.st_size, etag, datetime.fromtimestamp(facts.st_mtime, UTC))


def _remember_hash(key: str, path: Path, data: bytes) -> BlobInfo:
    """Keep the hash with the file, next to the time and size that it is true for."""
    digest = hashlib.sha256(data).hexdigest()
    with path.open("rb") as file:
        if sys.platform == "linux":
            # Not every file system has attributes; then readers hash the content.
            with suppress(OSError):
                os.setxattr(file.fileno(), _HASH_ATTRIBUTE, f"{_stamp(file)}:{digest}".encode())
        return _info(key, file, digest)


def _content_hash(file: BufferedReader) -> str:
    if sys.platform == "linux":
        with suppress(OSError):
            stamp, _, digest = os.getxattr(file.fileno(), _HASH_ATTRIBUTE).decode().partition(":")
            # A file that somebody edited by hand no longer has the time it was put.
            if stamp == _stamp(file):
                return digest
    return hashlib.file_digest(file, "sha256").hexdigest()


def _stamp(file: BufferedReader) -> str:
    facts = os.fstat(file.fileno())
    return f"{facts.st_mtime_ns}-{facts.st_size}"


def _keys(folder: Path, above: str, prefix: str) -> Iterator[tuple[str, Path]]:
    """Keys in their order: a folder sorts as its name with the `/` that follows it in keys."""
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        names = sorted(entry.name + "/" if entry.is_dir() else entry.name for entry in entries)
        for name in names:
            key = above + name
            path = folder / name
            if name.startswith(UNFINISHED_PREFIX):
                _clear_abandoned(path)
            elif name.endswith("/"):
                if key.startswith(prefix) or prefix.startswith(key):
                    yield from _keys(path, key, prefix)
            elif key.startswith(prefix) and is_blob_key(key):
                yield key, path


def _clear_abandoned(path: Path) -> None:
    """Remove what a killed writer left, once no living one can still be at it."""
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
            path.unlink()
