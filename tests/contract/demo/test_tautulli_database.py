"""The generated Tautulli databases: what the import's tests and benchmarks may count on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from showrunner.demo.tautulli_database import UNTIL, main, write_database
from showrunner.demo.tautulli_schema import VERSION

PLAYS = 2_000
TABLES = ("session_history", "session_history_metadata", "session_history_media_info")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("tautulli") / "tautulli.db"
    write_database(path, plays=PLAYS, people=5, days=365)
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return [row for table in TABLES for row in connection.execute(f"SELECT * FROM {table}")]


@pytest.mark.parametrize("table", TABLES)
def test_every_play_has_its_row_in_each_of_the_three_tables(
    database: sqlite3.Connection, table: str
) -> None:
    """Ids run from 1 without a gap, in each table."""
    found = database.execute(f"SELECT count(*), min(id), max(id) FROM {table}").fetchone()
    assert found == (PLAYS, 1, PLAYS)


def test_rows_are_written_when_a_viewing_ends(database: sqlite3.Connection) -> None:
    """The order of ids is that of stop times, and none of them lies ahead."""
    stops = [
        stop for (stop,) in database.execute("SELECT stopped FROM session_history ORDER BY id")
    ]
    assert stops == sorted(stops)
    assert UNTIL - timedelta(days=365) < UNTIL.fromtimestamp(stops[0], UNTIL.tzinfo)
    assert UNTIL.fromtimestamp(stops[-1], UNTIL.tzinfo) < UNTIL


def test_nobody_watches_two_things_at_once(database: sqlite3.Connection) -> None:
    """Of one person, each viewing ends before the next begins; it lasts longer than its pauses."""
    overlaps = database.execute(
        "SELECT count(*) FROM (SELECT *, lead(started) OVER (PARTITION BY user_id ORDER BY started)"
        " AS following FROM session_history) WHERE stopped >= following"
        " OR stopped - started <= paused_counter"
    ).fetchone()
    assert overlaps == (0,)


def test_what_joins_goes_on_where_the_same_person_stopped(database: sqlite3.Connection) -> None:
    """A reference is an earlier row of the same person and item, further back in it."""
    total, wrong = database.execute(
        "SELECT count(*), sum(later.user_id <> first.user_id OR later.started <= first.stopped"
        " OR later.rating_key <> first.rating_key OR later.view_offset <= first.view_offset)"
        " FROM session_history AS later JOIN session_history AS first"
        " ON first.id = later.reference_id WHERE later.id <> first.id"
    ).fetchone()
    assert total > PLAYS // 50
    assert wrong == 0


def test_all_ways_of_delivery_and_kinds_of_media_occur(database: sqlite3.Connection) -> None:
    """An import meets direct play, copy, transcode, films, episodes and music."""
    decisions = database.execute(
        "SELECT DISTINCT transcode_decision, media_type FROM session_history"
        " JOIN session_history_media_info USING (id)"
    ).fetchall()
    assert {one for one, _ in decisions} == {"direct play", "copy", "transcode"}
    assert {one for _, one in decisions} == {"movie", "episode", "track"}


def test_the_same_seed_tells_the_same_story(tmp_path: Path) -> None:
    """Row for row; another seed, another story."""
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_database(tmp_path / name, plays=200, seed=seed)
    assert rows(tmp_path / "a") == rows(tmp_path / "b") != rows(tmp_path / "c")


def test_a_file_that_exists_is_left_alone(tmp_path: Path) -> None:
    """FileExistsError, and not a byte of it is touched."""
    path = tmp_path / "tautulli.db"
    path.write_text("precious")
    with pytest.raises(FileExistsError):
        write_database(path, plays=1)
    assert path.read_text() == "precious"


def test_the_command_writes_such_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m showrunner.demo.tautulli_database FILE --plays N`."""
    path = tmp_path / "tautulli.db"
    monkeypatch.setattr("sys.argv", ["tautulli_database", str(path), "--plays", "50"])
    main()

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM session_history").fetchone() == (50,)
        version = connection.execute("SELECT value FROM version_info WHERE key = 'version'")
        assert version.fetchone() == (VERSION,)
