"""
Tautulli's database, read while Tautulli may be writing to it.

One read transaction sees one moment of the file. Tables and columns are those that
Tautulli makes; older versions lack some, which then are NULL.
"""

# The SQL is put together from our own column names.
# ruff: noqa: S608

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from showrunner.clients.tautulli_rows import LOCAL_USER_ID
from showrunner.errors import InvalidInputError, NotFoundError, NotReadyError
from showrunner.history.imports.tautulli_rows import (
    BETWEEN,
    HISTORY,
    LONGEST_VALUE,
    MEDIA,
    METADATA,
    NAMES,
)
from showrunner.people.models import Account

_LOCKED_SECONDS = 10.0
_ROWS_AT_ONCE = 1_000
_OF_WRITERS = ("-wal", "-shm", "-journal")
_PRIMARY_CODE = 0xFF
"""The lower byte of SQLite's codes; the rest tells apart why."""
_LARGEST_VALUE_BYTES = 64 * 2**20
"""Of the file; a larger one is no value of Tautulli's, and would cost memory without end."""

_NEEDED = {
    "session_history": {"id", "started", "stopped", "rating_key"},
    "session_history_metadata": {"id", "title"},
    "session_history_media_info": {"id"},
}


class TautulliFile:
    """An open database whose tables are Tautulli's."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._columns = {
            table: _columns_of(table, database) for table in (*_NEEDED, "users", "library_sections")
        }

    def missing(self) -> list[str]:
        """What a history cannot do without, as `table.column`; empty: it is all there."""
        return sorted(
            f"{table}.{column}"
            for table, needed in _NEEDED.items()
            for column in needed - self._columns[table]
        )

    def count(self) -> int:
        ((count,),) = self._database.execute("SELECT count(*) FROM session_history").fetchall()
        return int(count)

    def lines(self) -> Iterator[str]:
        """Its rows by time, as `stage_rows` takes them."""
        rows = self._database.execute(self._query())
        while some := rows.fetchmany(_ROWS_AT_ONCE):
            yield from (line for (line,) in some)

    def accounts(self) -> list[Account]:
        """Everybody that Tautulli keeps; its ids are those of plex.tv."""
        columns = self._columns["users"]
        if not {"user_id", "username"} <= columns:
            return []
        names = ["user_id", "username", "email" if "email" in columns else "NULL"]
        selected = ", ".join(f"substr({name}, 1, {LONGEST_VALUE})" for name in names)
        rows = self._database.execute(
            f"SELECT {selected} FROM users WHERE user_id <> {LOCAL_USER_ID}"
        ).fetchall()
        return [
            Account(str(number), name or str(number), email or None) for number, name, email in rows
        ]

    def _query(self) -> str:
        """SQLite puts the lines together: a value each as an object would cost twice the time."""
        selected = [
            "h.id",
            *(self._text(name, h="session_history") for name in HISTORY),
            *(self._text(name, m="session_history_metadata") for name in METADATA),
            *(self._text(name, i="session_history_media_info") for name in MEDIA),
            self._text("duration", i="session_history_media_info"),
            self._library(),
            *("''", "''"),
        ]
        form = BETWEEN.join([f"%.{LONGEST_VALUE}s"] * len(NAMES))
        line = f"printf('{form}', {', '.join(selected)})"
        return (
            f"SELECT replace(replace({line}, char(10), ' '), char(13), ' ') || char(10) "
            "FROM session_history h "
            "LEFT JOIN session_history_metadata m ON m.id = h.id "
            "LEFT JOIN session_history_media_info i ON i.id = h.id ORDER BY h.id"
        )

    def _text(self, name: str, **table: str) -> str:
        ((alias, table_name),) = table.items()
        if name not in self._columns[table_name]:
            return "''"
        return _cleaned(f"{alias}.{name}")

    def _library(self) -> str:
        sections = self._columns["library_sections"]
        if not {"section_id", "section_name"} <= sections or not self._section():
            return "''"
        name = "(SELECT section_name FROM library_sections s WHERE s.section_id = "
        return _cleaned(f"{name}{self._section()} LIMIT 1)")

    def _section(self) -> str | None:
        """Once it was kept with the item."""
        if "section_id" in self._columns["session_history"]:
            return "h.section_id"
        return "m.section_id" if "section_id" in self._columns["session_history_metadata"] else None


def _cleaned(value: str) -> str:
    """Whatever its column is for: SQLite takes any text for a number."""
    return f"replace({value}, char({ord(BETWEEN)}), ' ')"


def _columns_of(table: str, database: sqlite3.Connection) -> set[str]:
    """None of a view or a virtual table: those compute their rows, which may have no end."""
    kinds = database.execute("SELECT type FROM pragma_table_list WHERE name = ?", [table])
    if ("table",) not in kinds.fetchall():
        return set()
    return {row[1] for row in database.execute(f"PRAGMA table_info({table})")}


@contextmanager
def tautulli_file(path: Path) -> Iterator[TautulliFile]:
    """
    The file as it is at this moment; nothing in it is ever changed.

    Raises NotFoundError where there is none, NotReadyError while somebody locks it,
    InvalidInputError when it is damaged or of another program, or lies where SQLite
    cannot open it without writing.
    """
    if not path.is_file():
        raise NotFoundError(f"There is no file {path.name}: give the path of Tautulli's database.")
    with _explained(path), _reading(path) as database:
        found = TautulliFile(database)
        if missing := found.missing():
            raise InvalidInputError(
                f"{path.name} is no database of Tautulli: it lacks {', '.join(missing[:3])}. "
                "Give tautulli.db from Tautulli's data folder."
            )
        yield found


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """
    In a read transaction.

    A database in WAL mode cannot be opened in a folder that is read-only, unless SQLite
    is told that nobody writes: true only without the files that every writer has beside it.
    """
    with closing(_opened(path)) as database:
        try:
            database.execute("BEGIN")
            database.execute("SELECT count(*) FROM sqlite_master").fetchall()
        except sqlite3.OperationalError as error:
            if not _needs_to_write(error):
                raise
        else:
            yield database
            return
    _require_unused(path)
    with closing(_opened(path, "&immutable=1")) as database:
        yield database
    _require_unused(path)  # what was read while somebody wrote is of no one moment


def _needs_to_write(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & _PRIMARY_CODE in (
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
    )


def _require_unused(path: Path) -> None:
    ends = [end for end in _OF_WRITERS if path.with_name(path.name + end).exists()]
    if ends:
        raise InvalidInputError(
            f"{path.name} cannot be read without writing beside it, because of what another "
            f"program left there ({', '.join(ends)}): make the folder writable, or upload a "
            "backup that Tautulli made (its settings, Import & Backups)."
        )


def _opened(path: Path, more: str = "") -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode=ro{more}"
    database = sqlite3.connect(
        address, uri=True, timeout=_LOCKED_SECONDS, isolation_level=None, check_same_thread=False
    )
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE_BYTES)
    database.text_factory = lambda text: text.decode("utf-8", "replace")
    return database


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise NotReadyError(
                f"{path.name} is locked by another program: try again in a minute, or give a "
                "backup that Tautulli made (its settings, Import & Backups)."
            ) from error
        raise _damaged(path, error) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: sqlite3.Error) -> InvalidInputError:
    return InvalidInputError(
        f"{path.name} cannot be read as a SQLite database ({error}): give the newest of the "
        "backups in Tautulli's data folder."
    )
