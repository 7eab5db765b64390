"""The one writer's side of the ledger. README.md tells how a change comes about."""

import secrets
import tempfile
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from showrunner.errors import ConflictError
from showrunner.history.ledger.change import Change, Written
from showrunner.history.ledger.columns import FORMAT, ROWS_IN_A_GROUP
from showrunner.history.ledger.engine import damaged_parts, open_engine
from showrunner.history.ledger.files import PartFiles
from showrunner.history.ledger.manifest import (
    PLAYS_PREFIX,
    Manifest,
    PartFile,
    load_manifest,
    save_manifest,
)
from showrunner.history.ledger.reading import rows_of
from showrunner.plays.models import Play
from showrunner.ports.blobs import Blobs
from showrunner.ports.clock import Clock

_ATTEMPTS = 5
READERS_ARE_DONE_AFTER = timedelta(hours=1)
"""A question that began before a part was replaced is answered by then."""
WRITERS_ARE_DONE_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a call did, in plays; all 0: the ledger said so already, its version stays."""

    added: int = 0
    changed: int = 0
    removed: int = 0


class Ledger:
    """
    Finished plays for good. Any number of processes may write and read at the same time.

    A change is there as a whole once its manifest is; a writer that dies, or loses
    the race five times (ConflictError), has changed nothing.
    """

    def __init__(self, blobs: Blobs, part_files: PartFiles, clock: Clock) -> None:
        self.blobs = blobs
        self.part_files = part_files
        self.clock = clock

    def manifest(self) -> Manifest:
        return load_manifest(self.blobs)[0]

    def write(
        self, plays: Iterable[Play], *, dropped: Iterable[str] = (), version: int | None = None
    ) -> Changed:
        """
        Hold these plays as they are now, and those ids no more.

        Known ids are replaced, the same facts again change nothing. `version`: that
        of the manifest at the time from which the plays are; what others wrote since
        may be newer, so then it raises ConflictError. Raises InvalidInputError, before
        anything is written, for a play that is still open.
        """
        with tempfile.TemporaryDirectory() as folder, closing(open_engine()) as engine:
            change = Change(engine, Path(folder))
            change.take(plays, dropped)
            return self._until_written(change, version=version)[0]

    def write_rows(
        self,
        engine: duckdb.DuckDBPyConnection,
        rows: str,
        *,
        dropped: Iterable[str] = (),
        read: Manifest | None = None,
    ) -> tuple[Changed, Manifest]:
        """
        As `write`, for plays that are rows of `engine` already: too many to be objects.

        `rows` is SQL that stands for a table with the columns of a play, one row an
        id. `read`: the ledger from which they were made; ConflictError when others
        wrote since in a month that changes. The answer has the manifest with the change.
        """
        with tempfile.TemporaryDirectory() as folder:
            change = Change(engine, Path(folder))
            change.take_rows(rows, dropped)
            return self._until_written(change, read=read)

    def drop_before(self, moment: datetime) -> Changed:
        """
        Retention: forget every play that began before `moment` (aware).

        Parts that are wholly older go unread, so it matters neither how many they are
        nor whether they are whole; the part around `moment` is read and written anew.
        """
        gone = self._drop_parts_before(moment)
        with tempfile.TemporaryDirectory() as folder, closing(open_engine()) as engine:
            change = Change(engine, Path(folder))
            old = [part for part in self.manifest().parts() if part.first_started_at < moment]
            if not old:
                return Changed(removed=gone)
            with damaged_parts():
                change.drop_before(moment, self.part_files.paths(old))
            rest = self._until_written(change)[0]
        return Changed(removed=gone + rest.removed)

    def _drop_parts_before(self, moment: datetime) -> int:
        for _ in range(_ATTEMPTS):
            manifest, etag = load_manifest(self.blobs)
            kept = {
                month: tuple(part for part in facts.parts if part.last_started_at >= moment)
                for month, facts in manifest.months.items()
            }
            later = manifest.with_months(kept, self.clock.now())
            if later.months == manifest.months:
                return 0
            with suppress(ConflictError):
                save_manifest(self.blobs, later, etag)
                return manifest.plays - later.plays
        raise ConflictError("The history is being changed all the time: try again later.")

    def sweep(self) -> int:
        """Delete files that are no part any more, and what dead writers left; how many."""
        # Listed before the manifest is read: a file that comes later is not in the list.
        files = list(self.blobs.list(PLAYS_PREFIX))
        manifest, etag = load_manifest(self.blobs)
        now = self.clock.now()
        parts = {part.key for part in manifest.parts()}
        doomed = [
            file.key
            for file in files
            if file.key not in parts and _is_over(file.key, file.modified_at, manifest, now)
        ]
        if doomed:
            left = {key: at for key, at in manifest.retired.items() if key not in doomed}
            later = manifest.model_copy(update={"version": manifest.version + 1, "retired": left})
            # A writer so slow that its files look abandoned now finds another manifest.
            save_manifest(self.blobs, later, etag)
        for key in doomed:
            self.blobs.delete(key)
        return len(doomed)

    def _until_written(
        self, change: Change, *, version: int | None = None, read: Manifest | None = None
    ) -> tuple[Changed, Manifest]:
        for attempt in range(_ATTEMPTS):
            manifest, etag = load_manifest(self.blobs)
            with damaged_parts():
                months = change.compare(manifest, self.part_files)
            if version not in (None, manifest.version) or _differ(months, manifest, read):
                raise ConflictError("The history was changed meanwhile: read the plays again.")
            if not months:
                return Changed(), manifest
            try:
                later = self._replace(change, months, manifest, etag)
            except ConflictError:
                if attempt + 1 == _ATTEMPTS:
                    raise
            else:
                return Changed(*change.counts()), later
        raise AssertionError

    def _replace(
        self, change: Change, months: dict[str, set[str]], manifest: Manifest, etag: str
    ) -> Manifest:
        # Nothing is deleted when the race is lost: an answer that got lost on its way looks the
        # same, and then these very files are the ledger. The sweep knows after a day.
        parts = {
            month: self._month(change, month, manifest, outdated)
            for month, outdated in months.items()
        }
        later = manifest.with_months(parts, self.clock.now())
        save_manifest(self.blobs, later, etag)
        return later

    def _month(
        self,
        change: Change,
        month: str,
        manifest: Manifest,
        outdated: set[str],
    ) -> tuple[PartFile, ...]:
        """
        The month's parts afterwards: full ones stay; small ones, and those with old facts or
        of an earlier format, go.
        """
        present = manifest.months[month].parts if month in manifest.months else ()
        old = [
            part
            for part in present
            if part.key in outdated or part.plays < ROWS_IN_A_GROUP or part.format < FORMAT
        ]
        with damaged_parts():
            files = change.write_month(month, rows_of(old, self.part_files) if old else None)
            written = [self._put(month, manifest.version + 1, file) for file in files]
        return (*(part for part in present if part not in old), *written)

    def _put(self, month: str, version: int, written: Written) -> PartFile:
        # Never a name again: what sweeps take for abandoned must not come back to life.
        name = f"part-{version:08}-{secrets.token_hex(6)}.parquet"
        data = written.path.read_bytes()
        info = self.blobs.put(f"{PLAYS_PREFIX}month={month}/{name}", data, etag="")
        return PartFile(
            key=info.key,
            plays=written.plays,
            size_bytes=info.size_bytes,
            etag=info.etag,
            first_started_at=written.first_started_at,
            last_started_at=written.last_started_at,
            first_id=written.first_id,
            last_id=written.last_id,
            format=FORMAT,
        )


def _differ(months: Iterable[str], manifest: Manifest, read: Manifest | None) -> bool:
    return read is not None and any(
        manifest.months.get(month) != read.months.get(month) for month in months
    )


def _is_over(key: str, modified_at: datetime, manifest: Manifest, now: datetime) -> bool:
    if retired_at := manifest.retired.get(key):
        return now - retired_at > READERS_ARE_DONE_AFTER
    return now - modified_at > WRITERS_ARE_DONE_AFTER
