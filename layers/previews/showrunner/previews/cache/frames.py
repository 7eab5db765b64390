"""
Where cache entries lie, for how long, and how many.

A folder with a file per entry, whose modification time is its creation by our
clock. Nothing here is precious: whatever cannot be read is a miss, and is removed.
"""

import contextlib
import hashlib
import json
import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from PIL.Image import Image

from showrunner.adapters.atomic_files import UNFINISHED_PREFIX, locked
from showrunner.errors import ShowrunnerError
from showrunner.ports.clock import Clock
from showrunner.previews.cache import entry
from showrunner.previews.cache.entry import DamagedEntryError, Notes
from showrunner.previews.fingerprint import ENGINE_VERSION, SourceFingerprint

_SUFFIX = ".frames"
_MEBIBYTE = 1 << 20
_ABANDONED_AFTER = timedelta(hours=1)
"""An unfinished entry without a new picture for so long belongs to a dead process."""

_CLOCKS_MAY_DIFFER = timedelta(minutes=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FrameKey:
    """Which pictures: of `source` (path or address) as it was, at which width, how far apart."""

    source: str
    fingerprint: SourceFingerprint
    width: int
    interval_seconds: int

    @property
    def file_name(self) -> str:
        facts = {**asdict(self), "engine_version": ENGINE_VERSION}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest() + _SUFFIX

    @property
    def is_certain(self) -> bool:
        """False when a server told only the size: another film may well have the same."""
        return self.fingerprint.modified_at_ns != 0

    def finer(self) -> Iterator["FrameKey"]:
        """The key itself, then those of shorter intervals whose pictures include its own."""
        for interval in range(self.interval_seconds, 0, -1):
            if self.interval_seconds % interval == 0:
                yield FrameKey(self.source, self.fingerprint, self.width, interval)


class CachedFrames:
    """An open entry: it can be read to its end even when it is evicted meanwhile."""

    def __init__(self, path: Path, file: BinaryIO, made_at: datetime, step: int) -> None:
        self._path, self._file, self._step = path, file, step
        self._notes = entry.read_notes(file)
        self.made_at = made_at

    def close(self) -> None:
        self._file.close()

    @property
    def count(self) -> int:
        # The same as counting anew with the longer interval: rounding up twice is once.
        return -(-self._notes.count // self._step)

    @property
    def size(self) -> tuple[int, int]:
        return self._notes.size

    @property
    def duration_seconds(self) -> float:
        return self._notes.duration_seconds

    def pictures(self) -> Iterator[Image]:
        """In order. Raises DamagedEntryError, and removes the entry, where it is damaged."""
        try:
            yield from entry.read_pictures(self._file, self._notes, self._step)
        except (DamagedEntryError, OSError) as error:
            _remove(self._path)
            raise DamagedEntryError(f"{self._path}: {error}") from error


class FrameCache:
    """
    The cache in `folder`, which several processes may share; made when missing.

    Entries are good for `ttl_minutes` from their making; beyond `max_disk_mb`
    (MiB) the oldest go first.
    """

    def __init__(self, folder: Path, ttl_minutes: float, max_disk_mb: float, clock: Clock) -> None:
        self._folder = folder
        self._ttl = timedelta(minutes=ttl_minutes)
        self._max_bytes = int(max_disk_mb * _MEBIBYTE)
        self._clock = clock

    def find(self, key: FrameKey) -> CachedFrames | None:
        """The open entry of `key`, or of one that includes its pictures; None for a miss."""
        for finer in key.finer():
            found = self._open(finer, key.interval_seconds // finer.interval_seconds)
            if found is not None:
                return found
        return None

    def writer(self, key: FrameKey) -> "EntryWriter":
        """What takes the pictures of a new entry; nothing of it is seen before `publish`."""
        return EntryWriter(self, key)

    def _open(self, key: FrameKey, step: int) -> CachedFrames | None:
        path = self._folder / key.file_name
        try:
            file = path.open("rb")
        except OSError:
            return None
        try:
            made_at = _time_of(os.fstat(file.fileno()))
            if self._is_fresh(made_at):
                return CachedFrames(path, file, made_at, step)
        except (DamagedEntryError, OSError) as error:
            logger.warning("cache entry %s is dropped: %s", path, error)
        file.close()
        _remove(path)
        return None

    def _is_fresh(self, made_at: datetime) -> bool:
        return -_CLOCKS_MAY_DIFFER <= self._clock.now() - made_at < self._ttl

    def room_for(self, needed_bytes: int) -> bool:
        """False when such an entry would fill the cache or, with the outputs, the disk."""
        self._folder.mkdir(parents=True, exist_ok=True)
        free_bytes = shutil.disk_usage(self._folder).free
        return needed_bytes <= self._max_bytes and 2 * needed_bytes <= free_bytes

    def new_partial(self) -> Path:
        return self._folder / f"{UNFINISHED_PREFIX}{os.getpid()}-{secrets.token_hex(8)}"

    def put_in_place(self, partial: Path, key: FrameKey) -> None:
        """Make the finished file `partial` the entry of `key`; then evict what is too much."""
        now_ns = int(self._clock.now().timestamp() * 1e6) * 1000
        os.utime(partial, ns=(now_ns, now_ns))
        with locked(self._folder / "lock"):
            partial.replace(self._folder / key.file_name)
            self._evict()

    def _evict(self) -> None:
        now = self._clock.now()
        kept: list[tuple[float, Path, int]] = []
        for path in self._folder.iterdir():
            try:
                facts = path.stat()
            except OSError:
                continue
            if path.name.startswith(UNFINISHED_PREFIX):
                if now - _time_of(facts) > _ABANDONED_AFTER:
                    _remove(path)
            elif path.suffix == _SUFFIX:
                if self._is_fresh(_time_of(facts)):
                    kept.append((facts.st_mtime, path, facts.st_size))
                else:
                    _remove(path)
        total = sum(size for _, _, size in kept)
        for _, path, size in sorted(kept):
            if total <= self._max_bytes:
                break
            _remove(path)
            total -= size


class EntryWriter:
    """
    Takes the pictures of one entry. It never raises for the cache's sake.

    When the disk is full, or refuses, it gives up, and the cache goes without.
    """

    def __init__(self, cache: FrameCache, key: FrameKey) -> None:
        self._cache, self._key = cache, key
        self._partial: Path | None = None
        self._file: BinaryIO | None = None
        self._notes = Notes(0, (0, 0), 0.0)
        self._added = 0

    def begin(self, count: int, size: tuple[int, int]) -> None:
        """Expect `count` pictures of `size`; called again, it starts afresh."""
        self.abandon()
        self._notes, self._added = Notes(count, size, 0.0), 0
        with self._giving_up():
            if self._cache.room_for(self._notes.pictures_bytes):
                self._partial = self._cache.new_partial()
                self._file = self._partial.open("xb")

    def add(self, picture: Image) -> None:
        if self._file is None:
            return
        with self._giving_up():
            if picture.mode != "RGB" or picture.size != self._notes.size:
                raise OSError(f"a picture of {picture.mode} {picture.size}")
            entry.write_picture(self._file, picture)
            self._added += 1

    def publish(self, duration_seconds: float) -> None:
        """Make the entry appear if it has all pictures."""
        file, partial = self._file, self._partial
        if file is None or partial is None or self._added != self._notes.count:
            self.abandon()
            return
        with self._giving_up():
            notes = Notes(self._notes.count, self._notes.size, duration_seconds)
            entry.write_notes(file, notes)
            file.close()
            self._cache.put_in_place(partial, self._key)
            self._file = self._partial = None

    def abandon(self) -> None:
        """Leave nothing behind. Fine at any time, twice, and after `publish`."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
        if self._partial is not None:
            _remove(self._partial)
        self._file = self._partial = None

    @contextlib.contextmanager
    def _giving_up(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ShowrunnerError) as error:
            logger.warning("frames of %s are not cached: %s", self._key.source, error)
            self.abandon()


def _time_of(facts: os.stat_result) -> datetime:
    return datetime.fromtimestamp(facts.st_mtime, UTC)


def _remove(path: Path) -> None:
    # Windows refuses while somebody reads it: the next eviction gets it.
    with contextlib.suppress(OSError):
        path.unlink()
