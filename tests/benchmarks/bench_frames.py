"""
The frame engine beside ffmpeg's usual command: CPU, bytes read and time, as shares of ffmpeg's.

    ./local/bench frames [FOLDER] [--class NAME] [--minutes N] [--rounds N]
                         [--equality | --overhead | --memory | --whole]

One 320 pixel picture each 10 s of each film of `films.FILMS`. Both sides run in turn,
several rounds; the medians count. ffmpeg decodes key frames only, or everything where
they are too sparse, with one thread (more make it slower) or all in the full decode.
The films are made in FOLDER once; all at their usual length take about 8 GB.

`--equality` compares the pictures themselves; `--overhead` our CPU with that of decoding
the same key frames and nothing else; `--memory` takes the peak of fresh processes on a
film and on one four times as long; `--whole` measures the whole process of `showrunner
preview` on a 30-second and a long film.

FFMPEG=PATH takes another ffmpeg than the system's: for AV1 one of version 7 or later, as
earlier ones decode every frame of it, whatever `-skip_frame` says.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from PIL import Image

from showrunner.previews.bif import BifSink
from showrunner.previews.choice import choose
from showrunner.previews.extract import extract
from showrunner.previews.film import look_at
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.lanes import Lanes
from showrunner.previews.shots import indexed
from showrunner.previews.video import open_video
from tests.benchmarks.films import FILMS, BenchmarkFilm, ffmpeg_program, film_of_seconds, made

if TYPE_CHECKING:
    FilmPacket = av.Packet[av.VideoStream]

INTERVAL_SECONDS = 10
WIDTH = 320
ROUNDS = 3
MOST_GREY_DIFFERENCE = 2
EQUALITY_SECONDS = 60
LONG_MINUTES = 120
MOST_OVERHEAD = 0.15
OVERHEAD_CLASSES = ("mkv", "4k-hdr10", "hevc-open-gop")
MEMORY_CLASS, MEMORY_TIMES = "4k-hdr10", 4
MOST_MEMORY_MB, MOST_GROWTH = 300, 1.1
DEINTERLACER = "bwdif=mode=send_frame:deint=interlaced"
TONE_MAPPING = (
    "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,"
    "zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
)


@dataclass(frozen=True)
class Limits:
    """Our largest allowed shares of ffmpeg's figures; None: no limit."""

    cpu: float
    read: float
    wall: float | None = None


LIMITS = {
    "mkv": Limits(0.20, 0.04, 0.12),
    "mp4": Limits(0.20, 0.04, 0.12),
    "fragmented-mp4": Limits(0.20, 0.04, 0.12),
    "4k-hdr10": Limits(0.20, 0.03),
    "av1": Limits(0.42, 0.03),
    "hevc-open-gop": Limits(0.90, 0.04, 0.55),
    "mpeg-ts": Limits(0.11, 0.21),
    "mkv-without-cues": Limits(0.25, 1.0),
    "avi-without-idx1": Limits(0.60, 1.0),
    "sparse-mkv": Limits(1.0, 1.0),
    "sparse-mp4": Limits(1.0, 1.0),
}


@dataclass(frozen=True)
class Cost:
    """Of the whole process tree: CPU seconds, MB asked of the system, seconds on the clock."""

    cpu: float
    read: float
    wall: float

    def __str__(self) -> str:
        return f"{self.cpu:8.2f} {self.read:9.1f} {self.wall:8.2f}"


def cost_of(work: Callable[[], object]) -> Cost:
    """The kernel adds what children read to their parent once they were waited for."""
    before, read, wall = os.times(), megabytes_read(), time.perf_counter()
    work()
    wall = time.perf_counter() - wall
    cpu = sum(b - a for a, b in zip(before[:4], os.times()[:4], strict=True))
    return Cost(cpu, megabytes_read() - read, wall)


def megabytes_read() -> float:
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("rchar"))) / 1e6


def median(costs: list[Cost]) -> Cost:
    return Cost(
        *(statistics.median(getattr(c, name) for c in costs) for name in Cost.__annotations__)
    )


def ours(path: Path, threads: int, interval_seconds: int = INTERVAL_SECONDS) -> str:
    """Make a BIF of `path`; gives the method."""
    sink = BifSink(
        path.with_suffix(".bif"), SourceFingerprint.of(path), interval_seconds=interval_seconds
    )
    extraction = extract(path, [sink], threads=threads)
    for file in sink.publish():
        file.unlink()
    return extraction.method


def theirs(film: BenchmarkFilm, path: Path, folder: Path) -> None:
    """ffmpeg's usual command, its pictures into `folder`."""
    is_sparse = film.gop_seconds > INTERVAL_SECONDS
    decoding = [] if is_sparse else ["-skip_frame:v", "nokey", "-threads:v", "1"]
    steps = [f"fps=1/{INTERVAL_SECONDS}:round=up", TONE_MAPPING, f"scale={WIDTH}:-2"]
    run_ffmpeg(decoding, path, [s for s in steps if film.is_hdr or s != TONE_MAPPING], folder)


def run_ffmpeg(
    decoding: list[str],
    path: Path,
    filters: list[str],
    folder: Path,
    suffix: str = "jpg",
    more: Sequence[str] = (),
) -> None:
    command = [ffmpeg_program(), "-v", "error", *decoding, "-i", str(path), "-an", "-sn"]
    command += ["-vf", ",".join(filters), "-q:v", "4", *more, str(folder / f"%05d.{suffix}")]
    # Streams that it cannot open, and pictures it does not give, are part of the comparison.
    subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def compare(film: BenchmarkFilm, path: Path, rounds: int) -> bool:
    """Print the class's row; False when a limit is not met."""
    ffmpeg, one, two, pictures = [], [], [], 0
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            ffmpeg.append(cost_of(lambda: theirs(film, path, Path(folder))))
            pictures = len(list(Path(folder).iterdir()))
        one.append(cost_of(lambda: ours(path, 1)))
        two.append(cost_of(lambda: ours(path, 2)))
    reference, single, double = median(ffmpeg), median(one), median(two)
    print(f"{film.name:18} ffmpeg {pictures:4}  {reference}")
    for name, cost in (("1 thread", single), ("2 threads", double)):
        print(f"{'':18} {name:12} {cost}  {shares(cost, reference)}")
    return verdict(LIMITS[film.name], single, double, reference, ours(path, 1))


def shares(cost: Cost, of: Cost) -> str:
    return f"{cost.cpu / of.cpu:7.3f} {cost.read / of.read:7.3f} {cost.wall / of.wall:7.3f}"


def verdict(limits: Limits, single: Cost, double: Cost, reference: Cost, method: str) -> bool:
    checks = {
        "CPU": (single.cpu / reference.cpu, limits.cpu),
        "bytes": (single.read / reference.read, limits.read),
        "wall": (double.wall / reference.wall, limits.wall),
    }
    is_good, words = True, []
    for name, (share, limit) in checks.items():
        if limit is not None:
            is_good &= share <= limit
            words.append(f"{name} {'PASS' if share <= limit else 'FAIL'} (<= {limit})")
    print(f"{'':18} {method}: {', '.join(words)}")
    return is_good


class Kept:
    """A sink that keeps its pictures."""

    width = WIDTH
    interval_seconds = INTERVAL_SECONDS

    def __init__(self) -> None:
        self.pictures: list[Image.Image] = []

    def begin(self, count: int, size: tuple[int, int]) -> None:
        self.pictures.clear()

    def add(self, index: int, picture: Image.Image) -> None:
        self.pictures.append(picture)

    def publish(self) -> list[Path]:
        return []

    def abandon(self) -> None:
        return


def equality(film: BenchmarkFilm, path: Path) -> bool:
    """
    Print the mean grey difference of our pictures to ffmpeg's own frames, scaled in the same way.

    Of the first minute; each picture is compared with the frame that it is most like, because
    ffmpeg's `fps` filter counts from another zero and may show the key frame before.

    Interlaced films are compared with ffmpeg's deinterlacer, after decoding everything: its
    own frame shows two moments at once, and of an open GOP `nokey` gives one frame in five.
    """
    sink = Kept()
    extract(path, [sink], threads=2)
    is_whole = film.gop_seconds > INTERVAL_SECONDS or film.is_interlaced
    decoding = [] if is_whole else ["-skip_frame:v", "nokey"]
    decoding += ["-t", str(EQUALITY_SECONDS + film.gop_seconds)]
    scale = f"scale={WIDTH}:-2:flags=area+full_chroma_int+accurate_rnd:in_color_matrix=bt709"
    steps = [DEINTERLACER, scale] if film.is_interlaced else [scale]
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        run_ffmpeg(decoding, path, steps, Path(folder), "png", ["-fps_mode", "passthrough"])
        frames = [Image.open(file).copy() for file in sorted(Path(folder).iterdir())]
    if not frames:
        print(f"{film.name:18} ffmpeg gave no picture to compare with: FAIL")
        return False
    some = sink.pictures[: EQUALITY_SECONDS // INTERVAL_SECONDS]
    differences = [min(grey_difference(one, frame) for frame in frames) for one in some]
    mean, worst = statistics.mean(differences), max(differences)
    word = "PASS" if mean <= MOST_GREY_DIFFERENCE else "FAIL"
    print(f"{film.name:18} mean {mean:.2f}, worst {worst:.2f} of 255: {word}")
    return mean <= MOST_GREY_DIFFERENCE


def grey_difference(a: Image.Image, b: Image.Image) -> float:
    first, second = (np.asarray(picture.convert("L"), np.int16) for picture in (a, b))
    return float(np.abs(first - second).mean())


class Dropped(Kept):
    """A sink that lets its pictures go."""

    def add(self, index: int, picture: Image.Image) -> None:
        return


def overhead(film: BenchmarkFilm, path: Path, rounds: int) -> bool:
    """Print our least CPU, one step of the work more in each row, and its share of decoding's."""
    packets, decoder = key_packets(path)
    steps: dict[str, Callable[[], object]] = {
        "bare decoding": lambda: decode_each(packets, decoder),
        "reading": lambda: unscaled(path),
        "and scaling": lambda: extract(path, [Dropped()]),
        "and JPEG, BIF": lambda: ours(path, 1),
    }
    rows = [[cost_of(step).cpu for step in steps.values()] for _ in range(rounds)]
    least = dict(zip(steps, map(min, zip(*rows, strict=True)), strict=True))
    bare, all_of_it = least["bare decoding"], least["and JPEG, BIF"]
    for name, cpu in least.items():
        print(f"{film.name:18} {name:14} {cpu:8.2f} {cpu / bare - 1:+8.1%}")
    is_good: bool = all_of_it <= (1 + MOST_OVERHEAD) * bare
    print(f"{'':18} overhead {'PASS' if is_good else 'FAIL'} (<= {MOST_OVERHEAD:.0%})")
    return is_good


def key_packets(path: Path) -> "tuple[list[FilmPacket], av.VideoCodecContext]":
    """By nothing but PyAV: the packets that stand for the times, and a decoder like ours."""
    container = av.open(str(path))
    stream = container.streams.video[0]
    stream.thread_type, stream.codec_context.thread_count = "SLICE", 1
    stream.codec_context.options = {"skip_loop_filter": "all"}
    start, tick = stream.start_time or 0, float(stream.time_base or 1)
    packets = []
    for seconds in range(0, int((container.duration or 0) / av.time_base), INTERVAL_SECONDS):
        container.seek(start + int(seconds / tick), stream=stream)
        packets.append(next(packet for packet in container.demux(stream) if packet.is_keyframe))
    return packets, stream.codec_context


def decode_each(packets: "list[FilmPacket]", decoder: av.VideoCodecContext) -> None:
    for packet in packets:
        decoder.decode(packet)
        decoder.decode(None)
        decoder.flush_buffers()


def unscaled(path: Path) -> None:
    """Our way to the frames, without what is made of them."""
    with open_video(path, draft_width=WIDTH) as video:
        lanes = Lanes([Dropped()], look_at(video))
        choose(video, lanes, 1)
        deque(indexed(video, [video.tick_at(moment.seconds) for moment in lanes.moments]), 0)


def memory(film: BenchmarkFilm, folder: Path, minutes: int) -> bool:
    """Print the peaks of processes that make one BIF and end."""
    paths = [made(film, folder, minutes=times * minutes) for times in (1, MEMORY_TIMES)]
    is_good = True
    for threads in (1, 2):
        short, long = (peak_megabytes(path, threads) for path in paths)
        is_good &= long <= min(MOST_MEMORY_MB, MOST_GROWTH * short)
        print(f"{film.name:18} {threads} threads {short:8.0f} {long:8.0f}")
    print(f"{'':18} memory {'PASS' if is_good else 'FAIL'} (<= {MOST_MEMORY_MB} MB, +10 %)")
    return is_good


def peak_megabytes(path: Path, threads: int) -> float:
    program = (
        "import pathlib, sys; from tests.benchmarks.bench_frames import ours; "
        "ours(pathlib.Path(sys.argv[1]), int(sys.argv[2])); "
        "print(pathlib.Path('/proc/self/status').read_text())"
    )
    command = [sys.executable, "-c", program, str(path), str(threads)]
    status = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(next(line.split()[1] for line in status.splitlines() if "VmHWM" in line)) / 1000


def whole(path: Path, rounds: int) -> None:
    """Print what the whole processes cost, ours with interpreter and imports."""
    command = [sys.executable, "-m", "showrunner.cli.main", "preview", str(path)]
    usual, preview = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            usual.append(cost_of(lambda: theirs(FILMS[0], path, Path(folder))))
        preview.append(cost_of(lambda: subprocess.run(command, check=True, capture_output=True)))
        for output in path.parent.glob(f"{path.stem}*.bif"):
            output.unlink()
    print(f"{path.name:18} ffmpeg       {median(usual)}")
    print(f"{'':18} showrunner   {median(preview)}  {shares(median(preview), median(usual))}")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    default = Path(tempfile.gettempdir()) / "films"
    parser.add_argument("folder", type=Path, nargs="?", default=default)
    parser.add_argument("--class", dest="names", action="append", choices=list(LIMITS))
    parser.add_argument("--minutes", type=int, help="shorter films than usual")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    for mode in ("--equality", "--overhead", "--memory", "--whole"):
        parser.add_argument(mode, action="store_true")
    return parser.parse_args()


def main() -> None:
    wanted = options()
    sys.exit(0 if all(results(wanted)) else 1)


def results(wanted: argparse.Namespace) -> list[bool]:
    """Whether each class is within its limits; prints the table on its way."""
    if wanted.whole:
        print(f"{'whole processes':18} {'':12} {'CPU s':>8} {'read MB':>9} {'wall s':>8}   shares")
        for seconds in (30, 60 * (wanted.minutes or LONG_MINUTES)):
            whole(film_of_seconds(wanted.folder, seconds), wanted.rounds)
        return []
    if wanted.memory:
        print(f"{'peak memory, MB':18} {'':9} {'film':>8} {'4 times':>8}")
        film = next(film for film in FILMS if film.name == MEMORY_CLASS)
        return [memory(film, wanted.folder, wanted.minutes or film.minutes)]
    names = wanted.names or (OVERHEAD_CLASSES if wanted.overhead else LIMITS)
    chosen = [
        (film, made(film, wanted.folder, minutes=wanted.minutes))
        for film in FILMS
        if film.name in names
    ]
    if wanted.equality:  # of HDR colours, bench_colours
        return [equality(film, path) for film, path in chosen if not film.is_hdr]
    if wanted.overhead:
        print(f"{'class':18} {'':14} {'CPU s':>8} {'overhead':>8}")
        return [overhead(film, path, wanted.rounds) for film, path in chosen]
    print(f"{'class':18} {'':12} {'CPU s':>8} {'read MB':>9} {'wall s':>8}   shares of the same")
    return [compare(film, path, wanted.rounds) for film, path in chosen]


if __name__ == "__main__":
    main()
