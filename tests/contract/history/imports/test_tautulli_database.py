"""Tautulli's database file becomes our history, whatever state it is in."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.demo.tautulli_database import write_database
from showrunner.errors import InvalidInputError, NotFoundError, NotReadyError
from showrunner.history.home import ledger_of
from showrunner.history.imports import tautulli_file
from showrunner.history.imports.tautulli import (
    ImportCancelled,
    ImportOptions,
    RefusedRow,
    import_database,
)
from showrunner.history.ledger.care import verify
from showrunner.people.settling import ACCOUNTS
from showrunner.ports.documents import each
from showrunner.wiring import EmbeddedHome
from tests.contract.history.intake.test_fast_way import plays_in

OPTIONS = ImportOptions("attic")
ROWS = 150
NOBODY = 65534


class Watch:
    """Remembers what it was told; cancels at the `limit`th call."""

    def __init__(self, limit: int = 1000) -> None:
        self.told: list[tuple[int, int]] = []
        self._limit = limit

    def progress(self, processed: int, total: int) -> None:
        self.told.append((processed, total))
        if len(self.told) >= self._limit:
            raise ImportCancelled


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tautulli") / "tautulli.db"
    write_database(path, plays=ROWS, people=5, days=90, until=datetime(2026, 8, 1, tzinfo=UTC))
    return path


@pytest.fixture
def file(written: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copy(written, tmp_path / "tautulli.db"))


@pytest.fixture(autouse=True)
def attic(home: EmbeddedHome) -> None:
    ConnectionStore(home.documents).save(
        Connection(id="attic", kind=ConnectionKind.PLEX, name="Attic", url="http://attic")
    )


def change(file: Path, statements: str) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.executescript(statements)


def test_a_second_run_changes_nothing(home: EmbeddedHome, file: Path) -> None:
    """Plays with their streams are there once; fewer than rows, for some were resumed."""
    watch = Watch()
    first = import_database(home, file, OPTIONS, watch)
    version, plays = ledger_of(home).manifest().version, plays_in(home)
    assert (first.rows, first.refused_count, first.added) == (ROWS, 0, len(plays))
    assert 0.8 * ROWS < len(plays) < ROWS
    assert watch.told[-1] == (ROWS, ROWS)
    assert all(play.stream.source_video_codec or play.item.media_type == "track" for play in plays)
    second = import_database(home, file, OPTIONS, Watch())
    assert (second.added, second.changed, second.unchanged) == (0, 0, ROWS)
    assert ledger_of(home).manifest().version == version
    assert verify(ledger_of(home)) == []


def test_its_people_are_known_afterwards(home: EmbeddedHome, file: Path) -> None:
    """With their addresses, by which accounts of other servers are found to be theirs."""
    import_database(home, file, OPTIONS, Watch())
    emails = {one.body.get("email") for one in each(home.documents, ACCOUNTS)}
    assert len(emails - {None}) >= 4


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ("stopped = started - 1", "it stops before it starts"),
        ("started = 12", "it starts before there was a Plex to play it"),
        ("stopped = 4102444800", "it stops in the future"),
        ("started = 4102444800, stopped = 4102444900", "it starts in the future"),
        ("started = 'soon'", "its start is no time"),
        ("started = NULL", "it has no start"),
        ("stopped = 0", "it has no stop"),
        ("paused_counter = -5", "its pause is negative"),
        ("user_id = NULL, user = ''", "it names nobody"),
    ],
)
def test_an_impossible_row_is_refused_and_the_rest_imported(
    home: EmbeddedHome, file: Path, wrong: str, problem: str
) -> None:
    """With its number, so that its owner can look at it."""
    change(
        file,
        f"DELETE FROM session_history WHERE id > 4;UPDATE session_history SET {wrong} WHERE id = 2",
    )
    found = import_database(home, file, OPTIONS, Watch())
    assert found.refused == [RefusedRow(2, problem)]
    assert (found.rows, found.refused_count) == (4, 1)
    assert 0 < found.added <= 3


def test_titles_may_hold_anything(home: EmbeddedHome, file: Path) -> None:
    """Quotes, commas, line ends, bytes that are no text: no row is lost or shifted."""
    title = "A \"quoted\", 'odd'\nfilm 日本"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE session_history_metadata SET title = ? WHERE id = 1", [title])
        database.execute("UPDATE session_history SET player = CAST(x'ff41' AS TEXT)")
    assert import_database(home, file, OPTIONS, Watch()).refused_count == 0
    assert title.replace("\n", " ") in {play.item.title for play in plays_in(home)}
    assert "\ufffdA" in {play.player.name for play in plays_in(home)}


def test_only_the_time_asked_for_is_imported(home: EmbeddedHome, file: Path) -> None:
    """`since` is part of it, `before` is not."""
    starts = sorted(_starts(file))
    since, before = (datetime.fromtimestamp(starts[n], UTC) for n in (100, 110))
    found = import_database(home, file, ImportOptions("attic", since, before), Watch())
    assert found.rows == 10
    assert {play.started_at.timestamp() for play in plays_in(home)} <= set(starts[100:110])


def test_an_older_database_lacks_columns(home: EmbeddedHome, file: Path) -> None:
    """What it does not say stays unknown."""
    with closing(sqlite3.connect(file)) as database:
        indexes = database.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE INDEX%'")
        change(file, "".join(f"DROP INDEX {name};" for (name,) in indexes.fetchall()))
    change(
        file,
        "ALTER TABLE session_history DROP COLUMN section_id;"
        "ALTER TABLE session_history DROP COLUMN location;"
        "ALTER TABLE session_history_media_info DROP COLUMN video_dynamic_range;"
        "DROP TABLE library_sections; DROP TABLE users",
    )
    import_database(home, file, OPTIONS, Watch())
    assert {(p.item.library, p.player.is_local, p.stream.hdr) for p in plays_in(home)} == {
        (None, None, None)
    }


def test_a_file_that_is_written_to_is_read_as_of_one_moment(home: EmbeddedHome, file: Path) -> None:
    """Tautulli goes on writing, in WAL mode as it does, while it is imported."""
    with closing(sqlite3.connect(file)) as tautulli:
        tautulli.execute("PRAGMA journal_mode = WAL")
        tautulli.execute("UPDATE session_history SET stopped = 0 WHERE id = 1")
        assert import_database(home, file, OPTIONS, Watch()).refused_count == 0
        tautulli.commit()
    assert import_database(home, file, OPTIONS, Watch()).refused_count == 1


@pytest.fixture
def read_only(written: Path) -> Iterator[Path]:
    """A database in WAL mode in a folder where nobody may write, not even the owner."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = Path(shutil.copy(written, folder / "tautulli.db"))
        with closing(sqlite3.connect(path)) as tautulli:
            tautulli.execute("PRAGMA journal_mode = WAL")
        folder.chmod(0o555)
        is_root = os.geteuid() == 0
        if is_root:  # whom no mode of a file stops
            os.seteuid(NOBODY)
        yield path
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)


def leave_beside(path: Path, end: str) -> None:
    """What a writer has beside its database."""
    is_nobody = os.geteuid() == NOBODY
    if is_nobody:
        os.seteuid(0)
    path.parent.chmod(0o755)
    path.with_name(path.name + end).write_bytes(b"")
    path.parent.chmod(0o555)
    if is_nobody:
        os.seteuid(NOBODY)


def test_a_database_on_a_read_only_disk_is_read(read_only: Path) -> None:
    """Although SQLite wants to write beside one that is in WAL mode."""
    with tautulli_file.tautulli_file(read_only) as found:
        assert found.count() == len(list(found.lines())) == ROWS


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_what_may_be_written_to_on_a_read_only_disk_is_refused(read_only: Path, end: str) -> None:
    """It might be read halfway: also when the writer comes in the middle."""
    message = rf"tautulli\.db cannot .*\({end}\): make the folder writable, or upload a backup"
    refused = pytest.raises(InvalidInputError, match=message)
    with refused, tautulli_file.tautulli_file(read_only) as found:
        assert found.count() == ROWS
        leave_beside(read_only, end)
    with refused, tautulli_file.tautulli_file(read_only):
        pass


def test_a_locked_file_is_for_later(
    home: EmbeddedHome, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the file and what else there is to give."""
    monkeypatch.setattr(tautulli_file, "_LOCKED_SECONDS", 0.05)
    with closing(sqlite3.connect(file, isolation_level=None)) as tautulli:
        tautulli.execute("BEGIN EXCLUSIVE")
        with pytest.raises(NotReadyError, match=r"tautulli\.db is locked .* backup"):
            import_database(home, file, OPTIONS, Watch())


def test_what_is_no_tautulli_database_is_refused(home: EmbeddedHome, tmp_path: Path) -> None:
    """Missing, of another program, no database at all, cut off: each says what to give instead."""
    path = tmp_path / "other.db"
    with pytest.raises(NotFoundError, match=r"other\.db"):
        import_database(home, path, OPTIONS, Watch())
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE session_history (id INTEGER)")
    with pytest.raises(InvalidInputError, match=r"lacks session_history\.rating_key"):
        import_database(home, path, OPTIONS, Watch())
    path.write_bytes(b"no database, just some text" * 100)
    with pytest.raises(InvalidInputError, match="cannot be read"):
        import_database(home, path, OPTIONS, Watch())


def test_a_file_that_is_cut_off_imports_nothing(home: EmbeddedHome, file: Path) -> None:
    """It is read to its end before anything is written."""
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
    with pytest.raises(InvalidInputError, match="cannot be read"):
        import_database(home, file, OPTIONS, Watch())
    assert plays_in(home) == []


def test_it_belongs_to_a_plex_server(home: EmbeddedHome, file: Path) -> None:
    """Tautulli watches nothing else."""
    with pytest.raises(InvalidInputError, match="connection_id"):
        import_database(home, file, ImportOptions("nobody"), Watch())


def test_a_cancelled_import_is_done_again_from_the_start(home: EmbeddedHome, file: Path) -> None:
    """Nothing is doubled by what was there already."""
    with pytest.raises(ImportCancelled):
        import_database(home, file, OPTIONS, Watch(limit=2))
    import_database(home, file, OPTIONS, Watch())
    count = len(plays_in(home))
    assert import_database(home, file, OPTIONS, Watch()).unchanged == ROWS
    assert len(plays_in(home)) == count


def _starts(file: Path) -> list[int]:
    with closing(sqlite3.connect(file)) as database:
        return [one for (one,) in database.execute("SELECT started FROM session_history")]
