"""
Real little videos, encoded here, whose frames say their own number.

Every frame shows its number as 12 bars, white for 1, the lowest bit on the left.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

BARS = 12
BAR_WIDTH = 16
SIZE = (BARS * BAR_WIDTH, 96)
QUIET = {"x265-params": "log-level=none:keyint=7:min-keyint=7:scenecut=0:bframes=2"}


@dataclass(frozen=True)
class Recipe:
    """How a test video is made. `seconds` of `fps` frames, a key frame each `gop` frames."""

    codec: str = "libx264"
    seconds: int = 10
    fps: int = 10
    gop: int = 7
    size: tuple[int, int] = SIZE
    rotation: int = 0
    sample_aspect: Fraction | None = None
    first_pts: int = 0
    pixel_format: str = "yuv420p"
    colour: tuple[int, int, int] | None = None
    every: Callable[[int], bool] = lambda _number: True
    options: dict[str, str] = field(default_factory=dict)
    container_options: dict[str, str] = field(default_factory=dict)
    sound_seconds: int = 0
    tags: dict[str, int] = field(default_factory=dict)


def numbered(number: int, size: tuple[int, int]) -> np.ndarray:
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
    return sum(1 << bit for bit in range(BARS) if middle[int((bit + 0.5) * bar)] > 127)


def encode(path: Path, recipe: Recipe) -> Path:
    with av.open(str(path), "w", options=recipe.container_options) as container:
        options = {"sc_threshold": "0"} if recipe.codec == "libx264" else {}
        stream = container.add_stream(
            recipe.codec, rate=recipe.fps, options={**options, **recipe.options}
        )
        stream.width, stream.height = recipe.size
        stream.pix_fmt = recipe.pixel_format
        stream.gop_size, stream.max_b_frames = recipe.gop, 2
        if recipe.codec in {"mpeg4", "mpeg2video"}:
            stream.max_b_frames = 0
        for name, value in recipe.tags.items():
            setattr(stream.codec_context, name, value)
        if recipe.rotation:
            stream.set_display_rotation(recipe.rotation)
        if recipe.sample_aspect:
            stream.codec_context.sample_aspect_ratio = recipe.sample_aspect
        sound = _silence(container, recipe.sound_seconds)
        for number in filter(recipe.every, range(recipe.seconds * recipe.fps)):
            container.mux(stream.encode(_frame(number, recipe)))
            container.mux([packet for _, packet in zip(range(2), sound, strict=False)])
        container.mux(stream.encode())
        for packet in sound:
            container.mux(packet)
    return path


def _frame(number: int, recipe: Recipe) -> av.VideoFrame:
    pixels = numbered(number, recipe.size)
    if recipe.colour:
        pixels[:] = recipe.colour
    frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
    frame = frame.reformat(format=recipe.pixel_format, dst_colorspace=recipe.tags.get("colorspace"))
    frame.pts, frame.time_base = recipe.first_pts + number, Fraction(1, recipe.fps)
    return frame


def _silence(container: Any, seconds: int) -> Iterator[av.Packet]:
    stream = container.add_stream("aac", rate=8000) if seconds else None

    def packets() -> Iterator[av.Packet]:
        for start in range(0, seconds * 8000, 1000):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1000), np.float32), "fltp", "mono")
            frame.sample_rate, frame.pts = 8000, start
            yield from stream.encode(frame)
        if stream:
            yield from stream.encode()

    return packets()


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Gives `film("name.mkv", Recipe(...))`: the path of that video, encoded once per session."""
    folder = tmp_path_factory.mktemp("films")

    def make(name: str, recipe: Recipe | None = None) -> Path:
        path = folder / name
        return path if path.exists() else encode(path, recipe or Recipe())

    return make
