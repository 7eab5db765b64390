"""Jobs that are over go with everything they left; nothing else does."""

from typing import Any

import pytest

from showrunner.errors import NotFoundError, WrongStateError
from showrunner.jobs import log, remove
from showrunner.jobs.models import FileOutcome
from showrunner.jobs.remove import clear_jobs, delete_job, forget_old_jobs, remove_traces
from showrunner.jobs.store import cancel_job, find_job, list_jobs, update_file
from showrunner.ports.clock import iso
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.errands.dying import survive_every_death
from tests.unit.jobs.conftest import MakeJob, Settle


def finished(home: EmbeddedHome, job_id: str) -> str:
    update_file(home, job_id, 1, outcome=FileOutcome.COMPLETED)
    log.append(home, job_id, "info", "done")
    home.blobs.put(f"previews/{job_id}/1-plex-abc.jpg", b"strip")
    return job_id


def traces(home: EmbeddedHome, job_id: str) -> int:
    documents = [
        document
        for collection in (f"job-files/{job_id}", log.logs_of(job_id))
        for document in home.documents.list(collection, limit=5000)
    ]
    return len(documents) + len(list(home.blobs.list(f"previews/{job_id}/")))


def test_a_deleted_job_leaves_nothing(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle
) -> None:
    """Lines, log and pictures go in the queue's next steps."""
    job_id, other = finished(home, make_job(1)), finished(home, make_job(1))
    settle()
    delete_job(job_id, home)
    assert find_job(home.documents, job_id) is None

    settle()
    assert traces(home, job_id) == 0
    assert traces(home, other) == 3


def test_a_job_that_is_not_over_is_not_deleted(home: EmbeddedHome, make_job: MakeJob) -> None:
    """It has to be cancelled first; an unknown one is not found."""
    job_id = make_job(2)
    with pytest.raises(WrongStateError, match="cancel it first"):
        delete_job(job_id, home)
    with pytest.raises(NotFoundError):
        delete_job("nope", home)
    assert find_job(home.documents, job_id) is not None


def test_a_large_job_is_removed_in_steps(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message removes some thousand traces."""
    monkeypatch.setattr(remove, "TRACES_PER_MESSAGE", 200)
    job_id = make_job(410)
    cancel_job(home.documents, home.clock, job_id)
    settle()
    delete_job(job_id, home)

    assert settle() == 3
    assert traces(home, job_id) == 0


def test_clearing_takes_what_is_over_and_leaves_the_rest(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle, clock: FakeClock
) -> None:
    """Also what ends after it was asked for stays."""
    over, running = finished(home, make_job(1)), make_job(2)
    asked_at = iso(clock.now())
    clock.advance(5)
    later = finished(home, make_job(1))

    assert clear_jobs(asked_at, home) == (1, False)
    settle()
    assert {job.id for job in list_jobs(home.documents)} == {running, later}
    assert traces(home, over) == 0


def test_clearing_goes_on_behind_some_hundred_jobs(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is the queue's."""
    monkeypatch.setattr(remove, "JOBS_AT_ONCE", 3)
    for _ in range(4):
        cancel_job(home.documents, home.clock, make_job(1))
    settle()

    assert clear_jobs(iso(home.clock.now()), home) == (3, True)
    settle()
    assert list_jobs(home.documents) == []


def test_a_removal_that_dies_anywhere_is_ended_by_its_message(
    home: EmbeddedHome, make_job: MakeJob
) -> None:
    """It may come as often as it likes."""
    job_id = finished(home, make_job(60))
    survive_every_death(home, lambda dying: remove_traces(job_id, dying), at_most=20)
    assert traces(home, job_id) == 0


def test_a_death_between_message_and_job_loses_no_trace(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle
) -> None:
    """The message comes first: traces are never left without it."""
    job_id = finished(home, make_job(1))

    def step(dying: Any) -> None:
        if find_job(home.documents, job_id):
            delete_job(job_id, dying)

    survive_every_death(home, step, at_most=10)
    settle()
    assert traces(home, job_id) == 0


def test_a_job_is_forgotten_a_month_after_its_end(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle, clock: FakeClock
) -> None:
    """When its log goes, the rest goes with it; what is not over stays, however old."""
    over, unfinished = finished(home, make_job(1)), make_job(2)
    clock.advance(20 * 86400)
    lately = finished(home, make_job(1))
    clock.advance(11 * 86400)
    forget_old_jobs(home)
    settle()

    assert {job.id for job in list_jobs(home.documents)} == {unfinished, lately}
    assert traces(home, over) == 0


def test_each_new_job_makes_room_for_itself(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle, clock: FakeClock
) -> None:
    """A scan every night for years does not fill the disk: nobody has to clear anything."""
    old = finished(home, make_job(1))
    settle()
    clock.advance(31 * 86400)
    new = make_job(1)
    settle()

    assert [job.id for job in list_jobs(home.documents)] == [new]
    assert traces(home, old) == 0
