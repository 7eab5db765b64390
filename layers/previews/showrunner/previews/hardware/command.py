"""
The ffmpeg command that decodes a film on a device and pipes small raw pictures.

They come as NUT: raw video with exact times, so nothing is lost or encoded, and
PyAV reads it from the pipe.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from showrunner.previews.hardware.devices import Device
from showrunner.previews.hardware.ffmpeg import Abilities
from showrunner.previews.hardware.trouble import DeviceError

_Options = Mapping[str, Any]

# nvidia-smi counts by place on the bus, CUDA by speed unless told.
ENVIRONMENT = {"CUDA_DEVICE_ORDER": "PCI_BUS_ID"}


@dataclass(frozen=True, slots=True)
class Acceleration:
    """
    One way to use a device. `method` as in ffmpeg's `-hwaccels`, "" for the CPU.

    `scale` is the filter that works on the chip; None scales what was downloaded.
    """

    method: str = ""
    scale: str | None = None
    options: _Options = field(default_factory=dict)
    before: tuple[str, ...] = ()


SOFTWARE = Acceleration()


@dataclass(frozen=True, slots=True)
class Grid:
    """Every frame is decoded; picture n is the last one at or before `start + n * step` seconds."""

    start_seconds: Fraction
    step_seconds: Fraction


@dataclass(frozen=True, slots=True)
class Request:
    """
    What to read: `path`, or standard input when that is None.

    `container` is a name of libavformat's, `time_base` the stream's. `steps` are the
    sizes that the picture goes through, the coded one first. Without a `grid` each
    key frame of the input is wanted.
    """

    path: Path | None
    container: str
    time_base: Fraction
    steps: Sequence[tuple[int, int]]
    has_more_than_8_bits: bool
    threads: int
    stream_index: int = 0
    grid: Grid | None = None


def accelerations(device: Device, abilities: Abilities) -> list[Acceleration]:
    """
    The ways to use `device` with an ffmpeg of these abilities, the best first.

    Raises DeviceError when there is none.
    """
    possible = [way for way in _ways_of(device) if _is_able(abilities, way)]
    if not possible:
        wanted = " or ".join(way.method for way in _ways_of(device))
        raise DeviceError(f"this ffmpeg was built without {wanted}")
    return possible


def _ways_of(device: Device) -> list[Acceleration]:
    if device.kind == "nvidia":
        number = device.device.removeprefix("cuda:")
        return [Acceleration("cuda", "scale_cuda", _decoding("cuda", "cuda", number))]
    if device.kind == "apple":
        method = "videotoolbox"
        return [Acceleration(method, None, _decoding(method, "videotoolbox_vld"))]
    vaapi = Acceleration("vaapi", "scale_vaapi", _decoding("vaapi", "vaapi", device.device))
    return [vaapi, _quick_sync(device)] if device.kind == "intel" else [vaapi]


def _quick_sync(device: Device) -> Acceleration:
    # Through VAAPI, because -qsv_device alone is not looked at by the filters.
    initialise = ("-init_hw_device", f"vaapi=va:{device.device}", "-init_hw_device", "qsv=qs@va")
    return Acceleration("qsv", "scale_qsv", _decoding("qsv", "qsv", "qs"), initialise)


def _decoding(method: str, frames: str, device: str | None = None) -> _Options:
    """`frames` makes ffmpeg fail where it would silently decode by CPU."""
    options = {"hwaccel": method, "hwaccel_output_format": frames, "threads": 1}
    return options if device is None else {**options, "hwaccel_device": device}


def _is_able(abilities: Abilities, way: Acceleration) -> bool:
    return way.method in abilities.hwaccels and (
        way.scale is None or way.scale in abilities.filters
    )


def command(binary: Path, request: Request, way: Acceleration) -> list[str]:
    """The program and its arguments; it writes NUT to its standard output."""
    general = [str(binary), "-hide_banner", "-nostdin", "-loglevel", "warning", "-copyts"]
    if request.threads:
        general += ["-filter_complex_threads", str(request.threads)]
    source = "pipe:0" if request.path is None else f"file:{request.path.absolute()}"
    film = ffmpeg.input(source, **_input_options(request, way))
    pictures = _filtered(film[str(request.stream_index)], request, way)
    output = pictures.output(
        "pipe:1",
        format="nut",
        vcodec="rawvideo",
        fps_mode="passthrough",
        enc_time_base=f"{request.time_base.numerator}:{request.time_base.denominator}",
    )
    compiled: list[str] = output.compile(cmd=[*general, *way.before])
    return compiled


def _input_options(request: Request, way: Acceleration) -> dict[str, Any]:
    options: dict[str, Any] = {
        "format": request.container,
        "protocol_whitelist": "file,pipe",
        "noautorotate": None,
        **way.options,
    }
    if not way.method and request.threads:
        options["threads"] = request.threads
    return options


def _filtered(pictures: Any, request: Request, way: Acceleration) -> Any:
    """The chain of filters; anything left on the chip is downloaded at its end."""
    pictures = _selected(pictures, request.grid)
    if way.scale is not None:
        on_chip = "p010" if request.has_more_than_8_bits else "nv12"
        for width, height in request.steps:
            pictures = pictures.filter(way.scale, w=width, h=height, format=on_chip)
    if way.method:
        pictures = pictures.filter("hwdownload")
        pictures = pictures.filter("format", "p010le" if request.has_more_than_8_bits else "nv12")
    if way.scale is None:
        for width, height in request.steps:
            pictures = pictures.filter("scale", width, height, flags="area")
    if request.has_more_than_8_bits:
        # NUT takes P010 for something else.
        pictures = pictures.filter("format", "yuv420p10le")
    return pictures


def _selected(pictures: Any, grid: Grid | None) -> Any:
    if grid is None:
        # Some decoders (AV1's of ffmpeg 5) do not know skip_frame, others fill gaps.
        return pictures.filter("select", "key")
    return pictures.filter(
        "fps",
        fps=f"{1 / grid.step_seconds}",
        start_time=f"{float(grid.start_seconds):.6f}",
        round="up",
    )
