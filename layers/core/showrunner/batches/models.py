from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from showrunner.settings import Settings


class BatchState(StrEnum):
    GATHERING = "gathering"
    DISPATCHING = "dispatching"
    DISPATCHED = "dispatched"


class BatchFile(BaseModel):
    """`path` as the sender sees it."""

    path: str
    title: str
    event_id: str


class Batch(BaseModel):
    """
    Files of one source that become one job.

    `due_at` is when it is dispatched: the quiet period after the last event, at
    the latest the maximum wait after the first. `job_id` None: not dispatched yet.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    source: str
    state: BatchState = BatchState.GATHERING
    opened_at: datetime
    due_at: datetime
    files: list[BatchFile] = []
    job_id: str | None = None

    def with_file(self, file: BatchFile, now: datetime, settings: Settings) -> "Batch":
        """A copy with one more file; the same path a second time is folded into the first."""
        files = [known for known in self.files if known.path != file.path]
        quiet = now + timedelta(seconds=settings.webhook_delay)
        longest = self.opened_at + timedelta(seconds=settings.webhook_max_wait)
        return self.model_copy(
            update={"files": [*files, file], "due_at": max(self.opened_at, min(quiet, longest))}
        )
