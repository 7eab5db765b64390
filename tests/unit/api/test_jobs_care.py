"""What an owner does with a job that is there, through the real functions."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from showrunner.batches.gather import handle_batch_messages
from showrunner.batches.store import open_batches
from showrunner.events.models import EventKind, Report
from showrunner.jobs import log
from showrunner.jobs.models import FileOutcome
from showrunner.jobs.steps import handle_jobs_message
from showrunner.jobs.store import start_file, update_file
from showrunner.settings import load_settings
from showrunner.webhooks.intake import receive
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.api.jobs_api import JobsApi

Made = Callable[..., str]


@pytest.fixture
def api(home: EmbeddedHome) -> JobsApi:
    return JobsApi(home)


@pytest.fixture
def made(api: JobsApi) -> Made:
    """Makes a job of so many files; gives its id."""

    def make(count: int = 2) -> str:
        body = {"file_paths": [f"/m/{number}.mkv" for number in range(1, count + 1)]}
        job_id: str = api.call("POST", "/jobs", body)[1]["id"]
        return job_id

    return make


def work_off(home: EmbeddedHome) -> None:
    queue = home.queue("jobs")
    while messages := queue.receive():
        handle_jobs_message(messages[0].body, home)
        queue.finish(messages[0])


def wait(home: EmbeddedHome, job_id: str, number: int) -> None:
    start_file(home, job_id, number)
    update_file(home, job_id, number, outcome=FileOutcome.WAITING, retry_at=home.clock.now())


def end(home: EmbeddedHome, job_id: str, count: int = 2) -> None:
    for number in range(1, count + 1):
        update_file(home, job_id, number, outcome=FileOutcome.COMPLETED)


def test_a_priority_is_set_while_the_job_goes_on(
    api: JobsApi, home: EmbeddedHome, made: Made
) -> None:
    """1, 2 or 3; the files change queues. Afterwards it is 409."""
    job_id = made()
    status, job = api.call("POST", f"/jobs/{job_id}/priority", {"priority": 1})
    assert (status, job["priority"]) == (200, 1)
    work_off(home)
    assert home.queue("frames_high").depth().visible >= 2

    status, answer = api.call("POST", f"/jobs/{job_id}/priority", {"priority": 4})
    assert (status, "priority" in answer["message"]) == (400, True)
    end(home, job_id)
    assert api.call("POST", f"/jobs/{job_id}/priority", {"priority": 3})[0] == 409
    assert api.call("POST", "/jobs/nope/priority", {"priority": 3})[0] == 404


def test_retry_now_is_fired_only_when_something_waits(
    api: JobsApi, home: EmbeddedHome, made: Made
) -> None:
    """200 with `fired`, 409 when nothing waits, 400 when nothing ever will."""
    job_id = made()
    assert api.call("POST", f"/jobs/{job_id}/retry-now")[0] == 409
    wait(home, job_id, 2)
    assert api.call("POST", f"/jobs/{job_id}/retry-now") == (
        200,
        {"fired": True, "job_id": job_id, "files": 1},
    )
    end(home, job_id)
    assert api.call("POST", f"/jobs/{job_id}/retry-now")[0] == 400


def test_a_finished_job_is_reprocessed_with_the_same_files(
    api: JobsApi, home: EmbeddedHome, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new job; a large one is copied by the queue."""
    job_id = made()
    assert api.call("POST", f"/jobs/{job_id}/reprocess")[0] == 409
    end(home, job_id)
    for limit in (1000, 1):
        monkeypatch.setattr("showrunner.jobs.care.COPIED_AT_ONCE", limit)
        status, again = api.call("POST", f"/jobs/{job_id}/reprocess")
        assert (status, again["status"]) == (201, "pending")
        work_off(home)
        _, files = api.call("GET", f"/jobs/{again['id']}/files")
        assert [(f["path"], f["outcome"]) for f in files["files"]] == [
            ("/m/1.mkv", "queued"),
            ("/m/2.mkv", "queued"),
        ]
    assert home.queue("frames").depth().visible == 4


def test_the_batch_that_is_to_become_a_job_is_fired(
    api: JobsApi, home: EmbeddedHome, made: Made
) -> None:
    """202 while it gathers; 404 for a job that has no batch waiting."""
    report = Report(EventKind.ADDED, "radarr", "Download", "Dune", "/m/dune.mkv")
    receive([report], home)
    queue = home.queue("batches")
    handle_batch_messages([message.body for message in queue.receive()], home)
    (batch,) = open_batches(home.documents)

    status, answer = api.call("POST", f"/jobs/{batch.job_id}/fire-webhook-now")
    assert (status, answer) == (202, {"fired": True, "job_id": batch.job_id})
    assert api.call("POST", f"/jobs/{made()}/fire-webhook-now")[0] == 404


def test_files_are_paged_filtered_and_searched(
    api: JobsApi, home: EmbeddedHome, made: Made
) -> None:
    """The reference's query, and our own `after`; per_page is capped, bad words are refused."""
    job_id = made(12)
    update_file(home, job_id, 11, outcome=FileOutcome.FAILED)
    path = f"/jobs/{job_id}/files"

    _, second = api.call("GET", path, page=2, per_page=5)
    assert [file["number"] for file in second["files"]] == [6, 7, 8, 9, 10]
    assert (second["total"], second["page"], second["per_page"], second["next"]) == (12, 2, 5, 10)
    _, failed = api.call("GET", path, outcome="failed", search="11.MKV")
    assert ([file["number"] for file in failed["files"]], failed["total"]) == ([11], 1)
    assert failed["counts"]["failed"] == 1
    assert api.call("GET", path, per_page=99999)[1]["per_page"] == 500
    assert api.call("GET", path, per_page=5)[1]["page"] == 1
    for query in ({"page": 0}, {"outcome": "odd"}, {"per_page": "many"}):
        assert api.call("GET", path, **query)[0] == 400


def test_a_log_is_read_in_pages_or_from_its_end(
    api: JobsApi, home: EmbeddedHome, made: Made
) -> None:
    """`offset` and `limit`, capped at 5000, or `last`."""
    job_id = made()
    log.append_all(home, job_id, [("info", str(number)) for number in range(7)])
    path = f"/jobs/{job_id}/logs"

    _, page = api.call("GET", path, offset=2, limit=3)
    assert [entry["message"] for entry in page["logs"]] == ["2", "3", "4"]
    assert (page["offset"], page["limit"], page["next_offset"]) == (2, 3, 5)
    _, tail = api.call("GET", path, last=2)
    assert [entry["message"] for entry in tail["logs"]] == ["5", "6"]
    assert api.call("GET", path, limit=100000)[1]["limit"] == 5000
    assert api.call("GET", path, offset=-1)[0] == 400
    assert api.call("GET", "/jobs/nope/logs")[0] == 404


def test_jobs_that_are_over_are_cleared_or_deleted(
    api: JobsApi, home: EmbeddedHome, made: Made
) -> None:
    """One that is not over stays, and its deletion is 409."""
    over, other, running = made(), made(), made()
    end(home, over)
    end(home, other)
    assert api.call("DELETE", f"/jobs/{running}")[0] == 409
    assert api.call("DELETE", f"/jobs/{other}") == (200, {"success": True, "id": other})
    assert api.call("GET", f"/jobs/{other}")[0] == 404
    assert api.call("POST", "/jobs/clear") == (200, {"success": True, "cleared": 1, "more": False})

    assert [job["id"] for job in api.call("GET", "/jobs")[1]["jobs"]] == [running]
    _, stats = api.call("GET", "/jobs/stats")
    assert (stats["total"], stats["pending"], stats["files"]["unfinished"]) == (1, 1, 2)


def test_the_pause_is_everyones_and_shows_on_every_open_job(
    api: JobsApi, home: EmbeddedHome, made: Made
) -> None:
    """Under a job's address and under its own."""
    job_id, over = made(), made()
    end(home, over)
    assert api.call("GET", "/processing/state")[1]["paused"] is False
    assert api.call("POST", f"/jobs/{job_id}/pause")[1] == {
        "paused": True,
        "reason": "owner",
        "until": None,
    }
    assert api.call("GET", "/processing/state")[1]["paused"] is True
    assert api.call("GET", f"/jobs/{job_id}")[1]["paused"] is True
    assert api.call("GET", f"/jobs/{over}")[1]["paused"] is False

    assert api.call("POST", "/processing/resume")[1]["paused"] is False
    assert api.call("POST", "/processing/pause")[1]["paused"] is True
    assert api.call("POST", f"/jobs/{job_id}/resume")[1]["paused"] is False
    assert api.call("POST", "/jobs/nope/pause")[0] == 404


def test_workers_are_added_and_removed_everywhere_alike(
    api: JobsApi, home: EmbeddedHome, made: Made
) -> None:
    """Under /workers and under a job; the answer says when it takes effect."""
    job_id = made()
    status, answer = api.call("POST", "/workers/add", {"type": "cpu", "count": 2})
    assert (status, answer["workers"]) == (200, 3)
    assert "2 seconds" in answer["message"]
    assert api.call("POST", f"/jobs/{job_id}/workers/add", {})[1]["workers"] == 4
    assert api.call("POST", f"/jobs/{job_id}/workers/remove", {"count": 3})[1]["workers"] == 1
    assert api.call("POST", "/workers/remove", {"count": 1})[1]["workers"] == 0
    assert load_settings(home.documents).cpu_threads == 0
    assert api.call("POST", "/workers/remove", {"count": 1})[0] == 409
    assert api.call("POST", "/workers/add", {"type": "gpu"})[0] == 409
    assert api.call("POST", "/workers/add", {"type": "tpu"})[0] == 400
    assert api.call("POST", "/workers/add", {"count": 33})[0] == 400
    assert api.call("POST", "/jobs/nope/workers/add", {})[0] == 404
    assert api.call("GET", "/jobs/workers") == (200, {"workers": []})


def test_dead_letters_are_looked_at_and_redriven(
    api: JobsApi, home: EmbeddedHome, made: Made
) -> None:
    """With the reason, and with the file that failed of it."""
    job_id = made(1)
    work_off(home)
    (message,) = home.queue("frames").receive()
    update_file(home, job_id, 1, outcome=FileOutcome.FAILED)
    home.queue("frames").bury(message, "It ended 3 workers.")

    _, shown = api.call("GET", "/dead-letters", queue="frames")
    assert [letter["reason"] for letter in shown["dead_letters"]] == ["It ended 3 workers."]
    status, answer = api.call("POST", "/dead-letters/redrive", {"queue": "frames"})
    assert (status, answer) == (200, {"queue": "frames", "redriven": 1, "lines": 1})
    assert api.call("GET", f"/jobs/{job_id}")[1]["status"] == "running"
    assert api.call("GET", "/dead-letters")[1]["total"] == 0
    assert api.call("GET", "/dead-letters", queue="nope")[0] == 400
    assert api.call("POST", "/dead-letters/redrive", {})[0] == 400


def test_progress_is_told_as_server_sent_events(
    api: JobsApi, home: EmbeddedHome, made: Made, clock: FakeClock
) -> None:
    """What the reader saw already is not told again."""
    job_id = made()
    first = api.answer("GET", "/jobs/events")
    assert first["headers"]["Content-Type"] == "text/event-stream"
    assert first["headers"]["Cache-Control"] == "no-store"
    assert "event: job_progress" in first["body"]
    (data,) = [
        json.loads(line.removeprefix("data: "))
        for line in first["body"].splitlines()
        if job_id in line and line.startswith("data: ")
    ]
    assert data["total"] == 2

    seen = {"last-event-id": _id_in(first)}
    assert "event:" not in api.answer("GET", "/jobs/events", more_headers=seen)["body"]
    end(home, job_id)
    assert "event: job_complete" in api.answer("GET", "/jobs/events", more_headers=seen)["body"]


def _id_in(answer: dict[str, Any]) -> str:
    lines: list[str] = answer["body"].splitlines()
    return next(line.removeprefix("id: ") for line in lines if line.startswith("id: "))
