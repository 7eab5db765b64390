from typing import Any

from showrunner.activity import now_playing
from showrunner.clients.models import PlayState
from showrunner.connections.health import health_of
from showrunner.errors import UnreachableError
from showrunner.live.asking import Asker, Times
from showrunner.live.reader import Backoff
from showrunner.plays.models import Source
from showrunner.plays.store import recent_plays
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.live.builders import WATCHED, FakeServer, connect, session, transcoded


class Asking:
    """An asker with a clock that a test moves."""

    def __init__(self, home: EmbeddedHome, clock: FakeClock, **facts: Any) -> None:
        self.home, self.clock, self.server = home, clock, FakeServer()
        self.seconds, self.is_wanted = 0.0, True
        self.asker = Asker(
            home,
            connect(home, **facts),
            self.server,  # type: ignore[arg-type]  # only what it asks
            Times(),
            lambda: self.is_wanted,
            lambda: self.seconds,
        )

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
        self.clock.advance(seconds)

    @property
    def positions(self) -> list[int | None]:
        return [one.position_ms for one in now_playing(self.home.documents)]


def test_news_are_asked_after_within_a_second(home: EmbeddedHome, clock: FakeClock) -> None:
    """However many come, they lead to one look, and the next to one three seconds later."""
    asking = Asking(home, clock)
    asking.asker.ask(Source.POLL)
    assert asking.asker.due_in_seconds == 30
    asking.advance(10)
    for _ in range(64):
        asking.asker.ask_soon()
        asking.advance(1 / 64)
    assert asking.asker.due_in_seconds == 0
    asking.asker.ask(Source.SOCKET)
    asking.asker.ask_soon()
    assert asking.asker.due_in_seconds == 3


def test_steady_sessions_are_written_now_and_then(home: EmbeddedHome, clock: FakeClock) -> None:
    """Every ten seconds is enough for a position; a pause is written at once."""
    asking = Asking(home, clock)
    asking.asker.take([session(position_seconds=0)], Source.SOCKET)
    found = []
    for second in range(1, 12):
        asking.advance(1)
        asking.asker.take([session(position_seconds=second)], Source.SOCKET)
        found += asking.positions
    assert found == [0] * 9 + [10_000] * 2

    asking.advance(1)
    paused = session(position_seconds=12, state=PlayState.PAUSED)
    asking.asker.take([paused], Source.SOCKET)
    assert asking.positions == [12_000]


def test_an_end_is_as_exact_as_the_lists(home: EmbeddedHome, clock: FakeClock) -> None:
    """Jellyfin's socket has one every 1.5 s: not all are written, but the last before the end."""
    asking = Asking(home, clock)
    for second in range(17):
        asking.asker.take([session(position_seconds=second)], Source.SOCKET)
        asking.advance(1)
    asking.asker.take([], Source.SOCKET)
    (play,) = recent_plays(home.documents)
    assert (play.position_ms, play.watched_seconds) == (16_000, 16)


def test_monitors_look_more_often_while_something_is_encoded(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """At their own intervals, and only then."""
    asking = Asking(home, clock, settings=WATCHED)
    due = []
    for playing in ([transcoded()], [session()], []):
        asking.server.answer = playing
        asking.asker.ask(Source.POLL)
        due.append(asking.asker.due_in_seconds)
    assert due == [5, 30, 30]


def test_an_answer_is_a_play_and_the_health_of_its_server(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """A failure is told in words, costs nothing that is known, and is over with the next answer."""
    asking = Asking(home, clock)
    asking.server.answer = [session()]
    asking.asker.ask(Source.SOCKET)
    (play,) = recent_plays(home.documents)
    assert (play.told_by, play.player.id) == ((Source.SOCKET,), "tv")

    asking.server.answer = UnreachableError("Attic does not answer.")
    asking.asker.ask(Source.POLL)
    health = health_of(home.documents, "attic")
    assert health is not None
    assert (health.error, asking.positions) == ("Attic does not answer.", [60_000])

    asking.server.answer = []
    asking.asker.ask(Source.POLL)
    health = health_of(home.documents, "attic")
    assert health is not None
    assert (health.is_ok, asking.positions) == (True, [])


def test_who_is_stopped_writes_nothing(home: EmbeddedHome, clock: FakeClock) -> None:
    """An answer that comes after the end may be of a server that is none of ours any more."""
    asking = Asking(home, clock)
    asking.is_wanted = False
    asking.asker.take([session()], Source.SOCKET)
    asking.asker.end({"7": None})
    assert (asking.positions, recent_plays(home.documents)) == ([], [])


def test_a_told_stop_ends_the_play_there_and_then(home: EmbeddedHome, clock: FakeClock) -> None:
    """Only that of the session; another server's session of the same key goes on."""
    asking = Asking(home, clock)
    asking.asker.take([session(), session("8", item_id="52")], Source.SOCKET)
    asking.advance(7)
    asking.asker.end({"7": 67_000, "99": None})
    found = {play.session_key: play for play in recent_plays(home.documents)}
    assert found["7"].stopped_at == clock.now()
    assert (found["7"].position_ms, found["7"].watched_seconds) == (67_000, 7)
    assert found["8"].is_open


def test_an_ended_session_is_not_shown_for_long(home: EmbeddedHome, clock: FakeClock) -> None:
    """Plex names it for some seconds after it told of the stop: it is asked again soon."""
    asking = Asking(home, clock)
    asking.server.answer = [session()]
    asking.asker.end({"7": 60_000})
    asking.asker.ask(Source.SOCKET)
    assert asking.asker.due_in_seconds == 3
    asking.advance(15)
    asking.asker.ask(Source.SOCKET)
    assert asking.asker.due_in_seconds == 30


def test_waits_double_up_to_the_longest() -> None:
    """Give or take a fifth, so that not all servers of a home are asked at one moment."""
    backoff = Backoff(Times())
    for expected in (1, 2, 4, 8, 16, 32, 32):
        assert 0.8 * expected <= backoff.next_seconds() <= 1.2 * expected
    backoff.begin_anew()
    assert backoff.next_seconds() <= 1.2
