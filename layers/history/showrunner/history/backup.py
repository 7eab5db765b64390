"""
A copy of the history in one file, and back.

The file is a tar: `documents/<number>-<collection>.jsonl` (plays not in the ledger
yet, people), `blobs/<key>` (the ledger's manifest and the files it names, the items of
libraries) and, last, `index.json` with the SHA-256 of each: a file that was cut off has none.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

from pydantic import BaseModel

from showrunner.adapters.atomic_files import UNFINISHED_PREFIX, os_errors
from showrunner.errors import SetupError
from showrunner.history.ledger.manifest import MANIFEST_KEY, Manifest, load_manifest
from showrunner.history.recent import FORGOTTEN
from showrunner.people import settling as people
from showrunner.plays.index import INDEX
from showrunner.plays.store import OPEN, PLAYS, UNMOVED
from showrunner.ports.blobs import Blobs
from showrunner.ports.clock import iso
from showrunner.ports.documents import Documents, each
from showrunner.wiring import Home

FORMAT = 1
INDEX_NAME = "index.json"
ITEMS_PREFIX = "history/items/"

COLLECTIONS = (
    # What points at plays before and after them: one that changes meanwhile keeps its pointer.
    *(OPEN, UNMOVED, PLAYS, OPEN, UNMOVED, INDEX, FORGOTTEN),
    *(people.ACCOUNTS, people.SIGNS, people.DECISIONS, people.PERSONS, people.PENDING),
    people.STATE,
)
"""In the order in which they are read, all before the ledger: what moves meanwhile is in both."""

_TRIES = 3


class BackupIndex(BaseModel):
    """`plays` and `version` are those of the ledger, `sha256` by the names in the file."""

    format: int = FORMAT
    made_at: str
    plays: int
    version: int
    documents: int
    sha256: dict[str, str] = {}


def back_up(home: Home, destination: Path) -> BackupIndex:
    """
    Write the history of a home, which may be at work, to a file that is whole or not there.

    It names people and what they watched: only its owner may read it. Raises
    SetupError when it cannot be written, or a file of the ledger is lost.
    """
    unfinished = destination.with_name(f"{UNFINISHED_PREFIX}{token_hex(8)}")
    try:
        with os_errors(destination):
            unfinished.touch(mode=0o600, exist_ok=False)
            with tarfile.open(unfinished, "w") as tar:
                index = _Copy(home, tar).made()
            unfinished.replace(destination)
    finally:
        unfinished.unlink(missing_ok=True)
    return index


class _Copy:
    def __init__(self, home: Home, tar: tarfile.TarFile) -> None:
        self._home, self._tar = home, tar
        self._sha256: dict[str, str] = {}

    def made(self) -> BackupIndex:
        documents = sum(
            self._add_documents(number, collection) for number, collection in enumerate(COLLECTIONS)
        )
        manifest = self._add_ledger()
        for info in self._home.blobs.list(ITEMS_PREFIX):
            if blob := self._home.blobs.get(info.key):
                self._add(f"blobs/{info.key}", blob.data)
        index = BackupIndex(
            made_at=iso(self._home.clock.now()),
            plays=manifest.plays,
            version=manifest.version,
            documents=documents,
            sha256=dict(self._sha256),
        )
        self._add(INDEX_NAME, index.model_dump_json(indent=1).encode())
        return index

    def _add_documents(self, number: int, collection: str) -> int:
        lines = list(document_lines(self._home.documents, collection))
        self._add(f"documents/{number:02}-{collection}.jsonl", b"".join(lines))
        return len(lines)

    def _add_ledger(self) -> Manifest:
        """A part that went meanwhile was replaced: then the next manifest, with its parts."""
        for _ in range(_TRIES):
            manifest = load_manifest(self._home.blobs)[0]
            if self._add_parts(manifest, self._home.blobs):
                data = manifest.model_dump_json().encode()
                self._add(f"blobs/{MANIFEST_KEY}", data)
                return manifest
        raise SetupError(
            "A file of the history is missing: run `showrunner history verify`, which names it."
        )

    def _add_parts(self, manifest: Manifest, blobs: Blobs) -> bool:
        for part in manifest.parts():
            if f"blobs/{part.key}" in self._sha256:
                continue
            blob = blobs.get(part.key)
            if blob is None or blob.info.etag != part.etag:
                return False
            self._add(f"blobs/{part.key}", blob.data)
        return True

    def _add(self, name: str, data: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), 0o600
        entry.mtime = int(self._home.clock.now().timestamp())
        self._tar.addfile(entry, io.BytesIO(data))
        self._sha256[name] = hashlib.sha256(data).hexdigest()


def document_lines(documents: Documents, collection: str) -> Iterator[bytes]:
    """Each document as a line of JSON: `key`, `body`, `expires_at` (ISO 8601, or null)."""
    for one in each(documents, collection):
        expires_at = iso(one.expires_at) if one.expires_at else None
        line: dict[str, Any] = {"key": one.key, "body": one.body, "expires_at": expires_at}
        yield json.dumps(line).encode() + b"\n"


def entries(tar: Iterable[tarfile.TarInfo], start: str) -> Iterator[tarfile.TarInfo]:
    """The plain files of a backup whose name starts so."""
    return (entry for entry in tar if entry.isfile() and entry.name.startswith(start))
