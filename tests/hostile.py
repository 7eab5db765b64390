"""A folder of broken and malicious files, the same at every run."""

import math
import os
import random
import struct
import tempfile
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from av.stream import Disposition

from tests.videos import make_video

SECONDS = 60
FLIPS_SEEDS = range(6)
ALSO_TRUNCATED = ("wmv", "flv", "mov", "3gp", "m2ts", "mpg")
STREAMS = (".ts", ".m2ts", ".mpg")
"""Suffixes of what is as long as what is there; all others say how long they should be."""

_MATROSKA_DURATION = bytes.fromhex("448988")
_HUGE_MS = 1e15


def make_hostile(folder: Path, listening_port: int) -> list[Path]:
    """
    Fill `folder`; gives the paths to try, some of which are no regular files.

    Playlists among them name a local file and http://127.0.0.1:`listening_port`:
    whoever opens that has been led astray.
    """
    folder.mkdir()
    _truncated(folder)
    _flipped(folder)
    _lying(folder)
    _odd_pictures(folder)
    _without_a_film(folder)
    _luring(folder, listening_port)
    _no_files(folder)
    return sorted(folder.iterdir())


def _good(folder: Path, name: str) -> bytes:
    path = make_video(folder / name, seconds=SECONDS)
    data = path.read_bytes()
    path.unlink()
    return data


def _truncated(folder: Path) -> None:
    for suffix in ("mkv", "mp4", "ts", "avi", *ALSO_TRUNCATED):
        data = _good(folder, f"good.{suffix}")
        for of_10 in range(1, 10):
            path = folder / f"truncated-{of_10}0.{suffix}"
            path.write_bytes(data[: len(data) * of_10 // 10])


def _flipped(folder: Path) -> None:
    """Every thousandth byte anywhere, or bytes of the first kilobyte, where the headers are."""
    for suffix in ("mkv", "mp4", "ts"):
        good = _good(folder, f"good.{suffix}")
        for seed in FLIPS_SEEDS:
            chance = random.Random(seed)
            anywhere, head = bytearray(good), bytearray(good)
            for _ in range(len(good) // 1000):
                anywhere[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
            for _ in range(8):
                head[chance.randrange(1024)] ^= 1 << chance.randrange(8)
            (folder / f"flipped-{seed}.{suffix}").write_bytes(anywhere)
            (folder / f"flipped-head-{seed}.{suffix}").write_bytes(head)


def _lying(folder: Path) -> None:
    mkv, mp4 = _good(folder, "good.mkv"), _good(folder, "good.mp4")
    (folder / "zero.mkv").touch()
    (folder / "text.mkv").write_text("this is no video\n" * 1000)
    (folder / "really-mp4.mkv").write_bytes(mp4)
    (folder / "really-mkv.avi").write_bytes(mkv)
    (folder / "noise.mkv").write_bytes(random.Random(7).randbytes(100_000))
    at = mkv.index(_MATROSKA_DURATION) + len(_MATROSKA_DURATION)
    for name, value in (("huge", _HUGE_MS), ("endless", math.inf), ("no-number", math.nan)):
        lie = mkv[:at] + struct.pack(">d", value) + mkv[at + 8 :]
        (folder / f"{name}-duration.mkv").write_bytes(lie)
    (folder / "huge-duration.mp4").write_bytes(_with_durations(mp4, b"\xff\xff\xff\xf0"))


def _with_durations(mp4: bytes, duration: bytes) -> bytes:
    """All version 0 headers of film and tracks claim `duration` (ISO 14496-12, 8.2.2, 8.4.2)."""
    changed = bytearray(mp4)
    for kind, offset in ((b"mvhd", 20), (b"mdhd", 20), (b"tkhd", 24)):
        at = mp4.index(kind) + offset
        changed[at : at + 4] = duration
    return bytes(changed)


def _odd_pictures(folder: Path) -> None:
    _encode(folder / "1x1.mkv", "ffv1", (1, 1), "gray", 30)
    _encode(folder / "2x2.mp4", "libx264", (2, 2), "yuv420p", 30)
    _encode(folder / "8k.mkv", "libx264", (7680, 4320), "yuv420p", 3)
    _encode(folder / "thin.mkv", "ffv1", (4096, 2), "yuv420p", 3)


def _encode(path: Path, codec: str, size: tuple[int, int], pixels: str, frames: int) -> None:
    path.write_bytes(_encoded(path.suffix, codec, size, pixels, frames))


@cache
def _encoded(suffix: str, codec: str, size: tuple[int, int], pixels: str, frames: int) -> bytes:
    """Once in a run: 8k takes seconds."""
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        with av.open(file.name, "w") as container:
            stream = container.add_stream(codec, rate=1)
            stream.width, stream.height, stream.pix_fmt = *size, pixels
            stream.options = {"preset": "ultrafast"} if codec == "libx264" else {}
            for number in range(frames):
                picture = np.full((size[1], size[0], 3), 40 * number % 256, np.uint8)
                frame = av.VideoFrame.from_ndarray(picture, "rgb24")
                frame.pts, frame.time_base = number, Fraction(1)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return Path(file.name).read_bytes()


def _without_a_film(folder: Path) -> None:
    with av.open(str(folder / "sound.mkv"), "w") as container:
        _add_sound(container)
    with av.open(str(folder / "cover.mp4"), "w") as container:
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
        packets = [*cover.encode(frame), *cover.encode(None)]
        _add_sound(container)
        container.mux(packets)


def _add_sound(container: av.container.OutputContainer) -> None:
    stream = container.add_stream("aac", rate=8000)
    for start in range(0, 80_000, 1000):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1000), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 8000, start
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _luring(folder: Path, port: int) -> None:
    lure = f"http://127.0.0.1:{port}/secret"
    texts = {
        "concat.mkv": "ffconcat version 1.0\nfile /etc/passwd\nfile {lure}\n",
        "hls.mkv": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{lure}.ts\n#EXT-X-ENDLIST\n",
        "hls-file.mkv": "#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "sdp.mkv": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video {port} RTP/AVP 96\n",
        "dash.mkv": '<?xml version="1.0"?><MPD><Period><BaseURL>{lure}</BaseURL></Period></MPD>',
        "redirect.mov": "rtsptext\n{lure}\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text.replace("{lure}", lure).replace("{port}", str(port)))


def _no_files(folder: Path) -> None:
    os.mkfifo(folder / "pipe.mkv")
    (folder / "device.mkv").symlink_to("/dev/zero")
    (folder / "loop.mkv").symlink_to(folder / "loop.mkv")
    (folder / "dangling.mkv").symlink_to(folder / "nowhere.mkv")
    (folder / "folder.mkv").mkdir()
    unreadable = folder / "unreadable.mkv"
    unreadable.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(1000))
    unreadable.chmod(0)
