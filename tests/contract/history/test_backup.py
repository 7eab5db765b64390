"""Backup and restore: whole or nothing, from any home to any other."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from showrunner.adapters.atomic_files import locked
from showrunner.cli.main import main
from showrunner.errors import SetupError, ShowrunnerError, WrongStateError
from showrunner.history.api import HistoryApi
from showrunner.history.backup import COLLECTIONS, back_up
from showrunner.history.home import ledger_of
from showrunner.history.ledger.care import verify
from showrunner.history.recent import FORGOTTEN
from showrunner.history.restore import restore, unfinished_restore
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.plays.models import Play, PlayState
from showrunner.plays.store import save
from showrunner.ports.documents import ABSENT, each
from showrunner.wiring import EmbeddedHome, Home
from tests.contract.history.ledger.plays import full_play, play
from tests.fakes import FakeClock

ITEMS = "history/items/connection=plex-1/library=1.parquet"


def facts(home: Home) -> object:
    """All that a backup keeps, but for the versions of documents."""
    kept = {
        collection: [
            (one.key, one.body, one.expires_at) for one in each(home.documents, collection)
        ]
        for collection in COLLECTIONS
    }
    page = HistoryApi(home).page("limit=500&include_hidden=true")
    return kept, page["plays"], [info.key for info in home.blobs.list("history/items/")]


def fill(home: Home, *numbers: int) -> None:
    now = home.clock.now()
    ledger_of(home).write([play(number) for number in numbers] + [full_play()])
    note_accounts(home.documents, "plex-1", [Account("1", "anna"), Account("2", "bert")], now)
    going_on: Play = play(max(numbers) + 1, state=PlayState.OPEN, stopped_at=None)
    save(home, [(going_on, ABSENT)])
    home.documents.put(FORGOTTEN, "gone", {}, expires_at=now + timedelta(days=1))
    home.blobs.put(ITEMS, b"items")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar"


@pytest.fixture
def other(tmp_path: Path, clock: FakeClock) -> EmbeddedHome:
    home = EmbeddedHome(tmp_path / "other", clock)
    home.folder.mkdir()
    return home


def test_a_restored_home_says_what_the_first_one_said(
    home: EmbeddedHome, other: EmbeddedHome, file: Path
) -> None:
    """Ledger, open plays, people, deleted plays and libraries' items; the ledger is sound."""
    fill(home, 1, 2, 1000)
    index = back_up(home, file)
    assert index.plays == 4
    assert file.stat().st_mode & 0o077 == 0
    restore(other, file)
    assert facts(other) == facts(home)
    assert verify(ledger_of(other)) == []
    assert [one.name for one in file.parent.glob(".*")] == []


def test_an_empty_history_can_be_kept_and_put_back(
    home: EmbeddedHome, other: EmbeddedHome, file: Path
) -> None:
    """With --force it empties another."""
    back_up(home, file)
    fill(other, 1)
    restore(other, file, force=True)
    assert facts(other) == facts(home)
    assert ledger_of(other).write([play(1)]).added == 1


def test_a_history_is_replaced_only_by_force(
    home: EmbeddedHome, other: EmbeddedHome, file: Path
) -> None:
    """Else nothing changes; replaced, nothing of the old one is left."""
    fill(home, 1, 2)
    back_up(home, file)
    fill(other, 1000, 1001, 1002)
    before, version = facts(other), ledger_of(other).manifest().version
    with pytest.raises(WrongStateError, match="--force"):
        restore(other, file)
    assert facts(other) == before
    restore(other, file, force=True)
    assert facts(other) == facts(home)
    assert ledger_of(other).manifest().version > version


def test_a_running_server_is_not_restored_under_its_feet(
    home: EmbeddedHome, other: EmbeddedHome, file: Path
) -> None:
    """It would move plays meanwhile."""
    back_up(home, file)
    with locked(other.folder / "server.lock"), pytest.raises(WrongStateError, match="stop it"):
        restore(other, file)


def _cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def _flipped(data: bytes) -> bytes:
    place = data.index(b'"anna"')
    return data[:place] + b'"anne"' + data[place + 6 :]


def _no_tar(_data: bytes) -> bytes:
    return b"not a tar at all" * 100


def _later(data: bytes) -> bytes:
    """The same with an index of a later format."""
    made = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as old, tarfile.open(fileobj=made, mode="w") as new:
        for entry in old:
            content = old.extractfile(entry).read()  # type: ignore[union-attr]
            if entry.name == "index.json":
                content = json.dumps({**json.loads(content), "format": 99}).encode()
                entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def _added(data: bytes) -> bytes:
    """The same with an entry that the index does not know."""
    made = io.BytesIO(data)
    with tarfile.open(fileobj=made, mode="a") as tar:
        entry = tarfile.TarInfo("blobs/../../escape")
        entry.size = 1
        tar.addfile(entry, io.BytesIO(b"x"))
    return made.getvalue()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_cut, "no whole backup"),
        (_flipped, "no whole backup"),
        (_no_tar, "no whole backup"),
        (_added, "no whole backup"),
        (_later, "update Showrunner"),
    ],
)
def test_a_damaged_backup_changes_nothing(
    damage: Callable[[bytes], bytes],
    words: str,
    home: EmbeddedHome,
    other: EmbeddedHome,
    file: Path,
) -> None:
    """Cut off, altered, no backup, or of a later Showrunner: said before anything is done."""
    fill(home, 1)
    back_up(home, file)
    fill(other, 1000)
    before = facts(other)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(SetupError, match=words):
        restore(other, file, force=True)
    assert facts(other) == before
    assert unfinished_restore(other) is None


def test_a_restore_that_was_cut_off_is_finished_by_the_next(
    home: EmbeddedHome, other: EmbeddedHome, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then `verify` says so; the ledger is the old one as a whole."""
    fill(home, 1, 2)
    back_up(home, file)
    ledger_of(other).write([play(1000)])
    with monkeypatch.context() as dying:
        dying.setattr("showrunner.history.restore.save_manifest", _die)
        with pytest.raises(KeyboardInterrupt):
            restore(other, file, force=True)
    assert ledger_of(other).manifest().plays == 1
    asked = CliRunner().invoke(main, ["history", "verify", "--data", str(other.folder)])
    assert "cut off" in asked.output
    assert asked.exit_code == 1
    restore(other, file)
    assert facts(other) == facts(home)
    assert unfinished_restore(other) is None


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_moves_while_the_backup_is_made_is_in_it(
    home: EmbeddedHome, other: EmbeddedHome, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parts of a manifest that is replaced meanwhile may be gone: then it is the next one."""
    fill(home, 1)
    get, seen = home.blobs.get, []

    def replaced(key: str) -> object:
        if key.endswith(".parquet") and not seen:
            seen.append(key)
            ledger_of(home).write([play(2)])
            home.blobs.delete(key)
        return get(key)

    monkeypatch.setattr(home.blobs, "get", replaced)
    assert back_up(home, file).plays == 3
    restore(other, file)
    assert facts(other) == facts(home)


def test_a_lost_file_of_the_ledger_stops_the_backup(home: EmbeddedHome, file: Path) -> None:
    """No backup that lacks something; the last good one stays."""
    fill(home, 1)
    back_up(home, file)
    good = hashlib.sha256(file.read_bytes()).hexdigest()
    (part,) = ledger_of(home).manifest().parts()
    home.blobs.delete(part.key)
    with pytest.raises(SetupError, match="verify"):
        back_up(home, file)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == good


def test_the_commands_do_it_all(home: EmbeddedHome, other: EmbeddedHome, tmp_path: Path) -> None:
    """Backup, restore, verify and export, each with a line that says what was done."""
    fill(home, 1, 2)
    data, target = ["--data", str(home.folder)], ["--data", str(other.folder)]
    file = str(tmp_path / "all.tar")

    def run(*words: str) -> str:
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
        return result.output

    assert "3 plays" in run("backup", file, *data)
    assert "3 plays restored" in run("restore", file, *target)
    assert "sound: 3 plays" in run("history", "verify", *target)
    exported = str(tmp_path / "out.csv")
    where = ["--where", "titles=Film%202&titles=Film%203"]
    assert "2 plays" in run("history", "export", exported, *where, *target)
    assert Path(exported).read_text().count("Film") == 2
    again = CliRunner().invoke(main, ["restore", file, *target])
    assert (again.exit_code, "--force" in again.output) == (1, True)


def test_a_place_that_cannot_be_written_is_named(home: EmbeddedHome, tmp_path: Path) -> None:
    """And nothing is left there."""
    with pytest.raises(ShowrunnerError, match="nowhere"):
        back_up(home, tmp_path / "nowhere" / "x.tar")
    with pytest.raises(ShowrunnerError, match="none"):
        restore(home, tmp_path / "none.tar")
