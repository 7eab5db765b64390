from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, computed_field


class JobStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    """Every file is done; some may have failed: see `failed_items`."""
    FAILED = "failed"
    """Every file failed."""
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self not in (JobStatus.PENDING, JobStatus.RUNNING)


class FileOutcome(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    """The file still grows or a server has not indexed it: another try comes at `retry_at`."""
    COMPLETED = "completed"
    SKIPPED = "skipped"
    """Nothing to do: every output is fresh, or no server wants one."""
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self not in (FileOutcome.QUEUED, FileOutcome.RUNNING, FileOutcome.WAITING)


class _Stored(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Job(_Stored):
    """
    The counts are of files in a final outcome; they add up to `total_items` when done.

    `priority` is 1 (first), 2 or 3. Times are aware UTC; None: not yet.
    """

    id: str
    title: str
    source: str
    status: JobStatus = JobStatus.PENDING
    priority: int = 2
    force: bool = False
    batch_id: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    total_items: int
    completed_items: int = 0
    skipped_items: int = 0
    failed_items: int = 0
    cancelled_items: int = 0

    @property
    def finished_items(self) -> int:
        """How many files are in a final outcome."""
        return self.completed_items + self.skipped_items + self.failed_items + self.cancelled_items

    @computed_field  # type: ignore[prop-decorator]
    @property
    def progress(self) -> int:
        """Finished files in percent, rounded down."""
        return 100 * self.finished_items // self.total_items if self.total_items else 100


class FileOutput(_Stored):
    """
    What one server got of one file.

    `outcome` is published, fresh, waiting or failed; `path` where it lies on the
    worker's machine; `picture` the key of a strip of pictures read back from it.
    """

    connection_id: str
    connection_name: str
    kind: str
    outcome: str
    path: str | None = None
    message: str | None = None
    picture: str | None = None


class JobFile(_Stored):
    """
    One file of a job. `path` as it was sent in; `message` says why it is what it is.

    How its pictures came about, None before that and where none were made:
    `method` is indexed or streamed, `method_reason` why; `device` is cpu or the
    GPU's name, `fallback_reason` why the wanted GPU did not do it. Of a folder,
    they are those of the first file that fell back, or else of the last.
    """

    number: int
    path: str
    title: str = ""
    outcome: FileOutcome = FileOutcome.QUEUED
    message: str | None = None
    attempts: int = 0
    retry_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    method: str | None = None
    method_reason: str | None = None
    device: str | None = None
    fallback_reason: str | None = None
    outputs: list[FileOutput] = []


class WorkerState(_Stored):
    """
    What a worker's slot is doing now. A slot that is silent for a minute is gone.

    `type` is cpu or gpu, `device` the name of the GPU, None for cpu; `status` is
    idle, working or paused.
    `done` and `total` count pictures; both 0 before the first one.
    """

    id: str
    type: str
    device: str | None = None
    status: str
    job_id: str | None = None
    file_number: int | None = None
    current_item: str | None = None
    done: int = 0
    total: int = 0
    updated_at: datetime


def as_body(model: BaseModel) -> dict[str, Any]:
    """What is stored of a model: no derived fields."""
    return model.model_dump(mode="json", exclude=set(type(model).model_computed_fields))
