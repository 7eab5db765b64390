"""
Pictures of a film by way of a device: the one door to this package.

Single key frames through PyAV where it can use the device and the film's index,
else a stream through ffmpeg.
"""

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from av.video.frame import VideoFrame
from PIL.Image import Image

from showrunner.errors import SetupError
from showrunner.previews.colour import as_picture
from showrunner.previews.film import Film
from showrunner.previews.geometry import is_sideways
from showrunner.previews.hardware.choice import (
    MOST_SHARED,
    Choice,
    choose,
    common_step_seconds,
    halvings,
)
from showrunner.previews.hardware.command import (
    SOFTWARE,
    Acceleration,
    Grid,
    Request,
    accelerations,
    command,
)
from showrunner.previews.hardware.devices import Device
from showrunner.previews.hardware.feeding import TIME_BASE as FED
from showrunner.previews.hardware.feeding import Feeding, read_through, sought
from showrunner.previews.hardware.ffmpeg import abilities_of, find_ffmpeg
from showrunner.previews.hardware.indexed import decoder_on, frames_at
from showrunner.previews.hardware.look import Look
from showrunner.previews.hardware.stream import frames_from
from showrunner.previews.hardware.trouble import DeviceError
from showrunner.previews.video import AnyPacket, NoIndexError, VideoFile, open_video

__all__ = ["DeviceError", "pictures_on", "pictures_through_ffmpeg"]

_log = logging.getLogger(__name__)
_Frames = Iterator[VideoFrame | None]


@dataclass(frozen=True, slots=True)
class _Job:
    """One film, opened, with what is wanted of it. `size` as stored, before it is turned."""

    video: VideoFile
    coded_size: tuple[int, int]
    moments_seconds: Sequence[Fraction]
    size: tuple[int, int]
    threads: int
    check: Callable[[], None]

    @property
    def ticks(self) -> list[int]:
        return [self.video.zero + self.video.ticks(moment) for moment in self.moments_seconds]


def pictures_on(
    device: Device,
    path: Path,
    film: Film,
    moments_seconds: Sequence[Fraction],
    size: tuple[int, int],
    *,
    ffmpeg_threads: int,
    check: Callable[[], None],
) -> Generator[Image | None, None, None]:
    """
    For each moment in order an upright SDR picture of `size`; None: the one before stays.

    `ffmpeg_threads` are CPU threads, 0 for as many as ffmpeg likes; `check` is
    called several times a second and may raise to stop.

    Raises DeviceError when no way through the device gives them, mostly before the
    first picture, but a chip can fail later, too.
    """
    with open_video(path, check=check) as video:
        job = _job(video, film, moments_seconds, size, ffmpeg_threads, check)
        frames = _first_that_works(device, job)
        yield from _pictures(frames, size, film)


def pictures_through_ffmpeg(
    path: Path,
    film: Film,
    moments_seconds: Sequence[Fraction],
    size: tuple[int, int],
    *,
    ffmpeg_threads: int,
    check: Callable[[], None],
) -> Generator[Image | None, None, None]:
    """As `pictures_on`, by the same stream, decoded and scaled by the CPU."""
    with open_video(path, check=check) as video:
        job = _job(video, film, moments_seconds, size, ffmpeg_threads, check)
        frames = _streamed(job, choose(video, job.ticks, check=check), SOFTWARE)
        yield from _pictures(frames, size, film)


def _job(
    video: VideoFile,
    film: Film,
    moments_seconds: Sequence[Fraction],
    size: tuple[int, int],
    threads: int,
    check: Callable[[], None],
) -> _Job:
    stored = size[::-1] if is_sideways(film.rotation_degrees) else size
    whole = film.crop.enlarged(stored)
    return _Job(video, film.coded_size, moments_seconds, whole, threads, check)


def _pictures(frames: _Frames, size: tuple[int, int], film: Film) -> Iterator[Image | None]:
    for frame in frames:
        yield (
            None
            if frame is None
            else as_picture(frame, size, film.rotation_degrees, crop=film.crop)
        )


def _first_that_works(device: Device, job: _Job) -> _Frames:
    """The frames of the first way that gives one at all."""
    failures = []
    choice = choose(job.video, job.ticks, check=job.check)
    for way in _ways(device, job, choice):
        frames = way()
        try:
            first = next(frames)
        except DeviceError as error:
            _log.info("%s: %s", device.device, error, extra={"lines": error.last_lines})
            failures.append(error)
            continue
        yield first
        yield from frames
        return
    reasons = dict.fromkeys(error.reason for error in failures)
    raise DeviceError("; ".join(reasons), [line for e in failures for line in e.last_lines])


def _ways(device: Device, job: _Job, choice: Choice) -> Iterator[Callable[[], _Frames]]:
    if choice.method == "indexed":
        yield lambda: frames_at(job.video, job.ticks, lambda: decoder_on(device, job.video))
    yield from (_streaming(job, choice, way) for way in _accelerations(device))


def _streaming(job: _Job, choice: Choice, way: Acceleration) -> Callable[[], _Frames]:
    return lambda: _streamed(job, choice, way)


def _accelerations(device: Device) -> list[Acceleration]:
    try:
        return accelerations(device, abilities_of(find_ffmpeg()))
    except SetupError as error:
        raise DeviceError(error.message.rstrip(".")) from error


def _streamed(job: _Job, choice: Choice, way: Acceleration) -> _Frames:
    """The wanted frames out of ffmpeg, which is handed single key frames or reads the film."""
    look = Look.of(job.video, check=job.check)
    frames = _decoded_whole if choice.method == "every frame" else _of_key_frames
    for frame in frames(job, choice, way, look):
        yield None if frame is None else look.put_on(frame)


def _of_key_frames(job: _Job, choice: Choice, way: Acceleration, look: Look) -> _Frames:
    feeding = Feeding(job.video, lambda: _packets(job, choice))
    request = _request(job, look, path=None, container="nut", time_base=FED)
    with frames_from(_command(request, way), job.check, feeding.write) as frames:
        try:
            yield from _last_of_each(((feeding.ticks[_number(f)], f) for f in frames), job)
        except NoIndexError as error:
            raise DeviceError(str(error)) from error


def _packets(job: _Job, choice: Choice) -> Iterator[AnyPacket]:
    if choice.method == "indexed":
        return sought(job.video, job.ticks)
    return read_through(job.video, job.ticks, job.check)


def _number(frame: VideoFrame) -> int:
    if frame.pts is None or frame.time_base is None:
        raise DeviceError("ffmpeg gave a picture without a time")
    return round(frame.pts * frame.time_base / FED)


def _decoded_whole(job: _Job, _choice: Choice, way: Acceleration, look: Look) -> _Frames:
    video = job.video
    step = common_step_seconds(job.moments_seconds)
    request = _request(
        job,
        look,
        path=video.path,
        container=video.container.format.name.split(",")[0],
        stream_index=video.stream.index,
        time_base=video.time_base,
        grid=Grid(video.zero * video.time_base + job.moments_seconds[0], step),
    )
    with frames_from(_command(request, way), job.check) as frames:
        yield from _of_grid(frames, job, step)


def _request(job: _Job, look: Look, **source: Any) -> Request:
    # Halving would mix the two fields of an interlaced frame; `as_picture` drops one.
    steps = [job.coded_size] if look.is_interlaced else halvings(job.coded_size, job.size)
    return Request(
        steps=steps,
        has_more_than_8_bits=look.has_more_than_8_bits,
        threads=job.threads,
        **source,
    )


def _command(request: Request, way: Acceleration) -> list[str]:
    try:
        return command(find_ffmpeg(), request, way)
    except SetupError as error:
        raise DeviceError(error.message.rstrip(".")) from error


def _last_of_each(frames: Iterator[tuple[int, VideoFrame]], job: _Job) -> _Frames:
    """For each tick the last key frame at or before it, or the first of all."""
    held, coming, is_new, shared = next(frames), next(frames, None), True, 0
    for tick in job.ticks:
        while coming is not None and coming[0] <= tick:
            held, coming, is_new = coming, next(frames, None), True
        yield held[1] if is_new else None
        shared, is_new = shared + (not is_new), False
        _refuse(shared, job)


def _of_grid(frames: Iterator[VideoFrame], job: _Job, step_seconds: Fraction) -> _Frames:
    """One frame comes for each step; those of the moments are taken."""
    taken, missing = -1, 0
    for moment in job.moments_seconds:
        frame = None
        number = int((moment - job.moments_seconds[0]) / step_seconds)
        for _ in range(number - taken):
            frame = next(frames, None)
        taken = number
        # The last moment may lie between the last frame's time and its end.
        missing += frame is None and moment != job.moments_seconds[-1]
        _refuse(missing, job)
        yield frame


def _refuse(missing: int, job: _Job) -> None:
    if missing > MOST_SHARED * len(job.moments_seconds):
        raise DeviceError("key frames are farther apart than the pictures, or the device lost some")
