"""A renamed file takes its outputs along: nothing is made twice, nothing is left behind."""

import errno
import os
from pathlib import Path

import pytest

from showrunner.connections.models import ConnectionKind
from showrunner.jobs.create import NewFile, NewJob
from showrunner.jobs.models import FileAction, FileOutcome
from showrunner.jobs.store import get_job, update_file
from showrunner.previews.bif import read_bif
from showrunner.previews.worker import move as move_module
from showrunner.previews.worker.errands import ErrandRunner
from showrunner.previews.worker.slot import Slot
from showrunner.published import OWNERS, RECORDS, find_record
from showrunner.wiring import EmbeddedHome
from tests.unit.worker.stage import BIF, TILES, connect, job_of, line_of, names, queued


def move(home: EmbeddedHome, before: Path, after: Path) -> str:
    file = NewFile(str(after), action=FileAction.MOVE, previous_path=str(before))
    return queued(home, NewJob("Renamed", "sonarr", [file]))


def renamed(film: Path, name: str = "new.mkv") -> Path:
    after = film.parent / name
    after.parent.mkdir(exist_ok=True)
    return film.rename(after)


def identity(path: Path) -> tuple[int, int]:
    return path.stat().st_ino, path.stat().st_mtime_ns


def known_places(home: EmbeddedHome, video: Path) -> dict[str, bool]:
    """Names of the known outputs, and whether each is left over."""
    record = find_record(home.documents, str(video))
    return {Path(o.path).name: o.is_left_over for o in record.outputs} if record else {}


def test_outputs_beside_the_file_are_renamed_and_found_fresh(
    home: EmbeddedHome, errands: ErrandRunner, slot: Slot, made: Path
) -> None:
    """The very same BIF and tiles under the new name; the line ends as any fresh file's."""
    bif = identity(made.with_name(BIF))
    tiles = identity(made.with_name(TILES) / "320 - 10x10" / "0.jpg")
    after = renamed(made)
    job_id = move(home, made, after)
    errands.run_one(0)

    assert names(made.parent) == ["new-320-10.bif", "new.mkv", "new.trickplay", "other.txt"]
    assert (line_of(home, job_id).action, line_of(home, job_id).outcome) == ("make", "queued")
    assert slot.run_one(0)
    assert line_of(home, job_id).outcome in (FileOutcome.SKIPPED, FileOutcome.COMPLETED)
    assert line_of(home, job_id).method is None
    assert identity(after.with_name("new-320-10.bif")) == bif
    assert identity(after.parent / "new.trickplay" / "320 - 10x10" / "0.jpg") == tiles
    assert get_job(home.documents, job_id).status == "completed"
    assert known_places(home, made) == {}
    assert known_places(home, after) == {"new-320-10.bif": False, "320 - 10x10": False}
    assert len(home.documents.list(RECORDS)) == 1
    assert len(home.documents.list(OWNERS)) == 2


def test_a_file_that_went_to_another_folder_takes_them_there(
    home: EmbeddedHome, errands: ErrandRunner, made: Path
) -> None:
    """The season folder that Sonarr made."""
    after = renamed(made, "Season 01/film.mkv")
    move(home, made, after)
    errands.run_one(0)

    assert names(after.parent) == [BIF, "film.mkv", TILES]
    assert names(made.parent) == ["Season 01", "other.txt"]


def test_what_came_along_with_its_folder_only_gets_its_new_name(
    home: EmbeddedHome, errands: ErrandRunner, slot: Slot, library: Path, encoded: bytes
) -> None:
    """Radarr renamed the folder with everything in it, and then the file."""
    connect(home, ConnectionKind.EMBY, library)
    before = library / "Old (2020)" / "film.mkv"
    before.parent.mkdir()
    before.write_bytes(encoded)
    os.utime(before, (1_700_000_000, 1_700_000_000))
    job_of(home, before)
    slot.run_one(0)
    folder = before.parent.rename(library / "New (2020)")
    after = (folder / "film.mkv").rename(folder / "better.mkv")
    move(home, before, after)
    errands.run_one(0)

    assert names(folder) == ["better-320-10.bif", "better.mkv"]


def test_a_renamed_folder_is_its_files_renamed(
    home: EmbeddedHome, errands: ErrandRunner, slot: Slot, library: Path, encoded: bytes
) -> None:
    """One line for all of them; each is fresh under its new path."""
    connect(home, ConnectionKind.EMBY, library)
    season = library / "S1"
    season.mkdir()
    for name in ("1.mkv", "2.mkv"):
        (season / name).write_bytes(encoded)
        os.utime(season / name, (1_700_000_000, 1_700_000_000))
    job_of(home, season)
    slot.run_one(0)
    after = season.rename(library / "Season 01")
    job_id = move(home, season, after)
    errands.run_one(0)
    slot.run_one(0)

    assert names(after) == ["1-320-10.bif", "1.mkv", "2-320-10.bif", "2.mkv"]
    assert line_of(home, job_id).method is None
    assert known_places(home, after / "2.mkv") == {"2-320-10.bif": False}
    assert len(home.documents.list(RECORDS)) == 2


def test_nothing_that_is_there_is_written_over(
    home: EmbeddedHome, errands: ErrandRunner, made: Path
) -> None:
    """Somebody's BIF has the new name already: it stays as it is, ours is taken back."""
    after = renamed(made)
    taken = after.with_name("new-320-10.bif")
    taken.write_bytes(b"somebody's")
    move(home, made, after)
    errands.run_one(0)

    assert taken.read_bytes() == b"somebody's"
    assert names(made.parent) == ["new-320-10.bif", "new.mkv", "new.trickplay", "other.txt"]


def test_what_is_not_ours_does_not_move(
    home: EmbeddedHome, errands: ErrandRunner, made: Path
) -> None:
    """Another tool wrote over our BIF: it keeps its name."""
    bif = read_bif(made.with_name(BIF))
    bif.path.write_bytes(bif.path.read_bytes()[: bif.offsets[0]] + b"\xff\xd8 theirs")
    after = renamed(made)
    move(home, made, after)
    errands.run_one(0)

    assert names(made.parent) == [BIF, "new.mkv", "new.trickplay", "other.txt"]


def test_outputs_of_an_older_content_are_taken_back(
    home: EmbeddedHome, errands: ErrandRunner, slot: Slot, made: Path
) -> None:
    """The file was replaced and renamed at once: its pictures are made anew."""
    after = renamed(made)
    os.utime(after, (1_700_000_100, 1_700_000_100))
    job_id = move(home, made, after)
    errands.run_one(0)
    assert names(made.parent) == ["new.mkv", "other.txt"]

    slot.run_one(0)
    assert line_of(home, job_id).method == "indexed"
    assert "new-320-10.bif" in names(made.parent)


def test_outputs_do_not_move_while_the_old_file_is_there(
    home: EmbeddedHome, errands: ErrandRunner, slot: Slot, made: Path
) -> None:
    """It was copied, not renamed: both have previews in the end."""
    after = made.with_name("new.mkv")
    after.write_bytes(made.read_bytes())
    os.utime(after, (1_700_000_000, 1_700_000_000))
    move(home, made, after)
    errands.run_one(0)
    slot.run_one(0)

    assert {BIF, TILES, "new-320-10.bif", "new.trickplay"} <= set(names(made.parent))


def test_outputs_in_a_servers_own_folder_go_when_the_next_run_has_others(
    home: EmbeddedHome, errands: ErrandRunner, slot: Slot, library: Path, film: Path
) -> None:
    """Jellyfin gives a renamed file a new item: the tiles of the old one are left over."""
    data = library.parent / "jellyfin"
    connect(
        home,
        ConnectionKind.JELLYFIN,
        library,
        save_with_media=False,
        jellyfin_config_folder=str(data),
    )
    old_id, new_id = f"{1:032x}", f"{2:032x}"
    file = NewFile(str(film), connection_id="jellyfin-1", server_item_id=old_id)
    queued(home, NewJob("Film", "manual", [file]))
    slot.run_one(0)
    after = renamed(film)
    file = NewFile(
        str(after),
        action=FileAction.MOVE,
        previous_path=str(film),
        connection_id="jellyfin-1",
        server_item_id=new_id,
    )
    queued(home, NewJob("Renamed", "jellyfin", [file]))
    errands.run_one(0)
    assert known_places(home, after) == {"320 - 10x10": True}

    slot.run_one(0)
    (tiles,) = names(data / "data" / "trickplay" / "00")
    assert tiles.replace("-", "") == new_id
    assert known_places(home, after) == {"320 - 10x10": False}
    assert len(home.documents.list(OWNERS)) == 1


def test_a_move_that_was_cut_off_is_completed_by_the_next_try(
    home: EmbeddedHome, errands: ErrandRunner, slot: Slot, made: Path
) -> None:
    """Killed after the first rename, and again after the line became MAKE: all is done once."""
    after = renamed(made)
    made.with_name(BIF).rename(after.with_name("new-320-10.bif"))
    job_id = move(home, made, after)
    errands.run_one(0)
    assert known_places(home, after) == {"new-320-10.bif": False, "320 - 10x10": False}

    home.queue("frames").receive()  # the task is lost, the errand comes again
    home.queue("errands").send({"kind": "move", "job_id": job_id, "file_number": 1, "ticket": 0})
    errands.run_one(0)
    assert slot.run_one(0)
    assert line_of(home, job_id).outcome.is_final
    assert update_file(home, job_id, 1, message="again") is None


def test_on_another_disk_they_are_made_anew(
    home: EmbeddedHome, errands: ErrandRunner, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename cannot cross disks, and a copy is no faster than making them."""
    after = renamed(made)
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if target.name.startswith("."):  # the taking back of the old ones
            return rename(path, target)
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(move_module.Path, "rename", refuse)
    job_id = move(home, made, after)
    errands.run_one(0)

    assert [n for n in names(made.parent) if n.endswith(".bif")] == []
    assert line_of(home, job_id).action is FileAction.MAKE
