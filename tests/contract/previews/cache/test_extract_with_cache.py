from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from showrunner.errors import MediaError, SetupError
from showrunner.previews.bif import BifSink
from showrunner.previews.cache import FrameCache, extract_with_cache
from showrunner.previews.extract import Extraction, ExtractionCancelled, extract
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.sinks import Sink
from showrunner.previews.trickplay import TrickplaySink
from tests.fakes import FakeClock

Film = Callable[..., Path]
MakeBif = Callable[..., BifSink]


class Engine:
    """The real engine, noting what it was asked for."""

    def __init__(self) -> None:
        self.wanted: list[list[tuple[int, int]]] = []

    def __call__(self, source: Path, sinks: Sequence[Sink], **options: Any) -> Extraction:
        self.wanted.append([(sink.width, sink.interval_seconds) for sink in sinks])
        return extract(source, sinks, **options)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def cache(tmp_path: Path, clock: FakeClock) -> FrameCache:
    return FrameCache(tmp_path / "cache", ttl_minutes=60, max_disk_mb=100, clock=clock)


@pytest.fixture
def video(film: Film) -> Path:
    return film("cached.mkv")


@pytest.fixture
def bif(tmp_path: Path, video: Path) -> Iterator[MakeBif]:
    """Gives `bif("name", interval=1, width=64)`: a sink for `name.bif`."""
    made = []

    def make(
        name: str = "a",
        folder: Path = tmp_path,
        source: SourceFingerprint | None = None,
        interval: int = 1,
        width: int = 64,
    ) -> BifSink:
        source = source or SourceFingerprint.of(video)
        sink = BifSink(folder / f"{name}.bif", source, width=width, interval_seconds=interval)
        made.append(sink)
        return sink

    yield make
    for sink in made:
        sink.abandon()


def entries(cache: FrameCache) -> list[str]:
    return [path.suffix for path in cache._folder.iterdir() if path.name != "lock"]


def test_a_second_server_is_served_without_the_video(
    bif: MakeBif, cache: FrameCache, engine: Engine, video: Path, tmp_path: Path
) -> None:
    """The output from the cache is byte for byte the one from the video, whose film is not read."""
    first, second = bif("first"), bif("second")
    read = extract_with_cache(video, [first], cache, extract=engine)
    told: list[tuple[int, int]] = []
    cached = extract_with_cache(
        video, [second], cache, extract=engine, on_progress=lambda *at: told.append(at)
    )
    (one,), (two,) = first.publish(), second.publish()

    assert one.read_bytes() == two.read_bytes()
    assert len(engine.wanted) == 1
    assert (cached.method, cached.reason) == ("cached", "pictures cached at 2026-11-21 10:24 UTC")
    assert cached.picture_counts == read.picture_counts == (10,)
    assert cached.duration_seconds == read.duration_seconds
    assert told[-1] == (10, 10)


def test_only_what_is_missing_is_read(
    bif: MakeBif, cache: FrameCache, engine: Engine, video: Path, tmp_path: Path
) -> None:
    """One reading for the widths that are new; the counts stay in the order of the sinks."""
    extract_with_cache(video, [bif()], cache, extract=engine)
    sinks = [
        bif("wide", width=96, interval=5),
        bif("same"),
        TrickplaySink(
            tmp_path / "t" / "64", SourceFingerprint.of(video), width=64, interval_seconds=2
        ),
    ]
    done = extract_with_cache(video, sinks, cache, extract=engine)
    for sink in sinks:
        sink.publish()

    assert engine.wanted[1:] == [[(96, 5)]]
    assert done.picture_counts == (2, 10, 5)
    assert done.method != "cached"
    assert "cached" in done.reason
    assert len(entries(cache)) == 2


def test_pictures_among_those_of_another_are_kept_once(
    bif: MakeBif, cache: FrameCache, engine: Engine, video: Path, tmp_path: Path
) -> None:
    """Each 2 s are among each 1 s: one entry serves both."""
    sinks = [bif("a"), bif("b", interval=2)]
    extract_with_cache(video, sinks, cache, extract=engine)
    again = extract_with_cache(video, sinks, cache, extract=engine)
    for sink in sinks:
        sink.abandon()

    assert entries(cache) == [".frames"]
    assert again.picture_counts == (10, 5)
    assert again.method == "cached"


def test_a_changed_video_is_read_anew(
    bif: MakeBif, cache: FrameCache, engine: Engine, video: Path, tmp_path: Path
) -> None:
    """Another time of modification is another film."""
    extract_with_cache(video, [bif()], cache, extract=engine)
    before = SourceFingerprint.of(video)
    newer = SourceFingerprint(before.size_bytes, before.modified_at_ns + 1)
    sink = bif(source=newer)
    extract_with_cache(video, [sink], cache, extract=engine)

    assert len(engine.wanted) == 2


def test_a_video_that_changed_while_it_was_read_is_not_kept(
    bif: MakeBif, cache: FrameCache, engine: Engine, video: Path, tmp_path: Path
) -> None:
    """The sinks say what it was before; it is not that any more."""
    sink = bif(source=SourceFingerprint(1, 1))
    extract_with_cache(video, [sink], cache, extract=engine)

    assert entries(cache) == []


def test_a_failed_or_cancelled_extraction_leaves_nothing(
    bif: MakeBif, cache: FrameCache, video: Path, tmp_path: Path
) -> None:
    """No entry, no leftover, no partial output."""

    def failing(source: Path, sinks: Sequence[Sink], **options: Any) -> Extraction:
        extract(source, sinks, **options)
        raise MediaError("damaged near its end")

    with pytest.raises(MediaError):
        extract_with_cache(video, [bif()], cache, extract=failing)
    with pytest.raises(ExtractionCancelled):
        extract_with_cache(video, [bif()], cache, is_cancelled=lambda: True)

    assert entries(cache) == []
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_feeding_from_the_cache_can_be_cancelled(
    bif: MakeBif, cache: FrameCache, video: Path, tmp_path: Path
) -> None:
    """It stops at the next picture, and the output is gone; the entry stays."""
    extract_with_cache(video, [sink := bif()], cache)
    sink.abandon()
    with pytest.raises(ExtractionCancelled):
        extract_with_cache(video, [sink], cache, is_cancelled=lambda: True)

    assert entries(cache) == [".frames"]
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_a_damaged_entry_is_replaced_from_the_video(
    bif: MakeBif, cache: FrameCache, engine: Engine, video: Path, tmp_path: Path, clock: FakeClock
) -> None:
    """The sinks that it half filled begin again, and come out complete."""
    extract_with_cache(video, [first := bif("first")], cache, extract=engine)
    (path,) = (path for path in cache._folder.iterdir() if path.name != "lock")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    cache_of_now = FrameCache(cache._folder, 10**9, 100, clock)
    second = bif("second")
    extract_with_cache(video, [second], cache_of_now, extract=engine)
    (one,), (two,) = first.publish(), second.publish()

    assert one.read_bytes() == two.read_bytes()
    assert len(engine.wanted) == 2
    assert entries(cache) == [".frames"]


def test_a_sink_that_fails_stops_no_other(
    bif: MakeBif, cache: FrameCache, engine: Engine, video: Path, tmp_path: Path
) -> None:
    """Fed or read, the good one is complete; alone, the bad one's error is raised."""
    (tmp_path / "file").write_text("no folder")
    for turn in range(2):
        good = bif(f"good{turn}")
        bad = bif("bad", tmp_path / "file")
        extract_with_cache(video, [good, bad], cache, extract=engine)
        good.publish()
        with pytest.raises(SetupError):
            extract_with_cache(video, [bif("bad", tmp_path / "file")], cache, extract=engine)
    wide = bif("bad", tmp_path / "file", width=96)
    good = bif("last")
    done = extract_with_cache(video, [wide, good], cache, extract=engine)
    good.publish()

    assert done.method == "cached"


def test_a_cache_that_cannot_be_written_costs_nothing(
    bif: MakeBif, engine: Engine, video: Path, tmp_path: Path, clock: FakeClock
) -> None:
    """The output is made all the same."""
    (tmp_path / "file").write_text("no folder")
    cache = FrameCache(tmp_path / "file" / "cache", ttl_minutes=60, max_disk_mb=100, clock=clock)
    extract_with_cache(video, [sink := bif()], cache, extract=engine)

    assert sink.publish()[0].exists()
