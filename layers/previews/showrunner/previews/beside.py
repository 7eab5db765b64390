"""Previews beside the video file, for people without a server at hand."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from showrunner.errors import MediaError, NotReadyError
from showrunner.previews.bif import BifSink
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.decoder.messages import Order, Request
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.trickplay import TrickplaySink, tiles_folder_name

Format = Literal["bif", "trickplay"]

# fmt: off
VIDEO_SUFFIXES = frozenset({
    ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".m2t", ".m2ts", ".m4v", ".mkv",
    ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".nut", ".ogm", ".ogv", ".rm", ".rmvb",
    ".ts", ".vob", ".webm", ".wmv", ".wtv",
})
# fmt: on


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What to make of each file.

    `quality` 1-10 on ffmpeg's scale, for BIF only; `threads` for each file.
    """

    formats: Sequence[Format] = ("bif",)
    interval_seconds: int = 10
    width: int = 320
    quality: int = 4
    threads: int = 2

    def sinks(self, video: Path, source: SourceFingerprint) -> list[BifSink | TrickplaySink]:
        """One sink per format, its output beside `video` as Emby and Jellyfin look for it."""
        return [self._sink(name, video, source) for name in dict.fromkeys(self.formats)]

    def _sink(
        self, name: Format, video: Path, source: SourceFingerprint
    ) -> BifSink | TrickplaySink:
        width, interval_seconds = self.width, self.interval_seconds
        if name == "trickplay":
            folder = video.with_name(f"{video.stem}.trickplay") / tiles_folder_name(width)
            return TrickplaySink(folder, source, width=width, interval_seconds=interval_seconds)
        return BifSink(
            video.with_name(f"{video.stem}-{width}-{interval_seconds}.bif"),
            source,
            width=width,
            interval_seconds=interval_seconds,
            quality=self.quality,
        )


def preview_beside(
    video: Path,
    wanted: Wanted,
    decoder: Decoder,
    *,
    is_forced: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Path]:
    """
    Make what is missing or outdated beside `video`, all formats from one reading.

    Gives the files written, or none when every output was fresh. Raises what
    `Decoder.run` raises, and NotReadyError when the file changed while it was read;
    then nothing is published.
    """
    source = _fingerprint(video)
    sinks = [s for s in wanted.sinks(video, source) if is_forced or not s.is_fresh()]
    if not sinks:
        return []
    try:
        orders = [Order.of(sink) for sink in sinks]
        request = Request(str(video), source, orders, threads=wanted.threads)
        decoder.run(request, on_progress=on_progress)
        if _fingerprint(video) != source:
            raise NotReadyError(
                f"{video} changed while it was read: it is still being copied. Run again later."
            )
        return _files(decoder)
    finally:
        decoder.abandon()


def _fingerprint(video: Path) -> SourceFingerprint:
    try:
        return SourceFingerprint.of(video)
    except OSError as error:
        raise MediaError(f"{video} cannot be looked at: {error.strerror}. Check it.") from error


def _files(decoder: Decoder) -> list[Path]:
    published = decoder.publish()
    for output in published:
        if output.failure:
            raise output.failure
    return [file for output in published for file in output.files]


def videos_in(path: Path) -> Iterator[Path]:
    """`path` itself when it is no folder, else the videos below it: sorted, none hidden."""
    if not path.is_dir():
        yield path
        return
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(
            name for name in subfolders if not name.startswith(".") and ".trickplay" not in name
        )
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in VIDEO_SUFFIXES:
                yield Path(folder, name)
