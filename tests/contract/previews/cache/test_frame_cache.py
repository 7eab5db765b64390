import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from showrunner.previews.cache.entry import DamagedEntryError
from showrunner.previews.cache.frames import CachedFrames, FrameCache, FrameKey
from showrunner.previews.fingerprint import SourceFingerprint
from tests.fakes import FakeClock

SIZE = (64, 36)
COUNT = 6
ENTRY_MIB = COUNT * 3 * SIZE[0] * SIZE[1] / (1 << 20)
Show = Callable[[int], Image.Image]


def picture(number: int) -> Image.Image:
    noise = np.random.default_rng(number).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    return Image.fromarray(noise)


@pytest.fixture
def cache(tmp_path: Path, clock: FakeClock) -> FrameCache:
    return FrameCache(tmp_path / "cache", ttl_minutes=60, max_disk_mb=100, clock=clock)


def key_of(
    name: str = "/films/dune.mkv", modified_at_ns: int = 7, width: int = 64, interval: int = 10
) -> FrameKey:
    return FrameKey(name, SourceFingerprint(1000, modified_at_ns), width, interval)


def keep(cache: FrameCache, key: FrameKey, count: int = COUNT) -> None:
    writer = cache.writer(key)
    writer.begin(count, SIZE)
    for number in range(count):
        writer.add(picture(number))
    writer.publish(59.5)


def found(cache: FrameCache, key: FrameKey) -> CachedFrames:
    frames = cache.find(key)
    assert frames is not None
    return frames


def has(cache: FrameCache, key: FrameKey) -> bool:
    frames = cache.find(key)
    if frames:
        frames.close()
    return frames is not None


def files(cache: FrameCache) -> list[Path]:
    return [path for path in cache._folder.iterdir() if path.name != "lock"]


def test_pictures_come_back_as_they_were(cache: FrameCache, clock: FakeClock) -> None:
    """What was kept is read back pixel by pixel, with the film's length and the time."""
    keep(cache, key_of())
    frames = found(cache, key_of())

    assert [p.tobytes() for p in frames.pictures()] == [picture(k).tobytes() for k in range(COUNT)]
    assert (frames.count, frames.size, frames.duration_seconds) == (COUNT, SIZE, 59.5)
    assert frames.made_at == clock.now()
    frames.close()


@pytest.mark.parametrize(
    "other",
    [
        key_of(name="/films/dune-2.mkv"),
        key_of(modified_at_ns=8),
        key_of(width=128),
        key_of(interval=5),
        key_of(interval=15),
    ],
)
def test_another_film_time_width_or_interval_is_a_miss(cache: FrameCache, other: FrameKey) -> None:
    """Only the very same film and wish is served."""
    keep(cache, key_of())

    assert not has(cache, other)


def test_a_multiple_of_the_interval_is_served(cache: FrameCache) -> None:
    """Pictures each 2 s have those of each 6 s among them, counted as if made anew."""
    keep(cache, key_of(interval=2), count=7)
    frames = found(cache, key_of(interval=6))

    assert frames.count == 3
    assert [p.tobytes() for p in frames.pictures()] == [picture(k).tobytes() for k in (0, 3, 6)]
    frames.close()


def test_another_engine_version_is_a_miss(
    cache: FrameCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that makes other pictures does not serve the old ones."""
    keep(cache, key_of())
    monkeypatch.setattr("showrunner.previews.cache.frames.ENGINE_VERSION", 9999)

    assert not has(cache, key_of())


def test_an_entry_ends_with_its_time_to_live(cache: FrameCache, clock: FakeClock) -> None:
    """It counts from the making, not from the last use, and then frees its space."""
    keep(cache, key_of())
    clock.advance(59 * 60)
    assert has(cache, key_of())
    clock.advance(60)

    assert not has(cache, key_of())
    assert files(cache) == []


def test_the_oldest_entries_give_way(tmp_path: Path, clock: FakeClock) -> None:
    """Above the limit the oldest goes first, however lately it was read."""
    cache = FrameCache(tmp_path, ttl_minutes=60, max_disk_mb=2.5 * ENTRY_MIB, clock=clock)
    names = ["/c.mkv", "/a.mkv", "/b.mkv"]
    for name in names:
        keep(cache, key_of(name))
        clock.advance(60)
        has(cache, key_of("/c.mkv"))

    assert [has(cache, key_of(name)) for name in names] == [False, True, True]


def test_outdated_entries_go_when_another_is_written(cache: FrameCache, clock: FakeClock) -> None:
    """Nobody has to ask for them again."""
    keep(cache, key_of("/old.mkv"))
    clock.advance(3601)
    keep(cache, key_of("/new.mkv"))

    assert len(files(cache)) == 1


def test_what_would_fill_the_cache_is_not_written(tmp_path: Path, clock: FakeClock) -> None:
    """An entry larger than the limit is never begun."""
    cache = FrameCache(tmp_path, ttl_minutes=60, max_disk_mb=0.5 * ENTRY_MIB, clock=clock)
    writer = cache.writer(key_of())
    writer.begin(COUNT, SIZE)

    assert files(cache) == []


def test_a_reader_goes_on_after_the_eviction(cache: FrameCache) -> None:
    """An entry that is open can be read to its end."""
    keep(cache, key_of())
    frames = found(cache, key_of())
    pictures = frames.pictures()
    next(pictures)
    for path in files(cache):
        path.unlink()

    assert len(list(pictures)) == COUNT - 1
    frames.close()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_a_truncated_entry_is_a_miss_and_goes(cache: FrameCache, share: float) -> None:
    """Half an entry is none."""
    keep(cache, key_of())
    (path,) = files(cache)
    os.truncate(path, int(share * path.stat().st_size))
    os.utime(path, (cache._clock.now().timestamp(),) * 2)

    assert not has(cache, key_of())
    assert files(cache) == []


@pytest.mark.parametrize("from_end", [1, 9, 12, 40])
def test_damaged_notes_are_a_miss(cache: FrameCache, from_end: int) -> None:
    """An entry whose end is overwritten cannot be trusted."""
    keep(cache, key_of())
    (path,) = files(cache)
    data = bytearray(path.read_bytes())
    data[-from_end] ^= 0xFF
    path.write_bytes(data)
    os.utime(path, (cache._clock.now().timestamp(),) * 2)

    assert not has(cache, key_of())


def test_a_damaged_picture_is_noticed_and_the_entry_goes(cache: FrameCache) -> None:
    """One flipped bit in the third picture: two come, then the error."""
    keep(cache, key_of())
    (path,) = files(cache)
    data = bytearray(path.read_bytes())
    data[2 * (4 + 3 * SIZE[0] * SIZE[1]) + 1000] ^= 1
    path.write_bytes(data)
    os.utime(path, (cache._clock.now().timestamp(),) * 2)
    frames = found(cache, key_of())
    pictures = frames.pictures()

    assert len([next(pictures), next(pictures)]) == 2
    with pytest.raises(DamagedEntryError, match="picture 2"):
        next(pictures)
    assert files(cache) == []
    frames.close()


def test_an_unfinished_entry_is_not_seen_and_can_be_dropped(cache: FrameCache) -> None:
    """Until `publish` there is no entry, and `abandon` leaves nothing."""
    writer = cache.writer(key_of())
    writer.begin(COUNT, SIZE)
    writer.add(picture(0))
    assert not has(cache, key_of())
    writer.publish(1.0)
    assert not has(cache, key_of())
    writer.abandon()

    assert files(cache) == []


def test_a_folder_that_refuses_costs_only_the_cache(tmp_path: Path, clock: FakeClock) -> None:
    """Where no folder can be made, writing does nothing and finding is a miss."""
    (tmp_path / "file").write_text("in the way")
    cache = FrameCache(tmp_path / "file" / "cache", ttl_minutes=60, max_disk_mb=9, clock=clock)
    keep(cache, key_of())

    assert not has(cache, key_of())


def test_what_a_killed_writer_left_is_swept(cache: FrameCache, clock: FakeClock) -> None:
    """After an hour without a new picture a leftover goes; one in the making stays."""
    dead, alive = cache.writer(key_of("/dead.mkv")), cache.writer(key_of("/alive.mkv"))
    for writer, minutes_ago in ((dead, 61), (alive, 59)):
        writer.begin(COUNT, SIZE)
        assert writer._partial is not None
        moment = clock.now().timestamp() - 60 * minutes_ago
        os.utime(writer._partial, (moment, moment))
    keep(cache, key_of())

    assert dead._partial is not None
    assert not dead._partial.exists()
    assert alive._partial is not None
    assert alive._partial.exists()
    dead.abandon()
    alive.abandon()


WRITE_OFTEN = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from tests.fakes import FakeClock
from tests.contract.previews.cache import test_frame_cache as t
cache = t.FrameCache(Path(sys.argv[1]), 60, 2.5 * t.ENTRY_MIB, FakeClock())
for turn in range(60):
    t.keep(cache, t.key_of(f"/{turn % 4}.mkv"))
    frames = cache.find(t.key_of("/1.mkv"))
    if frames:
        assert len(list(frames.pictures())) == t.COUNT
        frames.close()
"""


def test_processes_share_a_cache(tmp_path: Path) -> None:
    """Two that write and evict the same keys: readers see whole entries, the limit holds."""
    command = [sys.executable, "-c", WRITE_OFTEN, str(tmp_path), *sys.path]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate()
        assert (process.returncode, errors) == (0, b"")
    left = [path for path in tmp_path.iterdir() if path.name != "lock"]

    assert len(left) == 2
    assert {path.suffix for path in left} == {".frames"}
