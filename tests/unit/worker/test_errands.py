"""The errand thread: what it hands over, how it waits, and what it sets aside."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from showrunner.clients.factory import client_for
from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.connections.store import ConnectionStore
from showrunner.jobs.create import NewFile, NewJob
from showrunner.jobs.models import FileAction, FileOutcome, JobFile
from showrunner.jobs.queues import ERRANDS
from showrunner.jobs.store import find_job, get_job, list_files
from showrunner.previews.worker import errands as errands_module
from showrunner.previews.worker.errands import ErrandRunner
from showrunner.previews.worker.retries import DELAYS_SECONDS, RETRY_AFTER_SECONDS
from showrunner.previews.worker.runner import POISONOUS_AFTER
from showrunner.settings import COLLECTION, KEY
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.clients.recorded import Server
from tests.unit.worker.stage import line_of, log_of, queued


@pytest.fixture
def server() -> Server:
    """An Emby that has one film of one file."""
    film = {
        "Id": "7",
        "Name": "Film",
        "Type": "Movie",
        "Path": "/media/film.mkv",
        "MediaSources": [{"Id": "m", "Path": "/media/film.mkv"}],
    }
    page = {"Items": [film], "TotalRecordCount": 1}
    return Server({"GET /Items": lambda _: httpx.Response(200, json=page)})


@pytest.fixture
def emby(home: EmbeddedHome) -> Connection:
    connection = Connection(
        id="emby-1",
        kind=ConnectionKind.EMBY,
        name="Emby",
        url="http://127.0.0.1:9",
        sealed_secret=home.secrets.seal("key"),
        libraries=[Library(native_id="1", name="Films", type="movie", locations=["/media"])],
    )
    ConnectionStore(home.documents).save(connection)
    return connection


class Away(Server):
    """A server that is not there."""

    def __init__(self) -> None:
        super().__init__({})

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        raise httpx.ConnectError("refused")


def runner(home: EmbeddedHome, server: httpx.BaseTransport) -> ErrandRunner:
    def make_client(connection: Connection) -> Any:
        return client_for(connection, home.secrets, transport=server)

    return ErrandRunner("errands-0", home, 30, lambda: False, make_client=make_client)


def find_job_of(home: EmbeddedHome) -> str:
    file = NewFile("", "Film", FileAction.FIND, connection_id="emby-1", server_item_id="7")
    return queued(home, NewJob("Film", "emby", [file]))


def scan_job_of(home: EmbeddedHome) -> str:
    return queued(home, NewJob("Films", "manual", kind="library", library_id="1"))


def test_an_item_is_looked_up_and_its_file_is_a_frame_task(
    home: EmbeddedHome, emby: Connection, server: Server
) -> None:
    """The line has the path and its place in the frames' queue."""
    job_id = find_job_of(home)
    assert runner(home, server).run_one(0)

    line = line_of(home, job_id)
    assert (line.action, line.path) == (FileAction.MAKE, "/media/film.mkv")
    assert home.queue("frames").depth().visible == 1
    assert home.queue(ERRANDS).depth().visible == 0


def test_a_library_is_scanned_step_by_step(
    home: EmbeddedHome, emby: Connection, server: Server
) -> None:
    """Until the scan says that it is done; each file is a task."""
    job_id = scan_job_of(home)
    errands = runner(home, server)
    while errands.run_one(0):
        pass

    job = get_job(home.documents, job_id)
    assert job.scan is not None
    assert (job.scan.done, job.total_items) == (True, 1)
    assert home.queue("frames").depth().visible == 1


def test_a_server_that_is_away_is_asked_again_and_the_line_says_when(
    home: EmbeddedHome, emby: Connection, server: Server, clock: FakeClock
) -> None:
    """Soon, then after 60/120/300/900/3600 s by the owner's clock; in the end it fails."""
    home.documents.put(COLLECTION, KEY, {"timezone": "Asia/Tokyo"})
    job_id = find_job_of(home)
    errands = runner(home, Away())
    errands.run_one(0)
    said = []
    for delay_seconds in DELAYS_SECONDS:
        line = line_of(home, job_id)
        assert line.outcome is FileOutcome.WAITING
        assert line.retry_at == clock.now() + timedelta(seconds=delay_seconds)
        said.append((line.message or "").rpartition("(")[2])
        left_seconds = delay_seconds
        while left_seconds > 0:
            clock.advance(min(left_seconds, 900))
            left_seconds -= 900
            assert errands.run_one(0)

    assert said[:3] == ["looking again)", "looking again)", "retry 1 of 5 at 19:25)"]
    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.FAILED
    assert "Given up after 5 retries" in (line.message or "")
    assert not errands.run_one(0)


def test_a_server_that_comes_back_is_looked_at_by_the_next_try(
    home: EmbeddedHome, emby: Connection, server: Server, clock: FakeClock
) -> None:
    """And the file's own chain begins anew."""
    job_id = find_job_of(home)
    runner(home, Away()).run_one(0)
    clock.advance(DELAYS_SECONDS[0])
    runner(home, server).run_one(0)

    line = line_of(home, job_id)
    assert (line.action, line.outcome, line.tries) == ("make", "queued", 0)


def test_a_scan_waits_for_its_server_and_then_passes_the_library_over(
    home: EmbeddedHome, emby: Connection, clock: FakeClock
) -> None:
    """Every wait is in the job's log and on the job; it ends and says why."""
    job_id = scan_job_of(home)
    errands = runner(home, Away())
    assert errands.run_one(0)
    for number, delay_seconds in enumerate(RETRY_AFTER_SECONDS, start=1):
        assert f"retry {number} of 5 at" in log_of(home, job_id)
        assert f"retry {number} of 5 at" in (get_job(home.documents, job_id).message or "")
        left_seconds = delay_seconds
        while left_seconds > 0:
            clock.advance(min(left_seconds, 900))
            left_seconds -= 900
            assert errands.run_one(0)

    while errands.run_one(0):
        pass
    job = get_job(home.documents, job_id)
    assert job.status.is_final
    assert "Given up after 5 retries" in (job.message or "")


def test_a_look_up_that_breaks_us_is_set_aside_with_its_reason(
    home: EmbeddedHome,
    emby: Connection,
    server: Server,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bug of ours fails one line, once, and stays readable."""

    def broken(*_: object, **__: object) -> None:
        raise ValueError("api_key=SECRET is odd")

    monkeypatch.setattr(errands_module, "handle_find", broken)
    job_id = find_job_of(home)
    errands = runner(home, server)
    for _ in range(POISONOUS_AFTER):
        assert errands.run_one(0)
        clock.advance(10)

    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.FAILED
    (letter,) = home.queue(ERRANDS).dead_letters()
    for text in (line.message or "", letter.reason or "", log_of(home, job_id)):
        assert "failed 3 times" in text or "ValueError" in text
        assert "SECRET" not in text
    assert "ValueError: api_key=**** is odd" in (letter.reason or "")


def test_a_step_of_a_scan_that_breaks_us_passes_its_library_over(
    home: EmbeddedHome,
    emby: Connection,
    server: Server,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The job ends instead of hanging for ever, and the message is kept."""

    def broken(*_: object, **__: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(errands_module, "handle_scan", broken)
    job_id = scan_job_of(home)
    errands = runner(home, server)
    for _ in range(POISONOUS_AFTER):
        assert errands.run_one(0)
        clock.advance(10)

    assert get_job(home.documents, job_id).status.is_final
    assert home.queue(ERRANDS).depth().dead == 1
    assert "ValueError: odd" in log_of(home, job_id)


@pytest.mark.parametrize(
    "body", [{}, {"kind": "dance", "job_id": "j", "file_number": 1}, {"job_id": 5}]
)
def test_what_is_no_errand_is_set_aside_at_once(
    home: EmbeddedHome, server: Server, body: dict[str, Any]
) -> None:
    """Nobody can do it, however often it comes."""
    home.queue(ERRANDS).send(body)
    assert runner(home, server).run_one(0)

    (letter,) = home.queue(ERRANDS).dead_letters()
    assert "no task" in (letter.reason or "")


def test_every_errand_may_come_twice(home: EmbeddedHome, emby: Connection, server: Server) -> None:
    """The second one finds everything done: one line, and a task that its ticket allows."""
    job_id = find_job_of(home)
    (message,) = home.queue(ERRANDS).receive()
    for _ in range(2):
        home.queue(ERRANDS).send(message.body)
    errands = runner(home, server)
    assert [errands.run_one(0) for _ in range(2)] == [True, True]

    job = find_job(home.documents, job_id)
    assert job is not None
    lines: list[JobFile] = list(list_files(home.documents, job))
    assert [line.path for line in lines] == ["/media/film.mkv"]
    assert job.total_items == 1
