"""A job is whole or it is not there, however large and however often it is begun."""

from collections.abc import Iterator
from typing import Any

import pytest

from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.models import FileAction, JobStatus
from showrunner.jobs.steps import handle_jobs_message
from showrunner.jobs.store import find_job, get_job, list_files, list_jobs
from showrunner.wiring import EmbeddedHome
from tests.unit.errands.dying import survive_every_death
from tests.unit.jobs.conftest import MakeJob, Settle, tasks_on


def test_files_are_read_one_after_the_other(home: EmbeddedHome) -> None:
    """A library's 100,000 files never are in memory together."""
    held = []

    def files() -> Iterator[NewFile]:
        for number in range(1200):
            held.append(number)
            yield NewFile(f"/m/{number}.mkv")
            last = home.documents.list("job-files/one", limit=1, newest_first=True)
            assert (int(last[0].key) if last else 0) >= number - 500

    create_job(NewJob("Films", "manual", files()), home, job_id="one")
    assert len(held) == get_job(home.documents, "one").total_items == 1200


def test_a_creation_that_dies_anywhere_is_made_up_for(home: EmbeddedHome) -> None:
    """The caller calls again with the same id: one job, every line once, at least one message."""
    new = [NewFile(f"/m/{number}.mkv") for number in range(1010)]
    seen = []

    def step(dying: Any) -> None:
        seen.append(find_job(home.documents, "one"))
        create_job(NewJob("Films", "sonarr", new), dying, job_id="one")

    deaths = survive_every_death(home, step, at_most=10)

    assert deaths >= 4
    assert len(list_jobs(home.documents)) == 1
    lines = list_files(home.documents, get_job(home.documents, "one"), limit=2000)
    assert [line.path for line in lines] == [file.path for file in new]
    assert home.queue("jobs").depth().visible >= 1


def test_a_line_says_what_is_to_be_done(home: EmbeddedHome, settle: Settle) -> None:
    """What decodes nothing goes to the errands, the rest to the frames' queue of its priority."""
    item = {"connection_id": "plex", "server_item_id": "7"}
    files = [
        NewFile("/m/new.mkv"),
        NewFile("", "A Show", action=FileAction.FIND, **item),
        NewFile("/m/gone.mkv", action=FileAction.RETIRE),
        NewFile("/m/after.mkv", action=FileAction.MOVE, previous_path="/m/before.mkv"),
    ]
    job_id = create_job(NewJob("News", "plex", files, priority=3), home)
    settle()

    assert tasks_on(home, "frames_low") == [(1, 0)]
    errands = home.queue("errands").receive(max_messages=10)
    assert [message.body["kind"] for message in errands] == ["find", "retire", "move"]
    lines = list_files(home.documents, get_job(home.documents, job_id))
    assert [line.previous_path for line in lines] == [None, None, None, "/m/before.mkv"]
    assert (lines[1].connection_id, lines[1].server_item_id) == ("plex", "7")


@pytest.mark.parametrize(("given", "kept"), [(0.1, 0.25), (24, 24), (9999, 720), (None, 1)])
def test_a_lookback_is_clamped(home: EmbeddedHome, given: float | None, kept: float) -> None:
    """As the reference document says: 0.25 to 720 hours."""
    new = NewJob("New", "schedule", kind="recently_added", lookback_hours=given)
    assert get_job(home.documents, create_job(new, home)).lookback_hours == kept


def test_a_library_job_starts_with_one_errand(home: EmbeddedHome, settle: Settle) -> None:
    """A message that came twice starts no second enumeration."""
    job_id = create_job(NewJob("TV", "manual", kind="library"), home)
    handle_jobs_message({"job_id": job_id}, home)
    settle()

    (errand,) = home.queue("errands").receive(max_messages=10)
    assert errand.body == {"kind": "scan", "job_id": job_id, "step": 0, "ticket": 0}
    assert get_job(home.documents, job_id).status is JobStatus.PENDING


def test_a_large_job_is_queued_in_steps(
    home: EmbeddedHome, make_job: MakeJob, settle: Settle
) -> None:
    """Each message sends some thousand tasks; the job says when the last one was sent."""
    job_id = make_job(5001)
    assert get_job(home.documents, job_id).queued_at is None

    assert settle() == 2
    assert home.queue("frames").depth().visible == 5001
    assert get_job(home.documents, job_id).queued_at == home.clock.now()
