"""Server-sent events tell what changed since the reader's last answer, and end."""

import json
from typing import Any

import pytest

from showrunner.jobs.live import events_answer
from showrunner.jobs.models import FileOutcome, WorkerState
from showrunner.jobs.store import report_worker, start_file, update_file
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.jobs.conftest import MakeJob


class Reader:
    """A browser's EventSource: it sends back the last id that it was given."""

    def __init__(self, home: EmbeddedHome) -> None:
        self._home, self.last_id = home, ""

    def ask(self, wait: float = 0) -> list[tuple[str, Any]]:
        text = events_answer(self.last_id, self._home, wait)
        assert text.endswith("\n\n")
        found = []
        for block in text.split("\n\n"):
            facts = dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":")
            self.last_id = facts.get("id", self.last_id)
            if "event" in facts:
                found.append((facts["event"], json.loads(facts["data"])))
        return found


@pytest.fixture
def reader(home: EmbeddedHome) -> Reader:
    return Reader(home)


def work_on(home: EmbeddedHome, job_id: str, *, done: int = 0) -> None:
    state = WorkerState(
        id="w-1",
        type="cpu",
        status="working",
        job_id=job_id,
        current_item="Dune",
        done=done,
        total=9,
        updated_at=home.clock.now(),
    )
    report_worker(home.documents, state)


def test_a_job_is_followed_to_its_end(
    home: EmbeddedHome, make_job: MakeJob, reader: Reader
) -> None:
    """The reference's events and payload, each once."""
    job_id = make_job(2)
    start_file(home, job_id, 1)
    work_on(home, job_id)
    events = dict(reader.ask())
    assert (
        events["job_progress"].items()
        >= {
            "job_id": job_id,
            "progress": 0,
            "completed": 0,
            "total": 2,
            "current_item": "Dune",
        }.items()
    )
    assert events["worker_update"]["workers"][0]["status"] == "working"
    assert reader.ask() == []

    update_file(home, job_id, 1, outcome=FileOutcome.COMPLETED)
    ((name, told),) = reader.ask()
    assert (name, told["progress"], told["completed"]) == ("job_progress", 50, 1)

    update_file(home, job_id, 2, outcome=FileOutcome.FAILED)
    ((name, told),) = reader.ask()
    assert (name, told["progress"], told["status"]) == ("job_complete", 100, "completed")
    assert reader.ask() == []


def test_a_job_that_failed_is_an_error(
    home: EmbeddedHome, make_job: MakeJob, reader: Reader
) -> None:
    """Also one that began and ended between two answers; what was over before is no news."""
    update_file(home, make_job(1), 1, outcome=FileOutcome.COMPLETED)
    assert [name for name, _ in reader.ask()] == ["worker_update"]

    home.clock.sleep(1)
    update_file(home, make_job(1), 1, outcome=FileOutcome.FAILED)
    assert [name for name, _ in reader.ask()] == ["job_error"]
    assert reader.ask() == []


def test_a_worker_that_only_lives_is_no_news(
    home: EmbeddedHome, reader: Reader, clock: FakeClock
) -> None:
    """What it does is; signs of life would never let a reader wait."""
    work_on(home, "a")
    reader.ask()
    clock.advance(5)
    work_on(home, "a")
    assert reader.ask() == []
    work_on(home, "a", done=3)
    assert [name for name, _ in reader.ask()] == ["worker_update"]


def test_without_news_the_answer_waits_and_ends(
    home: EmbeddedHome, reader: Reader, clock: FakeClock
) -> None:
    """A function cannot hold a connection for ever."""
    reader.ask()
    began = clock.now()
    assert reader.ask(wait=15) == []
    assert (clock.now() - began).total_seconds() == pytest.approx(15, abs=0.5)


def test_a_job_in_work_is_told_however_old_it_is(
    home: EmbeddedHome, make_job: MakeJob, reader: Reader, clock: FakeClock
) -> None:
    """Many newer ones may have come since it began."""
    job_id = make_job(2)
    for _ in range(25):
        clock.advance(1)
        make_job(1)
    work_on(home, job_id)
    reader.ask()
    update_file(home, job_id, 1, outcome=FileOutcome.COMPLETED)
    assert [told["job_id"] for _, told in reader.ask()] == [job_id]


@pytest.mark.parametrize("event_id", ["x", "a-b-c..-", "9" * 9000, "workers-\udce9"])
def test_any_last_id_is_answered(home: EmbeddedHome, event_id: str) -> None:
    """It comes from outside."""
    assert events_answer(event_id, home, 0).startswith("retry: ")
