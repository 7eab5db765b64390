"""A file that was cut off is never taken for a whole short one, wherever it can be told."""

import random
import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from showrunner.errors import MediaError
from showrunner.previews.announced import announced_bytes, announced_in
from showrunner.previews.ebml import ReadAt
from showrunner.previews.film import look_at
from showrunner.previews.video import open_video
from tests.numbered_films import Made

Film = Callable[..., Path]
FRAGMENTED: dict[str, Any] = {"container_options": {"movflags": "frag_keyframe+empty_moov"}}
VP9: dict[str, Any] = {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8"}}
MPEG2: dict[str, Any] = {"codec": "mpeg2video", "options": {"sc_threshold": "1000000000"}}
# These say how large or how long they are.
TELLING: dict[str, dict[str, Any]] = {
    "film.mkv": {},
    "film.webm": VP9,
    "film.mp4": {},
    "faststart.mp4": {"container_options": {"movflags": "faststart"}},
    "fragmented.mp4": FRAGMENTED,
    "film.mov": {},
    "film.3gp": {},
    "film.avi": {"codec": "mpeg4", "options": {"b": "900000"}},
    "film.wmv": {},
    "film.flv": {},
}
# These are as long as what is there.
STREAMS: dict[str, dict[str, Any]] = {
    "film.ts": {},
    "film.m2ts": {"container_options": {"mpegts_m2ts_mode": "1"}},
    "film.mpg": MPEG2,
    "live.mkv": {"container_options": {"live": "1"}},
}
REFUSALS = "still being copied|Get the file again|no video stream"


def cut(video: Path, tmp_path: Path, share: float) -> Path:
    short = tmp_path / f"cut-{video.name}"
    data = video.read_bytes()
    short.write_bytes(data[: int(len(data) * share)])
    return short


def seconds_of(video: Path) -> float:
    with open_video(video) as opened:
        return float(look_at(opened).duration_seconds)


@pytest.mark.parametrize("name", TELLING)
def test_a_film_cut_at_any_tenth_is_refused(name: str, film: Film, tmp_path: Path) -> None:
    """With one clear error; whole it is as long as it is."""
    video = film(name, **{"size": (320, 180), "seconds": 30, **TELLING[name]})

    assert seconds_of(video) == pytest.approx(30, abs=0.2)
    for tenths in range(1, 10):
        with pytest.raises(MediaError, match=REFUSALS):
            seconds_of(cut(video, tmp_path, tenths / 10))


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_as_long_as_what_is_there(
    name: str, film: Film, tmp_path: Path, make_bif: Callable[..., Made]
) -> None:
    """It announces nothing: cut anywhere it gives the whole set of its beginning."""
    video = film(name, seconds=30, **STREAMS[name])
    whole = make_bif(video)

    assert len(whole.numbers) in {30, 31}
    for tenths in (2, 5, 8):
        made = make_bif(cut(video, tmp_path, tenths / 10))
        assert 3 * tenths - 4 < len(made.numbers) < 3 * tenths + 4
        # Program streams have a time for some frames only: one key frame more or less.
        pairs = zip(made.numbers, whole.numbers, strict=False)
        assert max(abs(found - expected) for found, expected in pairs) <= 7


def riff(kind: bytes, content: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(kind + content)) + kind + content


def movie(content: bytes) -> bytes:
    return b"LIST" + struct.pack("<I", 4 + len(content)) + b"movi" + content


@pytest.fixture
def avi(film: Film) -> bytes:
    """A little AVI without its index."""
    data = film("film.avi", codec="mpeg4", seconds=10, size=(320, 180)).read_bytes()
    return data[: data.rfind(b"idx1")]


def announced(data: bytes, tmp_path: Path) -> int | None:
    (path := tmp_path / "film.avi").write_bytes(data)
    with open_video(path) as video:
        return announced_bytes(video)


def test_an_avi_needs_its_film_and_not_its_index(avi: bytes, tmp_path: Path) -> None:
    """Without the index it can be shown whole, though its RIFF's size says that more was there."""
    assert announced(avi, tmp_path) == len(avi)


def test_a_large_avi_goes_on_after_its_first_gigabyte(avi: bytes, tmp_path: Path) -> None:
    """What announces the next part is enough to tell that the rest of it is missing."""
    first = avi[:4] + struct.pack("<I", len(avi) - 8) + avi[8:]
    second = riff(b"AVIX", movie(bytes(5000)))

    assert announced(first + second, tmp_path) == len(first + second)
    assert announced(first + second[:1000], tmp_path) == len(first + second)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_recorder_that_was_switched_off_announces_nothing(
    size: int, avi: bytes, tmp_path: Path
) -> None:
    """Its sizes were to be written at the end."""
    assert announced(avi[:4] + struct.pack("<I", size) + avi[8:], tmp_path) is None
    at = avi.index(b"movi") - 4
    assert announced(avi[:at] + struct.pack("<I", size) + avi[at + 4 :], tmp_path) is None


def test_a_broadcast_in_asf_announces_nothing(film: Film, tmp_path: Path) -> None:
    """Its header's size is no promise (the flag is the first bit of the flags)."""
    data = bytearray(film("film.wmv").read_bytes())
    at = data.index(bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365"))
    assert announced(bytes(data), tmp_path) == len(data)
    data[at + 88] |= 1

    assert announced(bytes(data), tmp_path) is None


@pytest.mark.parametrize("damaged_ms", [4_000_000_000, 150_000_000])
def test_a_damaged_time_does_not_make_a_film_endless(
    damaged_ms: int, film: Film, tmp_path: Path
) -> None:
    """Months, or days in some kilobytes: millions of pictures would be asked for."""
    data = bytearray(film("film.flv").read_bytes())
    at = flv_tag(data, number=90)
    data[at + 4 : at + 7] = (damaged_ms & 0xFFFFFF).to_bytes(3)
    data[at + 7] = damaged_ms >> 24
    (path := tmp_path / "film.flv").write_bytes(data)

    with pytest.raises(MediaError, match="its times are damaged"):
        seconds_of(path)


def flv_tag(data: bytes | bytearray, number: int) -> int:
    """Where a tag begins, after the header and its neighbours (FLV specification, E.4.1)."""
    at = 13
    for _ in range(number):
        at += 11 + int.from_bytes(data[at + 1 : at + 4]) + 4
    return at


@pytest.fixture(scope="module")
def mxf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Five seconds of MPEG-2; the container takes no rate below a broadcast's."""
    path = tmp_path_factory.mktemp("mxf") / "film.mxf"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg2video", rate=25, options={"sc_threshold": "1000000000"})
        stream.width, stream.height, stream.pix_fmt = 320, 256, "yuv420p"
        for number in range(5 * 25):
            frame = av.VideoFrame(320, 256, "yuv420p")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path.read_bytes()


def test_an_mxf_announces_its_footer(mxf: bytes) -> None:
    """Until it is closed it announces nothing."""
    footer = announced_in("mxf", reading(mxf))
    assert footer is not None
    assert 0.9 * len(mxf) < footer <= len(mxf)
    at = mxf.index((footer - 1).to_bytes(8))

    assert announced_in("mxf", reading(mxf[:at] + bytes(8) + mxf[at + 8 :])) is None


def reading(data: bytes) -> ReadAt:
    return lambda place, count: data[place : place + count]


KINDS = {"film.mkv": "matroska", "film.avi": "avi", "film.wmv": "asf"}


@pytest.mark.parametrize("kind", [*KINDS.values(), "mxf"])
def test_a_header_of_nonsense_is_read_to_no_harm(kind: str, film: Film, mxf: bytes) -> None:
    """Flipped bits and early ends give a number or nothing, and never much work."""
    good = next((film(name).read_bytes() for name, its in KINDS.items() if its == kind), mxf)
    chance = random.Random(kind)
    for _ in range(300):
        data = bytearray(good[: chance.randrange(len(good))])
        for _ in range(chance.randrange(60) if data else 0):
            data[chance.randrange(min(len(data), 600))] ^= 1 << chance.randrange(8)
        asked = Counter[str]()
        found = announced_in(kind, counting(bytes(data), asked))
        assert found is None or found >= 0
        assert asked["reads"] <= 3000


def counting(data: bytes, asked: Counter[str]) -> ReadAt:
    def read_at(place: int, count: int) -> bytes:
        asked["reads"] += 1
        return data[place : place + count]

    return read_at
