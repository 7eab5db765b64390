"""Batches that wait, and the history of webhooks, over HTTP."""

import pytest

from showrunner.access import check_token
from showrunner.batches.gather import fire_for_job
from showrunner.batches.routes import add_routes
from showrunner.batches.store import open_batches
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.errors import NotFoundError
from showrunner.events.models import EventKind
from showrunner.jobs.store import get_job, list_jobs
from showrunner.webhooks.intake import receive
from tests.calls import TOKEN, answered, http_event
from tests.unit.batches.conftest import report


@pytest.fixture
def ask(home, monkeypatch):
    """`ask("GET", "/webhooks/pending")`: status and body."""
    monkeypatch.setenv("WEB_AUTH_TOKEN", TOKEN)
    app = HttpApp(validates=True)
    add_routes(app)
    entry = http_entry("webhooks", app, check_token)

    def ask(method, path, **query):
        headers = {"x-auth-token": TOKEN}
        event = http_event(f"/api/v1{path}", method=method, headers=headers, query=query)
        return answered(entry(event))

    return ask


@pytest.fixture
def import_files(home, drain):
    """`import_files("a", "b", source="sonarr")` and let them gather."""

    def import_files(*names, source="radarr"):
        receive([report(f"/m/{name}.mkv", name, source=source) for name in names], home)
        drain()

    return import_files


@pytest.fixture
def wait(clock, drain):
    """`wait(61)`: seconds go by and the consumer works."""

    def wait(seconds):
        clock.advance(seconds)
        drain()

    return wait


def test_pending_shows_what_gathers_with_its_countdown(ask, import_files, wait):
    """Source, files, and how long until it becomes which job."""
    import_files("b", "a")
    wait(20)

    status, body = ask("GET", "/webhooks/pending")

    (batch,) = body["pending"]
    job_id = batch.pop("job_id")
    assert status == 200
    assert batch == {
        "key": "radarr",
        "source": "radarr",
        "label": "Radarr: 2 files",
        "count": 2,
        "paths": ["/m/a.mkv", "/m/b.mkv"],
        "opened_at": "2026-11-21T10:24:30.000Z",
        "due_at": "2026-11-21T10:25:30.000Z",
        "seconds_left": 40,
    }
    wait(41)
    assert ask("GET", "/webhooks/pending")[1] == {"pending": []}
    assert ask("GET", "/webhooks/history")[1]["events"][0]["job_id"] == job_id


def test_pending_shows_the_first_twenty_of_many_files(ask, import_files):
    """The count tells of the rest."""
    import_files(*(f"{number:02}" for number in range(30)))

    (batch,) = ask("GET", "/webhooks/pending")[1]["pending"]
    assert (batch["count"], len(batch["paths"])) == (30, 20)


def test_a_batch_can_be_fired_at_once(home, ask, import_files, drain):
    """Nobody has to wait for the quiet period; other sources' batches stay."""
    import_files("a")
    import_files("b", source="sonarr")

    status, body = ask("POST", "/webhooks/pending/radarr/fire-now")
    drain()

    (job,) = list_jobs(home.documents)
    assert (status, body) == (
        202,
        {"success": True, "fired": True, "key": "radarr", "job_id": job.id},
    )
    assert [batch.source for batch in open_batches(home.documents)] == ["sonarr"]


def test_what_is_imported_after_the_firing_is_not_drawn_into_it(home, ask, import_files, drain):
    """The fired batch is closed although its job is made a moment later."""
    import_files("a")
    ask("POST", "/webhooks/pending/radarr/fire-now")
    import_files("b")

    assert [job.total_items for job in list_jobs(home.documents)] == [1]
    assert [batch.file_count for batch in open_batches(home.documents)] == [1]


def test_a_source_without_a_batch_has_nothing_to_fire(ask, import_files, wait):
    """Unknown, or dispatched already: 404 says where the list is."""
    assert ask("POST", "/webhooks/pending/radarr/fire-now")[0] == 404
    import_files("a")
    wait(61)

    status, body = ask("POST", "/webhooks/pending/radarr/fire-now")
    assert (status, "webhooks/pending" in body["message"]) == (404, True)


def test_a_batch_can_be_fired_by_the_job_it_becomes(home, import_files, drain):
    """Once it is a job there is nothing left to fire."""
    import_files("a")
    (batch,) = open_batches(home.documents)

    assert fire_for_job(home, batch.job_id).job_id == batch.job_id
    drain()

    assert get_job(home.documents, batch.job_id).total_items == 1
    with pytest.raises(NotFoundError, match="No batch for the job"):
        fire_for_job(home, batch.job_id)


def test_history_tells_what_came_and_what_became_of_it(home, ask, import_files, wait):
    """Newest first: the job, the import that it came of, the sender's test, what was of no use."""
    gone = report(kind=EventKind.DELETED, source="jellyfin", server_item_id="7")
    receive([gone], home)
    wait(1)
    receive([report(kind=EventKind.TEST, title="")], home)
    wait(1)
    import_files("a")
    wait(61)

    events = ask("GET", "/webhooks/history")[1]["events"]

    assert [(event["status"], event["source"]) for event in events] == [
        ("triggered", "radarr"),
        ("queued", "radarr"),
        ("test", "radarr"),
        ("ignored", "jellyfin"),
    ]
    (job,) = list_jobs(home.documents)
    triggered = {key: events[0][key] for key in ("job_id", "path_count", "files_preview", "title")}
    assert triggered == {
        "job_id": job.id,
        "path_count": 1,
        "files_preview": ["a.mkv"],
        "title": "Dune",
    }
    assert (events[1]["event_type"], events[1]["timestamp"]) == (
        "Download",
        "2026-11-21T10:24:32.000Z",
    )


def test_history_comes_in_pages_without_gaps(home, ask, import_files, wait):
    """`next` of one page is `after` of the following."""
    for name in "abcde":
        import_files(name)
        wait(61)
    whole = ask("GET", "/webhooks/history")[1]["events"]
    assert len(whole) == 10

    pages, after = [], {}
    while True:
        body = ask("GET", "/webhooks/history", limit=3, **after)[1]
        pages += body["events"]
        if body["next"] is None:
            break
        after = {"after": body["next"]}

    assert pages == whole


@pytest.mark.parametrize(
    ("filters", "statuses"),
    [
        ({"source": "sonarr"}, ["triggered", "queued"]),
        ({"status": "triggered"}, ["triggered", "triggered"]),
        ({"status": "test"}, ["test"]),
        ({"source": "plex"}, []),
    ],
)
def test_history_can_be_filtered(home, ask, import_files, wait, filters, statuses):
    """By sender and by what became of it."""
    receive([report(kind=EventKind.TEST)], home)
    import_files("a")
    import_files("b", source="sonarr")
    wait(61)

    events = ask("GET", "/webhooks/history", **filters)[1]["events"]
    assert [event["status"] for event in events] == statuses


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 101}, {"status": "lost"}])
def test_a_wrong_filter_is_refused_by_name(ask, wrong):
    """400 names the parameter."""
    status, body = ask("GET", "/webhooks/history", **wrong)

    assert (status, next(iter(wrong)) in body["message"]) == (400, True)


def test_a_cleared_history_is_empty_and_known_deliveries_stay_known(home, ask, import_files, wait):
    """Nothing is processed a second time because somebody tidied up."""
    import_files("a")
    wait(61)
    wait(1)
    assert ask("DELETE", "/webhooks/history") == (200, {"success": True})
    assert ask("GET", "/webhooks/history")[1] == {"events": [], "next": None}

    import_files("a")
    assert ask("GET", "/webhooks/history")[1]["events"] == []
    import_files("b")
    assert len(ask("GET", "/webhooks/history")[1]["events"]) == 1
