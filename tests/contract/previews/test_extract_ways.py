"""The way is chosen by what the file offers, and whichever it is, the pictures are right."""

import io
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

from showrunner.errors import MediaError
from showrunner.previews.bif import BifSink, read_bif
from showrunner.previews.decoding import Tally, frames_until
from showrunner.previews.extract import ExtractionCancelled, extract
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.hardware.devices import Device
from showrunner.previews.shots import UnsuitableError
from showrunner.previews.video import open_video

LAST_KEY_FRAMES = [10 * k // 7 * 7 for k in range(10)]
# Loud enough for FFmpeg not to read the whole file when it opens it.
LARGE = {"sound_seconds": 10, "sound_codec": "pcm_s32le", "sound_rate": 192_000}
NO_CUES = {"container_options": {"live": "1"}, **LARGE}
MPEG4 = {"codec": "mpeg4", "options": {"sc_threshold": "1000000000"}}


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("h264.mkv", {}),
        ("h264.mp4", {}),
        ("h264.ts", {}),
        ("sparse.mkv", {"gop": 70}),
        ("sparse.mp4", {"gop": 70}),
        ("large-no-cues.mkv", NO_CUES),
    ],
)
def test_threads_make_the_same_pictures(film, make_bif, name, recipe):
    """In the same order, to the last byte, by the same method or one as right."""
    path = film(name, **recipe)
    alone, together = make_bif(path), make_bif(path, threads=3)

    assert alone.numbers == together.numbers
    assert alone.bif.count == together.bif.count == 10


def test_a_file_without_index_is_read_once_from_start_to_end(film, make_bif):
    """Matroska from a pipe: neither the length nor the pictures need a second reading."""
    path = film("large-no-cues.mkv", **NO_CUES)
    before = bytes_read()
    made = make_bif(path)

    assert made.numbers == LAST_KEY_FRAMES
    assert made.report.method == "sequential"
    assert "no index" in made.report.reason
    # Once for the pictures, and once at most for the first look: this film is short.
    assert bytes_read() - before < 2.8 * path.stat().st_size


def bytes_read():
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("rchar")))


@pytest.fixture
def without_idx1(film, tmp_path):
    """Gives `without_idx1(frames=..)`: an AVI without its index, whose header claims that many."""

    def cut(share=1.0, frames=100):
        data = bytearray(film("mpeg4.avi", **MPEG4).read_bytes())
        end = int(data.rfind(b"idx1") * share)
        for name, offset in ((b"avih", 24), (b"strh", 40)):
            place = data.find(name) + offset
            data[place : place + 4] = frames.to_bytes(4, "little")
        path = tmp_path / "cut.avi"
        path.write_bytes(data[:end])
        return path

    return cut


def test_an_avi_without_its_index_is_read_from_start_to_end(without_idx1, make_bif):
    """FFmpeg alone would silently give the first frame for every time."""
    made = make_bif(without_idx1())

    assert made.numbers == LAST_KEY_FRAMES
    assert made.report.method == "sequential"


def test_an_avi_shorter_than_it_claims_is_refused(without_idx1, make_bif):
    """It is noticed when its end is reached, and nothing is published."""
    with pytest.raises(MediaError, match="still being copied, or damaged"):
        make_bif(without_idx1(share=0.5))


def test_an_avi_longer_than_it_claims_is_shown_whole(without_idx1, make_bif):
    """A recorder that was switched off leaves an early count in the header."""
    made = make_bif(without_idx1(frames=40))

    assert made.numbers == LAST_KEY_FRAMES
    assert made.report.duration_seconds == pytest.approx(10, abs=0.2)


def test_sparse_key_frames_are_decoded_from_not_to(film, make_bif):
    """From each key frame up to the last time it serves; the rest is not even read."""
    path = film("five-groups.mkv", seconds=18, gop=40)
    made = make_bif(path, interval_seconds=3)

    assert made.numbers == [0, 30, 60, 90, 120, 150]
    assert made.report.method == "partial"
    assert "farther apart than the pictures" in made.report.reason


def test_frames_that_no_other_needs_are_left_out(film):
    """Decoding on the way to a time skips B-frames, and still ends at the right frame."""
    path = film("b-frames.mkv", gop=100, options={"x264-params": "bframes=2:b-pyramid=0:b-adapt=0"})
    tally = Tally()
    with open_video(path) as video:
        ticks = [video.tick_at(8)]
        frames = [frame.pts for frame in frames_until(video, video.packets(), ticks, tally)]

    assert max(pts for pts in frames if pts <= ticks[0]) == ticks[0]
    assert len(frames) < 45  # of 81


@pytest.mark.parametrize("kind", ["nvidia", "intel"])
def test_a_device_that_is_not_there_falls_back_to_the_cpu(film, tmp_path, number_of, kind):
    """In the same extraction, with the reason; the set is complete."""
    path = film("h264.mkv")
    sink = BifSink(tmp_path / "out.bif", SourceFingerprint.of(path), interval_seconds=1)
    device = Device(kind=kind, device="cuda:7" if kind == "nvidia" else "/dev/dri/none", name="X")
    report = extract(path, [sink], device=device)
    sink.publish()

    bif = read_bif(tmp_path / "out.bif")
    assert [number_of(bif.picture(k)) for k in range(10)] == LAST_KEY_FRAMES
    assert (report.method, report.device) == ("indexed", "cpu")
    assert report.fallback_reason


class Remote(io.BytesIO):
    size = 0


@dataclass(frozen=True)
class Elsewhere:
    """A remote source as small as they come."""

    data: bytes
    name: str = "film.mkv"

    def __str__(self):
        return "https://media.example/film.mkv"

    def open(self):
        file = Remote(self.data)
        file.size = len(self.data)
        return file


def test_a_remote_source_is_read_like_a_file(film, tmp_path, number_of):
    """Through whatever its `open` gives; devices are not asked, they read local files only."""

    source = Elsewhere(film("h264.mkv").read_bytes())
    sink = BifSink(tmp_path / "out.bif", SourceFingerprint(1, 1), interval_seconds=1)
    device = Device(kind="nvidia", device="cuda:0", name="X")
    report = extract(source, [sink], device=device, threads=2)
    sink.publish()

    bif = read_bif(tmp_path / "out.bif")
    assert [number_of(bif.picture(k)) for k in range(10)] == LAST_KEY_FRAMES
    assert report.fallback_reason == "devices read local files only"


@pytest.mark.parametrize("threads", [1, 3])
def test_progress_counts_every_moment_with_any_threads(film, tmp_path, threads):
    """From 0 to the number of moments, one by one."""
    path = film("h264.mp4")
    steps = []
    sink = BifSink(tmp_path / "out.bif", SourceFingerprint.of(path), interval_seconds=1)
    extract(path, [sink], threads=threads, on_progress=lambda *step: steps.append(step))
    sink.abandon()

    assert [(k, 10) for k in range(11)] == steps


def test_cancelling_stops_all_threads(film, tmp_path, monkeypatch):
    """And leaves nothing behind, neither files nor threads."""
    import threading  # noqa: PLC0415 - only here

    monkeypatch.setattr("showrunner.previews.extract._CANCEL_LOOK_SECONDS", 0)
    path = film("sparse-long.mp4", seconds=40, gop=25)
    done = []
    sink = BifSink(tmp_path / "out.bif", SourceFingerprint.of(path), interval_seconds=1)
    with pytest.raises(ExtractionCancelled):
        extract(
            path,
            [sink],
            threads=3,
            on_progress=lambda k, _total: done.append(k),
            is_cancelled=lambda: len(done) > 4,
        )

    assert max(done) < 39
    assert list(tmp_path.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("frames")]


def test_cancelling_is_heard_before_the_first_packet(film, tmp_path):
    """Opening and searching read through us, too, however long FFmpeg alone would take."""
    path = film("h264.mkv")
    sink = BifSink(tmp_path / "out.bif", SourceFingerprint.of(path), interval_seconds=1)

    with pytest.raises(ExtractionCancelled):
        extract(path, [sink], is_cancelled=lambda: True)


def test_a_stream_that_begins_damaged_has_a_clear_error(film, tmp_path):
    """A film whose only key frame cannot be decoded is refused, not shown from the middle."""
    data = bytearray(film("one-key.mp4", gop=200).read_bytes())
    start = data.find(b"mdat") + 8
    for at in range(start, data.find(b"moov") - 4):
        data[at] = at * 7 % 251
    path = tmp_path / "broken.mp4"
    path.write_bytes(data)
    sink = BifSink(tmp_path / "out.bif", SourceFingerprint.of(path), interval_seconds=1)

    with pytest.raises((MediaError, UnsuitableError)) as refusal:
        extract(path, [sink])
    assert isinstance(refusal.value, MediaError)
    assert av.time_base  # FFmpeg is still alive
