"""
One pass over a video fills any number of sinks.

Picture k shows the last key frame at or before k * interval seconds of the
film, or the last frame of any kind where key frames are too far apart. Memory
use does not depend on the length of the film.
"""

import heapq
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from av.video.frame import VideoFrame
from PIL.Image import Image

from showrunner.errors import ShowrunnerError
from showrunner.previews.colour import as_picture
from showrunner.previews.film import Film, look_at
from showrunner.previews.geometry import picture_count
from showrunner.previews.shots import UnsuitableError, Way, all_frames, indexed, key_frames
from showrunner.previews.sinks import Sink
from showrunner.previews.video import VideoFile, open_video

# More neighbours than this on one key frame, and the seek bar visibly sticks.
_MOST_SHARED = 0.06
_CANCEL_LOOK_SECONDS = 0.2


class ExtractionCancelled(ShowrunnerError):  # noqa: N818 - no error: somebody asked for it
    """The extraction stopped because `is_cancelled` said so; nothing is left behind."""

    code = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Extraction:
    """
    What was read. `picture_counts` in the order of the sinks.

    `method` is "indexed" when only the shown key frames were read, "streamed"
    when the whole file was; `reason` says why.
    """

    duration_seconds: float
    picture_counts: tuple[int, ...]
    method: Literal["indexed", "streamed"]
    reason: str


def extract(
    path: Path,
    sinks: Sequence[Sink],
    *,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Extraction:
    """
    Fill `sinks` with the pictures of the video at `path`; the caller publishes them.

    `on_progress(done, total)` counts moments of the film, and falls back to 0
    when a surer way has to be taken. `is_cancelled` is asked about five times a
    second.

    A sink that fails does not stop the others; its own `publish` will raise.

    Raises MediaError for a file that can give no complete set, NotFoundError,
    SetupError (may not be read), TryLaterError (its disk fails),
    ExtractionCancelled, or the first sink's error when all of them failed.
    After any of them the sinks are abandoned.
    """
    try:
        return _extract(path, sinks, on_progress, _Watch(path, is_cancelled).look)
    except BaseException:
        for sink in sinks:
            sink.abandon()
        raise


def _extract(
    path: Path,
    sinks: Sequence[Sink],
    on_progress: Callable[[int, int], None],
    check: Callable[[], None],
) -> Extraction:
    with open_video(path, check=check) as video:
        run = _Run(sinks, look_at(video), on_progress)
        try:
            run.fill(video, indexed)
        except UnsuitableError as error:
            reason = str(error)
        else:
            return run.result("indexed", "key frames are near enough to every wanted time")
    try:
        with open_video(path, check=check) as video:
            run.fill(video, key_frames)
    except UnsuitableError:
        with open_video(path, check=check, all_cores=True) as video:
            run.fill(video, all_frames)
        return run.result("streamed", f"{reason}: every frame was decoded")
    return run.result("streamed", f"{reason}: key frames were read from start to end")


@dataclass(slots=True)
class _Watch:
    """Raises ExtractionCancelled soon after `is_cancelled` becomes true."""

    path: Path
    is_cancelled: Callable[[], bool]
    next_look: float = 0.0

    def look(self) -> None:
        now = time.monotonic()
        if now < self.next_look:
            return
        self.next_look = now + _CANCEL_LOOK_SECONDS
        if self.is_cancelled():
            raise ExtractionCancelled(f"{self.path}: cancelled. Nothing was written.")


class _Want(NamedTuple):
    """Lane number `lane` wants its picture `picture_number` at `seconds`."""

    seconds: int
    lane: int
    picture_number: int


class _Lane:
    """One sink in one run. A sink that fails stops taking pictures, and no other sink."""

    def __init__(self, sink: Sink, film: Film) -> None:
        self.interval_seconds = sink.interval_seconds
        self.size = film.picture_size(sink.width)
        self.count = picture_count(film.duration_seconds, sink.interval_seconds)
        self.failure: ShowrunnerError | None = None
        self._sink = sink
        self._shared = 0
        self._last: VideoFrame | None = None

    def begin(self) -> None:
        self.failure, self._shared, self._last = None, 0, None
        self._guarded(lambda: self._sink.begin(self.count, self.size))

    def add(self, index: int, picture: Image, frame: VideoFrame) -> None:
        self._shared += self._last is frame
        self._last = frame
        self._guarded(lambda: self._sink.add(index, picture))

    @property
    def is_sticking(self) -> bool:
        """True when too many neighbours show the same frame."""
        return self._shared > _MOST_SHARED * self.count

    def _guarded(self, step: Callable[[], None]) -> None:
        if self.failure is not None:
            return
        try:
            step()
        except ShowrunnerError as error:
            self.failure = error
            self._sink.abandon()


class _Run:
    """All lanes of one extraction."""

    def __init__(
        self, sinks: Sequence[Sink], film: Film, on_progress: Callable[[int, int], None]
    ) -> None:
        self._film = film
        self._on_progress = on_progress
        self._lanes = [_Lane(sink, film) for sink in sinks]
        self._moments = self._merged()

    def _merged(self) -> list[list[_Want]]:
        """The wants by ascending time; lanes that meet are served by one frame."""
        each = (
            [_Want(k * lane.interval_seconds, number, k) for k in range(lane.count)]
            for number, lane in enumerate(self._lanes)
        )
        by_time = itertools.groupby(heapq.merge(*each), lambda want: want.seconds)
        return [list(wants) for _, wants in by_time]

    def fill(self, video: VideoFile, way: Way) -> None:
        """Begin all sinks and feed them; UnsuitableError when `way` gives too few pictures."""
        for lane in self._lanes:
            lane.begin()
        self._refuse_if_all_failed()
        ticks = (video.zero + video.ticks(wants[0].seconds) for wants in self._moments)
        frame: VideoFrame | None = None
        for done, (wants, shot) in enumerate(zip(self._moments, way(video, ticks), strict=True)):
            self._on_progress(done, len(self._moments))
            frame = shot or frame
            if frame is None:
                raise UnsuitableError("the first key frame cannot be decoded")
            self._serve(wants, frame)
            if way is not all_frames and any(lane.is_sticking for lane in self._lanes):
                raise UnsuitableError("key frames are farther apart than the pictures")
        self._on_progress(len(self._moments), len(self._moments))

    def _serve(self, wants: list[_Want], frame: VideoFrame) -> None:
        pictures: dict[tuple[int, int], Image] = {}
        for want in wants:
            lane = self._lanes[want.lane]
            if lane.size not in pictures:
                pictures[lane.size] = as_picture(frame, lane.size, self._film.rotation_degrees)
            lane.add(want.picture_number, pictures[lane.size], frame)
        self._refuse_if_all_failed()

    def _refuse_if_all_failed(self) -> None:
        failures = [lane.failure for lane in self._lanes if lane.failure is not None]
        if failures and len(failures) == len(self._lanes):
            raise failures[0]

    def result(self, method: Literal["indexed", "streamed"], reason: str) -> Extraction:
        counts = tuple(lane.count for lane in self._lanes)
        return Extraction(float(self._film.duration_seconds), counts, method, reason)
