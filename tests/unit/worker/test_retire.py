"""A file is gone: what we made of it goes with it, and nothing else."""

import os
import shutil
from pathlib import Path

import pytest

from showrunner.connections.models import ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.jobs.create import NewFile, NewJob
from showrunner.jobs.models import FileAction, FileOutcome
from showrunner.previews.bif import read_bif
from showrunner.previews.outputs import ours
from showrunner.previews.worker.errands import ErrandRunner
from showrunner.previews.worker.slot import Slot
from showrunner.published import OWNERS, RECORDS, find_record
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.clients.recorded import Server
from tests.unit.worker.stage import BIF, TILES, connect, job_of, line_of, names, queued


def retire(home: EmbeddedHome, path: Path) -> str:
    return queued(home, NewJob("Gone", "sonarr", [NewFile(str(path), action=FileAction.RETIRE)]))


def test_the_outputs_of_a_deleted_file_go(
    home: EmbeddedHome, errands: ErrandRunner, made: Path, server: Server
) -> None:
    """BIF and the whole folder of tiles; the line names each, and the servers are told."""
    made.unlink()
    job_id = retire(home, made)
    assert errands.run_one(0)

    line = line_of(home, job_id)
    assert names(made.parent) == ["other.txt"]
    assert (line.outcome, line.message) == (FileOutcome.COMPLETED, "2 outputs removed.")
    assert {(o.kind, o.outcome) for o in line.outputs} == {
        ("emby", "removed"),
        ("jellyfin", "removed"),
    }
    assert server.asked == ["POST /Library/Media/Updated"] * 2
    assert home.documents.list(RECORDS) == home.documents.list(OWNERS) == []


def test_a_file_that_is_there_again_keeps_everything(
    home: EmbeddedHome, errands: ErrandRunner, made: Path, server: Server
) -> None:
    """An upgrade under the same name sends a delete, too."""
    job_id = retire(home, made)
    errands.run_one(0)

    assert {BIF, TILES} <= set(names(made.parent))
    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.SKIPPED
    assert "there (again)" in (line.message or "")
    assert server.asked == []


def test_what_others_put_in_the_place_of_ours_stays(
    home: EmbeddedHome, errands: ErrandRunner, made: Path
) -> None:
    """A BIF that another tool wrote, and tiles of the owner's own."""
    foreign = read_bif(made.with_name(BIF))
    header, pictures = foreign.path.read_bytes()[: foreign.offsets[0]], b"\xff\xd8 not ours"
    foreign.path.write_bytes(header + pictures)
    sheet = made.with_name(TILES) / "320 - 10x10" / "0.jpg"
    sheet.write_bytes(b"\xff\xd8 somebody's \xff\xd9")
    made.unlink()
    job_id = retire(home, made)
    errands.run_one(0)

    assert names(made.parent) == [BIF, TILES, "other.txt"]
    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.SKIPPED
    assert {output.outcome for output in line.outputs} == {"kept"}


def test_tiles_of_another_width_keep_their_folder(
    home: EmbeddedHome, errands: ErrandRunner, made: Path
) -> None:
    """Ours go, the folder and what else is in it stay."""
    (made.with_name(TILES) / "640 - 10x10").mkdir()
    made.unlink()
    retire(home, made)
    errands.run_one(0)

    assert names(made.with_name(TILES)) == ["640 - 10x10"]


def test_a_folder_that_is_gone_takes_the_outputs_of_all_its_files(
    home: EmbeddedHome, slot: Slot, errands: ErrandRunner, library: Path, encoded: bytes
) -> None:
    """A deleted show: previews in a server's own folder go file by file; others stay."""
    data = library.parent / "jellyfin"
    connect(
        home,
        ConnectionKind.JELLYFIN,
        library,
        save_with_media=False,
        jellyfin_config_folder=str(data),
    )
    episodes = [library / "Show" / "Season 1" / f"{n}.mkv" for n in (1, 2)]
    other = library / "Show 2" / "1.mkv"
    for number, path in enumerate([*episodes, other]):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded)
        os.utime(path, (1_700_000_000, 1_700_000_000))
        file = NewFile(str(path), connection_id="jellyfin-1", server_item_id=f"{number:032x}")
        queued(home, NewJob("Show", "manual", [file]))
        slot.run_one(0)
    tiles = data / "data" / "trickplay" / "00"
    assert len(names(tiles)) == 3

    shutil.rmtree(library / "Show")
    job_id = retire(home, library / "Show")
    errands.run_one(0)

    assert line_of(home, job_id).message == "2 outputs removed."
    assert len(names(tiles)) == 1
    assert find_record(home.documents, str(other)) is not None


@pytest.mark.parametrize("leave_folder", [True, False])
def test_a_disk_that_is_not_mounted_is_no_deletion(
    home: EmbeddedHome,
    slot: Slot,
    errands: ErrandRunner,
    media: Path,
    film: Path,
    clock: FakeClock,
    leave_folder: bool,
) -> None:
    """The library's folder is missing or empty: it is waited for, and nothing is removed."""
    connect(home, ConnectionKind.EMBY, media)
    job_of(home, film)
    slot.run_one(0)
    unmounted = media.rename(media.with_name("unmounted"))
    if leave_folder:
        media.mkdir()
    job_id = retire(home, film)
    errands.run_one(0)

    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.WAITING
    assert "not mounted" in (line.message or "")
    assert find_record(home.documents, str(film)) is not None

    if leave_folder:
        media.rmdir()
    unmounted.rename(media)
    clock.advance(5)
    errands.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.SKIPPED
    assert BIF in names(media)


def test_a_place_that_another_video_uses_now_stays(
    home: EmbeddedHome, slot: Slot, errands: ErrandRunner, made: Path
) -> None:
    """The film came as .mp4, and the .mkv was deleted after that: one stem, one BIF."""
    upgrade = made.with_suffix(".mp4")
    shutil.copy2(made, upgrade)
    job_of(home, upgrade)
    slot.run_one(0)
    made.unlink()
    job_id = retire(home, made)
    errands.run_one(0)

    assert {BIF, TILES} <= set(names(made.parent))
    assert {output.outcome for output in line_of(home, job_id).outputs} == {"kept"}
    assert find_record(home.documents, str(made)) is None


def test_whoever_publishes_at_this_moment_keeps_what_he_found(made: Path) -> None:
    """He said so before he looked: ours is put back under his name."""
    bif = made.with_name(BIF)
    before = bif.read_bytes()

    assert not ours.withdraw(bif, lambda: True)
    assert bif.read_bytes() == before

    def publish_another() -> bool:
        bif.write_bytes(b"his")
        return True

    assert not ours.withdraw(bif, publish_another)
    assert bif.read_bytes() == b"his"
    assert sorted(names(made.parent)) == [BIF, "film.mkv", TILES, "other.txt"]


def test_a_removal_that_was_cut_off_is_completed_by_the_next_try(
    home: EmbeddedHome, errands: ErrandRunner, made: Path
) -> None:
    """Killed between hiding and removing: nothing hidden is left in the end."""
    made.unlink()

    def killed() -> bool:
        raise KeyboardInterrupt

    for output in (made.with_name(BIF), made.with_name(TILES) / "320 - 10x10"):
        with pytest.raises(KeyboardInterrupt):
            ours.withdraw(output, killed)
        assert not output.exists()

    job_id = retire(home, made)
    errands.run_one(0)
    assert names(made.parent) == ["other.txt"]
    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED


def test_a_folder_that_does_not_let_us_fails_with_the_reason(
    home: EmbeddedHome, errands: ErrandRunner, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the output stays known, for the next time."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    made.unlink()
    job_id = retire(home, made)
    errands.run_one(0)

    line = line_of(home, job_id)
    assert (line.outcome, line.message) == (FileOutcome.FAILED, "2 outputs could not be removed.")
    assert "permissions" in (line.outputs[0].message or "")
    assert find_record(home.documents, str(made)) is not None


def test_a_server_that_is_away_stops_no_removal(home: EmbeddedHome, made: Path) -> None:
    """It finds out by itself."""
    made.unlink()
    job_id = retire(home, made)
    ErrandRunner("errands-0", home, 30, lambda: False).run_one(0)

    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED
    assert names(made.parent) == ["other.txt"]


def test_a_server_that_was_removed_leaves_nothing_behind(
    home: EmbeddedHome, errands: ErrandRunner, made: Path
) -> None:
    """Its outputs were ours; no library holds the file any more."""
    for kind in (ConnectionKind.EMBY, ConnectionKind.JELLYFIN):
        ConnectionStore(home.documents).delete(f"{kind}-1")
    made.unlink()
    job_id = retire(home, made)
    errands.run_one(0)

    assert names(made.parent) == ["other.txt"]
    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED
