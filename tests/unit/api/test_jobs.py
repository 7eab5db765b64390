"""The jobs API as scripts call it, through the real function."""

import json
from typing import Any

import pytest

from showrunner.jobs.models import FileOutcome, WorkerState
from showrunner.jobs.store import report_worker, start_file, update_file
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.api.jobs_api import JobsApi


@pytest.fixture
def api(home: EmbeddedHome) -> JobsApi:
    return JobsApi(home)


def test_a_job_is_made_of_paths_and_listed(api: JobsApi, home: EmbeddedHome) -> None:
    """Create, list, one, files: the shapes of the reference document and a line per file."""
    status, made = api.call("POST", "/api/v1/jobs", {"file_paths": ["/m/a.mkv", "/m/b.mkv"]})
    assert (status, made["status"], made["message"]) == (
        201,
        "pending",
        "Job created successfully",
    )

    _, listed = api.call("GET", "/api/v1/jobs")
    (job,) = listed["jobs"]
    assert (
        job.items()
        >= {
            "id": made["id"],
            "status": "pending",
            "progress": 0,
            "total_items": 2,
            "completed_items": 0,
            "failed_items": 0,
            "title": "2 files",
            "source": "manual",
        }.items()
    )
    assert listed["next"] is None

    _, files = api.call("GET", f"/api/v1/jobs/{made['id']}/files")
    assert [(f["number"], f["path"], f["outcome"]) for f in files["files"]] == [
        (1, "/m/a.mkv", "queued"),
        (2, "/m/b.mkv", "queued"),
    ]
    assert home.queue("jobs").depth().visible == 1


def test_one_job_names_the_workers_that_are_on_it(api: JobsApi, home: EmbeddedHome) -> None:
    """And no others."""
    _, made = api.call("POST", "/api/jobs/manual", {"file_path": "/m/a.mkv"})
    now = home.clock.now()
    for name, job_id in (("w-1", made["id"]), ("w-2", "another")):
        state = WorkerState(
            id=name, type="cpu", status="working", job_id=job_id, done=3, total=9, updated_at=now
        )
        report_worker(home.documents, state)

    _, job = api.call("GET", f"/api/v1/jobs/{made['id']}")
    assert [(worker["id"], worker["done"], worker["total"]) for worker in job["workers"]] == [
        ("w-1", 3, 9)
    ]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("{", "JSON"),
        ({}, "file_path"),
        ({"file_path": ""}, "file_path"),
        ({"file_path": "relative.mkv"}, "absolute"),
        ({"file_path": 5}, "file_path"),
        ({"file_paths": ["/m/a.mkv", "b"]}, "absolute"),
        ({"file_paths": "/m/a.mkv"}, "file_paths"),
        ({"file_paths": ["/m/a.mkv"] * 5001}, "5000"),
        ({"file_path": "/m/a.mkv", "priority": 9}, "priority"),
        ([], "body"),
        ({"library_id": "1", "file_path": "/m/a.mkv"}, "not both"),
        ({"library_id": ""}, "library_id"),
        ({"library_id": "1", "sort_by": "size"}, "sort_by"),
        ({"library_id": "1"}, "library_id"),
        ({"library_id": None}, "enable one"),
        ({"server_id": "gone"}, "server_id"),
        ({"file_path": "/m/a.mkv", "server_id": "gone"}, "server_id"),
    ],
)
def test_a_bad_request_is_refused_by_field_and_leaves_nothing(
    api: JobsApi, home: EmbeddedHome, body: Any, word: str
) -> None:
    """400 (or 422's meaning in our one shape), and no job, line or message is there."""
    status, answer = api.call("POST", "/api/v1/jobs", body)
    assert status == 400, answer
    assert set(answer) <= {"error", "message", "details"}
    assert word in json.dumps(answer)
    assert home.documents.list("jobs") == []
    assert home.queue("jobs").depth().visible == 0


def test_json_is_json_whatever_its_content_type_says(api: JobsApi) -> None:
    """`curl -d` sends a form's type unless told otherwise."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert api.call("POST", "/api/v1/jobs", {"file_path": "/m/a.mkv"}, form)[0] == 201


def test_cancelling_is_for_jobs_that_are_not_over(api: JobsApi) -> None:
    """The second time it is 409, for an unknown id 404."""
    _, made = api.call("POST", "/api/v1/jobs", {"file_path": "/m/a.mkv"})
    status, job = api.call("POST", f"/api/v1/jobs/{made['id']}/cancel")
    assert (status, job["status"], job["cancelled_items"]) == (200, "cancelled", 1)

    assert api.call("POST", f"/api/v1/jobs/{made['id']}/cancel")[0] == 409
    assert api.call("POST", "/api/v1/jobs/nope/cancel")[0] == 404
    assert api.call("GET", "/api/v1/jobs/nope/files")[0] == 404


def test_pages_lead_to_the_end(api: JobsApi, home: EmbeddedHome, clock: FakeClock) -> None:
    """`next` of one page is `after` of the next, for jobs and for files."""
    for number in range(3):
        api.call("POST", "/api/v1/jobs", {"file_path": f"/m/{number}.mkv"})
        clock.advance(1)
    _, first = api.call("GET", "/api/v1/jobs", limit=2)
    _, second = api.call("GET", "/api/v1/jobs", limit=2, after=first["next"])
    assert [job["title"] for job in first["jobs"] + second["jobs"]] == ["2.mkv", "1.mkv", "0.mkv"]

    _, made = api.call("POST", "/api/v1/jobs", {"file_paths": [f"/m/{n}.mkv" for n in range(3)]})
    path = f"/api/v1/jobs/{made['id']}/files"
    _, first = api.call("GET", path, limit=2)
    _, second = api.call("GET", path, limit=2, after=first["next"])
    assert [file["number"] for file in first["files"] + second["files"]] == [1, 2, 3]


@pytest.mark.parametrize("limit", ["0", "501", "many"])
def test_a_bad_limit_is_refused(api: JobsApi, limit: str) -> None:
    """By its name."""
    status, answer = api.call("GET", "/api/v1/jobs", limit=limit)
    assert status == 400
    assert "limit" in answer["message"]


def test_a_finished_job_counts_what_became_of_its_files(api: JobsApi, home: EmbeddedHome) -> None:
    """Failed and completed files add up to the total."""
    _, made = api.call("POST", "/api/v1/jobs", {"file_paths": ["/m/a.mkv", "/m/b.mkv"]})
    for number, outcome in ((1, FileOutcome.COMPLETED), (2, FileOutcome.FAILED)):
        start_file(home, made["id"], number)
        update_file(home, made["id"], number, outcome=outcome, message="why")

    _, job = api.call("GET", f"/api/v1/jobs/{made['id']}")
    assert (job["status"], job["progress"]) == ("completed", 100)
    assert (job["completed_items"], job["failed_items"]) == (1, 1)
