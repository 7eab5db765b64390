"""The newest jobs, each with the files worth a look and what its workers are doing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from showrunner.jobs import store
from showrunner.jobs.models import FileOutcome, Job, JobFile, JobStatus, WorkerState
from showrunner.ports.documents import Document, Documents, each
from showrunner.web.rooms.models import View

JOBS_SHOWN = 8
FILES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file with the worker's slot that is on it; None: nobody is."""

    file: JobFile
    worker: WorkerState | None

    @property
    def done_share(self) -> float:
        """How much of the file is done, 0 to 1."""
        if self.file.outcome.is_final:
            return 1.0
        return self.worker.done / self.worker.total if self.worker and self.worker.total else 0.0


@dataclass(frozen=True, slots=True)
class JobCard:
    """
    `open_lines` want a look: unfinished or failed. `done_lines` went well.

    Both are a window of the job's files around the point where work has got to;
    `hidden_count` is how many files lie outside it. `progress_percent` counts
    the pictures of files in work, so that it moves while a long film is read.
    """

    job: Job
    open_lines: Sequence[FileLine]
    done_lines: Sequence[FileLine]
    hidden_count: int
    progress_percent: int


def load(view: View) -> Mapping[str, Any]:
    jobs = store.list_jobs(view.documents, limit=JOBS_SHOWN)
    workers = store.workers(view.documents)
    slots = {(worker.job_id, worker.file_number): worker for worker in workers}
    cards = [_card(job, view.documents, slots) for job in jobs]
    return {
        "cards": cards,
        "working": [card for card in cards if not card.job.status.is_final],
        "over": [card for card in cards if card.job.status.is_final],
        "has_worker": bool(workers),
    }


def watch(documents: Documents) -> Iterator[Document]:
    yield from each(documents, store.WORKERS)
    for document in documents.list(store.JOBS, limit=JOBS_SHOWN, newest_first=True):
        yield document
        job = Job.model_validate(document.body)
        if not job.status.is_final:
            after = store.file_key(_window_start(job))
            yield from documents.list(store.files_of(job.id), after=after, limit=FILES_SHOWN)


def _card(
    job: Job, documents: Documents, slots: Mapping[tuple[str | None, int | None], WorkerState]
) -> JobCard:
    files = store.list_files(documents, job, limit=FILES_SHOWN, after=_window_start(job))
    lines = [FileLine(file, slots.get((job.id, file.number))) for file in files]
    done = [line for line in lines if line.file.outcome in _WENT_WELL]
    return JobCard(
        job=job,
        open_lines=[line for line in lines if line not in done],
        done_lines=done,
        hidden_count=job.total_items - len(lines),
        progress_percent=_progress_percent(job, lines),
    )


_WENT_WELL = (FileOutcome.COMPLETED, FileOutcome.SKIPPED)


def _window_start(job: Job) -> int:
    """The number of the file before the window: files are taken up nearly in order."""
    last_start = max(0, job.total_items - FILES_SHOWN)
    return min(max(0, job.finished_items - FILES_SHOWN // 2), last_start)


def _progress_percent(job: Job, lines: Sequence[FileLine]) -> int:
    if job.status in (JobStatus.COMPLETED, JobStatus.FAILED) or not job.total_items:
        return 100
    in_work = sum(line.done_share for line in lines if not line.file.outcome.is_final)
    return int(100 * (job.finished_items - job.cancelled_items + in_work) / job.total_items)
