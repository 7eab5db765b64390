import sqlite3
from pathlib import Path
from typing import Any

import pytest

from showrunner.clients.tautulli import TautulliClient, WatchedPlex
from showrunner.clients.tautulli_rows import (
    TautulliPage,
    TautulliRow,
    TautulliStream,
    TautulliUser,
)
from showrunner.connections.models import ConnectionKind
from showrunner.demo.tautulli_database import write_database
from showrunner.history.home import ledger_of
from showrunner.history.syncs.work import STEP_SECONDS
from showrunner.people.settling import ACCOUNTS
from showrunner.plays.store import recent_plays
from showrunner.ports.documents import each
from showrunner.syncs.models import ImportOrder, SyncKind, SyncRun, SyncState
from showrunner.syncs.start import cancel_run, start_run
from showrunner.syncs.store import find_run
from showrunner.syncs.uploads import PREFIX, create_upload, put_part
from showrunner.wiring import EmbeddedHome
from tests.unit.syncs.stage import NOW, FakeServer, connect, step, synced

TAUTULLI = SyncKind.TAUTULLI
ROWS = 250
WRONG = 5
"""Of the films of a Tautulli, the one whose row cannot be."""


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Some rows of five people over a year that ended three weeks ago."""
    path = tmp_path_factory.mktemp("tautulli") / "tautulli.db"
    write_database(path, plays=ROWS, people=5, days=365)
    return path.read_bytes()


@pytest.fixture
def file(home: EmbeddedHome, database: bytes) -> Path:
    """The database where imports may take it from, and the Plex server it is about."""
    connect(home, enabled=False)  # it may be gone, and its history still be wanted
    path = home.folder / "imports" / "tautulli.db"
    path.parent.mkdir()
    path.write_bytes(database)
    return path


class FakeTautulli(TautulliClient):
    """Films that somebody watched last week, two a page, and how they were delivered."""

    def __init__(self, machine_id: str = "abc", *, films: int = 4) -> None:
        self.machine_id, self.films = machine_id, films
        self.cursors: list[str | None] = []
        self.before_page = self.at_the_end = lambda: None

    def watched_plex(self) -> WatchedPlex:
        return WatchedPlex(pms_identifier=self.machine_id, pms_name="Attic")

    def users(self) -> list[TautulliUser]:
        return [TautulliUser(user_id="52", username="noor")]

    def history_page(self, *, cursor: str | None, **_asked: Any) -> TautulliPage:
        self.before_page()
        self.cursors.append(cursor)
        start = int(cursor or 0)
        end = start + 2
        rows = [_sitting(number) for number in range(start, end)]
        following = str(end) if end < self.films else None
        return TautulliPage(rows=rows, next_cursor=following, total=self.films)

    def stream_data(self, row_id: int) -> TautulliStream:
        return TautulliStream(video_codec="hevc", stream_video_codec="h264", bitrate=20_000)

    def close(self) -> None:
        self.at_the_end()


def _sitting(number: int) -> TautulliRow:
    started = int(NOW.timestamp()) - 7 * 86_400 + number * 7200
    return TautulliRow(
        row_id=number + 1,
        started=started,
        stopped=started + (-3600 if number == WRONG else 3600),
        user_id="52",
        user="noor",
        rating_key=str(100 + number),
        media_type="movie",
        title=f"Film {number}",
    )


def from_api(home: EmbeddedHome, tautulli: FakeTautulli) -> FakeServer:
    """An import through the API is queued; the server has what its step needs."""
    connect(home, machine_id="abc")
    connect(home, "tautulli-1", kind=ConnectionKind.TAUTULLI)
    start_run(home, "plex-1", TAUTULLI, order=ImportOrder(tautulli_id="tautulli-1"))
    server = FakeServer()
    server.services = {"tautulli-1": tautulli}
    return server


def test_an_import_through_the_api_goes_on_where_it_was_left(home):
    """With stream details; the page that was done is not asked for again."""
    tautulli = FakeTautulli()
    server = from_api(home, tautulli)
    step(home, server, is_stopping=lambda: True)
    left = find_run(home.documents, "plex-1", TAUTULLI)

    while step(home, server):
        pass

    run = find_run(home.documents, "plex-1", TAUTULLI)
    assert (left.state, left.processed, left.total) == (SyncState.RUNNING, 2, 4)
    assert (run.state, run.processed, run.total) == (SyncState.COMPLETED, 4, 4)
    assert tautulli.cursors == [None, "2"]
    plays = recent_plays(home.documents)
    assert sorted(play.item.title for play in plays) == [f"Film {number}" for number in range(4)]
    assert {play.stream.source_video_codec for play in plays} == {"hevc"}


COUNTS = {"processed", "total", "added", "changed", "unchanged", "refused", "problems"}
OF_EIGHT_FILMS = {
    "processed": 8,
    "total": 8,
    "added": 7,
    "changed": 0,
    "unchanged": 0,
    "refused": 1,
    "problems": ("Row 6: it stops before it starts",),
}


def test_a_step_of_a_long_import_leaves_its_turn_to_others(home, clock):
    """It ends with the page at which its seconds are over; the counts of all steps add up."""
    tautulli = FakeTautulli(films=8)
    tautulli.before_page = lambda: clock.advance(STEP_SECONDS / 2)
    server = from_api(home, tautulli)
    step(home, server)
    first = find_run(home.documents, "plex-1", TAUTULLI)
    start_run(home, "plex-1", SyncKind.ACCOUNTS)
    step(home, server)
    second = find_run(home.documents, "plex-1", TAUTULLI)
    step(home, server)

    assert (first.state, first.processed, first.added) == (SyncState.RUNNING, 4, 4)
    assert (second.state, second.model_dump(include=COUNTS)) == ("completed", OF_EIGHT_FILMS)
    assert find_run(home.documents, "plex-1", SyncKind.ACCOUNTS).state is SyncState.COMPLETED
    assert tautulli.cursors == [None, "2", "4", "6"]


class Died(BaseException):
    pass


def die() -> None:
    raise Died


@pytest.mark.parametrize("dies_at", [2, 3, 4, None])
def test_an_import_whose_worker_is_killed_counts_each_row_once(home, clock, dies_at):
    """Before any page but the first, or after the last: the next one goes on there."""
    tautulli = FakeTautulli(films=8)
    server = from_api(home, tautulli)
    tautulli.before_page = lambda: die() if len(tautulli.cursors) + 1 == dies_at else None
    tautulli.at_the_end = lambda: die() if dies_at is None else None
    with pytest.raises(Died):
        step(home, server)
    tautulli.before_page = tautulli.at_the_end = lambda: None
    clock.advance(61)  # the lease of its message
    while step(home, server):
        pass

    run = find_run(home.documents, "plex-1", TAUTULLI)
    assert (run.state, run.model_dump(include=COUNTS)) == ("completed", OF_EIGHT_FILMS)
    assert tautulli.cursors == [None, "2", "4", "6"]


def test_an_import_that_is_called_off_between_steps_keeps_its_counts(home):
    """They say what came in; started again it begins anew, and finds that known."""
    tautulli = FakeTautulli(films=8)
    server = from_api(home, tautulli)
    step(home, server, is_stopping=lambda: True)
    cancel_run(home, "plex-1", TAUTULLI)
    while step(home, server):  # messages that count no more
        pass
    cancelled = find_run(home.documents, "plex-1", TAUTULLI)
    again = synced(home, server, TAUTULLI, order=cancelled.order)

    assert (cancelled.state, cancelled.processed, cancelled.added) == ("cancelled", 2, 2)
    assert (again.processed, again.added, again.unchanged, again.refused) == (8, 5, 2, 1)


def test_a_tautulli_of_another_server_is_refused_by_name(home):
    """Its plays would be somebody else's."""
    server = from_api(home, FakeTautulli(machine_id="def"))
    step(home, server)

    run = find_run(home.documents, "plex-1", TAUTULLI)
    assert run.state is SyncState.FAILED
    assert run.error.message.startswith("This Tautulli watches Attic, not Plex-1")


def imported(home: EmbeddedHome, **order: str) -> SyncRun:
    return synced(home, FakeServer(), TAUTULLI, order=ImportOrder(**order))


def plays_in(home: EmbeddedHome) -> int:
    """Those in the ledger, and those too young for it."""
    return ledger_of(home).manifest().plays + sum(1 for _ in each(home.documents, "plays"))


def test_a_database_of_the_import_folder_becomes_history_once(home, file):
    """Its people, too; a second run changes nothing."""
    run = imported(home, path="tautulli.db")
    plays = plays_in(home)
    again = imported(home, path="tautulli.db")

    assert (run.state, run.processed, run.total, run.refused) == ("completed", ROWS, ROWS, 0)
    assert 0 < plays <= ROWS  # resumed viewings are several rows and one play
    assert run.added == plays
    assert (again.state, again.added, again.changed) == ("completed", 0, 0)
    assert plays_in(home) == plays
    assert len(list(each(home.documents, ACCOUNTS))) >= 5


def test_an_uploaded_file_is_put_together_and_leaves_no_parts(home, file, database):
    """What a browser dragged in is the same as a file on the disk."""
    size = 256 * 1024
    upload = create_upload(home, "tautulli.db", len(database), part_bytes=size)
    for number in range(1, upload.parts + 1):
        put_part(home, upload.id, number, database[(number - 1) * size : number * size])

    run = imported(home, upload_id=upload.id)

    assert (run.state, run.processed) == (SyncState.COMPLETED, ROWS)
    assert not list(home.blobs.list(PREFIX))


def test_a_file_that_is_no_tautulli_database_says_so(home, file):
    """Nothing is written, and the run ends: no retry can help."""
    file.write_bytes(b"SQLite format 3\x00" + b"\x00" * 5000)
    damaged = imported(home, path="tautulli.db")
    file.unlink()
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE session_history (id INTEGER)")
    connection.close()
    foreign = imported(home, path="tautulli.db")
    file.unlink()
    gone = imported(home, path="tautulli.db")

    for run in (damaged, foreign, gone):
        assert run.state is SyncState.FAILED
        assert run.error.message
    assert plays_in(home) == 0


def test_an_import_that_is_called_off_stops(home, file):
    """What is in stays; the run is cancelled, not failed."""
    start_run(home, "plex-1", TAUTULLI, order=ImportOrder(path="tautulli.db"))

    step(home, FakeServer(), is_lost=lambda: cancel_run(home, "plex-1", TAUTULLI) is None)

    assert find_run(home.documents, "plex-1", TAUTULLI).state is SyncState.CANCELLED
    assert not step(home, FakeServer())
    assert plays_in(home) == 0


def test_a_worker_that_stops_in_the_middle_leaves_the_import_to_the_next(home, file):
    """All of it is there afterwards, and nothing twice."""
    start_run(home, "plex-1", TAUTULLI, order=ImportOrder(path="tautulli.db"))
    step(home, FakeServer(), is_stopping=lambda: True)
    assert find_run(home.documents, "plex-1", TAUTULLI).state is SyncState.RUNNING

    while step(home, FakeServer()):
        pass

    run = find_run(home.documents, "plex-1", TAUTULLI)
    assert (run.state, run.processed) == (SyncState.COMPLETED, ROWS)
    assert run.added + run.unchanged + run.changed > 0
