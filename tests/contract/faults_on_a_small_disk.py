"""
What happens when a disk is really full.

Run by test_faults_disk_full.py, on a disk that SHOWRUNNER_TEST_SMALL_DISK names.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from showrunner.adapters.sqlite.database import Database
from showrunner.adapters.system_clock import SystemClock
from showrunner.errors import TryLaterError
from showrunner.previews.bif import BifSink, read_bif
from showrunner.previews.cache import FrameCache, extract_with_cache
from showrunner.previews.extract import extract
from showrunner.previews.fingerprint import SourceFingerprint
from tests.contract.faults import Installation, installed
from tests.contract.faults_story import story
from tests.videos import make_video

FILLER = "filler"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("full")) as made:
        yield made


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


class SmallDisk:
    """In the folder `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def filled(self, *, free_bytes: int = 0) -> Iterator[None]:
        filler = self.root / FILLER
        size_bytes = shutil.disk_usage(self.root).free - free_bytes
        filler.write_bytes(bytes(size_bytes))
        yield
        filler.unlink()


@pytest.fixture
def small_disk() -> Iterator[SmallDisk]:
    root = Path(os.environ["SHOWRUNNER_TEST_SMALL_DISK"])
    yield SmallDisk(root)
    for left in root.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()


@pytest.mark.parametrize("steps", range(6))
def test_work_goes_on_when_there_is_room_again(small_disk: SmallDisk, steps: int) -> None:
    """All is on one disk, full from some step on, for minutes: nothing is lost or doubled."""
    with installed(small_disk.root) as installation:
        usual = installation.undisturbed
        flow = installation.restored()
        for name, body in story(flow.media):
            flow.post_until_accepted(name, body)
        for _ in range(steps):
            if not flow.step():
                flow.clock.advance(10)
        with small_disk.filled():
            for _ in range(20):
                with flow.surviving():
                    flow.step()
                flow.clock.advance(10)
            assert not [name for name in names(flow.media) if name.startswith(".")]
        flow.settle()

        assert flow.summary() == usual.result
        assert usual.told <= flow.told
        flow.home.database.close()


@pytest.mark.parametrize("free_bytes", [0, 4096])
def test_outputs_wait_for_room(
    installation: Installation, small_disk: SmallDisk, free_bytes: int
) -> None:
    """Their line says so, nothing unfinished is to be seen, and later they are all made."""
    flow = installation.restored()
    shutil.rmtree(flow.media)
    flow.media.symlink_to(small_disk.root)
    film = small_disk.root / "film.mkv"
    film.write_bytes(b"film")
    os.utime(film, (1_700_000_000, 1_700_000_000))
    flow.post_until_accepted("custom", {"file_path": str(flow.media / "film.mkv")})
    with small_disk.filled(free_bytes=free_bytes):
        for _ in range(8):
            flow.step()
            flow.clock.advance(10)
        (job,) = [job for job in flow.jobs if job.total_items == 1]
        (line,) = flow.lines(job)
        assert line.outcome == "waiting"
        assert "No space is left" in (line.message or "")
        assert names(small_disk.root) == [FILLER, "film.mkv"]
    flow.settle()

    (line,) = flow.lines(job)
    assert line.outcome == "completed"
    assert names(small_disk.root) == ["film-320-10.bif", "film.mkv"]
    assert sum(flow.told.values()) == 1
    flow.media.unlink()
    flow.media.mkdir()


def test_a_database_is_opened_when_there_is_room(small_disk: SmallDisk) -> None:
    """Its user is told that the disk is full, not that he lacks rights; nothing is harmed."""
    path = small_disk.root / "showrunner.db"
    Database(path).close()
    with small_disk.filled(), pytest.raises(TryLaterError, match="No space is left"):
        Database(path)
    Database(path).close()


def test_the_frame_cache_goes_without(small_disk: SmallDisk, tmp_path: Path) -> None:
    """What it was made for, the output, is whole; no part of an entry stays."""
    film = make_video(tmp_path / "film.mkv", seconds=25)
    cache = FrameCache(small_disk.root / "cache", 60, 100, SystemClock())
    (small_disk.root / "cache").mkdir()
    bif = tmp_path / "film.bif"
    with small_disk.filled(free_bytes=8192):
        sink = BifSink(bif, SourceFingerprint.of(film))
        extract_with_cache(film, [sink], cache, extract=extract)
        sink.publish()
        assert names(small_disk.root / "cache") == []
    assert read_bif(bif).count == 3
