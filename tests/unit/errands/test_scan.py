"""A library becomes lines and tasks, whatever happens meanwhile."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from showrunner.connections.models import ExcludePath, Library
from showrunner.connections.store import ConnectionStore
from showrunner.errands.scan import handle_scan, skip_library, wait_for_server
from showrunner.errors import KeyRefusedError, UnreachableError
from showrunner.jobs.create import NewJob, create_job
from showrunner.jobs.log import read_log
from showrunner.jobs.models import FileOutcome, Job, JobFile, JobStatus
from showrunner.jobs.resend import resend
from showrunner.jobs.steps import handle_jobs_message
from showrunner.jobs.store import cancel_job, files_of, get_job, start_file, update_file
from showrunner.ports.documents import each
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.errands.dying import survive_every_death
from tests.unit.errands.fake_server import FakeServer, clients, episodes, server


def library_job(home: EmbeddedHome, **facts: Any) -> str:
    """A job whose first errand is on its queue."""
    new = NewJob(**{"title": "TV", "source": "manual", "kind": "library"} | facts)
    job_id = create_job(new, home)
    queue = home.queue("jobs")
    for message in queue.receive(max_messages=10):
        handle_jobs_message(message.body, home)
        queue.finish(message)
    return job_id


def scan_all(home: EmbeddedHome, **servers: FakeServer) -> int:
    """Work off every errand; how many steps that took."""
    queue, steps = home.queue("errands"), 0
    while messages := queue.receive():
        handle_scan(messages[0].body, home, make_client=clients(**servers))
        queue.finish(messages[0])
        steps += 1
    return steps


def paths(home: EmbeddedHome, job_id: str) -> list[str]:
    documents = each(home.documents, files_of(job_id))
    return [JobFile.model_validate(document.body).path for document in documents]


def tasks(home: EmbeddedHome, queue: str = "frames") -> list[dict[str, Any]]:
    found = []
    while messages := home.queue(queue).receive(max_messages=10):
        found += [message.body for message in messages]
    return found


def test_every_file_of_a_library_becomes_a_line_and_a_task(home: EmbeddedHome) -> None:
    """Lines carry the server, its item and the path as the server sees it."""
    ConnectionStore(home.documents).add(server("plex"))
    plex = FakeServer(episodes(1203))
    job_id = library_job(home, connection_id="plex", library_id="1")

    assert scan_all(home, plex=plex) == 3
    assert plex.closed == 3
    assert paths(home, job_id) == [item.paths[0] for item in plex.items]
    line = JobFile.model_validate(home.documents.list(files_of(job_id), limit=1)[0].body)
    assert (line.connection_id, line.server_item_id, line.title) == ("plex", "0", "Episode 0")
    numbers = [task["file_number"] for task in tasks(home)]
    assert numbers == list(range(1, 1204))
    job = get_job(home.documents, job_id)
    assert job.scan is not None
    assert (job.total_items, job.scan.done, job.status) == (1203, True, JobStatus.RUNNING)


def test_progress_shows_from_the_first_page_on(home: EmbeddedHome) -> None:
    """The total grows; all that is known being done is not the end while more may come."""
    ConnectionStore(home.documents).add(server("plex"))
    job_id = library_job(home)
    queue = home.queue("errands")
    (message,) = queue.receive()
    handle_scan(message.body, home, make_client=clients(plex=FakeServer(episodes(501))))

    for number in range(1, 501):
        start_file(home, job_id, number)
        update_file(home, job_id, number, outcome=FileOutcome.COMPLETED)
    job = get_job(home.documents, job_id)
    assert (job.total_items, job.progress, job.status) == (500, 99, JobStatus.RUNNING)

    scan_all(home, plex=FakeServer(episodes(501)))
    update_file(home, job_id, 501, outcome=FileOutcome.COMPLETED)
    job = get_job(home.documents, job_id)
    assert (job.total_items, job.progress, job.status) == (501, 100, JobStatus.COMPLETED)


@pytest.mark.parametrize(("sort_by", "expected"), [("oldest", 1), (None, 1), ("newest", -1)])
def test_the_order_is_the_one_asked_for(
    home: EmbeddedHome, sort_by: str | None, expected: int
) -> None:
    """No order is the oldest first: nothing that comes in meanwhile moves what is to come."""
    ConnectionStore(home.documents).add(server("plex"))
    plex = FakeServer(episodes(700))
    job_id = library_job(home, sort_by=sort_by)
    scan_all(home, plex=plex)

    assert paths(home, job_id) == [item.paths[0] for item in plex.items][::expected]


def test_random_order_takes_every_file_once_and_mixes_them(home: EmbeddedHome) -> None:
    """Pages in an order of their own, shuffled inside."""
    ConnectionStore(home.documents).add(server("plex"))
    plex = FakeServer(episodes(2100))
    job_id = library_job(home, sort_by="random")
    scan_all(home, plex=plex)

    found, in_order = paths(home, job_id), [item.paths[0] for item in plex.items]
    assert sorted(found) == in_order
    assert found != in_order
    assert sum(a < b for a, b in pairwise(found)) < 1500


def test_what_vanishes_meanwhile_takes_nothing_else_along(home: EmbeddedHome) -> None:
    """A deleted item moves the others up over the edge of what was read: it is read again."""
    ConnectionStore(home.documents).add(server("plex"))
    plex = FakeServer(episodes(1000))
    kept = plex.items[500].paths[0]

    def delete_one(start: int) -> None:
        if start == 500 and len(plex.items) == 1000:
            del plex.items[3]

    plex.on_page = delete_one
    job_id = library_job(home)
    scan_all(home, plex=plex)

    assert kept in paths(home, job_id)


def test_every_version_of_an_item_is_a_line(home: EmbeddedHome) -> None:
    """And a file that the server names twice is one."""
    ConnectionStore(home.documents).add(server("plex"))
    (film,) = episodes(1)
    film = film.model_copy(update={"paths": ["/data/tv/4k.mkv", "/data/tv/hd.mkv"]})
    job_id = library_job(home)
    scan_all(home, plex=FakeServer([film, film]))

    assert paths(home, job_id) == ["/data/tv/4k.mkv", "/data/tv/hd.mkv"]


def test_excluded_files_never_become_lines(home: EmbeddedHome) -> None:
    """The rules are about the path as this machine sees it."""
    rule = ExcludePath(value="/mnt/tv/Show/Show - S01E0001.mkv")
    ConnectionStore(home.documents).add(server("plex", excludes=[rule]))
    job_id = library_job(home)
    scan_all(home, plex=FakeServer(episodes(3)))

    assert [path[-8:] for path in paths(home, job_id)] == ["0000.mkv", "0002.mkv"]


def test_disabled_libraries_and_servers_are_left_out(home: EmbeddedHome) -> None:
    """Of all libraries only the enabled ones are meant."""
    off = Library(native_id="2", name="Off", locations=["/data/off"], enabled=False)
    on = Library(native_id="1", name="TV", locations=["/data/tv"])
    ConnectionStore(home.documents).add(server("plex", libraries=[on, off]))
    ConnectionStore(home.documents).add(server("emby", enabled=False))
    job_id = library_job(home)
    scan_all(home, plex=FakeServer(episodes(2)))

    job = get_job(home.documents, job_id)
    assert job.scan is not None
    assert [one.name for one in job.scan.libraries or ()] == ["TV"]
    assert job.total_items == 2


def test_a_file_on_several_servers_is_one_line(home: EmbeddedHome) -> None:
    """Whatever each of them calls it; what only one has is a line, too."""
    store = ConnectionStore(home.documents)
    store.add(server("plex"))
    mapping = {"remote_prefix": "/media", "local_prefix": "/mnt"}
    library = Library(native_id="1", name="Shows", locations=["/media/tv"])
    store.add(server("jelly", path_mappings=[mapping], libraries=[library]))
    job_id = library_job(home)
    scan_all(
        home,
        jelly=FakeServer(episodes(600, folder="/media/tv")),
        plex=FakeServer(episodes(610)),
    )

    found = paths(home, job_id)
    assert len(found) == 610
    assert Counter(path.split("/")[1] for path in found) == {"media": 600, "data": 10}


def test_recently_added_takes_only_what_is_new(home: EmbeddedHome, clock: FakeClock) -> None:
    """Counted from when the job was made, not from when the page is read."""
    ConnectionStore(home.documents).add(server("plex"))
    items = [
        item.model_copy(update={"added_at": clock.now() - timedelta(hours=hours)})
        for item, hours in zip(episodes(3), (5, 1.5, 0.5), strict=True)
    ]
    job_id = library_job(home, kind="recently_added", lookback_hours=2)
    clock.advance(3600)
    scan_all(home, plex=FakeServer(items))

    assert paths(home, job_id) == [items[2].paths[0], items[1].paths[0]]


def test_a_library_without_anything_new_is_a_finished_job(home: EmbeddedHome) -> None:
    """Nothing to do is no failure."""
    ConnectionStore(home.documents).add(server("plex"))
    job_id = library_job(home, kind="recently_added")
    scan_all(home, plex=FakeServer())

    job = get_job(home.documents, job_id)
    assert (job.status, job.progress, job.total_items) == (JobStatus.COMPLETED, 100, 0)


def test_an_unreachable_server_is_the_callers_to_retry(home: EmbeddedHome) -> None:
    """Nothing is changed; the same message goes on when the server is back."""
    ConnectionStore(home.documents).add(server("plex"))
    plex = FakeServer(episodes(3))
    plex.error = UnreachableError("Plex did not answer.")
    job_id = library_job(home)
    (message,) = home.queue("errands").receive()
    with pytest.raises(UnreachableError):
        handle_scan(message.body, home, make_client=clients(plex=plex))

    plex.error = None
    handle_scan(message.body, home, make_client=clients(plex=plex))
    assert len(paths(home, job_id)) == 3


def test_a_library_that_is_given_up_does_not_stop_the_others(home: EmbeddedHome) -> None:
    """The job says why something is missing."""
    store = ConnectionStore(home.documents)
    store.add(server("a"))
    store.add(server("b"))
    job_id = library_job(home)
    (message,) = home.queue("errands").receive()
    skip_library(message.body, home, "a did not answer for an hour.")
    skip_library(message.body, home, "a did not answer for an hour.")
    home.queue("errands").finish(message)
    scan_all(home, b=FakeServer(episodes(2)))

    job = get_job(home.documents, job_id)
    assert (job.total_items, job.message) == (2, "a did not answer for an hour.")
    assert "a did not answer" in read_log(home.documents, job_id, offset=0, limit=1)[0].message


def test_every_library_that_was_given_up_is_named(home: EmbeddedHome) -> None:
    """The last reason does not hide the others."""
    store = ConnectionStore(home.documents)
    for name in ("a", "b"):
        store.add(server(name))
    store.add(server("c"))
    job_id = library_job(home)
    for name in ("a", "b"):
        (message,) = home.queue("errands").receive()
        skip_library(message.body, home, f"{name} did not answer.")
        home.queue("errands").finish(message)
    scan_all(home, c=FakeServer(episodes(1)))

    job = get_job(home.documents, job_id)
    assert (job.status, job.message) == (JobStatus.RUNNING, "a did not answer. b did not answer.")


def test_a_job_says_what_its_scan_waits_for_until_it_goes_on(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """An hour without any progress has its reason on the job."""
    ConnectionStore(home.documents).add(server("plex"))
    job_id = library_job(home)
    (message,) = home.queue("errands").receive()
    at = clock.now() + timedelta(minutes=1)
    assert wait_for_server(message.body, home, "plex did not answer (retry 1 of 5)", at)

    job = get_job(home.documents, job_id)
    assert job.scan is not None
    assert (job.message, job.scan.retry_at) == ("plex did not answer (retry 1 of 5)", at)
    handle_scan(message.body, home, make_client=clients(plex=FakeServer(episodes(2))))

    job = get_job(home.documents, job_id)
    assert job.scan is not None
    assert (job.message, job.scan.retry_at, job.total_items) == (None, None, 2)


def test_a_scan_that_was_sent_anew_goes_on_once(home: EmbeddedHome, clock: FakeClock) -> None:
    """The message that still waits for its time finds that it is outdated."""
    ConnectionStore(home.documents).add(server("plex"))
    job_id = library_job(home)
    (message,) = home.queue("errands").receive()
    home.queue("errands").finish(message)
    wait_for_server(message.body, home, "away", clock.now() + timedelta(hours=1))
    survive_every_death(home, lambda dying: resend(job_id, dying, only="waiting"), at_most=10)

    plex = FakeServer(episodes(2))
    handle_scan(message.body, home, make_client=clients(plex=plex))
    assert plex.pages == []
    scan_all(home, plex=plex)
    assert plex.pages == [0]
    assert len(paths(home, job_id)) == 2
    assert not wait_for_server(message.body, home, "away", clock.now())


def test_a_job_that_could_read_nothing_has_failed(home: EmbeddedHome) -> None:
    """A refused key is the owner's to mend: no retry, and the reason on the job."""
    ConnectionStore(home.documents).add(server("plex"))
    plex = FakeServer(episodes(3))
    plex.error = KeyRefusedError("Plex refused the key.")
    job_id = library_job(home)
    scan_all(home, plex=plex)

    job = get_job(home.documents, job_id)
    assert (job.status, job.message) == (JobStatus.FAILED, "Plex refused the key.")


def test_a_job_without_any_library_has_failed(home: EmbeddedHome) -> None:
    """Its libraries may be gone since a schedule was made."""
    job_id = library_job(home, connection_id="gone", library_id="1")
    scan_all(home)

    job = get_job(home.documents, job_id)
    assert job.status is JobStatus.FAILED
    assert "gone" in (job.message or "")


def test_a_cancelled_job_reads_no_further(home: EmbeddedHome) -> None:
    """What was found by then is cancelled, and the counts add up."""
    ConnectionStore(home.documents).add(server("plex"))
    job_id = library_job(home)
    plex = FakeServer(episodes(900))
    (message,) = home.queue("errands").receive()
    handle_scan(message.body, home, make_client=clients(plex=plex))
    home.queue("errands").finish(message)
    cancel_job(home.documents, home.clock, job_id)
    scan_all(home, plex=plex)

    job = get_job(home.documents, job_id)
    assert plex.pages == [0]
    assert (job.status, job.total_items, job.cancelled_items) == (JobStatus.CANCELLED, 500, 500)


@pytest.mark.parametrize("sort_by", [None, "random"])
def test_a_scan_that_dies_anywhere_loses_and_doubles_no_line(
    home: EmbeddedHome, sort_by: str | None
) -> None:
    """Every message comes again after each death, and the server answers otherwise each time."""
    ConnectionStore(home.documents).add(server("plex"))
    plex = FakeServer(episodes(510))
    plex.on_page = lambda _start: plex.items.append(episodes(1, start=len(plex.items))[0])
    job_id = library_job(home, sort_by=sort_by)
    queue, deaths = home.queue("errands"), 0
    while messages := queue.receive():
        body = messages[0].body
        deaths += survive_every_death(
            home,
            lambda dying, body=body: handle_scan(body, dying, make_client=clients(plex=plex)),  # type: ignore[misc]
            at_most=30,
        )
        queue.finish(messages[0])

    job = get_job(home.documents, job_id)
    found = paths(home, job_id)
    assert deaths > 10
    assert found == list(dict.fromkeys(found))
    assert {item.paths[0] for item in episodes(510)} <= set(found)
    assert len(found) == job.total_items
    assert {task["file_number"] for task in tasks(home)} == set(range(1, job.total_items + 1))
    assert list(home.blobs.list("job-found/")) == []


def test_a_message_that_came_twice_adds_nothing(home: EmbeddedHome) -> None:
    """Its twin may read a page that the server gives otherwise, after all of it was done."""
    ConnectionStore(home.documents).add(server("plex"))
    plex = FakeServer(episodes(510))
    job_id = library_job(home)
    (message,) = home.queue("errands").receive()
    twin = message.body

    def meanwhile(_start: int) -> None:
        plex.on_page = lambda _start: None
        handle_scan(twin, home, make_client=clients(plex=plex))
        plex.items[:0] = episodes(7, start=900)

    plex.on_page = meanwhile
    handle_scan(message.body, home, make_client=clients(plex=plex))
    home.queue("errands").finish(message)
    scan_all(home, plex=plex)

    found = paths(home, job_id)
    assert found[:500] == [item.paths[0] for item in episodes(500)]
    assert len(found) == get_job(home.documents, job_id).total_items == 517
    assert list(home.blobs.list("job-found/")) == []


def test_a_job_of_before_scans_is_still_read() -> None:
    """Stored jobs have none of the new fields."""
    stored = {
        "id": "20260101T000000000-0123456789ab",
        "title": "Films",
        "source": "manual",
        "status": "running",
        "priority": 2,
        "force": False,
        "batch_id": None,
        "created_at": "2026-01-01T00:00:00Z",
        "started_at": None,
        "finished_at": None,
        "total_items": 4,
        "completed_items": 1,
        "skipped_items": 0,
        "failed_items": 0,
        "cancelled_items": 0,
    }
    job = Job.model_validate(stored)
    assert (job.kind, job.scan, job.is_counted, job.progress) == ("files", None, True, 25)
