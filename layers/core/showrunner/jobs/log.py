"""
What happened to a job, in sentences for its owner.

Entries of one `append_all` share a document, so that a worker writes once per
file. They are kept for 30 days, or until the job is deleted.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Literal

from pydantic import BaseModel, ConfigDict

from showrunner.ports.documents import ABSENT, Documents, each
from showrunner.redaction import redact_text
from showrunner.wiring import Home

KEPT_FOR = timedelta(days=30)
MAX_MESSAGE_CHARACTERS = 2000

Level = Literal["debug", "info", "warning", "error"]

_order = count()


class LogEntry(BaseModel):
    """`at` is aware UTC."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    at: datetime
    level: Level
    message: str


def logs_of(job_id: str) -> str:
    """The collection that holds a job's log."""
    return f"job-logs/{job_id}"


def append(home: Home, job_id: str, level: Level, message: str) -> None:
    """Add one entry, secrets masked."""
    append_all(home, job_id, [(level, message)])


def append_all(home: Home, job_id: str, entries: Sequence[tuple[Level, str]]) -> None:
    """Add some entries in their order with one write, secrets masked."""
    if not entries:
        return
    now = home.clock.now()
    stored = [
        LogEntry(at=now, level=level, message=redact_text(message)[:MAX_MESSAGE_CHARACTERS])
        for level, message in entries
    ]
    body = {"entries": [entry.model_dump(mode="json") for entry in stored]}
    home.documents.put(logs_of(job_id), _key(now), body, version=ABSENT, expires_at=now + KEPT_FOR)


def read_log(documents: Documents, job_id: str, *, offset: int, limit: int) -> list[LogEntry]:
    """At most `limit` entries after the first `offset`, oldest first."""
    return list(islice(_entries(documents, job_id), offset, offset + limit))


def last_of_log(documents: Documents, job_id: str, last: int) -> list[LogEntry]:
    """The newest `last` entries, oldest first."""
    found: list[LogEntry] = []
    before: str | None = None
    while len(found) < last:
        page = documents.list(logs_of(job_id), after=before, limit=200, newest_first=True)
        for document in page:
            entries = [LogEntry.model_validate(entry) for entry in document.body["entries"]]
            found += reversed(entries)
        if len(page) < 200:  # noqa: PLR2004  the end
            break
        before = page[-1].key
    return found[:last][::-1]


def _entries(documents: Documents, job_id: str) -> Iterator[LogEntry]:
    for document in each(documents, logs_of(job_id)):
        for entry in document.body["entries"]:
            yield LogEntry.model_validate(entry)


def _key(now: datetime) -> str:
    """Sorts by time, and within one process by order; never taken twice."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f")
    return f"{stamp}-{next(_order) % 1_000_000:06d}-{secrets.token_hex(4)}"
