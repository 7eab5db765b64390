"""An import from a Tautulli as a sync: where the rows come from, and how it is watched."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from showrunner.connections.store import ConnectionStore
from showrunner.history.imports import tautulli as imports
from showrunner.history.imports.models import ImportCancelled, Imported, ImportOptions
from showrunner.history.syncs.watched import tautulli_of
from showrunner.history.syncs.work import SyncOverError, Work
from showrunner.syncs.import_files import import_file
from showrunner.syncs.models import ImportOrder
from showrunner.syncs.uploads import remove_upload, write_whole

PAGE_TIMEOUT_SECONDS = 120
"""Tautulli takes 20 s for a page when it has a million rows."""


def sync_tautulli(work: Work) -> bool:
    """
    All rows, in one message as long as its worker lives; False when that is about to stop.

    The position that a killed worker reached last is where the next goes on.
    """
    order = work.run.order or ImportOrder()
    watch = _Watch(work)
    try:
        imported = _imported(work, order, watch)
    except ImportCancelled:
        if watch.is_over:
            raise SyncOverError from None
        return False
    _note(work, imported)
    if order.upload_id:
        remove_upload(work.home, order.upload_id)
    return True


class _Watch:
    """Writes down how far the import is, and ends it when it is called off or the worker stops."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._done_before = work.run.processed if work.run.cursor.get("resume_from") else 0
        self.is_over = False

    def progress(self, processed: int, total: int | None, resume_from: str | None) -> None:
        try:
            cursor = {"resume_from": resume_from}
            done = self._done_before + processed
            self._work.note(processed=done, total=total, cursor=cursor)
        except SyncOverError:
            self.is_over = True
            raise ImportCancelled from None
        if self._work.means.is_stopping():
            raise ImportCancelled


def _imported(work: Work, order: ImportOrder, watch: _Watch) -> Imported:
    options = ImportOptions(
        connection_id=work.connection.id,
        since=order.since,
        before=order.before,
        resume_from=work.run.cursor.get("resume_from"),
        stream_details=order.stream_details,
        watched_percent=work.watched_percent,
    )
    if order.tautulli_id:
        tautulli = ConnectionStore(work.home.documents).get(order.tautulli_id)
        patient = tautulli.model_copy(update={"timeout_seconds": PAGE_TIMEOUT_SECONDS})
        with work.means.make_service(patient, work.home.secrets) as client:
            source = tautulli_of(work.connection, client)
            return imports.import_from_api(work.home, source, options, watch)
    with _database(work, order) as path:
        return imports.import_database(work.home, path, options, watch)


@contextmanager
def _database(work: Work, order: ImportOrder) -> Iterator[Path]:
    if order.path:
        yield import_file(order.path, work.home)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tautulli.db"
        with path.open("wb") as file:
            write_whole(work.home, order.upload_id or "", file)
        yield path


def _note(work: Work, imported: Imported) -> None:
    problems = tuple(f"Row {row.row_id}: {row.problem}" for row in imported.refused)
    counts = work.count(
        added=imported.added,
        changed=imported.changed,
        unchanged=imported.unchanged,
        refused=imported.refused_count,
    )
    processed = max(work.run.processed, imported.rows)
    work.note(problems, processed=processed, **counts)
