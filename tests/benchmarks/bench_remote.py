"""
What a 20-minute 1080p film costs over HTTP: `python -m tests.benchmarks.bench_remote FOLDER`.

One picture each 10 seconds, from a server on loopback that counts. The films are
made once and kept in FOLDER, about 1.2 GB each. `--latency MS` delays every
answer, as a server far away does.
"""

import argparse
import time
from pathlib import Path

from PIL.Image import Image

from showrunner.previews.extract import extract
from showrunner.previews.sources.remote import source_of
from tests.benchmarks.films import FILMS, made
from tests.contract.previews.sources.range_server import serving

INTERVAL_SECONDS = 10
CLASSES = ("mkv", "mp4", "fragmented-mp4")


class Nowhere:
    """Takes the pictures of one output, and drops them."""

    width, interval_seconds = 320, INTERVAL_SECONDS

    def begin(self, count: int, size: tuple[int, int]) -> None:
        """Nothing to prepare."""

    def add(self, index: int, picture: Image) -> None:
        """Nothing to keep."""

    def publish(self) -> list[Path]:
        return []

    def abandon(self) -> None:
        """Nothing to remove."""


def measure(name: str, film: Path, threads: int, latency_seconds: float) -> None:
    with serving(path=film, latency_seconds=latency_seconds) as server:
        source = source_of(f"{server.address}/{film.name}", allowed=[server.address])
        wall = time.perf_counter()
        done = extract(source, [Nowhere()], threads=threads)
        wall = time.perf_counter() - wall
        print(
            f"{name:16} {done.method:10} {threads:7} {done.picture_counts[0]:8}"
            f" {len(server.asked):8} {server.bytes_sent / 1e6:8.1f}"
            f" {server.bytes_sent / server.size:8.4f} {wall:7.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--latency", type=float, default=0, metavar="MS")
    parser.add_argument("--minutes", type=int, default=None)
    arguments = parser.parse_args()
    print(f"{'film':16} method     threads pictures requests  MB read  of file  wall s")
    for film in FILMS:
        if film.name in CLASSES:
            path = made(film, arguments.folder, minutes=arguments.minutes)
            for threads in (1, 2):
                measure(film.name, path, threads, arguments.latency / 1000)


if __name__ == "__main__":
    main()
