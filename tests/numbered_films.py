"""
Real little videos, encoded here, whose frames say their own number.

Every frame shows its number as 12 bars, white for 1, the lowest bit on the left.
Unless a test says otherwise a film has 100 frames, 10 a second, every 7th a key frame.
"""

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray
from PIL import Image

from showrunner.adapters.atomic_files import locked
from showrunner.previews.bif import Bif, BifSink, read_bif
from showrunner.previews.extract import Extraction, extract
from showrunner.previews.fingerprint import SourceFingerprint

BARS = 12
SIZE = (192, 96)
WHITE = 127
FPS = 10
Film = Callable[..., Path]


@dataclass(frozen=True)
class Recipe:
    """How a film is made. `colour` fills every frame instead of its number."""

    codec: str = "libx264"
    seconds: int = 10
    gop: int = 7
    size: tuple[int, int] = SIZE
    rotation: int = 0
    sample_aspect: Fraction | None = None
    first_frame: int = 0
    pixel_format: str = "yuv420p"
    colour: tuple[int, int, int] | None = None
    keeps: Callable[[int], bool] = lambda _number: True
    options: dict[str, str] = field(default_factory=dict)
    container_options: dict[str, str] = field(default_factory=dict)
    sound_seconds: int = 0
    sound_codec: str = "aac"
    sound_rate: int = 8000
    matrix: int | None = None
    transfer: int | None = None


def numbered(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    bar = size[0] // BARS
    for bit in range(BARS):
        if number >> bit & 1:
            picture[:, bit * bar : (bit + 1) * bar] = 255
    return picture


def number_in(picture: Image.Image | bytes) -> int:
    """The number that a picture shows, whatever its size."""
    if isinstance(picture, bytes):
        picture = Image.open(io.BytesIO(picture))
    grey = np.asarray(picture.convert("L"))
    middle = grey[grey.shape[0] // 2]
    bar = grey.shape[1] / BARS
    return sum(1 << bit for bit in range(BARS) if middle[int((bit + 0.5) * bar)] > WHITE)


def encode(path: Path, recipe: Recipe) -> Path:
    with av.open(str(path), "w", options=recipe.container_options) as container:
        stream = _film_stream(container, recipe)
        sound = _silence(container, recipe)
        reformatter = VideoReformatter()
        for number in filter(recipe.keeps, range(recipe.seconds * FPS)):
            container.mux(stream.encode(_frame(number, recipe, reformatter)))
            container.mux([packet for _, packet in zip(range(2), sound, strict=False)])
        container.mux(stream.encode())
        for packet in sound:
            container.mux(packet)
    return path


CODEC_OPTIONS = {
    "libx264": {"sc_threshold": "0"},
    "libx265": {"x265-params": "log-level=none:keyint=7:min-keyint=7:scenecut=0:bframes=2"},
    "libsvtav1": {"preset": "12", "svtav1-params": "lookahead=0"},
}


def _film_stream(container: Any, recipe: Recipe) -> Any:
    options = {**CODEC_OPTIONS.get(recipe.codec, {}), **recipe.options}
    stream = container.add_stream(recipe.codec, rate=FPS, options=options)
    stream.width, stream.height = recipe.size
    stream.pix_fmt, stream.gop_size = recipe.pixel_format, recipe.gop
    if recipe.codec in {"libx264", "libx265"}:
        stream.max_b_frames = 2
    if recipe.rotation:
        stream.set_display_rotation(recipe.rotation)
    if recipe.sample_aspect:
        stream.codec_context.sample_aspect_ratio = recipe.sample_aspect
    if recipe.matrix:
        stream.codec_context.colorspace = recipe.matrix
    if recipe.transfer:
        stream.codec_context.color_trc = recipe.transfer
    return stream


def _frame(number: int, recipe: Recipe, reformatter: VideoReformatter) -> av.VideoFrame:
    pixels = numbered(number, recipe.size)
    if recipe.colour:
        pixels[:] = recipe.colour
    frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
    # One for all frames: each `frame.reformat` would set one up, which costs more than encoding.
    frame = reformatter.reformat(frame, format=recipe.pixel_format, dst_colorspace=recipe.matrix)
    frame.pts, frame.time_base = recipe.first_frame + number, Fraction(1, FPS)
    return frame


def _silence(container: Any, recipe: Recipe) -> Iterator[Any]:
    """Packets of silence, none for 0 seconds; the stream is added at once."""
    if not recipe.sound_seconds:
        return iter(())
    stream = container.add_stream(recipe.sound_codec, rate=recipe.sound_rate)
    return _silent_packets(stream, recipe)


def _silent_packets(stream: Any, recipe: Recipe) -> Iterator[Any]:
    step = recipe.sound_rate // 8
    kind, layout = stream.codec_context.format.name, "mono"
    stream.codec_context.layout = layout
    for start in range(0, recipe.sound_seconds * recipe.sound_rate, step):
        samples = np.zeros((1, step), {"fltp": np.float32, "s32": np.int32}[kind])
        frame = av.AudioFrame.from_ndarray(samples, kind, layout)
        frame.sample_rate, frame.pts = recipe.sound_rate, start
        yield from stream.encode(frame)
    yield from stream.encode()


@dataclass(frozen=True)
class Made:
    """What an extraction gave: its report, the numbers the pictures show, and the BIF."""

    report: Extraction
    numbers: list[int]
    bif: Bif

    def picture(self, index: int) -> Image.Image:
        return Image.open(io.BytesIO(self.bif.picture(index)))


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Gives `film("name.mkv", gop=70)`: the path of that film, encoded once per recipe."""
    made: dict[str, Path] = {}
    shared = _folder_of_all_processes(tmp_path_factory) / "films"
    shared.mkdir(exist_ok=True)

    def make(name: str, **recipe: Any) -> Path:
        key = f"{name} {sorted(recipe.items())}"
        if key not in made:
            # What a function does is not in its name: such films are no other process's.
            is_private = any(callable(value) for value in recipe.values())
            place = tmp_path_factory.mktemp("film") if is_private else shared / _digest(key)
            made[key] = _made_once(place, name, Recipe(**recipe))
        return made[key]

    return make


def _folder_of_all_processes(factory: pytest.TempPathFactory) -> Path:
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _made_once(place: Path, name: str, recipe: Recipe) -> Path:
    """The film in the folder `place`; of processes that want it together the first encodes it."""
    place.mkdir(exist_ok=True)
    with locked(place / "lock"):
        if not (place / name).exists():
            encode(place / f"unfinished-{name}", recipe).rename(place / name)
    return place / name


@pytest.fixture
def make_bif(tmp_path: Path) -> Callable[..., Made]:
    """Gives `make_bif(path)`: a BIF of it, one picture a second unless told, and its numbers."""

    def make(
        path: Path, *, width: int = SIZE[0], interval_seconds: int = 1, threads: int = 1
    ) -> Made:
        destination = tmp_path / f"{path.name}.bif"
        source = SourceFingerprint.of(path)
        sink = BifSink(destination, source, width=width, interval_seconds=interval_seconds)
        report = extract(path, [sink], threads=threads)
        sink.publish()
        bif = read_bif(destination)
        return Made(report, [number_in(bif.picture(k)) for k in range(bif.count)], bif)

    return make


@pytest.fixture
def source() -> SourceFingerprint:
    return SourceFingerprint(size_bytes=611_000_000, modified_at_ns=1_763_700_000_123_456_789)


@pytest.fixture
def show() -> Callable[[int], Image.Image]:
    """Gives `show(5)`: the picture that says 5."""
    return lambda number: Image.fromarray(numbered(number, SIZE))


@pytest.fixture
def number_of() -> Callable[[Image.Image | bytes], int]:
    return number_in
