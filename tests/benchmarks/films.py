"""
The films of the benchmarks: made with ffmpeg once, kept in a folder.

Every film is a short loop of moving test picture under noise, encoded once, and
looped by copying packets: its bit rate is a real film's, and an hour costs a
second. `FILMS` lists the classes; `made` gives the path of one.

Two things keep a loop from being easier, or harder, than a film. Its length brings
all of its key frames to the wanted times equally often: 12 of 12 in 24 s of H.264, 3 of
3 in 15 s of AV1, 12 of 12 in 11.52 s of 1080i. (In 24 s of 1080i only 12 of 25 would be
met, the first among them.) And the rate is capped, as in what is made for players: an
encoder that starts with an empty buffer and no cap spends 962 KB on the first key frame
of the H.264 loop, 22 KB on the second and about 255 KB on those after the fourth.

AV1 belongs to the system's ffmpeg: other versions of SVT-AV1 make key frames twice as large.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_NOISE = "noise=alls=12:allf=t"
_X264 = "-c:v libx264 -preset veryfast -bf 2 -sc_threshold 0 -pix_fmt yuv420p"
_H264_1080P = f"{_X264} -b:v 8M -maxrate 10M -bufsize 16M"
_HEVC = "-c:v libx265 -preset ultrafast"
_HDR10 = (
    "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:range=limited:hdr10=1:"
    "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):"
    "max-cll=1000,400"
)
_FRAGMENTED = "-movflags frag_keyframe+empty_moov+delay_moov+default_base_moof"


@dataclass(frozen=True, slots=True)
class Loop:
    """
    One encoded loop. `encode` is ffmpeg's options for its video stream.

    `seconds` must bring all its key frames to the wanted times equally often.
    """

    name: str
    seconds: float
    size: str
    encode: str
    fps: int = 24
    filters: str = _NOISE


@dataclass(frozen=True, slots=True)
class BenchmarkFilm:
    """
    A class of the table. `mux` is ffmpeg's options for the container.

    `minutes` is the usual length, `gop_seconds` the distance of its key frames.
    """

    name: str
    loop: Loop
    suffix: str
    minutes: int
    gop_seconds: float
    mux: str = ""
    is_hdr: bool = False
    is_interlaced: bool = False
    without_index: bool = False


_GOP_2 = Loop("h264-gop2", 24, "1920x1080", f"{_H264_1080P} -g 48")
_GOP_12 = Loop("h264-gop12", 24, "1920x1080", f"{_H264_1080P} -g 288 -keyint_min 288")
_OPEN_HEVC = Loop(
    "hevc-open-gop",
    20,
    "1920x1080",
    f"{_HEVC} -pix_fmt yuv420p -b:v 6M -x265-params "
    "log-level=error:open-gop=1:keyint=240:min-keyint=240:scenecut=0:bframes=3",
)
_UHD = Loop(
    "hevc-4k-hdr10",
    6,
    "3840x2160",
    f"{_HEVC} -pix_fmt yuv420p10le -b:v 30M -maxrate 36M -bufsize 12M -x265-params "
    f"log-level=error:keyint=48:min-keyint=48:scenecut=0:{_HDR10}",
)
_AV1 = Loop(
    "av1-gop5",
    15,
    "1920x1080",
    "-c:v libsvtav1 -preset 12 -g 120 -b:v 4M -pix_fmt yuv420p",
)
_INTERLACED = Loop(
    "h264-1080i-open-gop",
    11.52,
    "1920x1080",
    "-c:v libx264 -preset veryfast -pix_fmt yuv420p -flags +ilme+ildct "
    "-b:v 10M -maxrate 12M -bufsize 6M -x264-params "
    "open-gop=1:keyint=24:min-keyint=24:bframes=3:scenecut=0:tff=1",
    fps=25,
)
_MPEG4 = Loop(
    "mpeg4-gop7", 30, "1280x720", "-c:v mpeg4 -b:v 4M -g 180 -sc_threshold 1000000000 -bf 0"
)

FILMS: tuple[BenchmarkFilm, ...] = (
    BenchmarkFilm("mkv", _GOP_2, "mkv", 20, 2),
    BenchmarkFilm("mp4", _GOP_2, "mp4", 20, 2, "-movflags +faststart"),
    BenchmarkFilm("fragmented-mp4", _GOP_2, "mp4", 20, 2, _FRAGMENTED),
    BenchmarkFilm("4k-hdr10", _UHD, "mkv", 5, 2, is_hdr=True),
    BenchmarkFilm("av1", _AV1, "mkv", 20, 5),
    BenchmarkFilm("hevc-open-gop", _OPEN_HEVC, "mkv", 20, 10),
    BenchmarkFilm("mpeg-ts", _INTERLACED, "ts", 10, 0.96, is_interlaced=True),
    BenchmarkFilm("mkv-without-cues", _GOP_2, "mkv", 5, 2, without_index=True),
    BenchmarkFilm("avi-without-idx1", _MPEG4, "avi", 10, 7.5, without_index=True),
    BenchmarkFilm("sparse-mkv", _GOP_12, "mkv", 5, 12),
    BenchmarkFilm("sparse-mp4", _GOP_12, "mp4", 5, 12),
)


def ffmpeg_program() -> str:
    """The ffmpeg to generate and to compare with: FFMPEG, the system's, or imageio-ffmpeg's."""
    if found := os.environ.get("FFMPEG") or shutil.which("ffmpeg"):
        return found
    try:
        import imageio_ffmpeg  # type: ignore[import-untyped]  # noqa: PLC0415 - only where the system has none
    except ImportError:
        raise SystemExit("The benchmark needs ffmpeg: install it, or imageio-ffmpeg.") from None
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def film_1080p(path: Path, *, minutes: int) -> Path:
    """1080p H.264 at 8 Mb/s with sound, a key frame each 2 s, at `path`; made when missing."""
    if not path.exists():
        _loop_into(path, _loop_file(path.parent, _GOP_2), 60 * minutes)
    return path


def film_of_seconds(folder: Path, seconds: int) -> Path:
    """The same film, of `seconds`."""
    path = folder / f"film-{seconds}s" / f"film-{seconds}s.mkv"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _loop_into(path, _loop_file(folder, _GOP_2), seconds)
    return path


def made(film: BenchmarkFilm, folder: Path, *, minutes: int | None = None) -> Path:
    """The path of `film` in `folder`, `minutes` long (its usual length when None)."""
    length = minutes or film.minutes
    path = folder / f"{film.name}-{length}min.{film.suffix}"
    if path.exists():
        return path
    loop = _loop_file(folder, film.loop)
    if film.without_index and film.suffix == "mkv":
        _through_a_pipe(path, loop, 60 * length)
    else:
        _loop_into(path, loop, 60 * length, film.mux.split())
    if film.without_index and film.suffix == "avi":
        _cut_off_index(path)
    return path


def _loop_file(folder: Path, loop: Loop) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"loop-{loop.name}.mkv"
    if not path.exists():
        source = f"testsrc2=size={loop.size}:rate={loop.fps}:duration={loop.seconds}"
        tone = f"sine=frequency=440:duration={loop.seconds}"
        partial = path.with_name(f"partial-{path.name}")
        _run(
            ["-f", "lavfi", "-i", f"{source},{loop.filters}", "-f", "lavfi", "-i", tone],
            [*loop.encode.split(), "-c:a", "ac3", "-b:a", "192k", str(partial)],
        )
        partial.rename(path)
    return path


def _loop_into(path: Path, loop: Path, seconds: int, mux: Sequence[str] = ()) -> None:
    partial = path.with_name(f"partial-{path.name}")
    _run(_looped(loop, seconds), [*mux, str(partial)])
    partial.rename(path)


def _through_a_pipe(path: Path, loop: Path, seconds: int) -> None:
    """Matroska that cannot go back: no cues, no duration."""
    partial = path.with_name(f"partial-{path.name}")
    command = [ffmpeg_program(), "-v", "error", *_looped(loop, seconds), "-f", "matroska", "-"]
    with partial.open("wb") as out:
        subprocess.run(command, stdout=out, check=True)
    partial.rename(path)


def _looped(loop: Path, seconds: int) -> list[str]:
    length = ["-t", str(seconds)]
    return ["-stream_loop", "-1", "-i", str(loop), *length, "-map", "0", "-c", "copy"]


def _cut_off_index(path: Path) -> None:
    """End an AVI before its `idx1`, and let it say so: a whole file of a writer without index."""
    data = path.read_bytes()
    at = data.rfind(b"idx1")
    if at < 0:
        raise ValueError(f"{path} has no idx1")
    # "RIFF", then the bytes that follow: a larger number would be that of a file cut short.
    path.write_bytes(data[:4] + (at - 8).to_bytes(4, "little") + data[8:at])


def _run(inputs: Sequence[str], outputs: Sequence[str]) -> None:
    command = [ffmpeg_program(), "-v", "error", "-y", *inputs, *outputs]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
