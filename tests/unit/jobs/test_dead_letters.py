"""What was set aside is shown with its reason, and works again after a redrive."""

import pytest

from showrunner.errors import InvalidInputError
from showrunner.jobs.dead_letters import dead_letters, redrive
from showrunner.jobs.models import FileOutcome, JobStatus
from showrunner.jobs.store import cancel_job, find_file, get_job, start_file, update_file
from showrunner.wiring import EmbeddedHome
from tests.unit.jobs.conftest import MakeJob, Settle, tasks_on


def set_aside(home: EmbeddedHome, job_id: str, number: int) -> None:
    """The worker gives a file up, as its slot does."""
    start_file(home, job_id, number)
    update_file(home, job_id, number, outcome=FileOutcome.FAILED, message="It ended 3 workers.")
    (message,) = home.queue("frames").receive()
    home.queue("frames").bury(message, "It ended 3 workers.")


def test_dead_letters_are_shown_with_their_reasons(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle
) -> None:
    """Of one queue or of all, with the count of each."""
    job_id = make_job(1)
    settle()
    set_aside(home, job_id, 1)

    shown = dead_letters(home, None, 10)
    (letter,) = shown["dead_letters"]
    assert (letter["queue"], letter["reason"]) == ("frames", "It ended 3 workers.")
    assert letter["body"]["job_id"] == job_id
    assert (shown["total"], shown["counts"]["frames"], shown["counts"]["errands"]) == (1, 1, 0)
    assert dead_letters(home, "errands", 10)["dead_letters"] == []


def test_a_redriven_file_is_queued_again_and_its_job_goes_on(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle
) -> None:
    """Even when the job was over; the counts follow."""
    job_id = make_job(1)
    settle()
    set_aside(home, job_id, 1)
    assert get_job(home.documents, job_id).status is JobStatus.FAILED

    assert redrive(home, "frames", 100) == {"queue": "frames", "redriven": 1, "lines": 1}
    job = get_job(home.documents, job_id)
    assert (job.status, job.failed_items, job.finished_at) == (JobStatus.RUNNING, 0, None)
    assert tasks_on(home, "frames") == [(1, 0)]
    assert start_file(home, job_id, 1, ticket=0) is not None
    update_file(home, job_id, 1, outcome=FileOutcome.COMPLETED)
    assert get_job(home.documents, job_id).status is JobStatus.COMPLETED


def test_what_a_redrive_cannot_bring_back_stays_as_it_is(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle
) -> None:
    """A cancelled job stays cancelled, a file that was done meanwhile stays done."""
    cancelled, done = make_job(2), make_job(2)
    settle()
    set_aside(home, cancelled, 1)
    home.queue("frames").receive(max_messages=1)
    set_aside(home, done, 1)
    cancel_job(home.documents, home.clock, cancelled)
    home.documents.delete("jobs", done)

    assert redrive(home, "frames", 100)["lines"] == 0
    line = find_file(home.documents, cancelled, 1)
    assert line is not None
    assert line.outcome is FileOutcome.FAILED


def test_a_queue_that_is_not_ours_is_refused(home: EmbeddedHome) -> None:
    """By field, with the names that there are."""
    with pytest.raises(InvalidInputError, match="frames_high"):
        redrive(home, "frame", 10)
    assert redrive(home, "errands", 10)["redriven"] == 0
