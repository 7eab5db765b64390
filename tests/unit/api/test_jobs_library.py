"""Jobs of libraries: which one is meant, and what is refused."""

from typing import Any

import pytest

from showrunner.connections.models import Library
from showrunner.connections.store import ConnectionStore
from showrunner.jobs.store import get_job
from showrunner.wiring import EmbeddedHome
from tests.unit.api.jobs_api import JobsApi
from tests.unit.errands.fake_server import server

SHOWS = Library(native_id="1", name="Shows", locations=["/data/tv"])
FILMS = Library(native_id="2", name="Films", locations=["/data/films"])
OFF = Library(native_id="9", name="Off", locations=["/data/off"], enabled=False)


@pytest.fixture
def api(home: EmbeddedHome) -> JobsApi:
    """Two servers, both of which call a library of theirs 1."""
    store = ConnectionStore(home.documents)
    store.add(server("plex", libraries=[SHOWS, OFF]))
    store.add(server("emby", libraries=[SHOWS, FILMS]))
    store.add(server("sleeping", libraries=[SHOWS], enabled=False))
    return JobsApi(home)


@pytest.mark.parametrize(
    ("body", "title", "connection_id", "library_id"),
    [
        ({"library_id": "2", "library_name": "Films"}, "Films", "emby", "2"),
        ({"library_id": "1", "server_id": "plex"}, "Shows", "plex", "1"),
        ({"server_id": "emby"}, "All libraries of emby", "emby", None),
        ({"library_id": None}, "All libraries", None, None),
    ],
)
def test_a_library_job_says_what_it_is_about(
    api: JobsApi,
    home: EmbeddedHome,
    body: dict[str, Any],
    title: str,
    connection_id: str | None,
    library_id: str | None,
) -> None:
    """The reference's answer and fields, and its enumeration on the way."""
    status, made = api.call("POST", "/jobs", body | {"sort_by": "newest", "priority": 3})
    assert (status, made["message"]) == (201, "Job created successfully")

    _, job = api.call("GET", f"/jobs/{made['id']}")
    assert (job["title"], job["library_name"], job["library_id"]) == (title, title, library_id)
    assert (job["connection_id"], job["kind"], job["sort_by"]) == (
        connection_id,
        "library",
        "newest",
    )
    assert (job["status"], job["progress"], job["scan"]["done"]) == ("pending", 0, False)
    assert home.queue("jobs").depth().visible == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"library_id": "1"}, ["server_id", "plex", "emby"]),
        ({"library_id": "7"}, ["library_id", "refresh"]),
        ({"library_id": "9"}, ["Off", "disabled"]),
        ({"library_id": "2", "server_id": "plex"}, ["library_id"]),
        ({"server_id": "sleeping"}, ["disabled"]),
        ({"server_id": "gone"}, ["server_id", "emby"]),
    ],
)
def test_what_is_not_one_enabled_library_is_refused(
    api: JobsApi, home: EmbeddedHome, body: dict[str, Any], words: list[str]
) -> None:
    """With the field, what there is, and what to do; nothing is left behind."""
    status, answer = api.call("POST", "/jobs", body)
    assert status == 400
    assert all(word in answer["message"] for word in words), answer
    assert home.documents.list("jobs") == []


def test_an_empty_order_is_the_servers_own(api: JobsApi, home: EmbeddedHome) -> None:
    """As the reference document has it."""
    _, made = api.call("POST", "/jobs", {"library_id": "2", "sort_by": ""})
    assert get_job(home.documents, made["id"]).sort_by is None


def test_paths_may_name_the_server_that_calls_them_so(api: JobsApi) -> None:
    """Two servers may call different files by one path."""
    body = {"file_paths": ["/data/tv/a.mkv"], "server_id": "plex", "force_regenerate": True}
    status, made = api.call("POST", "/jobs/manual", body)
    assert status == 201
    _, files = api.call("GET", f"/jobs/{made['id']}/files")
    assert files["files"][0]["connection_id"] == "plex"
    _, job = api.call("GET", f"/jobs/{made['id']}")
    assert (job["force"], job["library_id"]) == (True, None)


def test_a_library_is_found_in_the_list_by_id_and_name(api: JobsApi) -> None:
    """Among all the others."""
    _, made = api.call("POST", "/jobs", {"library_id": "2"})
    api.call("POST", "/jobs", {"file_path": "/m/a.mkv"})
    for library in ("2", "Films"):
        _, listed = api.call("GET", "/jobs", library=library)
        assert [job["id"] for job in listed["jobs"]] == [made["id"]]
