"""What the emulated servers remember of who watched what."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from showrunner.demo.library import Title, make_videos
from showrunner.demo.past import Past, PastPlay
from showrunner.demo.playing import Playback, Viewer
from showrunner.demo.sending import Happening
from showrunner.demo.shelf import Shelf
from showrunner.demo.tautulli_past import write_past
from showrunner.demo.tautulli_schema import create_tables

DAY = 86_400
TODAY = 20_000 * DAY + 5 * 3600
MIKA = Viewer(1, "Mika", "TV", "App", "OS", "192.168.1.2", 0)
NOOR = Viewer(2, "Noor", "Phone", "App", "OS", "192.168.1.3", 0)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("library")
    titles = (Title("X", 2020, 20), Title("One", 2022, 10, series="Show", episode=1))
    make_videos({folder / title.relative_path: title for title in titles})
    found = Shelf(folder, "/media")
    found.scan()
    return found


class Now:
    """A wall clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = float(TODAY)

    def __call__(self) -> float:
        return self.seconds


Told = Callable[[Happening, float, int], None]


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def past(shelf: Shelf, now: Now) -> Past:
    return Past(shelf, [MIKA, NOOR], seed="plex", now=now)


def facts(plays: list[PastPlay]) -> list[tuple[object, ...]]:
    return [(one.number, one.viewer.user_name, one.entry.title, one.started_at) for one in plays]


def test_the_same_days_hold_the_same_plays(past: Past, shelf: Shelf, now: Now) -> None:
    """After a restart tomorrow the rows of the days before are the same, numbers included."""
    tomorrow = Past(shelf, [MIKA, NOOR], seed="plex", now=lambda: now.seconds + DAY)
    shared = [one for one in past.plays() if one.started_at >= TODAY - 26 * DAY]

    assert len(shared) > 100
    assert facts(shared) == facts(
        [one for one in tomorrow.plays() if TODAY - 26 * DAY <= one.started_at < TODAY - DAY // 4]
    )
    assert facts(past.plays()) != facts(Past(shelf, [MIKA, NOOR], seed="emby", now=now).plays())


def test_made_up_plays_are_possible(past: Past) -> None:
    """Each ends after it began and before today; nobody watches two things at once."""
    plays = past.plays()
    by_person: dict[str, list[PastPlay]] = {}
    for play in sorted(plays, key=lambda one: one.started_at):
        by_person.setdefault(play.viewer.user_name, []).append(play)

    assert all(one.started_at < one.stopped_at < TODAY for one in plays)
    assert all(one.watched_seconds > 0 for one in plays)
    for sittings in by_person.values():
        assert all(one.stopped_at < after.started_at for one, after in pairwise(sittings))
    assert {one.is_watched for one in plays} == {True, False}
    numbers = [one.number for one in plays]
    assert numbers == sorted(set(numbers))


def test_what_a_viewer_stops_is_remembered(past: Past, shelf: Shelf, now: Now) -> None:
    """With its pauses; the end of it is that of the stop."""
    before = past.plays()
    entry = shelf.entries("movie")[0]
    for happening, at, position in (
        (Happening.PLAY, 0, 0),
        (Happening.PAUSE, 10, 10_000),
        (Happening.RESUME, 25, 10_000),
        (Happening.WATCHED, 34, 19_000),
        (Happening.STOP, 35, 19_500),
    ):
        now.seconds = TODAY + at
        past.played(happening, Playback(MIKA, entry, position, is_paused=False))
    *known, play = past.plays()

    assert known == before
    assert (play.started_at, play.stopped_at) == (TODAY, TODAY + 35)
    assert (play.paused_seconds, play.watched_seconds) == (15, 20)
    assert play.is_watched


def test_who_stops_in_a_pause_was_paused_until_then(past: Past, shelf: Shelf, now: Now) -> None:
    """A pause that never ends counts as one."""
    entry = shelf.entries("movie")[0]
    for happening, at in ((Happening.PLAY, 0), (Happening.PAUSE, 10), (Happening.STOP, 50)):
        now.seconds = TODAY + at
        past.played(happening, Playback(MIKA, entry, 10_000, is_paused=False))

    assert past.plays()[-1].paused_seconds == 40


def test_the_demos_database_is_one_of_tautullis(past: Past, tmp_path: Path) -> None:
    """The same tables and columns as a generated one, a row in each for every play."""
    path = tmp_path / "tautulli.db"
    for _ in range(2):
        write_past(path, past, machine_id="m")
    with closing(sqlite3.connect(path)) as found, closing(sqlite3.connect(":memory:")) as plain:
        create_tables(plain)
        for table in ("session_history", "session_history_metadata", "session_history_media_info"):
            shape = f"PRAGMA table_info({table})"
            assert found.execute(shape).fetchall() == plain.execute(shape).fetchall()
            ids = [one for (one,) in found.execute(f"SELECT id FROM {table} ORDER BY id")]
            assert ids == [play.number for play in past.plays()]
        emails = found.execute("SELECT count(*) FROM users").fetchone()
    assert emails == (3,)
