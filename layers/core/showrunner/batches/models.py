import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from showrunner.ids import time_id
from showrunner.jobs.models import FileAction
from showrunner.settings import Settings

_KEY_CHARACTERS = 300


class BatchState(StrEnum):
    GATHERING = "gathering"
    DISPATCHING = "dispatching"
    """Its time has come: it takes no more files, its job is being made."""
    DISPATCHED = "dispatched"


class _Stored(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class BatchFile(_Stored):
    """
    The last word on one file: what its job is to do with it.

    `path` as the sender sees it, empty where it names an item instead.
    `action` None: nothing is to be done here, the file was renamed to another
    path. `said_at`: when the last word on it was received.
    """

    path: str
    action: FileAction | None = FileAction.MAKE
    previous_path: str | None = None
    title: str = ""
    server_id: str | None = None
    connection_id: str | None = None
    server_item_id: str | None = None
    said_at: datetime

    @property
    def key(self) -> str:
        """The same for the same file; a folder's files follow each other by name."""
        return self.key_of(self.path or f"item {self.server_item_id}")

    def key_of(self, path: str) -> str:
        """The key of another path that the same sender names."""
        # Two servers may call different files by one path, and a name may be no valid Unicode.
        server = self.server_id or self.connection_id or ""
        named = f"{server}\n{path}".encode(errors="surrogatepass")
        readable = path.encode("ascii", "backslashreplace").decode()[:_KEY_CHARACTERS]
        return f"{readable}#{hashlib.sha256(named).hexdigest()[:32]}"


class Batch(_Stored):
    """
    Files of one source that become one job.

    `due_at` is when it is dispatched: the quiet period after the last event, at
    the latest the maximum wait after the first. `file_count` counts distinct files.
    """

    id: str
    source: str
    state: BatchState = BatchState.GATHERING
    opened_at: datetime
    due_at: datetime
    file_count: int = 0

    @property
    def job_id(self) -> str:
        """The id of the job that this batch becomes, known before there is one."""
        return time_id(self.opened_at, f"job {self.id}")

    def is_early(self, now: datetime, settings: Settings) -> bool:
        """False once it is due, or too far off for any batch: the clock was set back then."""
        return timedelta(0) < self.due_at - now <= timedelta(seconds=settings.webhook_max_wait)

    def with_files(self, added: int, now: datetime, settings: Settings) -> "Batch":
        """A copy with `added` more files (0 where all were there already), due later."""
        delay = settings.webhook_delays.get(self.source, settings.webhook_delay)
        opened_at = min(self.opened_at, now)  # later: the clock was set back since
        longest = opened_at + timedelta(seconds=settings.webhook_max_wait)
        quiet = now + timedelta(seconds=delay)
        return self.model_copy(
            update={
                "file_count": self.file_count + added,
                "due_at": max(opened_at, min(quiet, longest)),
            }
        )
