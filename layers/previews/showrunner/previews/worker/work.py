"""What a slot has in hand: the line, and with what it is worked on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from showrunner.clients.media_server import MediaServerClient
from showrunner.connections import paths
from showrunner.connections.models import Connection
from showrunner.errors import NotReadyError
from showrunner.jobs.models import Job, JobFile
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.decoder.messages import CacheOrder, DeviceOrder
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.sources.configured import MediaSources
from showrunner.previews.sources.remote import RemoteSource
from showrunner.previews.worker.claims import Claims
from showrunner.wiring import Home

QUIET_SECONDS = 5
"""A file that was written to within this time may still be growing."""

MakeClient = Callable[[Connection], MediaServerClient]


class StillGrowingError(NotReadyError):
    """The file changes under our eyes. `seen` is how it was at this look."""

    def __init__(self, message: str, seen: SourceFingerprint) -> None:
        super().__init__(message, retry_after_seconds=QUIET_SECONDS)
        self.seen = seen


@dataclass(frozen=True, slots=True)
class Means:
    """
    With what a slot decodes: threads per file, GPU (None: CPU), frame cache (None: off).

    `sources` are the addresses of folders that this machine has not mounted.
    """

    threads: int = 1
    device: DeviceOrder | None = None
    cache: CacheOrder | None = None
    sources: MediaSources = field(default_factory=MediaSources)


@dataclass(frozen=True, slots=True)
class Work:
    """One line in hand. `log` adds to the job's log."""

    home: Home
    decoder: Decoder
    job: Job
    line: JobFile
    means: Means
    claims: Claims
    make_client: MakeClient
    on_progress: Callable[[int, int], None]
    is_cancelled: Callable[[], bool]
    log: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Video:
    """
    One file of the line: `path` is where it lies, or would, `source` what is opened.

    `item_id` is its item on the connection `item_connection_id`, where somebody said so.
    """

    path: Path
    source: Path | RemoteSource
    fingerprint: SourceFingerprint
    item_id: str | None = None
    item_connection_id: str | None = None
    is_of_folder: bool = False

    @property
    def canonical_path(self) -> str:
        return paths.composed(str(self.path))

    def item_on(self, connection: Connection) -> str | None:
        return self.item_id if self.item_connection_id == connection.id else None
