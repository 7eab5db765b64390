from typing import Any

import pytest

from showrunner.activity import now_playing
from showrunner.clients.models import Session
from showrunner.errors import (
    ForbiddenError,
    NotFoundError,
    ShowrunnerError,
    UnreachableError,
    WrongStateError,
)
from showrunner.jobs.queues import ERRANDS
from showrunner.live.stop import DEFAULT_MESSAGE, handle_stop, stop_session
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.live.builders import FakeServer, connect, look, session


class WorkingClock(FakeClock):
    """While the function waits, the worker works."""

    def __init__(self) -> None:
        super().__init__()
        self.work = lambda: None

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.work()


class Stage:
    """An attic where `playing` plays, and a worker that is there unless a test sends it away."""

    def __init__(self, home: EmbeddedHome, clock: WorkingClock, *playing: Session) -> None:
        self.home, self.clock = home, clock
        self.server = FakeServer(playing)
        look(home, connect(home), *playing)
        clock.work = self.work

    def work(self) -> None:
        queue = self.home.queue(ERRANDS)
        for message in queue.receive():
            handle_stop(message.body, self.home, lambda _: self.server)  # type: ignore[arg-type,return-value]
            queue.finish(message)

    def stop(self, key: str = "7", message: str | None = None) -> tuple[dict[str, Any], int]:
        return stop_session(self.home, "attic", key, message)


@pytest.fixture
def clock() -> WorkingClock:
    return WorkingClock()


@pytest.fixture
def stage(home: EmbeddedHome, clock: WorkingClock) -> Stage:
    return Stage(home, clock, session(), session("8", item_id="52"))


def test_a_worker_ends_the_session(stage: Stage) -> None:
    """The answer comes as soon as it has; the session is shown no more."""
    assert stage.stop(message="Time for bed") == ({"stopped": True}, 200)
    assert stage.server.stopped == [("7", "Time for bed")]
    assert [one.session_key for one in now_playing(stage.home.documents)] == ["8"]


def test_without_a_message_there_is_a_plain_one(stage: Stage) -> None:
    stage.stop()
    assert stage.server.stopped == [("7", DEFAULT_MESSAGE)]


def test_again_is_harmless(stage: Stage) -> None:
    """Whether the server still names the session or not, it is ended once."""
    stage.stop()
    assert stage.stop() == ({"stopped": True}, 200)
    look(stage.home, connect(stage.home), session())
    assert stage.stop() == ({"stopped": True}, 200)
    assert len(stage.server.stopped) == 1


def test_an_errand_that_comes_twice_is_done_once(stage: Stage) -> None:
    """The worker died before it finished the message."""
    stage.clock.work = lambda: None
    stage.stop()
    (message,) = stage.home.queue(ERRANDS).receive()
    for _ in range(2):
        handle_stop(message.body, stage.home, lambda _: stage.server)  # type: ignore[arg-type,return-value]
    stage.server.answer = [session()]
    handle_stop(message.body, stage.home, lambda _: stage.server)  # type: ignore[arg-type,return-value]
    assert len(stage.server.stopped) == 1


def test_without_a_worker_it_is_asked_for(stage: Stage) -> None:
    """The answer comes in time; a worker that comes within the minute still does it."""
    stage.clock.work = lambda: None
    began = stage.clock.now()
    assert stage.stop() == ({"state": "requested"}, 202)
    assert 7 < (stage.clock.now() - began).total_seconds() < 10
    stage.clock.advance(40)
    stage.work()
    assert len(stage.server.stopped) == 1


def test_what_is_late_is_let_be(stage: Stage) -> None:
    """After a minute the same player may show something else."""
    stage.clock.work = lambda: None
    stage.stop()
    stage.clock.advance(60)
    stage.work()
    assert stage.server.stopped == []


def test_what_follows_on_the_same_player_goes_on(stage: Stage) -> None:
    """The film was over before the worker came: the next one is not meant."""
    stage.server.answer = [session(item_id="99")]
    assert stage.stop() == ({"stopped": True}, 200)
    assert stage.server.stopped == []


def test_an_unknown_session_is_not_found(stage: Stage) -> None:
    with pytest.raises(NotFoundError, match="Nothing plays under 99 on attic"):
        stage.stop("99")
    assert stage.home.queue(ERRANDS).depth().visible == 0


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (WrongStateError("This player cannot be stopped."), 409),
        (ForbiddenError("Plex stops streams only with Plex Pass."), 409),
        (UnreachableError("Attic does not answer."), 502),
    ],
)
def test_a_refusal_has_the_servers_reason(
    stage: Stage, refusal: ShowrunnerError, status: int
) -> None:
    """Asked again, the server is asked again."""
    stage.server.refusal = refusal
    with pytest.raises(ShowrunnerError, match=refusal.message) as raised:
        stage.stop()
    assert raised.value.http_status == status
    stage.server.refusal = None
    assert stage.stop() == ({"stopped": True}, 200)


def test_what_the_server_no_longer_knows_is_over(stage: Stage) -> None:
    """Plex names a session for some seconds after its end."""
    stage.server.refusal = NotFoundError("Sintel is not being played any more")
    assert stage.stop() == ({"stopped": True}, 200)
