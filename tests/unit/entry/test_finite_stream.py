"""Server-sent events in answers that end: how long they wait, and who may."""

import threading
from dataclasses import dataclass

import pytest

from showrunner.entry import finite_stream as stream
from showrunner.entry.finite_stream import as_event_id, finite_stream, from_event_id, wait_seconds
from tests.fakes import FakeClock

SEEN = {"jobs": "1"}


@dataclass(frozen=True)
class Moment:
    versions: dict

    def events(self, seen):
        for name in self.versions:
            if self.versions[name] != seen.get(name):
                yield "news", {"of": name}


def as_it_was():
    return Moment(SEEN)


def test_every_event_is_an_event_of_its_own():
    """With a blank line behind it, and one id for all."""
    text = finite_stream(lambda: Moment({"jobs": "2", "plays": "7"}), SEEN, FakeClock(), 15)

    assert text == (
        "retry: 1000\nid: jobs-2.plays-7\n"
        'event: news\ndata: {"of": "jobs"}\n\nevent: news\ndata: {"of": "plays"}\n\n'
    )


def test_a_clock_that_is_set_back_does_not_lengthen_the_wait():
    """The steps are counted, not what the clock says."""
    clock, slept = FakeClock(), []
    clock.sleep = slept.append

    assert ": nothing new" in finite_stream(as_it_was, SEEN, clock, 15)
    assert sum(slept) == 15


def test_a_change_of_which_there_is_nothing_to_tell_ends_the_wait():
    """Its reader learns the new id, and asks on from there."""
    text = finite_stream(lambda: Moment({}), SEEN, FakeClock(), 15)

    assert text == "retry: 1000\nid: \n: nothing new\n\n"


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, 15),
        ({"SHOWRUNNER_STREAM_WAIT_SECONDS": ""}, 15),
        ({"SHOWRUNNER_STREAM_WAIT_SECONDS": "0"}, 0),
        ({"SHOWRUNNER_STREAM_WAIT_SECONDS": "4.5"}, 4.5),
        ({"SHOWRUNNER_STREAM_WAIT_SECONDS": "99"}, 25),
        ({"SHOWRUNNER_STREAM_WAIT_SECONDS": "soon"}, 15),
        ({"AWS_LAMBDA_FUNCTION_NAME": "jobs"}, 0),
        ({"AWS_LAMBDA_FUNCTION_NAME": "jobs", "SHOWRUNNER_STREAM_WAIT_SECONDS": "9"}, 9),
    ],
)
def test_how_long_a_request_waits_is_a_setting(environ, seconds):
    """Never longer than a gateway waits; nonsense is as good as nothing; in Lambda waits cost."""
    assert wait_seconds(environ) == seconds


def test_without_a_wait_the_browser_comes_back_less_often():
    """Then the stream is a poll: once a second would be many."""
    clock = FakeClock()
    before = clock.now()

    assert finite_stream(as_it_was, SEEN, clock, 0).startswith("retry: 5000\n")
    assert clock.now() == before


def test_too_many_waiting_readers_are_answered_at_once(monkeypatch):
    """Threads are few: a reader more than may wait becomes one who polls."""
    monkeypatch.setattr(stream, "_waiters", threading.BoundedSemaphore(stream.MAX_WAITERS))
    here, everybody_waits = threading.Semaphore(0), threading.Event()

    class Gate(FakeClock):
        def sleep(self, seconds):
            here.release()
            everybody_waits.wait(timeout=10)
            super().sleep(seconds)

    clock, answers = Gate(), []
    waiting = [
        threading.Thread(target=lambda: answers.append(finite_stream(as_it_was, SEEN, clock, 0.25)))
        for _ in range(stream.MAX_WAITERS)
    ]
    for thread in waiting:
        thread.start()
    assert all(here.acquire(timeout=10) for _ in waiting)
    one_more = finite_stream(as_it_was, SEEN, clock, 15)
    everybody_waits.set()
    for thread in waiting:
        thread.join(timeout=10)

    assert one_more.startswith("retry: 5000\n")
    assert [answer[:12] for answer in answers] == ["retry: 1000\n"] * stream.MAX_WAITERS
    assert finite_stream(as_it_was, SEEN, clock, 1).startswith("retry: 1000\n")


def test_an_event_id_comes_back_as_it_went():
    """Names may hold dashes, as ids of jobs do; what is too long is cut, never read whole."""
    versions = {"20261121T100000000-0123456789ab": "12", "workers": "ab12"}

    assert from_event_id(as_event_id(versions)) == versions
    assert sum(map(len, from_event_id("a-b." * 5000))) < 10
    assert max(map(len, from_event_id("x" * 9000).values())) <= stream.MAX_EVENT_ID_CHARACTERS
