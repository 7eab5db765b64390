"""Databases that somebody made to do harm, or that a broken disk changed."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.demo.tautulli_schema import Row, create_tables, insert
from showrunner.errors import InvalidInputError
from showrunner.history.imports.models import Imported, ImportOptions
from showrunner.history.imports.tautulli import import_database
from showrunner.wiring import EmbeddedHome

TABLES = ("session_history", "session_history_metadata", "session_history_media_info")
LARGEST = 2**63 - 1

Values = dict[str, str | int | None]


class Nobody:
    """Watches without a word."""

    def progress(self, processed: int, total: int) -> None:
        pass


def rows(home: EmbeddedHome, count: int) -> list[list[Values]]:
    """The rows of that many films, one after the other, by table."""
    began = int(home.clock.now().timestamp()) - 30 * 86_400
    found: list[list[Values]] = []
    for number in range(1, count + 1):
        started = began + 10_000 * number
        history: Values = {"id": number, "started": started, "stopped": started + 3000}
        history |= {"rating_key": 100 + number, "user_id": 7, "user": "anna"}
        about: Values = {"id": number, "title": f"Film {number}", "duration": 3_000_000}
        found.append([history, about, {"id": number}])
    return found


def imported(
    home: EmbeddedHome,
    path: Path,
    films: Sequence[Sequence[Row]],
    statements: Iterable[str] = (),
) -> Imported:
    with closing(sqlite3.connect(path)) as database, database:
        create_tables(database)
        for film in films:
            for table, row in zip(TABLES, film, strict=True):
                insert(database, table, [row])
        for statement in statements:
            database.execute(statement)
    server = Connection(id="plex-1", kind=ConnectionKind.PLEX, name="Attic", url="http://plex")
    ConnectionStore(home.documents).add(server)
    return import_database(home, path, ImportOptions("plex-1"), Nobody())


def test_what_no_column_is_made_for_costs_its_row_at_most(
    home: EmbeddedHome, tmp_path: Path
) -> None:
    """Line ends in any column, titles of megabytes and numbers without end: the rest comes in."""
    films = rows(home, 5)
    films[0][0]["media_type"] = "movie\n\x1f\x1f"
    films[1][0]["view_offset"] = LARGEST
    films[1][2]["bitrate"] = "1\r\n2"
    films[2][1]["title"] = "x" * 5_000_000
    films[3][0]["started"] = "now\n"
    user = "INSERT INTO users (user_id, username) VALUES ('{0}', printf('%.*c', {0}, 'x'))"
    result = imported(home, tmp_path / "tautulli.db", films, [user.format(5_000_000)])
    assert [(one.row_id, one.problem) for one in result.refused] == [(4, "its start is no time")]
    assert (result.rows, result.added) == (5, 4)


def test_a_refused_row_without_a_number_costs_no_other(home: EmbeddedHome, tmp_path: Path) -> None:
    """A table that somebody copied has no keys, so a row can lack its own."""
    copied = [
        "CREATE TABLE copy AS SELECT * FROM session_history",
        "DROP TABLE session_history",
        "ALTER TABLE copy RENAME TO session_history",
        "UPDATE session_history SET id = NULL, started = 0 WHERE id = 1",
    ]
    result = imported(home, tmp_path / "tautulli.db", rows(home, 3), copied)
    assert (result.added, result.refused_count) == (2, 1)


@pytest.mark.parametrize(
    "computed",
    [
        ["DROP TABLE {0}", "CREATE VIEW {0} AS {1}"],
        ["DROP TABLE {0}", "CREATE VIRTUAL TABLE {0} USING fts5(id, title)"],
        [
            "ALTER TABLE {0} DROP COLUMN title",
            "ALTER TABLE {0} ADD COLUMN title AS (printf('%.*c', 1000000000, 'x'))",
        ],
    ],
    ids=["view", "virtual table", "computed column"],
)
def test_tables_that_compute_their_rows_are_not_read(
    home: EmbeddedHome, tmp_path: Path, computed: list[str]
) -> None:
    """They could go on for ever, or take all memory: such a file is no database of Tautulli."""
    endless = "WITH RECURSIVE n(id) AS (VALUES (1) UNION ALL SELECT id + 1 FROM n) "
    endless += "SELECT id, 'x' AS title FROM n"
    statements = [one.format("session_history_metadata", endless) for one in computed]
    with pytest.raises(InvalidInputError, match=r"lacks session_history_metadata\.(id|title)"):
        imported(home, tmp_path / "tautulli.db", rows(home, 1), statements)
