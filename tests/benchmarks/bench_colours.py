"""
How near our HDR pictures come to ffmpeg's full-size tone mapping, and what one costs.

`python tests/benchmarks/bench_colours.py [--ffmpeg PATH]`, an ffmpeg with zscale (Debian's
has it). A 4K frame with saturated, bright and fine parts is made for HDR10 and for HLG;
ffmpeg maps it at full size, its result is scaled as SDR films are, and the two small
pictures are compared by dE2000 (CIE 142-2001).
"""

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Callable

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorTrc
from numpy.typing import NDArray

from showrunner.previews.colour import as_picture

SIZE = (3840, 2160)
SMALL = (320, 180)
ROUNDS = 40
CHAIN = (
    "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,"
    "zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
)
NAMES = {ColorTrc.SMPTE2084: "smpte2084", ColorTrc.ARIB_STD_B67: "arib-std-b67"}
Floats = NDArray[np.float64]


def signal() -> Floats:
    """R'G'B' 0-1, height x width x 3: ramps, saturated fields, lamps, fine stripes and noise."""
    width, height = SIZE
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    hue = np.stack([np.cos(2 * np.pi * (x + shift)) for shift in (0, 1 / 3, 2 / 3)], -1)
    picture = (0.5 + 0.45 * hue) * (0.75 * y[..., None] + 0.05)
    scene = np.random.default_rng(1).random((height // 24, width // 24, 3))
    blocks = np.kron(scene, np.ones((24, 24, 1)))[: height // 3]
    picture[: height // 3] = 0.1 + 0.5 * blocks * (0.3 + 0.7 * x[: height // 3, :, None])
    stripes = (np.arange(width) // 6 % 2)[None, :, None]
    picture[-height // 5 :] = 0.2 + 0.4 * stripes * x[-height // 5 :, :, None]
    lamps = ((x * 16) % 1 - 0.5) ** 2 + ((y * 9) % 1 - 0.5) ** 2 < 0.02
    picture[lamps] = 0.45 + 0.3 * x[lamps][:, None]
    grain = np.random.default_rng(2).normal(0, 0.012, (height, width, 1))
    return np.clip(picture + grain, 0, 0.8)


def as_yuv(picture: Floats) -> list[NDArray[np.uint16]]:
    """Planes of 10-bit 4:2:0 in BT.2020's matrix, limited range."""
    luma = picture @ np.array([0.2627, 0.678, 0.0593])
    blue, red = (picture[..., 2] - luma) / 1.8814, (picture[..., 0] - luma) / 1.4746
    small = [
        plane.reshape(SIZE[1] // 2, 2, SIZE[0] // 2, 2).mean((1, 3)) * 896 + 512
        for plane in (blue, red)
    ]
    return [np.round(plane).astype(np.uint16) for plane in (luma * 876 + 64, *small)]


def hdr_frame(planes: list[NDArray[np.uint16]], transfer: int) -> VideoFrame:
    frame = av.VideoFrame(*SIZE, "yuv420p10le")
    for plane, values in zip(frame.planes, planes, strict=True):
        plane.update(values.tobytes())
    frame.colorspace, frame.color_primaries = 9, 9
    frame.color_range, frame.color_trc = 1, transfer
    return frame


def mapped_at_full_size(ffmpeg: str, planes: list[NDArray[np.uint16]], transfer: ColorTrc) -> bytes:
    tags = f"setparams=range=tv:color_primaries=bt2020:color_trc={NAMES[transfer]}"
    command = (
        f"{ffmpeg} -v error -f rawvideo -pix_fmt yuv420p10le -video_size {SIZE[0]}x{SIZE[1]} -i -"
        f" -vf {tags}:colorspace=bt2020nc,{CHAIN} -f rawvideo -"
    )
    data = b"".join(plane.tobytes() for plane in planes)
    return subprocess.run(command.split(), input=data, capture_output=True, check=True).stdout


def sdr_frame(data: bytes) -> VideoFrame:
    pixels = np.frombuffer(data, np.uint8).reshape(SIZE[1] * 3 // 2, SIZE[0])
    frame = av.VideoFrame.from_ndarray(pixels, "yuv420p")
    frame.colorspace, frame.color_range = 1, 1
    return frame


def lab(picture: NDArray[np.uint8]) -> Floats:
    """CIE L*a*b* (D65) of sRGB pixels."""
    coded = picture.reshape(-1, 3) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    relative = linear @ np.array(to_xyz).T / np.sum(to_xyz, axis=1)
    root = np.where(relative > 216 / 24389, np.cbrt(relative), (841 / 108) * relative + 4 / 29)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def delta_e_2000(first: Floats, second: Floats) -> Floats:
    """Difference of L*a*b* colours as seen: 1 is just noticeable (CIE 142-2001)."""
    (l1, a1, b1), (l2, a2, b2) = first.T, second.T
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = np.where(c1 * c2 == 0, 0, (h2 - h1 + 180) % 360 - 180)
    d_hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    # The middle of two hues, the short way round; a grey has none and does not count.
    hue = np.where(c1 * c2 == 0, h1 + h2, (h1 + turn / 2) % 360)
    light, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    weight = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    s_l = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * weight
    rotation = -np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    rotation *= 2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7))
    d_l, d_c, d_h = (l2 - l1) / s_l, (c2 - c1) / s_c, d_hue / s_h
    return np.asarray(np.sqrt(d_l**2 + d_c**2 + d_h**2 + rotation * d_c * d_h))


def cpu_ms(step: Callable[[], object]) -> float:
    """CPU milliseconds of one `step`, the best of some rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        step()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def compare(name: str, ours: NDArray[np.uint8], theirs: NDArray[np.uint8], cost: float) -> None:
    difference = delta_e_2000(lab(ours), lab(theirs))
    print(
        f"{name:24} {difference.mean():9.2f} {np.percentile(difference, 95):9.2f} {cost:9.2f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ffmpeg", default=shutil.which("ffmpeg"))
    ffmpeg = parser.parse_args().ffmpeg
    if not ffmpeg:
        sys.exit("No ffmpeg found. Install one with zscale, or name it with --ffmpeg.")
    planes = as_yuv(signal())
    print(f"{'4K to 320x180':24} {'dE mean':>9} {'dE 95 %':>9} {'CPU ms':>9}")
    for name, transfer in (("HDR10", ColorTrc.SMPTE2084), ("HLG", ColorTrc.ARIB_STD_B67)):
        frame = hdr_frame(planes, transfer)
        true = sdr_frame(mapped_at_full_size(ffmpeg, planes, transfer))
        theirs = np.asarray(as_picture(true, SMALL, 0))
        cost = cpu_ms(lambda frame=frame: as_picture(frame, SMALL, 0))  # type: ignore[misc]
        compare(name, np.asarray(as_picture(frame, SMALL, 0)), theirs, cost)
        unmapped = hdr_frame(planes, ColorTrc.BT709)
        unmapped.color_primaries = 1
        plain = np.asarray(as_picture(unmapped, SMALL, 0))
        compare(f"{name}, not mapped", plain, theirs, 0)
    full_hd = av.VideoFrame(1920, 1080, "yuv420p")
    print(f"{'SDR 1080p, 8 bit':44} {cpu_ms(lambda: as_picture(full_hd, SMALL, 0)):9.2f}")


if __name__ == "__main__":
    main()
