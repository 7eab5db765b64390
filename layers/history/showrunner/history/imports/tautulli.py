"""Tautulli's history into ours: from its database file, or through its API."""

from itertools import chain, islice
from pathlib import Path

from showrunner.connections.models import ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.errors import InvalidInputError
from showrunner.history.imports.models import (
    REFUSALS_SHOWN,
    ImportCancelled,
    Imported,
    ImportOptions,
    RefusedRow,
    Watch,
)
from showrunner.history.imports.tautulli_api import TautulliSource, lines_of_page, take_lengths
from showrunner.history.imports.tautulli_file import tautulli_file
from showrunner.history.imports.tautulli_rows import prepare, refused, stage_rows
from showrunner.history.intake.absorbing import absorb_staged
from showrunner.history.intake.staging import Staging, staging
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.wiring import Home

__all__ = [
    "ImportCancelled",
    "ImportOptions",
    "Imported",
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
    watch.progress(total, total, None)
    result.added, result.changed = absorbed.added, absorbed.changed
    result.unchanged = absorbed.unchanged
    return result


def import_from_api(
    home: Home, client: TautulliSource, options: ImportOptions, watch: Watch
) -> Imported:
    """
    The same through Tautulli's API, page by page, oldest first.

    Each page is whole before `watch` hears of it; `resume_from` goes on after the
    last one. The API tells how far somebody got in percent only: where that is
    comes from the length of the item, if a sync of the server's libraries said it.
    Raises InvalidInputError (no Plex connection), what the client and `watch` raise.
    """
    _check_connection(home, options)
    people = [Account(one.user_id, one.username or "", one.email) for one in client.users()]
    note_accounts(home.documents, options.connection_id, people, home.clock.now())
    result, cursor = Imported(), options.resume_from
    limit = _PAGE_WITH_DETAILS if options.stream_details else _PAGE
    while True:
        page = client.history_page(
            cursor=cursor, since=options.since, until=options.before, limit=limit
        )
        lines = lines_of_page(home, client, page.rows, options)
        with staging() as stage:
            prepare(stage)
            take_lengths(stage, home, options)
            stage_rows(stage, lines, options, home.clock.now())
            _add(result, _looked_at(stage))
            absorbed = absorb_staged(home, stage, options.watched_percent)
        _add(result, Imported(0, absorbed.added, absorbed.changed, absorbed.unchanged))
        cursor = page.next_cursor or cursor
        watch.progress(result.rows, page.total, cursor)
        if page.next_cursor is None:
            return result


def _read_file(
    home: Home, stage: Staging, path: Path, options: ImportOptions, watch: Watch
) -> tuple[list[Account], int]:
    now = home.clock.now()
    with tautulli_file(path) as file:
        total, lines = file.count(), file.lines()
        while first := next(lines, None):
            watch.progress(0, total, None)
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
            self._watch.progress(self._processed, self._total, None)


def _looked_at(stage: Staging) -> Imported:
    shown, count = refused(stage)
    return Imported(rows=stage.count() + count, refused=shown, refused_count=count)


def _add(total: Imported, more: Imported) -> None:
    total.rows += more.rows
    total.added += more.added
    total.changed += more.changed
    total.unchanged += more.unchanged
    total.refused = (total.refused + more.refused)[:REFUSALS_SHOWN]
    total.refused_count += more.refused_count


def _check_connection(home: Home, options: ImportOptions) -> None:
    """Raises InvalidInputError unless the options name a Plex server of ours."""
    kinds = {one.id: one.kind for one in ConnectionStore(home.documents).list()}
    if kinds.get(options.connection_id) is not ConnectionKind.PLEX:
        raise InvalidInputError(
            "connection_id names no Plex server: say whose history Tautulli kept. "
            "Add the server first if it is not there."
        )
