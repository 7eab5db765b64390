"""The demo's library: real H.264 and HEVC videos in MKV and MP4, encoded on the first start."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import av
import numpy as np

from showrunner.demo.scenes import HEIGHT, WIDTH, frame_at

FRAMES_PER_SECOND = 3
KEY_FRAME_SECONDS = 2
_KEY_FRAMES = FRAMES_PER_SECOND * KEY_FRAME_SECONDS
_FORMATS = {".mkv": "matroska", ".mp4": "mp4"}
_OPTIONS: dict[str, dict[str, str]] = {
    "libx264": {"preset": "ultrafast", "crf": "30", "sc_threshold": "0"},
    "libx265": {
        "preset": "ultrafast",
        "crf": "32",
        "x265-params": f"keyint={_KEY_FRAMES}:min-keyint={_KEY_FRAMES}:scenecut=0"
        ":log-level=none:pools=none:frame-threads=1",
    },
}


Codec = Literal["libx264", "libx265"]


@dataclass(frozen=True, slots=True)
class Title:
    """
    A film, or an episode when it has a `series`; `codec` and `suffix` say how it is
    stored, `version` what is special about this file of a film that has several.
    """

    name: str
    year: int
    seconds: int
    codec: Codec = "libx264"
    suffix: str = ".mkv"
    series: str | None = None
    season: int = 1
    episode: int = 1
    version: str | None = None

    @property
    def label(self) -> str:
        if self.series:
            return f"{self.series} - S{self.season:02}E{self.episode:02}"
        return f"{self.name} ({self.year})"

    @property
    def relative_path(self) -> Path:
        """Its place in the library: `movies/T (Y)/T (Y).mkv`, `tv/S/Season 01/S - S01E01.mkv`."""
        if self.series:
            folder = Path("tv", self.series, f"Season {self.season:02}")
        else:
            folder = Path("movies", self.label)
        version = f" - {self.version}" if self.version else ""
        return folder / f"{self.label}{version}{self.suffix}"


TITLES = (
    Title("The Paper Lighthouse", 2019, 150),
    Title("Cobalt Harvest", 2021, 130, "libx265"),
    Title("Seven Quiet Rivers", 2016, 120, "libx264", ".mp4"),
    Title("Seven Quiet Rivers", 2016, 120, version="Director's Cut"),
    Title("First Light", 2022, 120, series="Northern Relay", episode=1),
    Title("Dead Air", 2022, 120, "libx265", ".mp4", series="Northern Relay", episode=2),
)
ARRIVAL_SECONDS = 130
_FIRST_WORDS = ("Amber", "Hollow", "Distant", "Velvet", "Copper", "Winter", "Borrowed", "Paper")
_SECOND_WORDS = ("Meridian", "Orchard", "Signal", "Harbour", "Comet", "Cartographer", "Tide")


def arriving_film(number: int, seconds: int = ARRIVAL_SECONDS) -> Title:
    """The film that is new for the `number`-th time (from 0): each has a title of its own."""
    first = _FIRST_WORDS[number % len(_FIRST_WORDS)]
    second = _SECOND_WORDS[number % len(_SECOND_WORDS)]
    codec: Codec = "libx265" if number % 3 == 1 else "libx264"
    suffix = ".mp4" if number % 3 == 2 else ".mkv"  # noqa: PLR2004  every third one
    return Title(f"{first} {second}", 2024 + number % 3, seconds, codec, suffix)


def arriving_episode(number: int, seconds: int = ARRIVAL_SECONDS) -> Title:
    """The episode that is new for the `number`-th time (from 0)."""
    name = f"Relay {number + 3}"
    return Title(name, 2022, seconds, series="Northern Relay", episode=number + 3)


def make_videos(videos: Mapping[Path, Title]) -> None:
    """Encode whatever is missing; what is there from an earlier start is kept."""
    missing = [(title, path) for path, title in videos.items() if not path.exists()]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(lambda video: encode(*video), missing))


def encode(title: Title, path: Path) -> None:
    """Write the video of `title` to `path`, which appears only when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with av.open(str(part), "w", format=_FORMATS[path.suffix]) as container:
        stream = container.add_stream(title.codec, FRAMES_PER_SECOND, _OPTIONS[title.codec])
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.gop_size = _KEY_FRAMES
        for frame in _frames(title):
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    part.replace(path)


def _frames(title: Title) -> Iterator[av.VideoFrame]:
    for number in range(title.seconds * FRAMES_PER_SECOND):
        image = frame_at(title.label, number / FRAMES_PER_SECOND)
        yield av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24")
