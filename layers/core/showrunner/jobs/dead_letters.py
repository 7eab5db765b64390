"""Messages that were set aside: looked at, and given a fresh start."""

from collections.abc import Mapping
from typing import Any

from showrunner.errors import InvalidInputError
from showrunner.jobs.models import FileOutcome, Job, JobFile, JobStatus
from showrunner.jobs.queues import ALL
from showrunner.jobs.store import change_file
from showrunner.ports.clock import iso
from showrunner.ports.queues import DeadLetter
from showrunner.redaction import redact, redact_text
from showrunner.wiring import Home


def dead_letters(home: Home, queue: str | None, limit: int) -> dict[str, Any]:
    """At most `limit` of each queue, of one or of all, and how many there are in each."""
    names = ALL if queue is None else (_known(queue),)
    counts = {name: home.queue(name).depth().dead for name in names}
    letters = [
        _shown(name, letter)
        for name in names
        if counts[name]
        for letter in home.queue(name).dead_letters(limit=limit)
    ]
    return {"dead_letters": letters, "counts": counts, "total": sum(counts.values())}


def redrive(home: Home, queue: str, limit: int) -> dict[str, Any]:
    """
    Give a queue's dead letters a fresh start, with the lines that failed because of them.

    First the lines, then the messages: whoever dies in between does it again.
    """
    source = home.queue(_known(queue))
    letters = source.dead_letters(limit=limit)
    lines = sum(_revived(home, letter.body) for letter in letters)
    redriven = source.redrive(limit=len(letters)) if letters else 0
    return {"queue": queue, "redriven": redriven, "lines": lines}


def _revived(home: Home, body: Mapping[str, Any]) -> bool:
    """Whether the message is about a line that is queued again by this."""
    job_id, number, ticket = (body.get(name) for name in ("job_id", "file_number", "ticket"))
    if not isinstance(job_id, str) or not isinstance(number, int):
        return False

    def revive(job: Job, line: JobFile) -> tuple[Job, JobFile] | None:
        is_due = line.outcome is FileOutcome.FAILED and line.ticket == (ticket or 0)
        if not is_due or job.status is JobStatus.CANCELLED:
            return None
        again = {"outcome": FileOutcome.QUEUED, "finished_at": None, "tries": 0, "message": None}
        running = {"status": JobStatus.RUNNING, "finished_at": None}
        return job.model_copy(update=running), line.model_copy(update=again)

    return change_file(home, job_id, number, revive) is not None


def _known(queue: str) -> str:
    if queue not in ALL:
        known = ", ".join(ALL)
        raise InvalidInputError(f"Field queue: there is no queue {queue[:50]}, only {known}.")
    return queue


def _shown(queue: str, letter: DeadLetter) -> dict[str, Any]:
    return {
        "queue": queue,
        "message_id": letter.message_id,
        "body": redact(letter.body),
        "reason": redact_text(letter.reason) if letter.reason else None,
        "died_at": iso(letter.died_at) if letter.died_at else None,
    }
