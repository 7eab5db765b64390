"""The history of a backup, put in the place of what a home has."""

import hashlib
import json
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from showrunner.adapters.atomic_files import locked, os_errors
from showrunner.errors import SetupError, TryLaterError, WrongStateError
from showrunner.history.backup import (
    COLLECTIONS,
    FORMAT,
    INDEX_NAME,
    ITEMS_PREFIX,
    BackupIndex,
    entries,
)
from showrunner.history.home import ledger_of
from showrunner.history.ledger.care import verify
from showrunner.history.ledger.columns import FORMAT as LEDGER_FORMAT
from showrunner.history.ledger.manifest import (
    MANIFEST_KEY,
    PLAYS_PREFIX,
    Manifest,
    Month,
    PartFile,
    load_manifest,
    save_manifest,
)
from showrunner.ports.clock import from_iso, iso
from showrunner.ports.documents import Delete, Put, each
from showrunner.wiring import EmbeddedHome, Home

RESTORES, KEY = "history-restore", "unfinished"
"""A note that is there while a restore is at work, and stays when it was cut off."""

_CHANGES_AT_ONCE = 10
"""Plays with long timelines are large, and a write has 4 MB at most."""


def restore(home: Home, source: Path, *, force: bool = False) -> BackupIndex:
    """
    Make the history of a home that of a backup, whatever kind of home the backup is of.

    The file is checked as a whole first; the ledger changes in one step, at the end.
    Cut off, the same call again finishes it. Raises WrongStateError for a home that
    has a history, unless `force`; SetupError for a file that is no whole backup.
    """
    with _alone(home), _opened(source) as tar:
        index = _checked(tar, source)
        if not force and not _is_empty(home):
            raise WrongStateError(
                "There is a history already: --force puts the backup's in its place. "
                "(`showrunner backup` first keeps the present one.)"
            )
        return _Restore(home, tar, index).done()


class _Restore:
    def __init__(self, home: Home, tar: tarfile.TarFile, index: BackupIndex) -> None:
        self._home, self._tar, self._index = home, tar, index

    def done(self) -> BackupIndex:
        note = {"at": iso(self._home.clock.now()), "backup_made_at": self._index.made_at}
        self._home.documents.put(RESTORES, KEY, note)
        manifest = self._staged()
        if faults := verify(ledger_of(self._home), manifest):
            raise SetupError(f"{faults[0].key} of the backup: {faults[0].problem}")
        for collection in dict.fromkeys(COLLECTIONS):
            self._replace_documents(collection)
        self._replace_items()
        save_manifest(self._home.blobs, manifest, load_manifest(self._home.blobs)[1])
        self._home.documents.delete(RESTORES, KEY)
        return self._index

    def _staged(self) -> Manifest:
        """The backup's manifest, its parts put beside those of the present one."""
        present = load_manifest(self._home.blobs)[0]
        wanted = Manifest.model_validate_json(self._data(f"blobs/{MANIFEST_KEY}"))
        months = {
            name: Month(plays=month.plays, parts=tuple(self._put(part) for part in month.parts))
            for name, month in wanted.months.items()
        }
        kept = {part.key for month in months.values() for part in month.parts}
        now = self._home.clock.now()
        return Manifest(
            version=max(present.version, wanted.version) + 1,
            plays=wanted.plays,
            months=months,
            retired={part.key: now for part in present.parts() if part.key not in kept},
        )

    def _put(self, part: PartFile) -> PartFile:
        data = self._data(f"blobs/{part.key}")
        # Every kind of home has etags of its own.
        return part.model_copy(update={"etag": self._home.blobs.put(part.key, data).etag})

    def _replace_documents(self, collection: str) -> None:
        documents = self._home.documents
        wanted = {
            one["key"]: Put(collection, one["key"], one["body"], expires_at=_expiry(one))
            for entry in self._entries("documents/")
            if entry.name[len("documents/00-") :] == f"{collection}.jsonl"
            for one in map(json.loads, self._data(entry.name).splitlines())
        }
        present = [one.key for one in each(documents, collection)]
        changes: Iterator[Put | Delete] = chain(
            (Delete(collection, key) for key in present if key not in wanted), wanted.values()
        )
        while some := list(islice(changes, _CHANGES_AT_ONCE)):
            documents.write(some)

    def _replace_items(self) -> None:
        names = {entry.name for entry in self._entries(f"blobs/{ITEMS_PREFIX}")}
        for name in names:
            self._home.blobs.put(name.removeprefix("blobs/"), self._data(name))
        for info in list(self._home.blobs.list(ITEMS_PREFIX)):
            if f"blobs/{info.key}" not in names:
                self._home.blobs.delete(info.key)

    def _entries(self, start: str) -> Iterator[tarfile.TarInfo]:
        return entries(self._tar.getmembers(), start)

    def _data(self, name: str) -> bytes:
        return _content(self._tar, self._tar.getmember(name))


def unfinished_restore(home: Home) -> str | None:
    """When the backup was made whose restore was cut off; None: there is none."""
    note = home.documents.get(RESTORES, KEY)
    return str(note.body["backup_made_at"]) if note else None


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    with ExitStack() as stack:
        try:
            with os_errors(source):
                file = stack.enter_context(source.open("rb"))
            tar = stack.enter_context(tarfile.open(fileobj=file, mode="r:"))
        except tarfile.TarError as error:
            raise _no_backup(source) from error
        yield tar


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Nobody moves plays meanwhile; in AWS the owner has to see to that."""
    with ExitStack() as stack:
        if isinstance(home, EmbeddedHome):
            try:
                stack.enter_context(locked(home.folder / "server.lock", within_seconds=0))
            except TryLaterError as error:
                raise WrongStateError(
                    f"Showrunner is running on {home.folder}: stop it, then restore."
                ) from error
        yield


def _checked(tar: tarfile.TarFile, source: Path) -> BackupIndex:
    """Every entry is there as it was written, and nothing else is."""
    try:
        index = BackupIndex.model_validate_json(_content(tar, tar.getmember(INDEX_NAME)))
        found = {
            entry.name: hashlib.sha256(_content(tar, entry)).hexdigest()
            for entry in entries(tar.getmembers(), "")
            if entry.name != INDEX_NAME
        }
        said = _content(tar, tar.getmember(f"blobs/{MANIFEST_KEY}"))
        manifest = Manifest.model_validate_json(said)
    except (tarfile.TarError, KeyError, ValidationError) as error:
        raise _no_backup(source) from error
    if index.format > FORMAT or manifest.format > LEDGER_FORMAT:
        raise SetupError(f"{source} was made by a later Showrunner: update Showrunner.")
    parts = {f"blobs/{part.key}" for part in manifest.parts()}
    is_of_plays = all(name.startswith(f"blobs/{PLAYS_PREFIX}") for name in parts)
    if found != index.sha256 or not is_of_plays or parts - found.keys():
        raise _no_backup(source)
    return index


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(entry)
    data = file.read() if file else b""
    if len(data) != entry.size:
        raise tarfile.ReadError(entry.name)
    return data


def _is_empty(home: Home) -> bool:
    if unfinished_restore(home):
        return True
    return load_manifest(home.blobs)[0].plays == 0 and not any(
        home.documents.list(collection, limit=1) for collection in COLLECTIONS
    )


def _expiry(line: dict[str, Any]) -> Any:
    return from_iso(line["expires_at"]) if line["expires_at"] else None


def _no_backup(source: Path) -> SetupError:
    return SetupError(
        f"{source} is no whole backup of Showrunner: it was cut off or changed. "
        "Nothing was restored; take another one."
    )
