import pytest

from showrunner.connections.store import ConnectionStore
from showrunner.entry.finite_stream import STEP_SECONDS, as_event_id
from showrunner.jobs.models import FileOutcome
from showrunner.jobs.store import update_file
from showrunner.web import live
from showrunner.web.rooms import ROOMS
from tests.fakes import FakeClock
from tests.unit.web.planted import announce, finish, play, progress, work

START = ROOMS[0]
WAIT_SECONDS = 15.0


class BusyClock(FakeClock):
    """Something happens while somebody waits: `happens`, at the third step."""

    def __init__(self):
        super().__init__()
        self.steps, self.happens = 0, lambda: None

    def sleep(self, seconds):
        super().sleep(seconds)
        self.steps += 1
        if self.steps == 3:
            self.happens()


@pytest.fixture
def clock():
    return BusyClock()


def seen_now(home):
    return live.versions_of(START, home.documents)


def test_nothing_new_ends_after_the_wait_without_an_event(home, clock):
    """The answer keeps the id, so that the browser's next request goes on from it."""
    before, seen = clock.now(), seen_now(home)
    answer = live.stream_answer(START, seen, home, WAIT_SECONDS)

    assert answer == f"retry: 1000\nid: {as_event_id(seen)}\n: nothing new\n\n"
    assert (clock.now() - before).total_seconds() == WAIT_SECONDS


def test_news_are_told_as_soon_as_they_are_there(home, clock):
    """A waiting request ends with the first change, and names the parts that changed."""
    clock.happens = lambda: announce(home)
    answer = live.stream_answer(START, seen_now(home), home, WAIT_SECONDS)

    assert clock.steps == 3
    event_id = as_event_id(seen_now(home))
    assert answer == (
        f'retry: 1000\nid: {event_id}\nevent: activity\ndata: ["flow", "batches", "events"]\n\n'
    )


@pytest.mark.parametrize(
    ("happens", "parts"),
    [
        (play, {"activity", "connections"}),
        (announce, {"flow", "batches", "events"}),
        (work, {"flow", "jobs", "previews"}),
        (lambda home: finish(home, "Sintel (2010)"), {"flow", "jobs", "previews"}),
    ],
)
def test_each_change_reaches_its_parts_and_no_other(home, happens, parts):
    """A part that stays as it is need not be asked for."""
    before = seen_now(home)
    happens(home)

    after = seen_now(home)
    assert parts == {name for name in after if after[name] != before[name]}


def test_progress_and_every_line_of_a_job_in_work_count_as_news(home):
    """Also where the job itself stays as it is."""
    job_id = work(home)
    changes = [
        lambda: progress(home, job_id, done=49),
        lambda: update_file(home, job_id, 3, outcome=FileOutcome.WAITING, message="It grows."),
        lambda: home.clock.advance(61),  # the worker fell silent
    ]
    for change in changes:
        before = seen_now(home)["jobs"]
        change()
        assert seen_now(home)["jobs"] != before


def test_a_removed_thing_is_news(home):
    """Not only what is written, also what is gone."""
    play(home)
    before = seen_now(home)
    ConnectionStore(home.documents).delete("plex-1")
    home.clock.advance(181)

    after = seen_now(home)
    assert {"activity", "connections"} == {name for name in after if after[name] != before[name]}


def test_a_new_reader_is_answered_at_once(reader):
    """Who names nothing, or nonsense, is told of every part."""
    for query in ({}, {"since": "nonsense"}, {"since": "....-"}):
        answer = reader.get("/stream", query)
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert 'data: ["flow", "activity", "jobs", ' in answer.text


def test_a_reconnecting_browser_goes_on_where_it_was(home, reader, clock):
    """`Last-Event-ID` counts for more than the address, which stays the same for ever."""
    event_id = as_event_id(seen_now(home))
    for since, headers in ((event_id, {}), ("old", {"last_event_id": event_id})):
        clock.steps = 0
        assert ": nothing new" in reader.get("/stream", {"since": since}, **headers).text
        assert clock.steps == WAIT_SECONDS / STEP_SECONDS
