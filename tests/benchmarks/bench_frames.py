"""
What one 20-minute 1080p film costs: `python tests/benchmarks/bench_frames.py FOLDER`.

The film (H.264 at 8 Mb/s, a key frame each 2 s, 24 s looped by copying packets)
is made once and kept in FOLDER, about 1.2 GB.
"""

import argparse
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from showrunner.previews.bif import BifSink
from showrunner.previews.extract import extract
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.sinks import Sink
from showrunner.previews.trickplay import TrickplaySink

FPS = 24
LOOP_SECONDS = 24
LOOPS = 50
WIDTH, HEIGHT = 1920, 1080
X264 = {"preset": "veryfast", "b": "8M", "bf": "2", "sc_threshold": "0", "g": str(2 * FPS)}


def make_loop(path: Path) -> None:
    """24 seconds of a moving gradient under noise, so that the bit rate is a film's."""
    noise = np.random.default_rng(1)
    ramp = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)).astype(np.uint16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options=X264)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(LOOP_SECONDS * FPS):
            grey = (ramp // 8 + 4 * number) % 200 + noise.integers(0, 24, ramp.shape, np.uint16)
            frame = av.VideoFrame.from_ndarray(grey.astype(np.uint8), "gray")
            frame = frame.reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def make_film(loop: Path, path: Path) -> None:
    """`loop` again and again, without encoding anything anew."""
    with av.open(str(path), "w") as out:
        stream = None
        for turn in range(LOOPS):
            with av.open(str(loop)) as source:
                film = source.streams.video[0]
                stream = stream or out.add_stream_from_template(film)
                offset = int(turn * LOOP_SECONDS / (film.time_base or 1))
                for packet in source.demux(film):
                    if packet.pts is None or packet.dts is None:  # the empty packet at the end
                        continue
                    packet.pts += offset
                    packet.dts += offset
                    packet.stream = stream
                    out.mux(packet)


def bytes_read() -> int:
    """What this process asked the system to read so far; 0 where it does not tell."""
    try:
        lines = Path("/proc/self/io").read_text().splitlines()
    except OSError:
        return 0
    return int(next(line.split()[1] for line in lines if line.startswith("rchar")))


def measure(name: str, film: Path, sinks: list[Sink]) -> None:
    wall, cpu, read = time.perf_counter(), time.process_time(), bytes_read()
    result = extract(film, sinks)
    for sink in sinks:
        sink.publish()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    read = bytes_read() - read
    pictures = max(result.picture_counts)
    print(
        f"{name:16} {result.method:9} {pictures:8} {wall:8.2f} {cpu:8.2f}"
        f" {read / 1e6:9.1f} {1000 * cpu / pictures:11.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    film = folder / "film-1080p-20min.mkv"
    if not film.exists():
        make_loop(loop := folder / "loop.mp4")
        make_film(loop, partial := folder / "partial.mkv")
        partial.rename(film)
    source = SourceFingerprint.of(film)
    print(f"{film.name}: {source.size_bytes / 1e6:.0f} MB, {LOOPS * LOOP_SECONDS} s")
    print(f"{'output':16} {'method':9} pictures   wall s    CPU s   read MB  CPU ms each")
    bif = BifSink(folder / "film.bif", source)
    tiles = TrickplaySink(folder / "film.trickplay" / "320 - 10x10", source)
    measure("BIF", film, [bif])
    measure("BIF, trickplay", film, [bif, tiles])
    measure("BIF each 2 s", film, [BifSink(folder / "film-2.bif", source, interval_seconds=2)])


if __name__ == "__main__":
    main()
