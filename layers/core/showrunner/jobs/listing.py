"""Pages of jobs and of a job's files, filtered; nothing is held but the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from showrunner.jobs.models import FileOutcome, Job, JobFile, JobStatus
from showrunner.jobs.store import JOBS, as_of, file_key, files_of, list_files
from showrunner.ports.documents import Body, Document, Documents, each

MOST_LOOKED_AT = 5000
"""So many jobs are looked at for one page; where none was found, `next` goes on behind them."""

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class JobFilter:
    """None: any. `library` is a library's id or name."""

    status: JobStatus | None = None
    source: str | None = None
    library: str | None = None

    def takes(self, body: Body) -> bool:
        return (
            self.status in (None, body.get("status", JobStatus.PENDING))
            and self.source in (None, body["source"])
            and self.library in (None, body.get("library_id"), body.get("library_name"))
        )


@dataclass(frozen=True, slots=True)
class FileFilter:
    """None: any. `search` is part of the path or title, in whichever case."""

    outcome: FileOutcome | None = None
    search: str | None = None

    @property
    def takes_all(self) -> bool:
        return self.outcome is None and not self.search

    def takes(self, job: Job, body: Body) -> bool:
        if self.outcome is not None and self.outcome != _outcome(job, body):
            return False
        if not self.search:
            return True
        return self.search.casefold() in f"{body['path']}\n{body.get('title', '')}".casefold()


@dataclass(frozen=True, slots=True)
class FilePage:
    """`after` None: there are no more. `total` counts what the filter takes, on all pages."""

    files: Sequence[JobFile]
    after: int | None
    total: int


def page_of_jobs(
    documents: Documents, wanted: JobFilter, *, limit: int, after: str | None
) -> tuple[list[Job], str | None]:
    """At most `limit` jobs, newest first, and the id after which the next page begins, or None."""
    found: list[Job] = []
    looked_at = 0
    while looked_at < MOST_LOOKED_AT:
        page = documents.list(JOBS, after=after, limit=AT_ONCE, newest_first=True)
        for document in page:
            after = document.key
            if wanted.takes(document.body):
                found.append(Job.model_validate(document.body))
            if len(found) == limit:
                return found, after
        if len(page) < AT_ONCE:
            return found, None
        looked_at += len(page)
    return found, after


def page_of_files(
    documents: Documents, job: Job, wanted: FileFilter, *, limit: int, after: int, page: int | None
) -> FilePage:
    """Files by number: those behind number `after`, or the `page`-th page (from 1)."""
    skipped = (page - 1) * limit if page else 0
    if wanted.takes_all:
        after = max(after, skipped)  # numbers have no gaps
        found = list_files(documents, job, limit=limit, after=after)
        return FilePage(found, _next(found, limit), job.total_items)
    matching = _matching(documents, job, wanted, after)
    lines = [
        as_of(job, JobFile.model_validate(body))
        for body in islice(matching, skipped, skipped + limit)
    ]
    return FilePage(lines, _next(lines, limit), _total(documents, job, wanted))


def totals(documents: Documents) -> dict[str, Any]:
    """How many jobs there are by status, and how many files of them by outcome."""
    by_status = dict.fromkeys((status.value for status in JobStatus), 0)
    files = dict.fromkeys(("total", "waiting", *_FINAL), 0)
    for document in each(documents, JOBS):
        by_status[document.body.get("status", JobStatus.PENDING.value)] += 1
        for name in files:
            files[name] += document.body.get(f"{name}_items", 0)
    files["unfinished"] = files["total"] - sum(files[name] for name in _FINAL)
    return {"total": sum(by_status.values()), **by_status, "files": files}


_FINAL = ("completed", "skipped", "failed", "cancelled")


def _next(files: Sequence[JobFile], limit: int) -> int | None:
    return files[-1].number if len(files) == limit else None


def _total(documents: Documents, job: Job, wanted: FileFilter) -> int:
    """Counted by the job where it does so already, else by going through its lines."""
    if not wanted.search and (wanted.outcome or "") in (*_FINAL, "waiting"):
        return int(getattr(job, f"{wanted.outcome}_items"))
    return sum(1 for _ in _matching(documents, job, wanted, 0))


def _matching(documents: Documents, job: Job, wanted: FileFilter, after: int) -> Iterator[Body]:
    for document in _lines_behind(documents, job, after):
        if wanted.takes(job, document.body):
            yield document.body


def _lines_behind(documents: Documents, job: Job, after: int) -> Iterator[Document]:
    key = file_key(after)
    while page := documents.list(files_of(job.id), after=key, limit=AT_ONCE):
        yield from page
        key = page[-1].key


def _outcome(job: Job, body: Body) -> FileOutcome:
    outcome = FileOutcome(body.get("outcome", FileOutcome.QUEUED))
    is_cancelled = job.status is JobStatus.CANCELLED and not outcome.is_final
    return FileOutcome.CANCELLED if is_cancelled else outcome
