"""The history as files: exports, backups, and whether it is sound."""

import sys
from contextlib import closing
from pathlib import Path

import click

from showrunner.cli.options import data_option, home_for
from showrunner.errors import InvalidInputError
from showrunner.history.backup import back_up
from showrunner.history.home import ledger_of
from showrunner.history.ledger.care import ExportForm, export, verify
from showrunner.history.pages import History
from showrunner.history.query import HistoryQuery
from showrunner.history.restore import restore, unfinished_restore
from showrunner.people.directory import Directory
from showrunner.plurals import count_of

_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def history() -> None:
    """Check the history, or write it to a file for other programs."""


@history.command("verify")
@data_option
def verify_command(data: Path) -> None:
    """Read the whole ledger; name every file that is missing, changed or wrong."""
    home = home_for(data)
    ledger = ledger_of(home)
    faults = verify(ledger)
    for fault in faults:
        click.echo(f"{fault.key}: {fault.problem}")
    if made_at := unfinished_restore(home):
        click.echo(f"The restore of the backup of {made_at} was cut off: run it again.")
        sys.exit(1)
    if faults:
        sys.exit(1)
    click.echo(f"The history is sound: {count_of(ledger.manifest().plays, 'play')}.")


@history.command("export")
@_file
@data_option
@click.option(
    "--where",
    default="",
    help="Which plays, as the API's /history takes it: 'since=2026-01-01&libraries=Films'.",
)
def export_command(file: Path, data: Path, where: str) -> None:
    """Write plays to FILE, oldest first; its end says the form: .csv or .parquet."""
    home = home_for(data)
    form = _form(file)
    query = HistoryQuery.read(where)
    filters = query.filters(home, Directory.of(home.documents))
    with closing(History(ledger_of(home), home.documents)) as opened:
        count = export(opened, filters, form, file.absolute())
    click.echo(f"{file}: {count_of(count, 'play')}.")


@click.command()
@_file
@data_option
def backup(file: Path, data: Path) -> None:
    """Write the whole history and the people to FILE, also while Showrunner runs."""
    index = back_up(home_for(data), file.absolute())
    click.echo(f"{file}: {count_of(index.plays, 'play')} and {index.documents} documents.")


@click.command("restore")
@_file
@data_option
@click.option("--force", is_flag=True, help="Also over a history that is there; it is lost.")
def restore_command(file: Path, data: Path, force: bool) -> None:
    """Put the history of a backup FILE in the place of the present one."""
    index = restore(home_for(data), file.absolute(), force=force)
    click.echo(f"{count_of(index.plays, 'play')} restored, as of {index.made_at}.")


def _form(file: Path) -> ExportForm:
    try:
        return ExportForm(file.suffix.removeprefix(".").lower())
    except ValueError:
        raise InvalidInputError(f"{file}: end the name with .csv or .parquet.") from None
