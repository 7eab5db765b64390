"""What one emulated server knows about the library: only what it has scanned, as in life."""

import hashlib
import re
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import av

from showrunner.connections import paths

Kind = Literal["movie", "show"]
FOLDERS: dict[Kind, str] = {"movie": "movies", "show": "tv"}
_FILM = re.compile(r"(?P<title>.+) \((?P<year>\d{4})\)(?: - (?P<version>.+))?$")
_EPISODE = re.compile(r"(?P<show>.+) - S(?P<season>\d+)E(?P<episode>\d+)$")
_SUFFIXES = (".mkv", ".mp4")


@dataclass(frozen=True, slots=True)
class Video:
    """What a look into the file gives."""

    codec: str
    width: int
    height: int
    duration_ms: int
    size_bytes: int

    @property
    def bitrate_kbps(self) -> int:
        return self.size_bytes * 8 // max(self.duration_ms, 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One film or episode in a server's database.

    `remote_path` is what the server calls the file `path`; `added_at` is when
    the scan found it, in seconds since 1970. `show`, `season` and `episode` are
    None for a film. `others` are the other versions of a film, each with a file of
    its own; `version` is what the file's name says of it.
    """

    kind: Kind
    path: Path
    remote_path: str
    title: str
    added_at: int
    video: Video
    year: int | None = None
    show: str | None = None
    season: int | None = None
    episode: int | None = None
    version: str = ""
    others: "tuple[Entry, ...]" = ()

    @property
    def versions(self) -> "tuple[Entry, ...]":
        """All of them, itself first: by that one the item is known."""
        return (self, *self.others)

    @property
    def number(self) -> int:
        """The item's id where ids are numbers: the same after every restart."""
        return number_of(self.remote_path)

    @property
    def title_number(self) -> int:
        """The number that catalogues have for the title: the same on every server."""
        if self.show is None:
            return number_of(f"{self.title} ({self.year})")
        return number_of(f"{self.show} - S{self.season:02}E{self.episode:02}")

    @property
    def guid(self) -> str:
        """The item's id where ids are GUIDs (without dashes)."""
        return hashlib.md5(self.remote_path.encode(), usedforsecurity=False).hexdigest()

    @property
    def bundle_hash(self) -> str:
        """Another one for another file under the same name."""
        seed = f"{self.remote_path}:{self.video.size_bytes}"
        return hashlib.sha1(seed.encode(), usedforsecurity=False).hexdigest()


Listeners = list[Callable[[Entry], None]]


def number_of(text: str) -> int:
    return zlib.crc32(text.encode()) % 900_000 + 1000


class Shelf:
    """
    The films and episodes under `root`, which the server sees as `remote_root`.

    A new file is known `notice_delay_seconds` after somebody pointed at its folder,
    or at the latest with the next scan of everything, every `rescan_seconds`.
    Whoever is in `on_added` is told of each film or episode that is new after the start.
    """

    def __init__(
        self,
        root: Path,
        remote_root: str,
        *,
        notice_delay_seconds: float = 0.5,
        rescan_seconds: float = 30,
    ) -> None:
        self.root = root
        self.remote_root = remote_root
        self._notice_delay_seconds = notice_delay_seconds
        self._rescan_seconds = rescan_seconds
        self._entries: dict[Path, Entry] = {}
        self._is_stocked = False
        self.on_added: Listeners = []
        self._wake = threading.Condition()
        self._noticed: dict[str, float] = {}
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self.scan()
        self._is_stocked = True
        self._thread.start()

    def stop(self) -> None:
        with self._wake:
            self._is_stopped = True
            self._wake.notify()
        self._thread.join()

    def location(self, kind: Kind) -> str:
        """The folder of a library as the server sees it."""
        return paths.join(self.remote_root, FOLDERS[kind])

    def entries(self, kind: Kind | None = None) -> list[Entry]:
        """What is known, newest first; the versions of a film are one."""
        items: dict[Path, list[Entry]] = {}
        for entry in sorted(self._entries.copy().values(), key=lambda one: one.version):
            if kind in (None, entry.kind):
                whole = entry.path.parent if entry.kind == "movie" else entry.path
                items.setdefault(whole, []).append(entry)
        found = [replace(first, others=tuple(others)) for first, *others in items.values()]
        return sorted(found, key=lambda entry: (entry.added_at, entry.remote_path), reverse=True)

    def notice(self, remote_path: str) -> None:
        """Somebody says that something changed at `remote_path`, a file or folder."""
        with self._wake:
            self._noticed[remote_path] = time.monotonic() + self._notice_delay_seconds
            self._wake.notify()

    def scan(self, remote_folder: str | None = None) -> None:
        """Take in what is new under the folder (None: everywhere) and forget what is gone."""
        for kind, folder in FOLDERS.items():
            for path in sorted((self.root / folder).rglob("*")):
                remote = paths.replace_prefix(str(path), str(self.root), self.remote_root)
                if path.suffix not in _SUFFIXES or remote is None:
                    continue
                if remote_folder is None or paths.is_under(remote, remote_folder):
                    self._take_in(kind, path, remote)
        for path in [known for known in self._entries if not known.exists()]:
            del self._entries[path]

    def _take_in(self, kind: Kind, path: Path, remote: str) -> None:
        stat = path.stat()
        known = self._entries.get(path)
        if known and known.video.size_bytes == stat.st_size:
            return
        names = (_EPISODE if kind == "show" else _FILM).match(path.stem)
        if names:
            added_at = known.added_at if known else int(stat.st_mtime)
            self._entries[path] = entry = _entry(kind, path, remote, names, added_at)
            for tell in self.on_added if self._is_stocked and not known else ():
                tell(entry)

    def _run(self) -> None:
        rescan_at = time.monotonic() + self._rescan_seconds
        while True:
            with self._wake:
                due_at = min([rescan_at, *self._noticed.values()])
                self._wake.wait(max(0.0, due_at - time.monotonic()))
                if self._is_stopped:
                    return
                now = time.monotonic()
                due = [path for path, at in self._noticed.items() if at <= now]
                for path in due:
                    del self._noticed[path]
            for path in due:
                self.scan(path)
            if now >= rescan_at:
                self.scan()
                rescan_at = now + self._rescan_seconds


def _entry(kind: Kind, path: Path, remote: str, names: re.Match[str], added_at: int) -> Entry:
    found = names.groupdict()
    return Entry(
        kind=kind,
        path=path,
        remote_path=remote,
        title=found.get("title") or f"Episode {int(found['episode'])}",
        added_at=added_at,
        video=_look_into(path),
        year=int(found["year"]) if "year" in found else None,
        version=found.get("version") or "",
        show=found.get("show"),
        season=int(found["season"]) if "season" in found else None,
        episode=int(found["episode"]) if "episode" in found else None,
    )


def _look_into(path: Path) -> Video:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return Video(
            codec=stream.codec_context.name,
            width=stream.width,
            height=stream.height,
            duration_ms=(container.duration or 0) // 1000,
            size_bytes=path.stat().st_size,
        )
