import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlite_utils

from showrunner.adapters.atomic_files import locked, make_folder, os_errors
from showrunner.adapters.sqlite.changes import Changes
from showrunner.adapters.sqlite.errors import busy, sqlite_errors
from showrunner.adapters.sqlite.migrations import APPLICATION_ID, MIGRATIONS, STEPS
from showrunner.errors import SetupError


class Database:
    """
    One SQLite file for any number of threads and processes.

    Opening makes the file or brings an older one up to date. Raises SetupError
    for a file that is not ours, comes from a newer Showrunner, or cannot be used.
    """

    def __init__(self, path: Path, *, busy_timeout_seconds: float = 10) -> None:
        self._path = path
        self._busy_timeout_seconds = busy_timeout_seconds
        self._guard = threading.Lock()
        # SQLite lets writers poll for the file with ever longer pauses, in which others overtake
        # them. Those of one process need not: they take turns.
        self._turn = threading.Lock()
        # A connection serves one thread of one process: SQLite forbids to carry
        # one over a fork, and a transaction belongs to a connection.
        self._connections: dict[tuple[int, threading.Thread], sqlite_utils.Database] = {}
        self.changes = Changes(path, lambda: self._connect().conn)
        with os_errors(path):
            make_folder(path.parent)
        # Without the lock, a file that another process is just making looks foreign.
        with locked(path.with_name(f"{path.name}.lock")), sqlite_errors(path):
            try:
                self._bring_up_to_date()
            except BaseException:
                self.close()
                raise

    def read(
        self, sql: str, parameters: tuple[Any, ...] | dict[str, Any] = ()
    ) -> list[tuple[Any, ...]]:
        """The rows of one SELECT, as of one moment; takes no lock that a writer waits for."""
        with sqlite_errors(self._path):
            return self._connection().conn.execute(sql, parameters).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """
        A transaction that is the only writer; durable once the block ends.

        Waits up to `busy_timeout_seconds` for other writers, then raises TryLaterError.
        """
        with sqlite_errors(self._path), self._own_turn():
            connection = self._connection().conn
            # IMMEDIATE: a deferred one would fail when it turns from reading to writing.
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # Some failures (a full disk) have already undone the transaction.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _own_turn(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=self._busy_timeout_seconds):
            raise busy(self._path)
        try:
            yield
        finally:
            self._turn.release()

    def close(self) -> None:
        """Close every thread's connection; a later use opens a new one."""
        self.changes.close()
        with self._guard:
            for key in [key for key in self._connections if key[0] == os.getpid()]:
                self._connections.pop(key).close()

    def _connection(self) -> sqlite_utils.Database:
        key = (os.getpid(), threading.current_thread())
        database = self._connections.get(key)
        if database is None:
            database = self._connect()
            with self._guard:
                self._close_those_of_ended_threads()
                self._connections[key] = database
        return database

    def _close_those_of_ended_threads(self) -> None:
        for process_id, thread in list(self._connections):
            if process_id == os.getpid() and not thread.is_alive():
                self._connections.pop((process_id, thread)).close()

    def _connect(self) -> sqlite_utils.Database:
        connection = sqlite3.connect(
            self._path,
            timeout=self._busy_timeout_seconds,
            isolation_level=None,  # transactions are ours alone to begin and end
            check_same_thread=False,  # `close` comes from another thread
        )
        # With NORMAL, a power cut may undo the last commits: a webhook that was
        # accepted would be lost. FULL costs one sync per commit.
        connection.execute("PRAGMA synchronous = FULL")
        # On macOS a plain sync leaves the data in the drive's cache.
        connection.execute("PRAGMA fullfsync = ON")
        return sqlite_utils.Database(connection, execute_plugins=False)

    def _bring_up_to_date(self) -> None:
        database = self._connection()
        self._refuse_foreign(database)
        self._refuse_newer(database)
        if database.journal_mode != "wal":
            database.enable_wal()
        if MIGRATIONS.pending(database):
            # One transaction around all steps: a file is never between two versions.
            with self.writing():
                MIGRATIONS.apply(database)

    def _refuse_foreign(self, database: sqlite_utils.Database) -> None:
        (application_id,) = database.execute("PRAGMA application_id").fetchone()
        if application_id != APPLICATION_ID and (application_id or database.table_names()):
            raise SetupError(
                f"{self._path} is another program's database: move it away, "
                "or choose another data directory."
            )

    def _refuse_newer(self, database: sqlite_utils.Database) -> None:
        newer = [step.name for step in MIGRATIONS.applied(database) if step.name not in STEPS]
        if newer:
            raise SetupError(
                f"{self._path} was written by a newer Showrunner (it has {', '.join(newer)}): "
                "update Showrunner, or restore a backup made by this version."
            )
