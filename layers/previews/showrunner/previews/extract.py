"""
One pass over a video fills any number of sinks.

Picture k shows the last key frame at or before k * interval seconds of the
film, or the last frame of any kind where key frames are too far apart. Memory
use does not depend on the length of the film.
"""

import contextlib
import dataclasses
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from PIL.Image import Image, Resampling

from showrunner.errors import MediaError, ShowrunnerError
from showrunner.previews.choice import Choice, Method, choose, full, sequential
from showrunner.previews.film import Film, look_at
from showrunner.previews.lanes import Lanes, Moment, Size
from showrunner.previews.pictures import Pictures, pictures
from showrunner.previews.shots import UnsearchableError, UnsuitableError
from showrunner.previews.sinks import Sink
from showrunner.previews.timeline import LengthError
from showrunner.previews.video import VideoFile, open_video

if TYPE_CHECKING:
    from showrunner.previews.hardware.devices import Device
    from showrunner.previews.sources.remote import RemoteSource

_CANCEL_LOOK_SECONDS = 0.2
# Those that show key frames only, and may show too few.
_KEY_FRAMES_ONLY = {"indexed", "sequential"}
_CPU = "cpu"


class ExtractionCancelled(ShowrunnerError):  # noqa: N818 - no error: somebody asked for it
    """The extraction stopped because `is_cancelled` said so; nothing is left behind."""

    code = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Extraction:
    """
    What was read. `picture_counts` in the order of the sinks.

    `method` as in `choice.Choice`, or "device"; `reason` says why. `device` is
    "cpu" or the name of the device that decoded; `fallback_reason` why it was not
    the one asked for, None when it was.
    """

    duration_seconds: float
    picture_counts: tuple[int, ...]
    method: Method
    reason: str
    device: str = _CPU
    fallback_reason: str | None = None


def extract(
    source: "Path | RemoteSource",
    sinks: Sequence[Sink],
    *,
    device: "Device | None" = None,
    threads: int = 1,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Extraction:
    """
    Fill `sinks` with the pictures of the video at `source`; the caller publishes them.

    `device` decodes if it can, else the CPU with `threads` threads (1 or more).

    `on_progress(done, total)` counts moments of the film, and falls back to 0
    when a surer way has to be taken. `is_cancelled` is asked about five times a
    second, from any of the threads, never from two at a time.

    A sink that fails does not stop the others; its own `publish` will raise.

    Raises MediaError for a file that can give no complete set, NotFoundError,
    SetupError (may not be read), TryLaterError (its disk fails), whatever a remote
    source raises, ExtractionCancelled, or the first sink's error when all of them
    failed. After any of them the sinks are abandoned.
    """
    watch = _Watch(source, is_cancelled)
    try:
        return _Run(source, sinks, max(1, threads), on_progress, watch.look).result(device)
    except BaseException:
        for sink in sinks:
            sink.abandon()
        raise


class _Watch:
    """Raises ExtractionCancelled soon after `is_cancelled` becomes true, and ever after."""

    def __init__(self, source: object, is_cancelled: Callable[[], bool]) -> None:
        self._source = source
        self._is_cancelled = is_cancelled
        self._is_over = False
        self._next_look = 0.0
        self._asking = threading.Lock()

    def look(self) -> None:
        if not self._is_over and time.monotonic() < self._next_look:
            return
        with self._asking:
            if not self._is_over and time.monotonic() >= self._next_look:
                self._is_over = self._is_cancelled()
                self._next_look = time.monotonic() + _CANCEL_LOOK_SECONDS
        if self._is_over:
            raise ExtractionCancelled(f"{self._source}: cancelled. Nothing was written.")


class _Run:
    """One extraction."""

    def __init__(
        self,
        source: "Path | RemoteSource",
        sinks: Sequence[Sink],
        threads: int,
        on_progress: Callable[[int, int], None],
        check: Callable[[], None],
    ) -> None:
        self._source = source
        self._sinks = sinks
        self._threads = threads
        self._on_progress = on_progress
        self._check = check

    def result(self, device: "Device | None") -> Extraction:
        with self._opened() as video:
            self._know(look_at(video), video.unchecked_seconds)
            refusal = None if device is None else self._by_device(device)
            if device is not None and refusal is None:
                return self._extraction("device", "the device can decode it", device.name)
            choice = choose(video, self._lanes, self._threads)
            following = self._attempt(choice, video) if choice.reuses_file else choice
        del video  # and with it a frame that nobody took
        while following is not None:
            choice = following
            following = self._attempt(choice)
        return self._extraction(choice.method, choice.reason, _CPU, refusal)

    def _know(self, film: Film, unchecked_seconds: Fraction | None) -> None:
        self._film = film
        self._lanes = Lanes(self._sinks, film)
        self._unchecked_seconds = unchecked_seconds

    def _opened(self) -> contextlib.AbstractContextManager[VideoFile]:
        widest = max(sink.width for sink in self._sinks)
        return open_video(
            self._source, threads=self._threads, draft_width=widest, check=self._check
        )

    def _attempt(self, choice: Choice, video: VideoFile | None = None) -> Choice | None:
        """None when all pictures are made, else the choice that may make them."""
        try:
            with contextlib.closing(self._pictures(choice, video)) as made:
                self._fill(made, is_checked=choice.method in _KEY_FRAMES_ONLY)
        except LengthError as error:
            self._know(dataclasses.replace(self._film, duration_seconds=error.seconds), None)
            return sequential(self._lanes, str(error))
        except UnsearchableError as error:
            return sequential(self._lanes, str(error))
        except UnsuitableError as error:
            if choice.method == "full":
                raise MediaError(f"{self._source}: {error}. Get the file again.") from error
            return full(self._lanes, str(error))
        return None

    def _pictures(self, choice: Choice, video: VideoFile | None) -> Generator[Pictures]:
        return pictures(
            self._source,
            self._film,
            choice,
            threads=self._threads,
            check=self._check,
            video=video,
            unchecked_seconds=self._unchecked_seconds,
        )

    def _fill(self, made: Iterator[Pictures], *, is_checked: bool) -> None:
        """`is_checked`: too many neighbours on one frame are an UnsuitableError."""
        lanes = self._lanes
        lanes.begin()
        last: dict[Size, Image] = {}
        tick = 0
        for done, (moment, shown) in enumerate(zip(lanes.moments, made, strict=True)):
            self._on_progress(done, len(lanes.moments))
            last.update(shown.by_size)
            if any(size not in last for size in moment.sizes):
                raise UnsuitableError("the first key frame cannot be decoded")
            # A damaged frame is replaced by the one before, and counts as that.
            tick = shown.tick if shown.by_size else tick
            lanes.serve(moment, last, tick)
            if is_checked and lanes.are_sticking:
                raise UnsuitableError("key frames are farther apart than the pictures")
        self._on_progress(len(lanes.moments), len(lanes.moments))

    def _by_device(self, device: "Device") -> str | None:
        """Why the device could not make the pictures; None when it did."""
        if not isinstance(self._source, Path):
            return "devices read local files only"
        # For devices only: a worker without one need not load what starts ffmpeg.
        from showrunner.previews.hardware import ways  # noqa: PLC0415

        moments = self._lanes.moments
        made = ways.pictures_on(
            device,
            self._source,
            self._film,
            [Fraction(moment.seconds) for moment in moments],
            max(size for moment in moments for size in moment.sizes),
            ffmpeg_threads=self._threads,
            check=self._check,
        )
        try:
            with contextlib.closing(_shrunk(made, moments)) as pictures_made:
                self._fill(pictures_made, is_checked=False)
        except (ways.DeviceError, UnsuitableError) as error:
            return str(error)
        return None

    def _extraction(
        self, method: Method, reason: str, device: str, fallback_reason: str | None = None
    ) -> Extraction:
        seconds = float(self._film.duration_seconds)
        return Extraction(seconds, self._lanes.counts, method, reason, device, fallback_reason)


def _shrunk(made: Iterator[Image | None], moments: Sequence[Moment]) -> Generator[Pictures]:
    """Each picture in all sizes wanted at its moment."""
    held: Image | None = None
    for number, (moment, picture) in enumerate(zip(moments, made, strict=True)):
        held = picture or held
        if held is None:
            raise UnsuitableError("the device gave no first picture")
        yield Pictures(number, {size: _fitted(held, size) for size in moment.sizes})


def _fitted(picture: Image, size: Size) -> Image:
    return picture if picture.size == size else picture.resize(size, Resampling.BOX)
