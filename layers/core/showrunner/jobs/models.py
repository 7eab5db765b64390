from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

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


class FileAction(StrEnum):
    """What is to be done with a line's file."""

    MAKE = "make"
    """Previews for `path`."""
    FIND = "find"
    """A server's item whose files are still to be looked up; the line becomes a MAKE line."""
    RETIRE = "retire"
    """The file is gone: remove the outputs that we made of it, and nothing else."""
    MOVE = "move"
    """Renamed from `previous_path`: our outputs move along, then the line becomes MAKE."""

    @property
    def is_errand(self) -> bool:
        """True for what decodes nothing: it goes to the errands' queue."""
        return self is not FileAction.MAKE


JobKind = Literal["files", "library", "recently_added"]
SortBy = Literal["newest", "oldest", "random"]


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


class ScannedLibrary(_Stored):
    """One library that a job enumerates. `library_id` is its server's own id."""

    connection_id: str
    library_id: str
    name: str


class Scan(_Stored):
    """
    How far the enumeration of a library job is.

    `libraries` is what it goes through, None until its first step. In the one
    numbered `position`, the items before `start` are done and the server counts
    `total` items (None: not asked yet); in random order `start` counts how many
    were taken, whichever they were. `looked_at` counts the items of all libraries
    so far. `step` numbers the steps: a message of an earlier one is outdated. The
    lines of the step before begin with `first_number`, and `found_etag` is that of
    the blob with its files. `since`: only items added from then on.

    `retry_at` is when a server that did not answer is asked again, None while
    none is waited for. A message counts only while its `ticket` is this one:
    sending anew raises it. `passed_over` says which libraries were left out, and why.
    """

    libraries: list[ScannedLibrary] | None = None
    position: int = 0
    start: int = 0
    total: int | None = None
    looked_at: int = 0
    step: int = 0
    first_number: int = 1
    found_etag: str = ""
    since: datetime | None = None
    retry_at: datetime | None = None
    ticket: int = 0
    passed_over: list[str] = []
    done: bool = False

    def next_library(self) -> "Scan":
        """The scan at the start of the library that follows; done when none does."""
        position = self.position + 1
        is_last = position >= len(self.libraries or ())
        return self.model_copy(
            update={"position": position, "start": 0, "total": None, "done": is_last}
        )


class Job(_Stored):
    """
    The counts are of files in a final outcome; they add up to `total_items` when done.

    `priority` is 1 (first), 2 or 3. Times are aware UTC; None: not yet.
    `waiting_items` of the unfinished files wait for their next try. `scan` is None
    for a job whose files were named; until it is done, `total_items` grows.
    `connection_id` and `library_id` are the server and library it is about, None
    for all; `lookback_hours` how new the items of a `recently_added` job are.
    `queued_at`: when every file that was known at its start had its task (a
    library job: its first step). `message` says why a job is what it is.
    """

    id: str
    title: str
    source: str
    status: JobStatus = JobStatus.PENDING
    priority: int = 2
    force: bool = False
    batch_id: str | None = None
    kind: JobKind = "files"
    connection_id: str | None = None
    library_id: str | None = None
    library_name: str | None = None
    sort_by: SortBy | None = None
    lookback_hours: float | None = None
    schedule_id: str | None = None
    scan: Scan | None = None
    message: str | None = None
    created_at: datetime
    queued_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    total_items: int
    waiting_items: int = 0
    completed_items: int = 0
    skipped_items: int = 0
    failed_items: int = 0
    cancelled_items: int = 0

    @property
    def finished_items(self) -> int:
        """How many files are in a final outcome."""
        return self.completed_items + self.skipped_items + self.failed_items + self.cancelled_items

    @property
    def is_counted(self) -> bool:
        """False while a scan may still add files."""
        return self.scan is None or self.scan.done

    @property
    def is_scan_waiting(self) -> bool:
        """True while the enumeration waits for a server that did not answer."""
        waits = self.scan is not None and self.scan.retry_at is not None
        return waits and not self.status.is_final

    @computed_field  # type: ignore[prop-decorator]
    @property
    def progress(self) -> int:
        """Finished files in percent, rounded down; 100 only when no file can come."""
        if not self.total_items:
            return 100 if self.is_counted or self.status.is_final else 0
        percent = 100 * self.finished_items // self.total_items
        return percent if self.is_counted or self.status.is_final else min(percent, 99)


class FileOutput(_Stored):
    """
    What one server got of one file.

    `outcome` is published, fresh, waiting or failed; of a file that is gone, removed
    or kept (not ours, or still in use). `path` is where it lies on the worker's
    machine; `picture` the key of a strip of pictures read back from it.
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

    `connection_id` and `server_item_id` are the server and its item that the line
    is about, None where nobody said. A task on a queue counts only while its
    `ticket` is the line's: sending anew raises it. `tries` counts the steps of the
    retry chain. `found_from` is set on a line that was FIND: where the lines of its
    item's other files begin; `found_etag` is that of the blob with those.

    How its pictures came about, None before that and where none were made:
    `method` is indexed or streamed, `method_reason` why; `device` is cpu or the
    GPU's name, `fallback_reason` why the wanted GPU did not do it. Of a folder,
    they are those of the first file that fell back, or else of the last.
    """

    number: int
    path: str
    title: str = ""
    action: FileAction = FileAction.MAKE
    previous_path: str | None = None
    connection_id: str | None = None
    server_item_id: str | None = None
    ticket: int = 0
    tries: int = 0
    found_from: int | None = None
    found_etag: str = ""
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

    `type` is cpu, gpu, errands or syncs, `device` the name of the GPU, None without one;
    `machine` the host that it runs on. `status` is idle, working or paused, and
    `message` says why. `queue` is where the task in hand came from.
    `done` and `total` count pictures; both 0 before the first one.
    """

    id: str
    type: str
    device: str | None = None
    machine: str | None = None
    status: str
    message: str | None = None
    queue: str | None = None
    job_id: str | None = None
    file_number: int | None = None
    current_item: str | None = None
    done: int = 0
    total: int = 0
    updated_at: datetime


def as_body(model: BaseModel) -> dict[str, Any]:
    """
    What is stored of a model: no derived fields, and no defaults.

    Most fields of most lines stand at their defaults, and a library has 100,000
    lines. So a default, once released, keeps its meaning for ever.
    """
    derived = set(type(model).model_computed_fields)
    return model.model_dump(mode="json", exclude=derived, exclude_defaults=True)
