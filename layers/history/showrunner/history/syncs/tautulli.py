"""An import from a Tautulli as a sync: where the rows come from, and how it is watched."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
    Through the API a step of pages, which goes on where the one before ended; False: there is more.

    A database is read in one message, as long as its worker lives; where that is
    about to stop the next begins it anew.
    """
    order = work.run.order or ImportOrder()
    if order.tautulli_id:
        return _from_api(work, order, order.tautulli_id)
    return _from_database(work, order)


def _from_api(work: Work, order: ImportOrder, tautulli_id: str) -> bool:
    if work.run.cursor.get("is_done"):  # a worker that died right after the last page
        return True
    tautulli = ConnectionStore(work.home.documents).get(tautulli_id)
    patient = tautulli.model_copy(update={"timeout_seconds": PAGE_TIMEOUT_SECONDS})
    with work.means.make_service(patient, work.home.secrets) as client:
        source = tautulli_of(work.connection, client)
        for page in imports.import_from_api(work.home, source, _options(work, order)):
            is_done = page.resume_from is None
            cursor = {"resume_from": page.resume_from, "is_done": is_done}
            total = work.run.total if page.total is None else page.total
            _note(work, page.imported, page.imported.rows, total=total, cursor=cursor)
            if work.is_time_up:
                return is_done
    return True


def _from_database(work: Work, order: ImportOrder) -> bool:
    watch = _Watch(work)
    try:
        with _database(work, order) as path:
            imported = imports.import_database(work.home, path, _options(work, order), watch)
    except ImportCancelled:
        if watch.is_over:
            raise SyncOverError from None
        return False
    _note(work, imported, 0)  # the watch was told of all
    if order.upload_id:
        remove_upload(work.home, order.upload_id)
    return True


class _Watch:
    """Writes down how far the import is, and ends it when it is called off or the worker stops."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.is_over = False

    def progress(self, processed: int, total: int) -> None:
        try:
            self._work.note(processed=processed, total=total)
        except SyncOverError:
            self.is_over = True
            raise ImportCancelled from None
        if self._work.means.is_stopping():
            raise ImportCancelled


def _options(work: Work, order: ImportOrder) -> ImportOptions:
    return ImportOptions(
        connection_id=work.connection.id,
        since=order.since,
        before=order.before,
        resume_from=work.run.cursor.get("resume_from"),
        stream_details=order.stream_details,
        watched_percent=work.watched_percent,
    )


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


def _note(work: Work, imported: Imported, more_rows: int, **facts: Any) -> None:
    """Counts and the place where the next step goes on are one write: a row counts once."""
    problems = tuple(f"Row {row.row_id}: {row.problem}" for row in imported.refused)
    counts = work.count(
        processed=more_rows,
        added=imported.added,
        changed=imported.changed,
        unchanged=imported.unchanged,
        refused=imported.refused_count,
    )
    work.note(problems, **counts, **facts)
