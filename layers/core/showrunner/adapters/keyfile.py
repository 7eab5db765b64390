import os
import stat
from pathlib import Path

from showrunner.adapters.atomic_files import (
    locked,
    make_folder,
    os_errors,
    sync_folder,
    write_unfinished,
)
from showrunner.adapters.sealing import KEY_BYTES, open_with, seal_with, unpacked
from showrunner.errors import SetupError

_SCHEME = "file1"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyFileSecrets:
    """
    Secrets under a random key in the file `path`, made on the first seal.

    The file belongs in every backup: without it no sealed secret opens again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key: bytes | None = None

    def seal(self, plain: str) -> str:
        with os_errors(self._path):
            if self._key is None and not self._path.exists():
                self._make_key()
        return seal_with(self._loaded_key(), _SCHEME, plain)

    def open(self, sealed: str) -> str:
        payload = unpacked(sealed, _SCHEME)
        return open_with(self._loaded_key(), _SCHEME, payload)

    def _make_key(self) -> None:
        make_folder(self._path.parent, mode=0o700)
        with locked(self._path.with_name(f"{self._path.name}.lock")):
            if not self._path.exists():
                key = os.urandom(KEY_BYTES)
                write_unfinished(self._path.parent, key, mode=0o600).replace(self._path)
                sync_folder(self._path.parent)

    def _loaded_key(self) -> bytes:
        if self._key is None:
            with os_errors(self._path):
                self._key = self._read_key()
        return self._key

    def _read_key(self) -> bytes:
        if not self._path.exists():
            raise SetupError(
                f"The key file {self._path} is missing: bring it back from a backup, "
                "or enter the secrets of all connections again."
            )
        # Windows keeps rights elsewhere; its mode bits say nothing.
        if os.name == "posix" and self._path.stat().st_mode & _OTHERS:
            raise SetupError(
                f"Others may read the key file {self._path}: run chmod 600 {self._path}"
            )
        key = self._path.read_bytes()
        if len(key) != KEY_BYTES:
            raise SetupError(
                f"The key file {self._path} has {len(key)} bytes instead of {KEY_BYTES}: "
                "bring it back from a backup."
            )
        return key
