"""Tautulli's history into ours: from its database file, or through its API."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from showrunner.connections.models import ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.errors import InvalidInputError
from showrunner.history.imports.models import (
    ImportCancelled,
    Imported,
    ImportedPage,
    ImportOptions,
    RefusedRow,
    Watch,
)
from showrunner.history.imports.tautulli_api import TautulliSource, lines_of_page, take_lengths
from showrunner.history.imports.tautulli_file import tautulli_file
from showrunner.history.imports.tautulli_rows import prepare, refused, stage_rows
from showrunner.history.intake.absorbing import Absorbed, absorb_staged
from showrunner.history.intake.staging import Staging, staging
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.wiring import Home

__all__ = [
    "ImportCancelled",
    "ImportOptions",
    "Imported",
    "ImportedPage",
    "RefusedRow",
    "Watch",
    "import_database",
    "import_from_api",
]

_ROWS_AT_ONCE = 125_000
"""As many as the engine lays into its file at once."""
_TOLD_EVERY = 1000
_PAGE, _PAGE_WITH_DETAILS = 5000, 500
"""Of the API; a page takes Tautulli as long as a thousand rows or five."""


def import_database(home: Home, path: Path, options: ImportOptions, watch: Watch) -> Imported:
    """
    Everything that a `tautulli.db` says of plays and people; running twice changes nothing.

    The file is only read, as it is at one moment. Its rows are read first, then
    written month by month: cut short it is done again from the start, and what
    is there already costs little. Raises NotFoundError, NotReadyError (locked),
    InvalidInputError (damaged, another program's, no Plex connection), what
    `watch` raises.
    """
    _check_connection(home, options)
    with staging() as stage:
        prepare(stage)
        accounts, total = _read_file(home, stage, path, options, watch)
        note_accounts(home.documents, options.connection_id, accounts, home.clock.now())
        result = _looked_at(stage)
        steps = _Steps(watch, result.refused_count, total)
        absorbed = absorb_staged(home, stage, options.watched_percent, steps.done)
    watch.progress(total, total)
    return _with_plays(result, absorbed)


def import_from_api(
    home: Home, client: TautulliSource, options: ImportOptions
) -> Iterator[ImportedPage]:
    """
    The same through Tautulli's API, page by page, oldest first.

    Each page is whole before the next is asked for: who stops in between goes on
    with its `resume_from`. The API tells how far somebody got in percent only: where
    that is comes from the length of the item, if a sync of the server's libraries
    said it. Raises InvalidInputError (no Plex connection), what the client raises.
    """
    _check_connection(home, options)
    users = [one for one in client.users() if one.is_somebody]
    people = [Account(one.user_id, one.username or "", one.email) for one in users]
    note_accounts(home.documents, options.connection_id, people, home.clock.now())
    cursor, limit = options.resume_from, _PAGE_WITH_DETAILS if options.stream_details else _PAGE
    while True:
        page = client.history_page(
            cursor=cursor, since=options.since, until=options.before, limit=limit
        )
        imported = _import_rows(home, lines_of_page(home, client, page.rows, options), options)
        yield ImportedPage(imported, page.total, page.next_cursor)
        if page.next_cursor is None:
            return
        cursor = page.next_cursor


def _import_rows(home: Home, lines: Iterable[str], options: ImportOptions) -> Imported:
    with staging() as stage:
        prepare(stage)
        take_lengths(stage, home, options)
        stage_rows(stage, lines, options, home.clock.now())
        result = _looked_at(stage)
        absorbed = absorb_staged(home, stage, options.watched_percent)
    return _with_plays(result, absorbed)


def _read_file(
    home: Home, stage: Staging, path: Path, options: ImportOptions, watch: Watch
) -> tuple[list[Account], int]:
    now = home.clock.now()
    with tautulli_file(path) as file:
        total, lines = file.count(), file.lines()
        while first := next(lines, None):
            watch.progress(0, total)
            stage_rows(stage, chain([first], islice(lines, _ROWS_AT_ONCE - 1)), options, now)
        return file.accounts(), total


class _Steps:
    """Tells of rows that are done, but not of each."""

    def __init__(self, watch: Watch, processed: int, total: int) -> None:
        self._watch, self._processed, self._total = watch, processed, total
        self._told = 0

    def done(self, rows: int) -> None:
        self._processed = min(self._total, self._processed + rows)
        if self._processed - self._told >= _TOLD_EVERY:
            self._told = self._processed
            self._watch.progress(self._processed, self._total)


def _looked_at(stage: Staging) -> Imported:
    shown, count = refused(stage)
    return Imported(rows=stage.count() + count, refused=shown, refused_count=count)


def _with_plays(looked_at: Imported, absorbed: Absorbed) -> Imported:
    return replace(
        looked_at,
        added=absorbed.added,
        changed=absorbed.changed,
        unchanged=absorbed.unchanged,
    )


def _check_connection(home: Home, options: ImportOptions) -> None:
    """Raises InvalidInputError unless the options name a Plex server of ours."""
    kinds = {one.id: one.kind for one in ConnectionStore(home.documents).list()}
    if kinds.get(options.connection_id) is not ConnectionKind.PLEX:
        raise InvalidInputError(
            "connection_id names no Plex server: say whose history Tautulli kept. "
            "Add the server first if it is not there."
        )
