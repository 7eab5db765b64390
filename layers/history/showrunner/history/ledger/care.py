"""Taking the history out in other forms, and making sure that it is whole."""

# The SQL is put together from our own column and file names; values are always bound.
# ruff: noqa: S608

from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from secrets import token_hex

import duckdb

from showrunner.adapters.atomic_files import UNFINISHED_PREFIX, os_errors
from showrunner.errors import SetupError
from showrunner.history.filters import PlayFilters, condition
from showrunner.history.ledger.columns import READ_NAMES, READ_TYPES
from showrunner.history.ledger.engine import damaged_parts, files, open_engine
from showrunner.history.ledger.ledger import Ledger
from showrunner.history.ledger.manifest import Manifest, PartFile
from showrunner.history.pages import History


class ExportForm(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


# Excel, pandas and DuckDB all take ISO 8601 with Z for what it is.
_OPTIONS = {
    ExportForm.CSV: "FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.%gZ'",
    ExportForm.PARQUET: "FORMAT parquet, COMPRESSION zstd",
}


def _as_plain_text(name: str) -> str:
    """Spreadsheets calculate what begins so, and anybody can name an account `=HYPERLINK(...)`."""
    begins = f"left({name}, 1) IN ('=', '+', '-', '@', chr(9), chr(13))"
    return f"CASE WHEN {begins} THEN chr(39) || {name} ELSE {name} END AS {name}"


_SPREADSHEET_NAMES = ", ".join(
    _as_plain_text(name) if kind == "VARCHAR" else name for name, kind in READ_TYPES.items()
)


def export(
    history: History,
    filters: PlayFilters,
    form: ExportForm,
    destination: Path,
    *,
    limit: int | None = None,
) -> int:
    """
    Write the plays that pass, oldest first, to a file that is whole or not there.

    The answer is their number; columns are those of the ledger (README.md), times UTC.
    In a CSV an apostrophe stands before what a spreadsheet would take for a formula.
    At most `limit` of them; None: all.
    """
    where, values = condition(filters)
    unfinished = destination.with_name(f"{UNFINISHED_PREFIX}{token_hex(8)}")
    query = f"SELECT {READ_NAMES} FROM {history.relation(filters)} WHERE {where} "
    query += "ORDER BY started_at, id" + (f" LIMIT {limit:d}" if limit else "")
    if form is ExportForm.CSV:
        query = f"SELECT {_SPREADSHEET_NAMES} FROM ({query})"
    target = str(unfinished).replace("'", "''")
    try:
        ((count,),) = history.ask(f"COPY ({query}) TO '{target}' ({_OPTIONS[form]})", values)
        with os_errors(destination):
            unfinished.replace(destination)
    finally:
        unfinished.unlink(missing_ok=True)
    return int(count)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one file; `problem` says what, and what to do."""

    key: str
    problem: str


def verify(ledger: Ledger, manifest: Manifest | None = None) -> list[Fault]:
    """
    Read everything: each file is there, as it was written, in its month; no play twice.

    `manifest`: one that is to be the ledger's; None: the present one.
    """
    manifest = manifest or ledger.manifest()
    faults, sound = [], []
    with closing(open_engine()) as engine:
        for month, facts in manifest.months.items():
            for part in facts.parts:
                problem = _problem(ledger, engine, month, part)
                if problem:
                    faults.append(Fault(part.key, problem))
                else:
                    sound.append(part)
        if sound and not faults:
            faults += _doubled(ledger, engine, sound)
    return faults


def _problem(
    ledger: Ledger, engine: duckdb.DuckDBPyConnection, month: str, part: PartFile
) -> str | None:
    info = ledger.blobs.stat(part.key)
    if info is None or info.etag != part.etag:
        what = "is missing" if info is None else "is not what was written"
        return f"The file {what}: put it back from your backup."
    try:
        with damaged_parts():
            row = engine.execute(
                f"SELECT count(*), count(*) FILTER (strftime(started_at, '%Y-%m') = ?), "
                "min(id), max(id), bit_xor(hash(COLUMNS(*))) "
                f"FROM {files(ledger.part_files.paths([part]))}",
                [month],
            ).fetchall()[0]
    except SetupError as error:
        return error.message
    if row[:4] != (part.plays, part.plays, part.first_id, part.last_id):
        return "The file holds other plays than the manifest says: put both back from your backup."
    return None


def _doubled(
    ledger: Ledger, engine: duckdb.DuckDBPyConnection, parts: list[PartFile]
) -> list[Fault]:
    rows = engine.execute(
        f"SELECT id FROM {files(ledger.part_files.paths(parts))} GROUP BY id HAVING count(*) > 1 "
        "ORDER BY id LIMIT 100"
    ).fetchall()
    return [
        Fault("history/manifest.json", f"Play {play_id} is there twice: put back your backup.")
        for (play_id,) in rows
    ]
