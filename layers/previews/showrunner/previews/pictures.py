"""The pictures of a choice, in order, made by several threads."""

import contextlib
import queue
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from av.video.frame import VideoFrame
from PIL.Image import Image

from showrunner.previews.choice import Choice
from showrunner.previews.colour import as_picture
from showrunner.previews.crew import Crew
from showrunner.previews.film import Film
from showrunner.previews.lanes import Moment, Size
from showrunner.previews.shots import (
    Shot,
    Way,
    all_frames,
    indexed,
    key_frames,
    partly_decoded,
)
from showrunner.previews.video import VideoFile, open_video

if TYPE_CHECKING:
    from pathlib import Path

    from showrunner.previews.sources.remote import RemoteSource

_WAYS: dict[str, Way] = {
    "indexed": indexed,
    "partial": partly_decoded,
    "sequential": key_frames,
    "full": all_frames,
}
# Ways whose frames are all decoded alone.
_ALONE = {"indexed", "sequential"}
_IN_PARALLEL = {"indexed", "partial"}


class Pictures(NamedTuple):
    """Of one moment by size, and the tick of the frame; empty where that was damaged."""

    tick: int
    by_size: Mapping[Size, Image]


def pictures(
    source: "Path | RemoteSource",
    film: Film,
    choice: Choice,
    *,
    threads: int,
    check: Callable[[], None],
    video: VideoFile | None = None,
    unchecked_seconds: Fraction | None = None,
) -> Generator[Pictures]:
    """
    One for each moment of `choice.jobs`. Raises UnsuitableError when its method fails.

    `video` is the file as it is open already, None when it is to be opened anew;
    `unchecked_seconds` as of the file when it was first opened.

    Every thread has the file open for itself and scales what it decoded.
    """
    is_parallel = choice.method in _IN_PARALLEL and not choice.is_heavy and len(choice.jobs) > 1
    crew = Crew[Sequence[Moment], Pictures](
        min(threads, len(choice.jobs)) if is_parallel else 1, check
    )
    with contextlib.ExitStack() as opened:
        desk = _Desk(source, film, choice, 1 if is_parallel else threads, crew.check, opened)
        desk.unchecked_seconds = unchecked_seconds
        if video is not None:
            desk.take(video)
        yield from crew.results(choice.jobs, desk.pictures)


class _Desk:
    """Hands open files to threads and makes their pictures."""

    def __init__(
        self,
        source: "Path | RemoteSource",
        film: Film,
        choice: Choice,
        decoder_threads: int,
        check: Callable[[], None],
        opened: contextlib.ExitStack,
    ) -> None:
        self._source = source
        self._film = film
        self._method = choice.method
        self._threads = decoder_threads
        self._check = check
        self.unchecked_seconds: Fraction | None = None
        self._opened = opened
        self._free: queue.SimpleQueue[VideoFile] = queue.SimpleQueue()
        widths = (size[0] for job in choice.jobs for moment in job for size in moment.sizes)
        self._draft_width = max(widths) if choice.method in _ALONE else None

    def take(self, video: VideoFile) -> None:
        """Use a file that is open already, if it can go back to its start where it has to."""
        if self._method in _IN_PARALLEL or video.seek(video.zero):
            video.file.expect(is_sequential=self._method not in _IN_PARALLEL)
            self._free.put(video)

    def pictures(self, moments: Sequence[Moment]) -> Iterator[Pictures]:
        with self._borrowed() as video:
            ticks = [video.tick_at(moment.seconds) for moment in moments]
            yield from self._scaled(_WAYS[self._method](video, ticks), moments)

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[VideoFile]:
        try:
            video = self._free.get_nowait()
        except queue.Empty:
            video = self._opened.enter_context(self._open())
            video.unchecked_seconds = self.unchecked_seconds
        yield video
        self._free.put(video)

    def _open(self) -> contextlib.AbstractContextManager[VideoFile]:
        return open_video(
            self._source,
            threads=self._threads,
            draft_width=self._draft_width,
            is_sequential=self._method not in _IN_PARALLEL,
            check=self._check,
        )

    def _scaled(self, shots: Iterator[Shot], moments: Sequence[Moment]) -> Iterator[Pictures]:
        sizes = {size for moment in moments for size in moment.sizes}
        made: dict[Size, Image] = {}
        # No zip: it would hold on to the frame.
        coming = iter(moments)
        for shot in shots:
            moment, tick, frame = next(coming), shot.tick, shot.frame
            del shot
            if frame is not None:
                made = {size: self._picture(frame, size) for size in sizes}
                frame = None
            yield Pictures(tick, {size: made[size] for size in moment.sizes if size in made})

    def _picture(self, frame: VideoFrame, size: Size) -> Image:
        return as_picture(
            frame,
            size,
            self._film.rotation_degrees,
            has_own_colours=self._film.has_own_colours,
            crop=self._film.crop,
        )
