import logging
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from itertools import islice
from typing import Self

from showrunner.errors import ConflictError
from showrunner.ids import time_id
from showrunner.jobs.models import FileAction, Job, JobFile, JobKind, Scan, SortBy, as_body
from showrunner.jobs.queues import JOBS as JOBS_QUEUE
from showrunner.jobs.store import JOBS, files_of, find_job, write_lines
from showrunner.plurals import count_of
from showrunner.ports.documents import ABSENT
from showrunner.wiring import Home

LINES_AT_ONCE = 500
"""How many lines are in memory at a time."""

_LOOKBACK_HOURS = (0.25, 720.0)
"""The reference's limits of how far a recently-added job looks back."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewFile:
    """
    A line to be. `path` as its sender sees it, empty for FIND.

    FIND needs `connection_id` and `server_item_id`, MOVE `previous_path`.
    """

    path: str
    title: str = ""
    action: FileAction = FileAction.MAKE
    previous_path: str | None = None
    connection_id: str | None = None
    server_item_id: str | None = None

    @classmethod
    def of(cls, line: JobFile) -> Self:
        """The same again, of another job."""
        return cls(**{field.name: getattr(line, field.name) for field in fields(cls)})

    def as_line(self, number: int) -> JobFile:
        return JobFile(number=number, **asdict(self))


@dataclass(frozen=True, slots=True)
class NewJob:
    """
    What a job shall be; fields as in `Job`.

    A job of files takes `files`, which may be any number: they are read once and
    never held together. The other kinds take none and enumerate the library
    `library_id` of `connection_id`; None: every enabled one (of that server).
    `lookback_hours` is clamped to 0.25-720 and only `recently_added` jobs have it.
    """

    title: str
    source: str
    files: Iterable[NewFile] = ()
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


SAID_OF_A_JOB = tuple(field.name for field in fields(NewJob) if field.name != "files")
"""What a new job says of itself, and the job then by the same names."""


def create_job(new: NewJob, home: Home, *, job_id: str | None = None) -> str:
    """
    Store a job with its files and queue it; gives its id.

    The job itself is written last: it is whole or it is not there. With a given
    `job_id` the call can be repeated, with the same files in the same order, and
    makes one job; what an earlier try wrote is not written again.
    """
    now = home.clock.now()
    job_id = job_id or time_id(now, secrets.token_hex(16))
    if find_job(home.documents, job_id) is None:
        job = _job_of(new, job_id, now, _store_lines(home, job_id, new.files))
        _put_once(home, job)
        logger.info("job %s: %s, %s", job_id, job.title, count_of(job.total_items, "file"))
    home.queue(JOBS_QUEUE).send({"job_id": job_id})
    return job_id


def _job_of(new: NewJob, job_id: str, now: datetime, total_items: int) -> Job:
    hours = clamped_hours(new.lookback_hours or 1.0) if new.kind == "recently_added" else None
    since = now - timedelta(hours=hours) if hours else None
    said = {name: getattr(new, name) for name in SAID_OF_A_JOB}
    return Job(
        **(said | {"lookback_hours": hours}),
        id=job_id,
        scan=None if new.kind == "files" else Scan(since=since),
        created_at=now,
        total_items=total_items,
    )


def _store_lines(home: Home, job_id: str, files: Iterable[NewFile]) -> int:
    """Write the lines that no earlier try wrote; how many there are of all."""
    count = _stored_count(home, job_id)
    remaining = islice(files, count, None)
    while lines := list(_numbered(islice(remaining, LINES_AT_ONCE), count + 1)):
        write_lines(home.documents, job_id, lines)
        count += len(lines)
    return count


def _stored_count(home: Home, job_id: str) -> int:
    """Lines are written in order: the last one there tells how many are."""
    last = home.documents.list(files_of(job_id), limit=1, newest_first=True)
    return int(last[0].key) if last else 0


def _numbered(files: Iterable[NewFile], first: int) -> Iterator[JobFile]:
    for number, file in enumerate(files, start=first):
        yield file.as_line(number)


def clamped_hours(hours: float) -> float:
    """As far as a recently-added job may look back, 0.25-720 hours."""
    least, most = _LOOKBACK_HOURS
    return min(max(hours, least), most)


def _put_once(home: Home, job: Job) -> None:
    try:
        home.documents.put(JOBS, job.id, as_body(job), version=ABSENT)
    except ConflictError:
        return
