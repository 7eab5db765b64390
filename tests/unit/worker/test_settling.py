"""Whatever happens to a worker, its task is done, handed on or set aside."""

from pathlib import Path

import pytest

from showrunner.connections.models import ConnectionKind
from showrunner.jobs.dead_letters import redrive
from showrunner.jobs.models import FileOutcome
from showrunner.jobs.queues import FRAMES_QUEUES
from showrunner.jobs.store import cancel_job, get_job, update_file
from showrunner.ports.queues import QueueDepth
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.worker import slot as slot_module
from showrunner.previews.worker.runner import POISONOUS_AFTER
from showrunner.previews.worker.slot import Slot
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.worker.stage import connect, job_of, line_of, log_of, names


def test_a_file_that_ended_several_workers_is_set_aside(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, clock: FakeClock
) -> None:
    """Its task goes to the dead letters with the reason; its line fails; the queue is free."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    queue = home.queue("frames")
    for _ in range(POISONOUS_AFTER - 1):
        assert queue.receive(lease_seconds=30)  # and the worker dies
        clock.advance(31)

    slot.run_one(0)

    assert line_of(home, job_id).outcome is FileOutcome.FAILED
    (letter,) = queue.dead_letters()
    assert letter.reason is not None
    assert "3 workers" in letter.reason
    assert names(media) == ["film.mkv"]


def test_the_task_of_a_cancelled_job_does_nothing(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """It is taken off the queue and the file is never opened."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    cancel_job(home.documents, home.clock, job_id)

    assert slot.run_one(0)

    assert names(media) == ["film.mkv"]
    assert home.queue("frames").depth().visible == 0


def test_a_worker_that_is_stopped_hands_its_task_on(
    home: EmbeddedHome, media: Path, film: Path, decoder: Decoder
) -> None:
    """The line is queued again and the task waits, as if never tried."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    Slot("test-0", home, 30, lambda: True, decoder).run_one(0)

    assert line_of(home, job_id).outcome is FileOutcome.QUEUED
    (message,) = home.queue("frames").receive()
    assert message.receive_count == 1
    assert names(media) == ["film.mkv"]


def pause(home: EmbeddedHome, *, is_on: bool) -> None:
    home.documents.put("settings", "processing", {"paused": is_on})


def test_a_paused_worker_begins_no_file(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """A task that came just then goes back as it was; it is done when the pause is over."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    pause(home, is_on=True)
    slot.run_one(0)

    assert slot.rest
    assert line_of(home, job_id).outcome is FileOutcome.QUEUED
    assert names(media) == ["film.mkv"]

    pause(home, is_on=False)
    slot.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED
    assert line_of(home, job_id).attempts == 1


def test_a_retired_slot_begins_no_file(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, decoder: Decoder
) -> None:
    """What it had just received is another slot's."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    slot.retire()
    slot.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.QUEUED

    Slot("test-1", home, 30, lambda: False, decoder).run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED


def test_a_file_that_breaks_us_is_set_aside_with_what_broke(
    home: EmbeddedHome,
    slot: Slot,
    media: Path,
    film: Path,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Line, log and dead letter say the reason; no secret gets into them."""

    def broken(*_: object) -> None:
        raise ValueError("token=SECRET is odd")

    monkeypatch.setattr(slot_module, "process", broken)
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    for _ in range(POISONOUS_AFTER):
        assert slot.run_one(0)
        clock.advance(10)

    line = line_of(home, job_id)
    (letter,) = home.queue("frames").dead_letters()
    assert line.outcome is FileOutcome.FAILED
    assert line.message == letter.reason
    assert letter.reason is not None
    assert "It failed 3 times" in letter.reason
    assert "ValueError: token=**** is odd" in letter.reason
    assert log_of(home, job_id).count("ValueError: token=****") == POISONOUS_AFTER


def test_a_file_that_was_set_aside_runs_again_when_it_is_redriven(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, clock: FakeClock
) -> None:
    """Its line is queued, its tries begin anew, and the job ends once more."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    for _ in range(POISONOUS_AFTER - 1):
        home.queue("frames").receive(lease_seconds=30)
        clock.advance(31)
    slot.run_one(0)
    assert get_job(home.documents, job_id).status == "failed"

    redrive(home, "frames", 10)
    assert slot.run_one(0)

    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED
    job = get_job(home.documents, job_id)
    assert (job.status, job.completed_items, job.failed_items) == ("completed", 1, 0)


def test_a_worker_that_died_while_setting_aside_has_lost_no_dead_letter(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, clock: FakeClock
) -> None:
    """The line had failed already; the message follows."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    for _ in range(POISONOUS_AFTER - 1):
        home.queue("frames").receive(lease_seconds=30)
        clock.advance(31)
    update_file(home, job_id, 1, outcome=FileOutcome.FAILED, message="set aside")
    slot.run_one(0)

    assert home.queue("frames").depth().dead == 1


@pytest.mark.parametrize("body", [{}, {"job_id": "j"}, {"job_id": "j", "file_number": "one"}])
def test_what_is_no_task_is_set_aside_at_once(
    home: EmbeddedHome, slot: Slot, body: dict[str, object]
) -> None:
    """And stops no other task."""
    home.queue("frames").send(body)
    assert slot.run_one(0)

    (letter,) = home.queue("frames").dead_letters()
    assert "no task" in (letter.reason or "")


def test_the_task_of_a_deleted_job_does_nothing(home: EmbeddedHome, slot: Slot) -> None:
    """There is no line to write on."""
    home.queue("frames").send({"job_id": "gone", "file_number": 1})
    assert slot.run_one(0)

    assert home.queue("frames").depth() == QueueDepth(0, 0, 0, 0)


def test_a_task_that_was_sent_anew_is_dropped_where_it_was(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """Its line's priority changed: only the task with the new ticket counts."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    update_file(home, job_id, 1, ticket=1)
    assert slot.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.QUEUED
    assert line_of(home, job_id).attempts == 0

    home.queue("frames_high").send({"job_id": job_id, "file_number": 1, "ticket": 1})
    assert slot.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED


def test_a_second_delivery_of_a_task_does_nothing_twice(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """Queues deliver at least once."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    home.queue("frames").send({"job_id": job_id, "file_number": 1})
    assert [slot.run_one(0), slot.run_one(0)] == [True, True]

    assert line_of(home, job_id).attempts == 1
    assert get_job(home.documents, job_id).completed_items == 1


@pytest.mark.parametrize("priority", [1, 3])
def test_a_task_goes_back_to_the_queue_that_it_came_from(
    home: EmbeddedHome, media: Path, film: Path, decoder: Decoder, priority: int
) -> None:
    """A stopped worker changes nobody's priority."""
    connect(home, ConnectionKind.EMBY, media)
    job_of(home, film, priority=priority)
    Slot("test-0", home, 30, lambda: True, decoder).run_one(0)

    assert home.queue(FRAMES_QUEUES[priority]).depth().visible == 1


def test_a_task_of_an_older_worker_is_read_as_it_was(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, tmp_path: Path
) -> None:
    """It has the tries of the chain in itself, and no ticket."""
    connect(home, ConnectionKind.PLEX, media, plex_config_folder=str(tmp_path))
    job_id = job_of(home, film)
    home.queue("frames").receive()
    home.queue("frames").send({"job_id": job_id, "file_number": 1, "tries": 4})
    slot.run_one(0)

    assert line_of(home, job_id).tries == 5
    assert "retry 3 of 5" in (line_of(home, job_id).message or "")


def test_the_log_tells_how_a_file_went(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """What was read, how, and what came of it; a fresh file is one entry."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    slot.run_one(0)
    began, how, end = log_of(home, job_id).splitlines()

    assert began == f"film.mkv: reads {film} for 1 output"
    assert how.startswith("film.mkv: indexed on cpu, 3 pictures: ")
    assert end == "film.mkv: completed"

    again = job_of(home, film)
    slot.run_one(0)
    assert log_of(home, again) == "film.mkv: skipped: Every server has fresh previews."
