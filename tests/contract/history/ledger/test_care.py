import csv
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from showrunner.adapters.files import FileBlobs
from showrunner.errors import SetupError
from showrunner.history.filters import PlayFilters
from showrunner.history.ledger import ledger as ledger_module
from showrunner.history.ledger.care import ExportForm, export, verify
from showrunner.history.ledger.columns import FORMAT, PLAIN, TYPES
from showrunner.history.ledger.ledger import Ledger
from showrunner.history.ledger.manifest import MANIFEST_KEY, load_manifest, save_manifest
from showrunner.history.pages import History
from showrunner.plays.models import Person, Play
from tests.contract.history.ledger.plays import START, full_play, play

NOT_IN_THE_LEDGER = {"state", "timeline", "moved_at", "merged_into"}


def test_every_fact_of_a_play_has_a_column() -> None:
    """A new field of a play must be given a column, or be named here as left out."""
    groups = ("person", "item", "player", "stream")
    fields: set[tuple[str | None, str]] = {
        (None, field) for field in Play.model_fields if field not in groups
    }
    for group in groups:
        fields |= {(group, field) for field in getattr(play(1), group).model_dump()}
    held = {(column.group, column.field) for column in PLAIN}

    rest = {field for _, field in fields - held}
    assert rest == NOT_IN_THE_LEDGER | {
        "provider_ids",
        "parts",
        "sources",
        "told_by",
        "players",
    }
    assert held <= fields


def test_a_file_can_be_read_by_anybody(ledger: Ledger, tmp_path: Path) -> None:
    """Parquet with zstd, the documented columns, sorted by person and then by time."""
    ledger.write([play(number) for number in range(1, 20)] + [full_play()])
    (path,) = (tmp_path / "blobs" / "history" / "plays").rglob("*.parquet")
    with duckdb.connect() as engine:
        columns = engine.execute(f"DESCRIBE FROM '{path}'").fetchall()
        rows = engine.execute(f"SELECT person_id, started_at FROM '{path}'").fetchall()
        kinds = engine.execute(f"SELECT DISTINCT compression FROM parquet_metadata('{path}')")
        assert kinds.fetchall() == [("ZSTD",)]

    assert {"id", "started_at", "watched_seconds", "parts"} < {row[0] for row in columns}
    assert {row[0]: row[1] for row in columns} == {**TYPES, "month": "VARCHAR"}
    assert rows == sorted(rows)
    assert len(rows) == 20


def test_csv_holds_the_plays_that_pass(ledger: Ledger, history: History, tmp_path: Path) -> None:
    """Oldest first, with times in UTC, quoted as spreadsheets and pandas read it."""
    ledger.write([full_play(), play(2), play(40)])
    path = tmp_path / "history's.csv"

    before = PlayFilters(before=START + timedelta(hours=3))
    assert export(history, before, ExportForm.CSV, path) == 2
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [full_play().id, play(2).id]
    assert rows[0]["started_at"] == "2026-11-03T20:15:00.123Z"
    assert rows[0]["title"] == full_play().item.title
    assert rows[1]["year"] == ""
    assert "search_text" not in rows[0]


def test_csv_holds_nothing_that_a_spreadsheet_calculates(
    ledger: Ledger, history: History, tmp_path: Path
) -> None:
    """Anybody who watches can call an account or a device a formula; a Parquet keeps the name."""
    formula = '=HYPERLINK("http://evil.example","Dune")'
    ledger.write([play(1, person=Person(id="7", name=formula))])
    path, exact = tmp_path / "out.csv", tmp_path / "out.parquet"

    assert export(history, PlayFilters(), ExportForm.CSV, path) == 1
    export(history, PlayFilters(), ExportForm.PARQUET, exact)
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["person_name"], row["title"]) == (f"'{formula}", "Film 1")
    with duckdb.connect() as engine:
        assert engine.execute(f"SELECT person_name FROM '{exact}'").fetchall() == [(formula,)]


def test_an_exported_parquet_is_one_file(ledger: Ledger, history: History, tmp_path: Path) -> None:
    """All months together; an empty history gives the columns without a row."""
    path = tmp_path / "out.parquet"
    assert export(history, PlayFilters(), ExportForm.PARQUET, path) == 0
    ledger.write([play(1), play(1000)])
    assert export(history, PlayFilters(), ExportForm.PARQUET, path) == 2

    with duckdb.connect() as engine:
        found = engine.execute(f"SELECT id FROM '{path}'").fetchall()
    assert found == [(play(1).id,), (play(1000).id,)]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["blobs", "out.parquet"]


def test_a_refused_export_leaves_nothing(history: History, tmp_path: Path) -> None:
    """A folder that does not exist: a message, and no half file."""
    with pytest.raises(SetupError):
        export(history, PlayFilters(), ExportForm.CSV, tmp_path / "nowhere" / "out.csv")


def test_a_sound_ledger_has_no_fault(ledger: Ledger) -> None:
    """Also after corrections, and while it is empty."""
    assert verify(ledger) == []
    ledger.write([play(1), play(2), play(1000)])
    ledger.write([play(1, percent=7)], dropped=[play(2).id])
    assert verify(ledger) == []


def test_verify_names_what_is_missing_and_what_was_changed(
    ledger: Ledger, blobs: FileBlobs
) -> None:
    """One fault a file, with the next step."""
    ledger.write([play(1), play(1000)])
    newest, oldest = ledger.manifest().parts()
    blobs.delete(newest.key)
    blobs.put(oldest.key, b"PAR1 not really PAR1")

    faults = {fault.key: fault.problem for fault in verify(ledger)}
    assert "missing" in faults[newest.key]
    assert "not what was written" in faults[oldest.key]
    assert all("backup" in problem for problem in faults.values())


def test_verify_finds_files_that_say_other_than_the_manifest(
    ledger: Ledger, blobs: FileBlobs
) -> None:
    """Somebody put an older manifest beside newer files, or edited it."""
    ledger.write([play(1), play(2)])
    (part,) = ledger.manifest().parts()
    blob = blobs.get(MANIFEST_KEY)
    assert blob is not None
    blobs.put(MANIFEST_KEY, blob.data.replace(play(2).id.encode(), b"x"))

    assert [fault.key for fault in verify(ledger)] == [part.key]


def test_a_lost_file_is_said_and_not_answered_around(
    ledger: Ledger, history: History, blobs: FileBlobs
) -> None:
    """A history with a hole is an error that names the file, never a shorter history."""
    ledger.write([play(1), play(1000)])
    newest, oldest = ledger.manifest().parts()
    kept = blobs.get(oldest.key)
    assert kept
    blobs.delete(oldest.key)
    with pytest.raises(SetupError, match=oldest.key):
        history.page(PlayFilters())
    blobs.put(oldest.key, kept.data)
    blobs.put(newest.key, b"not Parquet at all, and long enough to have a footer")
    with pytest.raises(SetupError, match="verify"):
        history.page(PlayFilters(), limit=1)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"{", "damaged"), (b'{"version": -}', "damaged"), (b'{"format": 99}', "update Showrunner")],
)
def test_a_manifest_nobody_can_read_stops_everything(
    content: bytes, words: str, ledger: Ledger, blobs: FileBlobs
) -> None:
    """Nothing is written over it: the backup is still worth something."""
    assert FORMAT < 99
    blobs.put(MANIFEST_KEY, content)
    with pytest.raises(SetupError, match=words):
        ledger.write([play(1)])
    assert [info.key for info in blobs.list()] == [MANIFEST_KEY]


def test_a_full_disk_leaves_the_ledger_as_it_was(
    ledger: Ledger, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that cannot be put leaves the manifest alone; later the same call succeeds."""
    ledger.write([play(1)])
    with monkeypatch.context() as full:
        full.setattr(FileBlobs, "put", _no_space)
        with pytest.raises(OSError, match="No space"):
            ledger.write([play(2)])
    assert history.page(PlayFilters()).plays == [play(1)]
    assert ledger.write([play(2)]) == ledger_module.Changed(added=1)


def _no_space(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_verify_finds_a_play_that_is_there_twice(ledger: Ledger, blobs: FileBlobs) -> None:
    """Files of two histories mixed by hand: the fault names the play."""
    ledger.write([play(1), play(2)])
    manifest, etag = load_manifest(blobs)
    (part,) = manifest.parts()
    blob = blobs.get(part.key)
    assert blob is not None
    info = blobs.put(part.key.replace("part-", "part-twin-"), blob.data)
    twin = part.model_copy(update={"key": info.key})
    save_manifest(blobs, manifest.with_months({"2026-11": (part, twin)}, START), etag)

    problems = [fault.problem for fault in verify(ledger)]
    assert [play(number).id in problems[number - 1] for number in (1, 2)] == [True, True]
