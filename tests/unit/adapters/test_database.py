import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from showrunner.adapters.sqlite.database import Database
from showrunner.adapters.sqlite.documents import SqliteDocuments
from showrunner.adapters.sqlite.migrations import MIGRATIONS, STEPS
from showrunner.adapters.sqlite.queue import SqliteQueue
from showrunner.errors import SetupError, TryLaterError
from tests.fakes import FakeClock

RELEASED = Path(__file__).parent / "databases"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "showrunner.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path)
    yield database
    database.close()


def schema(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
        ).fetchall()


@pytest.mark.parametrize("steps", range(1, len(STEPS) + 1))
def test_every_older_version_becomes_the_newest(tmp_path: Path, path: Path, steps: int) -> None:
    """A file that stopped after any step ends with the same tables as a fresh one."""
    old = sqlite_utils.Database(path, execute_plugins=False)
    MIGRATIONS.apply(old, stop_before=list(STEPS)[steps:])
    old.close()

    Database(path).close()
    Database(tmp_path / "fresh.db").close()

    assert schema(path) == schema(tmp_path / "fresh.db")


@pytest.mark.parametrize("dump", sorted(RELEASED.glob("*.sql")), ids=lambda dump: dump.stem)
def test_people_keep_their_data(dump: Path, path: Path, clock: FakeClock) -> None:
    """A file as an older release wrote it opens with everything in it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text())

    with closing(Database(path)) as database:
        document = SqliteDocuments(database, clock).get("connections", "plex-1")
        queue = SqliteQueue(database, "frames", clock)
        (message,) = queue.receive()
        letters = queue.dead_letters()

    assert document is not None
    assert (document.body, document.version) == ({"name": "Küche", "url": "http://nas:32400"}, 3)
    assert message.body == {"path": "/tv/a.mkv"}
    assert [letter.reason for letter in letters] == ["no video stream"]


def test_a_step_that_fails_leaves_the_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All steps are one transaction: a failing one takes the earlier ones back with it."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA application_id = 0x53484F57")
        connection.execute("CREATE TABLE messages (in_the_way TEXT)")
    connection.close()
    before = schema(path)

    with pytest.raises(sqlite3.OperationalError, match="messages already exists"):
        Database(path)

    assert schema(path) == before


def test_a_file_is_made_once_by_all_who_open_it_together(tmp_path: Path) -> None:
    """Functions that start at the same moment on a fresh machine all get a working database."""
    together = threading.Barrier(8)

    def open_and_read(path: Path) -> int:
        together.wait()
        with closing(Database(path)) as database:
            return len(database.read("SELECT * FROM _sqlite_migrations"))

    with ThreadPoolExecutor(8) as threads:
        # Of 150 such rounds without the lock, 22 failed: so many make chance unlikely.
        for number in range(40):
            paths = [tmp_path / f"{number}.db"] * 8
            assert list(threads.map(open_and_read, paths)) == [len(STEPS)] * 8


def test_another_programs_database_is_refused(path: Path) -> None:
    """A SQLite file that is not ours is named and not touched."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    before = path.read_bytes()

    with pytest.raises(SetupError, match="another program"):
        Database(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    """A text file under our name is named and not touched."""
    path.write_text("hello " * 1000)

    with pytest.raises(SetupError, match="no intact SQLite database"):
        Database(path)
    assert path.read_text() == "hello " * 1000


def test_a_newer_file_is_refused(path: Path) -> None:
    """An older Showrunner does not write into a file whose tables it does not know."""
    Database(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('showrunner', '9999_from_the_future', '')"
        )
    connection.close()

    with pytest.raises(SetupError, match=r"newer Showrunner.*9999_from_the_future"):
        Database(path)


def test_a_path_that_cannot_be_opened_is_refused(path: Path) -> None:
    """A folder where the file should be gives a refusal that says what to do."""
    path.mkdir()

    with pytest.raises(SetupError, match="another data directory"):
        Database(path)


def test_a_folder_that_cannot_exist_is_refused(tmp_path: Path) -> None:
    """A file where the data directory should be gives a refusal that names it."""
    (tmp_path / "file").write_text("")

    with pytest.raises(SetupError, match=str(tmp_path / "file")):
        Database(tmp_path / "file" / "showrunner.db")


def test_a_commit_is_on_disk_before_it_counts(database: Database) -> None:
    """Write-ahead logging with a full sync: a power cut takes back nothing that was accepted."""
    assert database.read("PRAGMA journal_mode") == [("wal",)]
    assert database.read("PRAGMA synchronous") == [(2,)]


def test_readers_do_not_wait_for_a_writer(path: Path, database: Database, clock: FakeClock) -> None:
    """While another process writes, all reads answer at once, from before that write."""
    documents = SqliteDocuments(database, clock)
    queue = SqliteQueue(database, "frames", clock)
    documents.put("c", "k", {"n": 1})
    impatient = Database(path, busy_timeout_seconds=0)
    with database.writing() as connection:
        connection.execute("DELETE FROM documents")
        seen = SqliteDocuments(impatient, clock)
        waiting = SqliteQueue(impatient, "frames", clock)
        found = [seen.get("c", "k"), *seen.list("c")]
        answers = [waiting.receive(), waiting.dead_letters(), waiting.depth().visible]
    impatient.close()

    assert [document and document.body for document in found] == [{"n": 1}, {"n": 1}]
    assert answers == [[], [], 0]
    assert queue.depth().visible == 0


def test_a_writer_that_waited_in_vain_may_try_again(
    path: Path, database: Database, clock: FakeClock
) -> None:
    """A database that stays busy is a reason to try later, not a failure."""
    impatient = Database(path, busy_timeout_seconds=0)
    with database.writing(), pytest.raises(TryLaterError, match="busy"):
        SqliteDocuments(impatient, clock).put("c", "k", {})
    SqliteDocuments(impatient, clock).put("c", "k", {})
    impatient.close()


def test_a_failed_write_leaves_nothing(database: Database, clock: FakeClock) -> None:
    """What happens in a block that raises has not happened, and the next write goes through."""
    documents = SqliteDocuments(database, clock)
    documents.put("c", "k", {})

    def interrupted() -> None:
        with database.writing() as connection:
            connection.execute("DELETE FROM documents")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert documents.put("c", "k", {}).version == 2


def test_connections_of_ended_threads_are_closed(database: Database) -> None:
    """A server that starts a thread per request does not collect open files."""
    for _ in range(20):
        thread = threading.Thread(target=database.read, args=("SELECT 1",))
        thread.start()
        thread.join()

    # The main thread's and that of the thread that ended last.
    assert len(database._connections) == 2


def test_a_closed_database_opens_again(database: Database) -> None:
    """Closing gives the files back; a later use works."""
    database.close()

    assert database.read("SELECT 1") == [(1,)]


def test_expired_documents_are_swept_out(database: Database, clock: FakeClock) -> None:
    """A write some minutes later removes what expired: the file does not grow for ever."""
    documents = SqliteDocuments(database, clock)
    for number in range(3):
        documents.put("c", str(number), {}, expires_at=clock.now())
    clock.advance(301)
    documents.put("c", "new", {})

    assert database.read("SELECT key FROM documents") == [("new",)]
