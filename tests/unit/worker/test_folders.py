"""A path that is a folder stands for the videos in it."""

import shutil
from pathlib import Path

from showrunner.connections.models import ConnectionKind
from showrunner.jobs.models import FileOutcome
from showrunner.previews.worker.slot import Slot
from showrunner.wiring import EmbeddedHome
from tests.unit.worker.stage import connect, job_of, line_of, names


def test_a_folder_stands_for_the_videos_in_it(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """A sender that names only the film's folder gets previews for what lies there."""
    connect(home, ConnectionKind.EMBY, media)
    folder = media / "Film (2020)"
    folder.mkdir()
    for name in ("one.mkv", "two.mkv"):
        shutil.copy2(film, folder / name)
    (folder / "poster.jpg").write_bytes(b"")
    job_id = job_of(home, folder)

    slot.run_one(0)

    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED
    pictures = {output.picture for output in line_of(home, job_id).outputs}
    assert len(pictures) == 2
    assert [name for name in names(folder) if name.endswith(".bif")] == [
        "one-320-10.bif",
        "two-320-10.bif",
    ]


def test_what_stops_every_video_of_a_folder_is_said_once(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, tmp_path: Path
) -> None:
    """A season waits for its server with one sentence, not with one per episode."""
    connect(home, ConnectionKind.PLEX, media, plex_config_folder=str(tmp_path))
    shutil.copy2(film, media / "two.mkv")
    job_id = job_of(home, media)
    slot.run_one(0)

    line = line_of(home, job_id)
    assert [output.outcome for output in line.outputs] == ["waiting", "waiting"]
    assert (line.message or "").count("refuses connections") == 1


def test_an_empty_folder_fails_with_the_reason(home: EmbeddedHome, slot: Slot, media: Path) -> None:
    """Nothing to do is not success."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, media)
    slot.run_one(0)

    assert "holds no video" in (line_of(home, job_id).message or "")


def test_a_folder_that_no_library_owns_is_not_looked_into(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """A sender may name any folder of the machine; what lies there stays unread and unsaid."""
    connect(home, ConnectionKind.EMBY, media / "library")
    (media / "library").mkdir()
    job_id = job_of(home, film.parent)
    slot.run_one(0)

    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.SKIPPED
    assert film.name not in str(line)
