"""An extraction that first looks into the cache, and leaves there what it read."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PIL.Image import Image

from showrunner.errors import ShowrunnerError
from showrunner.previews import extract as engine
from showrunner.previews.cache.entry import DamagedEntryError
from showrunner.previews.cache.frames import CachedFrames, EntryWriter, FrameCache, FrameKey
from showrunner.previews.extract import Extraction, ExtractionCancelled
from showrunner.previews.fingerprint import OutputFingerprint, SourceFingerprint
from showrunner.previews.sinks import Sink

# Brings an HTTP client along: 60 ms that files on a disk do not need.
if TYPE_CHECKING:
    from showrunner.previews.sources.remote import RemoteSource


class FingerprintedSink(Sink, Protocol):
    """A sink that knows what it is made from, as all that write files do."""

    @property
    def fingerprint(self) -> OutputFingerprint: ...


def extract_with_cache(
    source: "Path | RemoteSource",
    sinks: Sequence[FingerprintedSink],
    cache: FrameCache,
    *,
    extract: Callable[..., Extraction] = engine.extract,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    **options: Any,
) -> Extraction:
    """
    As `extract`, with pictures from `cache` for the sinks whose pictures it has.

    The video is opened only for the others, and what is read for them is cached,
    unless the extraction fails or the video changed meanwhile. `method` is
    "cached" when nothing was read; `reason` says from when the pictures are.
    `options` go to `extract`, and errors come as from it.
    """
    try:
        run = _Run(source, sinks, cache)
        run.feed(on_progress, is_cancelled)
        if run.missing:
            keywords = {"on_progress": on_progress, "is_cancelled": is_cancelled, **options}
            run.read(lambda missing: extract(source, missing, **keywords))
        return run.result()
    except BaseException:
        for sink in sinks:
            sink.abandon()
        raise


class _Guarded:
    """A sink that takes no more after its first error, and copies its pictures to a writer."""

    def __init__(self, sink: Sink, key: FrameKey) -> None:
        self.sink, self.key = sink, key
        self.width, self.interval_seconds = sink.width, sink.interval_seconds
        self.writer: EntryWriter | None = None
        self.failure: ShowrunnerError | None = None
        self.count: int | None = None

    def begin(self, count: int, size: tuple[int, int]) -> None:
        self.failure, self.count = None, count
        if self.writer:
            self.writer.begin(count, size)
        with self._remembered():
            self.sink.begin(count, size)

    def add(self, index: int, picture: Image) -> None:
        with self._remembered():
            self.sink.add(index, picture)
        if self.writer:
            self.writer.add(picture)

    def publish(self) -> list[Path]:
        return self.sink.publish()

    def abandon(self) -> None:
        self.sink.abandon()
        if self.writer:
            self.writer.abandon()

    @contextlib.contextmanager
    def _remembered(self) -> Iterator[None]:
        try:
            yield
        except ShowrunnerError as error:
            self.failure = error
            self.abandon()
            raise


class _Run:
    """One call: which sinks are missing their pictures, and what the others were fed."""

    def __init__(
        self,
        source: "Path | RemoteSource",
        sinks: Sequence[FingerprintedSink],
        cache: FrameCache,
    ) -> None:
        self._source, self._cache = source, cache
        self._all = [_Guarded(sink, _key(source, sink)) for sink in sinks]
        self.missing = list(self._all)
        self._fed_from: list[CachedFrames] = []
        self._extraction: Extraction | None = None

    def feed(
        self, on_progress: Callable[[int, int], None], is_cancelled: Callable[[], bool]
    ) -> None:
        """Fill the sinks whose pictures are cached, and take them off the missing ones."""
        keys = dict.fromkeys(guarded.key for guarded in self._all)
        with ExitStack() as stack:
            found = {key: frames for key in keys if (frames := self._find(key, stack))}
            total = sum(frames.count for frames in found.values())
            done = 0
            for key, frames in found.items():
                sinks = [guarded for guarded in self.missing if guarded.key == key]
                with contextlib.suppress(DamagedEntryError):
                    for _ in _filled(sinks, frames):
                        if is_cancelled():
                            raise ExtractionCancelled(f"{self._source}: cancelled.")
                        # What has to be read counts for itself, and for far more.
                        if len(found) == len(keys):
                            on_progress(done := done + 1, total)
                    self._fed_from.append(frames)
                    self.missing = [other for other in self.missing if other.key != key]

    def _find(self, key: FrameKey, stack: ExitStack) -> CachedFrames | None:
        found = self._cache.find(key) if key.is_certain else None
        if found:
            stack.callback(found.close)
        return found

    def read(self, extract: Callable[[Sequence[Sink]], Extraction]) -> None:
        """Fill the missing sinks from the video, and the cache."""
        self._give_writers()
        try:
            self._extraction = extract(self.missing)
            if self._is_unchanged():
                for writer in self._writers():
                    writer.publish(self._extraction.duration_seconds)
        except ShowrunnerError as error:
            # Sinks that failed by themselves do not stop those that were fed.
            is_own = any(error is guarded.failure for guarded in self.missing)
            if not is_own or len(self.missing) == len(self._all):
                raise
        finally:
            for writer in self._writers():
                writer.abandon()

    def _give_writers(self) -> None:
        """One for each set of pictures that no other one includes."""
        keys = {guarded.key for guarded in self.missing}
        given: set[FrameKey] = set()
        for guarded in self.missing:
            includes = {key for key in guarded.key.finer() if key in keys} - {guarded.key}
            if guarded.key.is_certain and not includes and guarded.key not in given:
                guarded.writer = self._cache.writer(guarded.key)
                given.add(guarded.key)

    def _writers(self) -> list[EntryWriter]:
        return [guarded.writer for guarded in self.missing if guarded.writer]

    def _is_unchanged(self) -> bool:
        """True when no pictures of two versions were mixed; an address is watched while read."""
        if not isinstance(self._source, Path):
            return True
        now = SourceFingerprint.of(self._source)
        return all(guarded.key.fingerprint == now for guarded in self.missing)

    def result(self) -> Extraction:
        """Raises the first sink's error when all of them failed."""
        failures = [guarded.failure for guarded in self._all if guarded.failure]
        if failures and len(failures) == len(self._all):
            raise failures[0]
        counts = tuple(guarded.count or 0 for guarded in self._all)
        if not self._fed_from and self._extraction:
            return self._extraction
        made_at = min(frames.made_at for frames in self._fed_from)
        cached = f"pictures cached at {made_at:%Y-%m-%d %H:%M} UTC"
        if self._extraction is None:
            return Extraction(self._fed_from[0].duration_seconds, counts, "cached", cached)
        reason = f"{self._extraction.reason}; for some outputs {cached}"
        return dataclasses.replace(self._extraction, picture_counts=counts, reason=reason)


def _key(source: "Path | RemoteSource", sink: FingerprintedSink) -> FrameKey:
    name = str(source.absolute()) if isinstance(source, Path) else source.url
    return FrameKey(name, sink.fingerprint.source, sink.width, sink.interval_seconds)


def _filled(sinks: Sequence[_Guarded], frames: CachedFrames) -> Iterator[None]:
    """Fill `sinks`, a step for each picture. A sink that fails stops no other."""
    for guarded in sinks:
        with contextlib.suppress(ShowrunnerError):
            guarded.begin(frames.count, frames.size)
    for index, picture in enumerate(frames.pictures()):
        for guarded in sinks:
            if guarded.failure is None:
                with contextlib.suppress(ShowrunnerError):
                    guarded.add(index, picture)
        yield
