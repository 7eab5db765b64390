"""
Cancelling, as a worker does it: through the decoder's process, in every way of reading.

Whatever the decoder is doing or waiting for, it is over within a second, and neither
file nor process nor thread is left. (Measured: 0.1 to 0.3 s where the decoder hears
of it, 0.5 s where it waits for somebody else and has to be killed. The bound is twice
what is promised, for machines that are busy with other things.)
"""

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from showrunner.adapters.atomic_files import locked
from showrunner.previews.bif import BifSink, read_bif
from showrunner.previews.decoder.client import Decoder, DecodingCancelled
from showrunner.previews.decoder.messages import CacheOrder, DeviceOrder, Order, Request
from showrunner.previews.extract import extract
from showrunner.previews.sources.remote import RemoteSource, fingerprint_of, source_of
from tests.contract.previews.sources.range_server import RangeServer, serving

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks into /proc")

BOUND_SECONDS = 2.0
SECONDS = 300
SMALL: dict[str, Any] = {"size": (48, 48), "seconds": SECONDS}
WIDE = 960  # so that the pictures take their time
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "indexed": ("long.mkv", {}),
    "partial": ("sparse.mkv", {"gop": 200}),
    "sequential": ("unindexed.mkv", {"container_options": {"live": "1"}}),
    "full": ("one-key-frame.mkv", {"gop": 1_000_000}),
}
Film = Callable[..., Path]


class Canceller:
    """Cancels at the first picture, or when `is_time`; `at` is when that was (monotonic)."""

    def __init__(self, is_time: Callable[[], bool] | None = None, after_looks: int = 0) -> None:
        self._is_time, self._looks_left = is_time, after_looks
        self.at: float | None = None
        self.progress: list[tuple[int, int]] = []

    def on_progress(self, done: int, total: int) -> None:
        self.progress.append((done, total))
        if done and self._is_time is None:
            self._cancel()

    def is_cancelled(self) -> bool:
        if self._looks_left:
            self._looks_left -= 1
        elif self._is_time and self._is_time():
            self._cancel()
        return self.at is not None

    @property
    def has_seen_all(self) -> bool:
        """True when every picture was made, whatever there is still to do."""
        return bool(self.progress) and self.progress[-1][0] == self.progress[-1][1]

    def _cancel(self) -> None:
        self.at = self.at or time.monotonic()


def processes_of(session_id: int) -> list[int]:
    """All processes of a decoder's session: itself, and each ffmpeg that it started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == session_id:
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def threads_of(process_id: int) -> int:
    return len(list(Path(f"/proc/{process_id}/task").iterdir()))


def listeners() -> int:
    return sum(thread.name == "decoder's answers" for thread in threading.enumerate())


def until(is_so: Callable[[], bool], within_seconds: float = BOUND_SECONDS) -> None:
    give_up_at = time.monotonic() + within_seconds
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


def report(what: str, seconds: float) -> None:
    print(f"{what}: {seconds:.2f} s")


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (folder := tmp_path / "outputs").mkdir()
    return folder


@pytest.fixture
def decoder(film: Film, folder: Path) -> Iterator[Decoder]:
    """One that has done a file before, so that it has whatever threads it keeps."""
    with Decoder() as decoder:
        decoder.run(request(film("h264.mkv"), folder))
        decoder.abandon()
        yield decoder


def request(
    source: Path | RemoteSource, folder: Path, *, width: int = WIDE, **changes: Any
) -> Request:
    order = Order("bif", folder / "film.bif", width, 1, 4)
    return Request(str(source), fingerprint_of(source), [order], **changes)


def cancel(
    decoder: Decoder, wanted: Request, canceller: Canceller, *, is_warm: bool = True
) -> float:
    """How many seconds after cancelling `run` was over; everything else is checked here."""
    process = decoder.process_id
    assert process is not None
    threads = threads_of(process) if is_warm else 0
    folder = wanted.orders[0].destination.parent
    with pytest.raises(DecodingCancelled):
        decoder.run(wanted, on_progress=canceller.on_progress, is_cancelled=canceller.is_cancelled)
    assert canceller.at is not None
    seconds = time.monotonic() - canceller.at

    assert files_in(folder) == []
    if decoder.process_id is None:
        # Whoever buries its ffmpeg may be busy for a moment.
        until(lambda: processes_of(process) == [])
        until(lambda: listeners() == 0)
    else:
        assert processes_of(process) == [decoder.process_id]
        assert listeners() == 1
        # libavcodec's threads end with the error that the decoder has just reported.
        until(lambda: not is_warm or threads_of(process) == threads)
    assert seconds < BOUND_SECONDS
    return seconds


@pytest.mark.parametrize(("method", "threads"), [*((way, 1) for way in WAYS), ("partial", 2)])
def test_every_way_of_reading_can_be_cancelled(
    method: str, threads: int, film: Film, decoder: Decoder, folder: Path
) -> None:
    """In the middle of it, and the same process does the whole film next."""
    name, recipe = WAYS[method]
    video = film(name, **SMALL, **recipe)
    wanted = request(video, folder, threads=threads)
    before = decoder.process_id
    report(f"{method}, {threads} threads", cancel(decoder, wanted, canceller := Canceller()))

    assert canceller.progress[-1][0] < SECONDS
    assert decoder.process_id == before
    assert decoder.run(request(video, folder, width=48, threads=threads)).method == method
    decoder.publish()
    assert read_bif(folder / "film.bif").count == SECONDS


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("method", WAYS)
def test_progress_counts_every_picture(method: str, threads: int, film: Film, folder: Path) -> None:
    """One after the other, however many threads make them; from 0 where a surer way is taken."""
    name, recipe = WAYS[method]
    video = film(name, **SMALL, **recipe)
    sink = BifSink(folder / "film.bif", fingerprint_of(video), width=48, interval_seconds=1)
    seen: list[int] = []
    extract(video, [sink], threads=threads, on_progress=lambda done, _total: seen.append(done))
    sink.abandon()

    begun = len(seen) - 1 - seen[::-1].index(0)
    assert seen[begun:] == list(range(SECONDS + 1))
    assert begun == 0 or method == "full"


def test_a_decoder_that_is_just_starting_can_be_cancelled(film: Film, folder: Path) -> None:
    """Before it said a word."""
    video = film("h264.mkv")
    with Decoder() as decoder:
        decoder.start()
        canceller = Canceller(lambda: True, after_looks=1)
        report("starting", cancel(decoder, request(video, folder), canceller, is_warm=False))


@pytest.fixture
def server(film: Film, monkeypatch: pytest.MonkeyPatch) -> Iterator[RangeServer]:
    """Serves a film of some megabytes; a decoder that starts later may read it."""
    with serving(path=film("large.mkv", codec="rawvideo")) as server:
        monkeypatch.setenv("SHOWRUNNER_SOURCES", server.address)
        yield server


def served(server: RangeServer) -> RemoteSource:
    source = source_of(f"{server.address}/film.mkv")
    assert isinstance(source, RemoteSource)
    return source


@pytest.mark.parametrize("share", [0.0, 0.5, 0.97])
def test_a_server_that_falls_silent_does_not_hold_the_decoder(
    share: float, server: RangeServer, decoder: Decoder, folder: Path
) -> None:
    """In the middle of an answer: of the header, of a key frame, of the index at the end."""
    wanted = request(served(server), folder)
    server.stall_at = int(share * server.size)
    canceller = Canceller(server.stalled.is_set)
    report(f"silent server at {share:.0%}", cancel(decoder, wanted, canceller))


def test_a_slow_server_does_not_hold_the_decoder(
    server: RangeServer, decoder: Decoder, folder: Path
) -> None:
    """Which answers every range a quarter of a second late."""
    wanted = request(served(server), folder)
    server.latency_seconds = 0.25
    report("slow server", cancel(decoder, wanted, Canceller()))


@pytest.fixture
def cache(tmp_path: Path) -> CacheOrder:
    return CacheOrder(tmp_path / "frames", ttl_minutes=60, max_disk_mb=1024)


def test_reading_for_the_cache_can_be_cancelled(
    film: Film, decoder: Decoder, folder: Path, cache: CacheOrder
) -> None:
    """Its half of an entry goes, too."""
    wanted = request(film("long.mkv", **SMALL), folder, cache=cache)
    report("for the cache", cancel(decoder, wanted, Canceller()))

    assert files_in(cache.folder) == []


def test_pictures_out_of_the_cache_can_be_cancelled(
    film: Film, decoder: Decoder, folder: Path, cache: CacheOrder
) -> None:
    """The entry stays as it was."""
    wanted = request(film("long.mkv", **SMALL), folder, width=320, cache=cache)
    decoder.run(wanted)
    decoder.abandon()
    before = files_in(cache.folder)
    report("out of the cache", cancel(decoder, wanted, Canceller()))

    assert before == files_in(cache.folder)
    assert decoder.run(wanted).method == "cached"


def test_waiting_for_another_process_at_the_cache_can_be_cancelled(
    film: Film, decoder: Decoder, folder: Path, cache: CacheOrder
) -> None:
    """One that holds the cache's lock and does not go on."""
    wanted = request(film("h264.mkv"), folder, cache=cache)
    cache.folder.mkdir()
    with locked(cache.folder / "lock"):
        canceller = Canceller(lambda: canceller.has_seen_all)
        report("at the cache's lock", cancel(decoder, wanted, canceller))

    assert files_in(cache.folder) == ["lock"]


FAKE_CHIP = """#!{python}
import os, sys, time
asked = sys.argv[-1]
if asked in ("-hwaccels", "-filters", "-decoders"):
    print("Methods:", "videotoolbox", sep=chr(10))
    sys.exit()
arguments = [text.replace("hwdownload", "null") for text in sys.argv[1:]]
for option in ("-hwaccel", "-hwaccel_output_format"):
    at = arguments.index(option)
    del arguments[at : at + 2]
at = arguments.index("-i")
arguments[at:at] = ["-readrate", "30"]
{then}
"""


@pytest.fixture
def chip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], DeviceOrder]:
    """Gives `chip(then)`: a device whose ffmpeg is the one here, or only does `then`."""

    def make(then: str) -> DeviceOrder:
        program = tmp_path / "ffmpeg-with-a-chip"
        program.write_text(FAKE_CHIP.format(python=sys.executable, then=then))
        program.chmod(0o755)
        monkeypatch.setenv("SHOWRUNNER_FFMPEG", str(program))
        return DeviceOrder("apple", "videotoolbox", "a chip of the test")

    return make


THROUGH_FFMPEG = "os.execv({0!r}, [{0!r}, *arguments])"


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="there is no ffmpeg here")
@pytest.mark.parametrize("name", ["indexed", "sequential", "full"])
def test_a_stream_from_a_device_can_be_cancelled(
    name: str, chip: Callable[[str], DeviceOrder], film: Film, folder: Path
) -> None:
    """Key frames handed to its ffmpeg one by one, or read in turn, or the whole film."""
    device = chip(THROUGH_FFMPEG.format(shutil.which("ffmpeg")))
    file_name, recipe = WAYS[name]
    wanted = request(film(file_name, **SMALL, **recipe), folder, device=device, threads=1)
    with Decoder() as decoder:
        decoder.start()
        canceller = Canceller()
        report(f"device, {name}", cancel(decoder, wanted, canceller, is_warm=False))
        assert canceller.progress[-1][0] < SECONDS


def test_a_device_that_hangs_can_be_cancelled(
    chip: Callable[[str], DeviceOrder], film: Film, folder: Path, tmp_path: Path
) -> None:
    """Its driver neither gives a picture nor takes a packet."""
    begun = tmp_path / "begun"
    device = chip(f"open({str(begun)!r}, 'w').close(); time.sleep(600)")
    wanted = request(film("long.mkv", **SMALL), folder, device=device)
    with Decoder() as decoder:
        decoder.start()
        report("hanging device", cancel(decoder, wanted, Canceller(begun.exists), is_warm=False))
