"""A line that names a server's item becomes lines of its files."""

from typing import Any

import pytest

from showrunner.clients.models import FoundItem
from showrunner.connections.store import ConnectionStore
from showrunner.errands.find import handle_find
from showrunner.errors import KeyRefusedError, NotReadyError, UnreachableError
from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.models import FileAction, FileOutcome, JobFile, JobStatus
from showrunner.jobs.resend import resend
from showrunner.jobs.steps import queue_frame_tasks
from showrunner.jobs.store import cancel_job, find_file, get_job, list_files, update_file
from showrunner.wiring import EmbeddedHome
from tests.unit.errands.dying import DyingHome, KilledError, survive_every_death
from tests.unit.errands.fake_server import FakeServer, clients, server


def show(count: int) -> list[FoundItem]:
    """The episodes of the show 7."""
    return [
        FoundItem(
            item_id=f"7/{number}",
            title=f"Episode {number}",
            library_id="1",
            paths=[f"/data/tv/{number}.mkv"],
        )
        for number in range(1, count + 1)
    ]


def find_job_of(home: EmbeddedHome, **facts: Any) -> tuple[str, dict[str, Any]]:
    """A job of one ordinary line and one that names item 7 of plex, and the errand of that one."""
    ConnectionStore(home.documents).add(server("plex"))
    item = {"connection_id": "plex", "server_item_id": "7", "title": "A Show"} | facts
    files = [NewFile("/m/a.mkv"), NewFile("", action=FileAction.FIND, **item)]
    job_id = create_job(NewJob("New", "plex", files, priority=1), home)
    queue_frame_tasks(job_id, home)
    (message,) = home.queue("errands").receive()
    return job_id, message.body


def find(home: Any, body: dict[str, Any], plex: FakeServer) -> None:
    handle_find(body, home, make_client=clients(plex=plex))


def lines(home: EmbeddedHome, job_id: str) -> list[JobFile]:
    return list(list_files(home.documents, get_job(home.documents, job_id)))


def sent(home: EmbeddedHome, queue: str = "frames_high") -> list[tuple[int, int]]:
    found = home.queue(queue).receive(max_messages=10)
    return [(message.body["file_number"], message.body["ticket"]) for message in found]


def test_the_line_becomes_the_first_file_and_the_others_follow(home: EmbeddedHome) -> None:
    """A whole show: each episode is a line, and the errand is the line's own."""
    job_id, body = find_job_of(home)
    assert body == {"kind": "find", "job_id": job_id, "file_number": 2, "ticket": 0}
    find(home, body, FakeServer(show(3)))

    found = lines(home, job_id)
    assert [line.path for line in found] == [
        "/m/a.mkv",
        "/data/tv/1.mkv",
        "/data/tv/2.mkv",
        "/data/tv/3.mkv",
    ]
    assert {line.action for line in found} == {FileAction.MAKE}
    assert [line.server_item_id for line in found] == [None, "7/1", "7/2", "7/3"]
    assert get_job(home.documents, job_id).total_items == 4
    assert sorted(sent(home)) == [(1, 0), (2, 0), (3, 0), (4, 0)]


def test_an_item_of_one_file_adds_no_line(home: EmbeddedHome) -> None:
    """And takes the title that the server gives."""
    job_id, body = find_job_of(home)
    find(home, body, FakeServer(show(1)))

    assert [line.title for line in lines(home, job_id)] == ["", "Episode 1"]
    assert get_job(home.documents, job_id).total_items == 2


def test_a_waiting_line_that_is_found_waits_no_more(home: EmbeddedHome) -> None:
    """The job counts what waits; the chain of tries begins anew for the file."""
    job_id, body = find_job_of(home)
    waiting = {"outcome": FileOutcome.WAITING, "tries": 3, "message": "not yet"}
    update_file(home, job_id, 2, **waiting)
    assert get_job(home.documents, job_id).waiting_items == 1

    find(home, body, FakeServer(show(1)))
    line = find_file(home.documents, job_id, 2)
    assert line is not None
    assert (line.outcome, line.tries, line.message) == (FileOutcome.QUEUED, 0, None)
    assert get_job(home.documents, job_id).waiting_items == 0


@pytest.mark.parametrize("error", [UnreachableError("away"), None])
def test_what_a_retry_can_mend_is_raised(home: EmbeddedHome, error: Exception | None) -> None:
    """An unreachable server, and one that has not indexed the item yet: nothing is changed."""
    job_id, body = find_job_of(home)
    before = lines(home, job_id)
    plex = FakeServer()
    plex.error = error
    with pytest.raises(UnreachableError if error else NotReadyError):
        find(home, body, plex)

    assert lines(home, job_id) == before


@pytest.mark.parametrize(
    ("facts", "error", "word"),
    [
        ({"connection_id": "gone"}, None, "gone"),
        ({"connection_id": None}, None, "Add the server"),
        ({"server_item_id": None}, None, "neither"),
        ({}, KeyRefusedError("Plex refused the key."), "refused"),
    ],
)
def test_what_no_retry_can_mend_is_the_lines_failure(
    home: EmbeddedHome, facts: dict[str, Any], error: Exception | None, word: str
) -> None:
    """With a message that says what to do."""
    job_id, body = find_job_of(home, **facts)
    plex = FakeServer(show(1))
    plex.error = error
    find(home, body, plex)

    line = find_file(home.documents, job_id, 2)
    assert line is not None
    assert line.outcome is FileOutcome.FAILED
    assert word in (line.message or "")


def test_a_disabled_server_is_not_asked(home: EmbeddedHome) -> None:
    """Its owner does not want it used."""
    job_id, body = find_job_of(home)
    ConnectionStore(home.documents).save(server("plex", enabled=False))
    find(home, body, FakeServer(show(1)))

    line = find_file(home.documents, job_id, 2)
    assert line is not None
    assert "disabled" in (line.message or "")


def test_a_lookup_that_dies_anywhere_loses_and_doubles_no_line(home: EmbeddedHome) -> None:
    """The message comes again after each death, and the show has grown each time."""
    job_id, body = find_job_of(home)
    plex = FakeServer(show(3))

    def step(dying: Any) -> None:
        find(dying, body, plex)
        plex.items = show(len(plex.items) + 1)

    deaths = survive_every_death(home, step, at_most=20)
    found = lines(home, job_id)
    assert deaths >= 6
    assert [line.path for line in found[1:]] == [f"/data/tv/{n}.mkv" for n in (1, 2, 3)]
    assert get_job(home.documents, job_id).total_items == 4
    assert {number for number, _ in sent(home)} == {1, 2, 3, 4}
    assert list(home.blobs.list("job-found/")) == []


def test_a_lookup_that_was_sent_anew_goes_on_where_the_old_one_died(home: EmbeddedHome) -> None:
    """Numbers that were reserved get their lines, whichever message brings them."""
    job_id, body = find_job_of(home)
    plex = FakeServer(show(3))
    with pytest.raises(KilledError):  # after keeping what was found, and reserving
        find(DyingHome(home, 1, after_change=True), body, plex)
    line = find_file(home.documents, job_id, 2)
    assert line is not None
    assert (line.action, line.found_from) == (FileAction.FIND, 3)

    resend(job_id, home, only=None)
    find(home, body, plex)
    assert len(lines(home, job_id)) == 2  # the old message is outdated
    find(home, body | {"ticket": 1}, plex)
    assert len(lines(home, job_id)) == 4


def test_a_look_up_that_came_twice_adds_nothing(home: EmbeddedHome) -> None:
    """Its twin may hear of more episodes, after all of it was done."""
    job_id, body = find_job_of(home)

    class Twin(FakeServer):
        def item_files(self, item_id: str) -> list[FoundItem]:
            find(home, body, FakeServer(show(2)))
            return super().item_files(item_id)

    find(home, body, Twin(show(5)))
    assert [line.path for line in lines(home, job_id)][1:] == ["/data/tv/1.mkv", "/data/tv/2.mkv"]
    assert get_job(home.documents, job_id).total_items == 3
    assert list(home.blobs.list("job-found/")) == []


def test_a_cancelled_job_is_not_looked_up(home: EmbeddedHome) -> None:
    """Nothing of it is begun."""
    job_id, body = find_job_of(home)
    cancel_job(home.documents, home.clock, job_id)
    plex = FakeServer(show(3))
    find(home, body, plex)

    assert plex.closed == 0
    job = get_job(home.documents, job_id)
    assert (job.status, job.total_items, job.cancelled_items) == (JobStatus.CANCELLED, 2, 2)
