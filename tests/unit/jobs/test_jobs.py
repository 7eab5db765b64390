import threading

import pytest

from showrunner.errors import NotFoundError, WrongStateError
from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.models import FileOutcome, JobStatus
from showrunner.jobs.steps import queue_frame_tasks
from showrunner.jobs.store import (
    cancel_job,
    get_job,
    list_files,
    list_jobs,
    start_file,
    update_file,
)
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.errands.dying import survive_every_death
from tests.unit.jobs.conftest import tasks_on


def new_job(home: EmbeddedHome, count: int = 2) -> str:
    files = [NewFile(f"/m/{number}.mkv", f"{number}") for number in range(1, count + 1)]
    return create_job(NewJob("Films", "manual", files), home)


def test_the_counts_add_up_and_the_last_file_completes_the_job(home: EmbeddedHome) -> None:
    """Completed, skipped, failed and cancelled files are all files."""
    job_id = new_job(home, 3)
    for number, outcome in ((1, "completed"), (2, "failed"), (3, "skipped")):
        start_file(home, job_id, number)
        update_file(home, job_id, number, outcome=FileOutcome(outcome))

    job = get_job(home.documents, job_id)
    assert (job.completed_items, job.failed_items, job.skipped_items) == (1, 1, 1)
    assert job.status is JobStatus.COMPLETED
    assert job.progress == 100


def test_a_job_of_failures_alone_has_failed(home: EmbeddedHome) -> None:
    """`completed` would be a lie when nothing was."""
    job_id = new_job(home, 1)
    update_file(home, job_id, 1, outcome=FileOutcome.FAILED)

    assert get_job(home.documents, job_id).status is JobStatus.FAILED


def test_a_file_that_is_finished_twice_counts_once(home: EmbeddedHome) -> None:
    """The task came twice: the second result changes nothing."""
    job_id = new_job(home)
    update_file(home, job_id, 1, outcome=FileOutcome.COMPLETED)

    assert update_file(home, job_id, 1, outcome=FileOutcome.FAILED) is None
    assert start_file(home, job_id, 1) is None
    job = get_job(home.documents, job_id)
    assert (job.completed_items, job.failed_items) == (1, 0)


def test_workers_that_finish_at_the_same_moment_are_all_counted(home: EmbeddedHome) -> None:
    """Eight threads, forty files: no lost update."""
    job_id = new_job(home, 40)

    def finish(numbers: range) -> None:
        for number in numbers:
            start_file(home, job_id, number)
            update_file(home, job_id, number, outcome=FileOutcome.COMPLETED)

    threads = [threading.Thread(target=finish, args=(range(i, 41, 8),)) for i in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    job = get_job(home.documents, job_id)
    assert (job.completed_items, job.status) == (40, JobStatus.COMPLETED)


def test_a_cancelled_job_takes_its_open_files_with_it(home: EmbeddedHome) -> None:
    """What was done stays done; the rest is cancelled, and no worker can change that."""
    job_id = new_job(home, 3)
    update_file(home, job_id, 1, outcome=FileOutcome.COMPLETED)

    job = cancel_job(home.documents, home.clock, job_id)

    assert (job.status, job.cancelled_items) == (JobStatus.CANCELLED, 2)
    assert [file.outcome for file in list_files(home.documents, job)] == [
        "completed",
        "cancelled",
        "cancelled",
    ]
    assert start_file(home, job_id, 2) is None


def test_a_job_that_is_over_cannot_be_cancelled(home: EmbeddedHome) -> None:
    """The refusal says in which state it is."""
    job_id = new_job(home, 1)
    update_file(home, job_id, 1, outcome=FileOutcome.COMPLETED)

    with pytest.raises(WrongStateError, match="completed already"):
        cancel_job(home.documents, home.clock, job_id)


def test_an_unknown_job_is_not_found(home: EmbeddedHome) -> None:
    """The refusal names the id and where the list is."""
    with pytest.raises(NotFoundError, match="nope"):
        get_job(home.documents, "nope")


def test_every_file_becomes_a_frame_task_once(home: EmbeddedHome) -> None:
    """The message may come again: what has a task gets no second one."""
    job_id = new_job(home, 30)
    queue_frame_tasks(job_id, home)
    assert home.queue("frames").depth().visible == 30

    queue_frame_tasks(job_id, home)
    assert home.queue("frames").depth().visible == 30


def test_a_queueing_that_dies_anywhere_leaves_no_file_without_a_task(home: EmbeddedHome) -> None:
    """Some get two, which is once."""
    job_id = new_job(home, 600)
    deaths = survive_every_death(home, lambda dying: queue_frame_tasks(job_id, dying), at_most=9)

    assert deaths >= 3
    assert {number for number, _ in tasks_on(home, "frames")} == set(range(1, 601))


def test_a_job_of_no_files_is_over(home: EmbeddedHome) -> None:
    """Nobody would ever finish its last file."""
    job_id = new_job(home, 0)
    queue_frame_tasks(job_id, home)

    job = get_job(home.documents, job_id)
    assert (job.status, job.progress) == (JobStatus.COMPLETED, 100)


def test_a_job_made_twice_under_one_id_is_one_job(home: EmbeddedHome) -> None:
    """A batch whose dispatch was cut short makes its job again."""
    new = NewJob("Films", "radarr", [NewFile("/m/a.mkv", "a")])
    create_job(new, home, job_id="20261121T102430123-abc")
    create_job(new, home, job_id="20261121T102430123-abc")

    assert len(list_jobs(home.documents)) == 1


def test_jobs_come_newest_first_in_pages(home: EmbeddedHome, clock: FakeClock) -> None:
    """The last id of a page leads to the next page."""
    made = []
    for _ in range(3):
        made.append(new_job(home))
        clock.advance(1)

    first = list_jobs(home.documents, limit=2)
    second = list_jobs(home.documents, limit=2, after=first[-1].id)
    assert [job.id for job in (*first, *second)] == made[::-1]
