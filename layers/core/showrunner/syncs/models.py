"""What is known of a sync: one document per connection and kind, of its latest run."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

MOST_PROBLEMS = 20


class SyncKind(StrEnum):
    HISTORY = "history"
    """What was played, as the server itself remembers it."""
    LIBRARIES = "libraries"
    """The items of all libraries, with when they were added."""
    ACCOUNTS = "accounts"
    """Who may watch."""
    TAUTULLI = "tautulli"
    """What a Tautulli remembers of a Plex server: an import, only ever on demand."""


SCHEDULED = (SyncKind.HISTORY, SyncKind.LIBRARIES, SyncKind.ACCOUNTS)
"""Those that every media server has."""


class SyncState(StrEnum):
    IDLE = "idle"
    """It never ran."""
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    """The server could not be asked: the next try comes at `error.retry_at`."""
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        return self in (SyncState.QUEUED, SyncState.RUNNING, SyncState.WAITING)


class _Stored(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class SyncError(_Stored):
    """Why a run stands or ended; `retry_at` None: not before somebody did what it says."""

    message: str
    at: AwareDatetime
    retry_at: AwareDatetime | None = None


class ImportOrder(_Stored):
    """
    What to import: exactly one of a Tautulli connection, a database file's path
    on the worker, and an upload. `since` and `before` bound the plays' starts.
    """

    tautulli_id: str | None = None
    path: str | None = None
    upload_id: str | None = None
    since: AwareDatetime | None = None
    before: AwareDatetime | None = None
    stream_details: bool = True


class SyncRun(_Stored):
    """
    One connection's latest run of a kind. Times are aware UTC; None: not yet.

    A message counts only while its `ticket` is this one; each step raises it.
    `cursor` is where the next step goes on, in the words of the kind; `current` names
    what is in work. `processed` counts rows or items, `total` is what the server
    says there are (None: it does not say). `refused` rows could not be taken;
    the first `problems` say why. `active_seconds` leaves out the waits.

    Of a history: `since` is where this run began to look, `days_back` how far the owner
    asked for (None: what is new), `covered_from` and `covered_until` what all
    runs together have looked through.
    """

    connection_id: str
    kind: SyncKind
    state: SyncState = SyncState.IDLE
    ticket: int = 0
    tries: int = 0
    cursor: dict[str, Any] = {}
    current: str | None = None
    processed: int = 0
    total: int | None = None
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: tuple[str, ...] = ()
    days_back: int | None = None
    order: ImportOrder | None = None
    since: AwareDatetime | None = None
    covered_from: AwareDatetime | None = None
    covered_until: AwareDatetime | None = None
    queued_at: AwareDatetime | None = None
    started_at: AwareDatetime | None = None
    touched_at: AwareDatetime | None = None
    finished_at: AwareDatetime | None = None
    last_success_at: AwareDatetime | None = None
    next_due_at: AwareDatetime | None = None
    active_seconds: float = 0.0
    error: SyncError | None = None

    @property
    def key(self) -> str:
        return run_key(self.connection_id, self.kind)

    @property
    def percent(self) -> int | None:
        """0-100; None while nobody knows how much there is."""
        if self.state is SyncState.COMPLETED:
            return 100
        return min(100, 100 * self.processed // self.total) if self.total else None

    @property
    def rate_per_second(self) -> float | None:
        """Over the whole run without its waits; None before anything was done."""
        if not self.processed or self.active_seconds <= 0:
            return None
        return round(self.processed / self.active_seconds, 1)

    @property
    def eta_seconds(self) -> int | None:
        """How long a running one will still take at its rate."""
        rate = self.rate_per_second
        if self.state is not SyncState.RUNNING or not rate or self.total is None:
            return None
        return max(0, round((self.total - self.processed) / rate))

    def is_early(self, now: datetime) -> bool:
        """True while it waits for its next try."""
        if self.state is not SyncState.WAITING or not self.error or not self.error.retry_at:
            return False
        # After the clock was set back the whole wait would begin anew.
        return self.error.at <= now < self.error.retry_at


def run_key(connection_id: str, kind: SyncKind) -> str:
    return f"{connection_id}/{kind}"
