"""Lines that are sent anew leave outdated tasks behind, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from showrunner.errands.scan import wait_for_server
from showrunner.errors import InvalidInputError, WrongStateError
from showrunner.jobs import api, care
from showrunner.jobs import resend as resending
from showrunner.jobs.create import NewJob, create_job
from showrunner.jobs.models import FileOutcome, JobStatus
from showrunner.jobs.resend import resend
from showrunner.jobs.store import (
    cancel_job,
    find_file,
    get_job,
    list_files,
    start_file,
    update_file,
)
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.errands.dying import survive_every_death
from tests.unit.jobs.conftest import MakeJob, Settle, tasks_on


def wait(home: EmbeddedHome, job_id: str, number: int, seconds: float = 300) -> None:
    """The worker tried the file and waits for its server."""
    start_file(home, job_id, number)
    at = home.clock.now() + timedelta(seconds=seconds)
    update_file(home, job_id, number, outcome=FileOutcome.WAITING, retry_at=at, tries=3)


def test_another_priority_moves_what_is_not_begun(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle
) -> None:
    """To the priority's queue, with a new ticket; the old tasks are not taken up any more."""
    job_id = make_job(60)
    settle()
    start_file(home, job_id, 2, ticket=0)
    update_file(home, job_id, 3, outcome=FileOutcome.COMPLETED)
    care.set_priority(job_id, 1, home)
    settle()

    assert tasks_on(home, "frames_high") == [(n, 1) for n in range(1, 61) if n not in (2, 3)]
    assert len(tasks_on(home, "frames")) == 60
    assert start_file(home, job_id, 1, ticket=0) is None
    assert start_file(home, job_id, 1, ticket=1) is not None
    assert get_job(home.documents, job_id).priority == 1


def test_a_waiting_file_keeps_its_wait_on_the_new_queue(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle, clock: FakeClock
) -> None:
    """Priority is about what is next, not about what a server is not ready for."""
    job_id = make_job(1)
    wait(home, job_id, 1)
    care.set_priority(job_id, 3, home)
    settle()

    assert tasks_on(home, "frames_low") == []
    clock.advance(301)
    (message,) = home.queue("frames_low").receive()
    assert message.body["not_before"] == "2026-11-21T10:29:30.000Z"


def test_retry_now_takes_the_waiting_files_only(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle
) -> None:
    """They are due at once, and the chain goes on where it was."""
    job_id = make_job(30)
    for number in (4, 29):
        wait(home, job_id, number)
    assert get_job(home.documents, job_id).waiting_items == 2

    settle()
    tasks_on(home, "frames")
    assert care.retry_now(job_id, home) == 2
    settle()
    assert tasks_on(home, "frames") == [(4, 1), (29, 1)]
    line = find_file(home.documents, job_id, 29)
    assert line is not None
    assert (line.outcome, line.retry_at, line.tries) == (FileOutcome.QUEUED, None, 3)
    assert get_job(home.documents, job_id).waiting_items == 0


def test_retry_now_says_when_there_is_nothing_to_try(home: EmbeddedHome, make_job: MakeJob) -> None:
    """No waiting file is a matter of time; a job that is over is not."""
    job_id = make_job(1)
    with pytest.raises(WrongStateError, match="waits"):
        care.retry_now(job_id, home)
    cancel_job(home.documents, home.clock, job_id)
    with pytest.raises(InvalidInputError, match="reprocess"):
        care.retry_now(job_id, home)


def test_the_priority_of_a_finished_job_cannot_change(
    home: EmbeddedHome, make_job: MakeJob
) -> None:
    """It says in which state the job is."""
    job_id = make_job(1)
    update_file(home, job_id, 1, outcome=FileOutcome.COMPLETED)
    with pytest.raises(WrongStateError, match="completed"):
        care.set_priority(job_id, 1, home)


def test_sending_anew_goes_on_behind_some_thousand_lines(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message is bounded; together they reach every line."""
    monkeypatch.setattr(resending, "LINES_PER_MESSAGE", 240)
    job_id = make_job(250)
    settle()
    care.set_priority(job_id, 1, home)

    assert settle() == 2
    assert home.queue("frames_high").depth().visible == 250


def test_sending_anew_that_dies_anywhere_leaves_no_line_without_a_task(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle
) -> None:
    """A line's last ticket is always on a queue."""
    job_id = make_job(30)
    settle()
    wait(home, job_id, 7)

    def step(dying: Any) -> None:
        resend(job_id, dying, only=None)

    assert survive_every_death(home, step, at_most=12) >= 6
    lines = list_files(home.documents, get_job(home.documents, job_id))
    sent = set(tasks_on(home, "frames"))
    assert {(line.number, line.ticket) for line in lines if line.number != 7} <= sent
    assert get_job(home.documents, job_id).waiting_items == 1


def test_counts_add_up_through_every_state(home: EmbeddedHome, make_job: MakeJob) -> None:
    """Waiting, running again, done: each file is in one place at a time."""
    job_id = make_job(2)
    wait(home, job_id, 1)
    wait(home, job_id, 2)
    start_file(home, job_id, 1)
    job = get_job(home.documents, job_id)
    assert (job.waiting_items, job.finished_items) == (1, 0)
    update_file(home, job_id, 1, outcome=FileOutcome.SKIPPED)
    job = cancel_job(home.documents, home.clock, job_id)
    assert (job.status, job.waiting_items) == (JobStatus.CANCELLED, 0)
    assert (job.skipped_items, job.cancelled_items, job.total_items) == (1, 1, 2)


def test_a_scan_that_waits_for_its_server_is_tried_now(
    home: EmbeddedHome, settle: Settle, clock: FakeClock
) -> None:
    """Without any file that waits, too; once it goes on there is nothing to hurry."""
    job_id = create_job(NewJob("TV", "manual", kind="library"), home)
    settle()
    (first,) = home.queue("errands").receive()
    home.queue("errands").finish(first)
    with pytest.raises(WrongStateError):
        api.retry_now(home, job_id)
    wait_for_server(first.body, home, "away", clock.now() + timedelta(hours=1))

    assert api.retry_now(home, job_id) == {"fired": True, "job_id": job_id, "files": 0}
    settle()
    (message,) = home.queue("errands").receive()
    assert message.body == {"kind": "scan", "job_id": job_id, "step": 0, "ticket": 1}
    cancel_job(home.documents, clock, job_id)
    with pytest.raises(InvalidInputError):
        api.retry_now(home, job_id)
