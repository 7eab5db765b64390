"""
Pictures through ffmpeg against the CPU engine's own.

Without a chip everything but the chip is tested: the same command decodes in
software. The tests marked `gpu` run where a device is found.
"""

import importlib.util
import itertools
import shutil
from fractions import Fraction

import numpy as np
import pytest

from showrunner.previews.colour import as_picture
from showrunner.previews.extract import extract
from showrunner.previews.film import look_at
from showrunner.previews.hardware.choice import choose, common_step_seconds, halvings
from showrunner.previews.hardware.devices import Device, discover
from showrunner.previews.hardware.feeding import read_through, sought
from showrunner.previews.hardware.indexed import decoder_on, frames_at
from showrunner.previews.hardware.ways import (
    DeviceError,
    pictures_on,
    pictures_through_ffmpeg,
)
from showrunner.previews.video import NoIndexError, VideoFile, open_video

if not shutil.which("ffmpeg") and not importlib.util.find_spec("imageio_ffmpeg"):
    pytest.skip("there is no ffmpeg here", allow_module_level=True)

WIDTH = 96
DEVICES = discover(report=lambda _text: None)
OPEN_GOP = {"x264-params": "open-gop=1:bframes=3:keyint=7:min-keyint=7:scenecut=0"}
TEN_BITS = {"codec": "libx265", "pixel_format": "yuv420p10le"}
FILMS = {
    "h264.mkv": {},
    "h264.mp4": {},
    "late.ts": {"first_frame": 730},
    "late.mp4": {"first_frame": 73},
    "open-gop.ts": {"options": OPEN_GOP},
    "hevc.mkv": {"codec": "libx265", "seconds": 3},
    "ten-bits.mkv": {**TEN_BITS, "seconds": 3},
    "pq.mkv": {**TEN_BITS, "seconds": 3, "matrix": 9, "transfer": 16},
    "hlg.mkv": {**TEN_BITS, "matrix": 9, "transfer": 18, "size": (640, 360), "seconds": 1},
    "full-range.mp4": {"pixel_format": "yuvj420p"},
    "no-cues-no-duration.mkv": {"container_options": {"live": "1"}},
    "mpeg2.ts": {"codec": "mpeg2video", "options": {"sc_threshold": "1000000000"}},
    "fields.ts": {
        "codec": "mpeg2video",
        "options": {"sc_threshold": "1000000000", "flags": "+ildct+ilme"},
    },
    "turned.mp4": {"rotation": 90},
    "av1.mkv": {"codec": "libsvtav1"},
    "red-hd.mp4": {"colour": (255, 0, 0), "size": (1280, 720), "seconds": 2},
}
SPARSE = {
    "sparse.mkv": {"gop": 70},
    "sparse.ts": {"gop": 70, "first_frame": 731},
    "vfr.mkv": {"keeps": lambda n: n % 30 == 0 or 40 < n < 60 or n == 99},
}


class Collected:
    """A sink that keeps the pictures, one a second."""

    width, interval_seconds = WIDTH, 1

    def begin(self, count, size):
        self.size, self.pictures = size, [None] * count

    def add(self, index, picture):
        self.pictures[index] = picture

    def publish(self):
        return []

    def abandon(self):
        self.pictures = []


def of_cpu(path):
    """(film, moments, size, the CPU engine's pictures)."""
    sink = Collected()
    extract(path, [sink])
    with open_video(path) as video:
        film = look_at(video)
    return film, [Fraction(k) for k in range(len(sink.pictures))], sink.size, sink.pictures


def filled(pictures):
    return list(itertools.accumulate(pictures, lambda held, new: new or held))


def difference(one, other):
    """Mean of the grey values' distance, of 255."""
    a, b = (np.asarray(picture.convert("L"), np.int16) for picture in (one, other))
    return np.abs(a - b).mean()


def assert_same(pictures, expected):
    differences = [difference(a, b) for a, b in zip(pictures, expected, strict=True)]
    assert max(differences) <= 2


@pytest.mark.parametrize("name", FILMS)
def test_pictures_through_ffmpeg_are_those_of_the_cpu_engine(film, name):
    """At every moment, within 2/255; whatever the container, codec, depth, start and turn."""
    path = film(name, **FILMS[name])
    facts, moments, size, expected = of_cpu(path)

    found = pictures_through_ffmpeg(
        path, facts, moments, size, ffmpeg_threads=1, check=lambda: None
    )
    assert_same(filled(found), expected)


@pytest.mark.parametrize("name", SPARSE)
def test_sparse_films_are_decoded_whole(film, name):
    """Each picture is the last frame before its time; two intervals meet on one grid."""
    path = film(name, **SPARSE[name])
    seconds = (0, 2, 3, 4, 6, 8, 9)
    facts, _, size, every_second = of_cpu(path)
    moments, expected = [Fraction(k) for k in seconds], [every_second[k] for k in seconds]

    found = pictures_through_ffmpeg(
        path, facts, moments, size, ffmpeg_threads=0, check=lambda: None
    )
    assert_same(filled(found), expected)


def test_single_key_frames_are_those_of_the_cpu_engine(film):
    """The indexed way, with a decoder that has no chip."""
    path = film("h264.mp4")
    facts, moments, size, expected = of_cpu(path)

    with open_video(path) as video, open_video(path) as other:
        ticks = [video.zero + video.ticks(moment) for moment in moments]
        frames = frames_at(video, ticks, lambda: other.stream.codec_context)
        found = [f and as_picture(f, size, facts.rotation_degrees) for f in frames]
    assert_same(filled(found), expected)


def test_reading_through_finds_what_the_index_leads_to(film):
    """Also for ticks before the first key frame, and several at one."""
    with open_video(film("h264.mkv")) as video:
        for seconds in ([0, 1, 2, 5, 9], [Fraction(7, 10), Fraction(9, 10), 30], [-1, 3]):
            ticks = [video.ticks(second) for second in seconds]
            read = [packet.pts for packet in read_through(video, ticks, lambda: None)]
            assert read == [packet.pts for packet in sought(video, ticks)]


def test_without_an_index_the_film_is_read_through(film, monkeypatch):
    """The pictures are the same, and the first minute says that key frames are near enough."""
    path = film("h264.mkv")
    facts, moments, size, expected = of_cpu(path)

    def no_index(_video, _tick):
        raise NoIndexError("no index")

    monkeypatch.setattr(VideoFile, "key_packet_at", no_index)
    with open_video(path) as video:
        assert choose(video, [video.ticks(k) for k in moments]).method == "key frames"
    found = pictures_through_ffmpeg(
        path, facts, moments, size, ffmpeg_threads=1, check=lambda: None
    )
    assert_same(filled(found), expected)


@pytest.mark.parametrize(
    ("name", "recipe", "method"),
    [
        ("h264.mkv", {}, "indexed"),
        ("sparse.mkv", {"gop": 70}, "every frame"),
    ],
)
def test_the_cheapest_method_is_chosen(film, name, recipe, method):
    """Every frame only where key frames are farther apart than the pictures."""
    with open_video(film(name, **recipe)) as video:
        assert choose(video, [video.ticks(k) for k in range(10)]).method == method


MISSING = {
    "cuda:7": Device("nvidia", "cuda:7", "a card"),
    "/dev/dri/renderD199": Device("amd", "/dev/dri/renderD199", "a card"),
}


@pytest.mark.parametrize("device", MISSING)
def test_a_device_that_is_not_there_is_told_in_words(film, device):
    """Before the first picture, with ffmpeg's own lines for the log."""
    path = film("h264.mkv")
    facts, moments, size, _ = of_cpu(path)

    with pytest.raises(DeviceError) as caught:
        next(
            pictures_on(
                MISSING[device], path, facts, moments, size, ffmpeg_threads=1, check=lambda: None
            )
        )
    assert "device" in caught.value.reason or "driver" in caught.value.reason
    assert "ffmpeg failed" not in caught.value.reason


def test_pyavs_context_without_a_driver_is_a_device_error(film):
    """PyAV raises whatever FFmpeg says; here it says EPERM."""
    with (
        open_video(film("h264.mkv")) as video,
        pytest.raises(DeviceError, match="cuda:7 or its driver cannot be opened"),
    ):
        decoder_on(MISSING["cuda:7"], video)


class CancelledError(Exception):
    pass


def test_cancelling_goes_through(film):
    """In the middle of a stream; the caller's own exception arrives."""
    path = film("h264.mkv")
    facts, moments, size, _ = of_cpu(path)
    is_cancelled = False

    def check():
        if is_cancelled:
            raise CancelledError

    pictures = pictures_through_ffmpeg(path, facts, moments, size, ffmpeg_threads=1, check=check)
    next(pictures)
    is_cancelled = True
    with pytest.raises(CancelledError):
        list(pictures)


def test_a_chip_halves_only_as_far_as_the_picture_stays_twice_as_large():
    """Sizes stay even."""
    assert halvings((3840, 2160), (320, 180)) == [(3840, 2160), (1920, 1080), (960, 540)]
    assert halvings((1918, 806), (320, 134)) == [(1918, 806), (960, 404)]
    assert halvings((320, 240), (320, 240)) == [(320, 240)]


def test_the_grid_meets_all_moments():
    """Whatever the intervals."""
    assert common_step_seconds([Fraction(k) for k in (0, 4, 6, 8, 12)]) == 2
    assert common_step_seconds([Fraction(0), Fraction(1, 3), Fraction(1, 2)]) == Fraction(1, 6)
    assert common_step_seconds([Fraction(0)]) == 1


@pytest.mark.gpu
@pytest.mark.skipif(not DEVICES, reason="no graphics chip here")
@pytest.mark.parametrize("name", ["h264.mkv", "hevc.mkv", "pq.mkv", "sparse.mkv"])
@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.device)
def test_a_chips_pictures_are_those_of_the_cpu_engine(film, device, name):
    """Decoded and scaled on the device, the difference is the same 2/255 at most."""
    path = film(name, **(FILMS | SPARSE)[name])
    facts, moments, size, expected = of_cpu(path)

    found = pictures_on(device, path, facts, moments, size, ffmpeg_threads=2, check=lambda: None)
    assert_same(filled(found), expected)
