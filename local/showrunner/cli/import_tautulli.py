"""`showrunner import-tautulli`: a Tautulli's database file into the history, at once."""

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from showrunner.cli.options import data_option, home_for
from showrunner.connections.store import ConnectionStore
from showrunner.history.imports.models import Imported, ImportOptions
from showrunner.history.imports.tautulli import import_database
from showrunner.plurals import count_of
from showrunner.syncs.tautullis import watched_by

SHOWN_EVERY_SECONDS = 1.0
_DAY = click.DateTime(formats=["%Y-%m-%d"])


class _Shown:
    """Tells on stderr, once a second, how far it is."""

    def __init__(self) -> None:
        self._told_at = time.monotonic()

    def progress(self, processed: int, total: int) -> None:
        if time.monotonic() - self._told_at < SHOWN_EVERY_SECONDS:
            return
        self._told_at = time.monotonic()
        click.echo(f"{processed} of {total} rows", err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--connection", help="Id of the Plex server of these plays, if there are several.")
@click.option("--since", type=_DAY, help="Only plays that began on this day (UTC) or later.")
@click.option("--before", type=_DAY, help="Only plays that began before this day (UTC).")
@data_option
def import_tautulli(
    file: Path,
    connection: str | None,
    since: datetime | None,
    before: datetime | None,
    data: Path,
) -> None:
    """
    Import the plays of FILE, a Tautulli's database (tautulli.db, or a backup of it).

    Run it as often as you like: what is known already changes nothing. A server
    that runs meanwhile need not be stopped.
    """
    home = home_for(data)
    plex = watched_by(None, ConnectionStore(home.documents).list(), connection)
    options = ImportOptions(connection_id=plex.id, since=_utc(since), before=_utc(before))
    imported = import_database(home, file, options, _Shown())
    click.echo(_summary(imported))
    for row in imported.refused:
        click.echo(f"row {row.row_id}: {row.problem}", err=True)


def _summary(imported: Imported) -> str:
    return (
        f"{count_of(imported.rows, 'row')}: {count_of(imported.added, 'new play')}, "
        f"{imported.changed} changed, {imported.unchanged} known already, "
        f"{imported.refused_count} refused"
    )


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None
