import threading
from types import TracebackType
from typing import Any, Self

from showrunner.activity import now_playing
from showrunner.clients.models import PlayState, Session, Transcode
from showrunner.connections.health import healths
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.errors import UnreachableError
from showrunner.live.alerts import active_alerts
from showrunner.live.holding import Holding, ReaderState
from showrunner.plays.models import Source
from showrunner.plays.store import recent_plays
from showrunner.syncs.sessions import sync_sessions
from showrunner.wiring import EmbeddedHome
from tests.calls import answered, http_event, load_entry
from tests.fakes import FakeClock


class FakeServer:
    """Answers `sessions` with what a test put there, or with an error."""

    def __init__(self, answer: list[Session] | Exception) -> None:
        self.answer = answer

    def sessions(self) -> list[Session]:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        return None


def connect(home: EmbeddedHome, connection_id: str, **facts: Any) -> None:
    fields = {"kind": ConnectionKind.PLEX, "name": connection_id, "url": "http://x", **facts}
    ConnectionStore(home.documents).save(Connection(id=connection_id, **fields))


def session(key: str, title: str = "Dune") -> Session:
    return Session(
        session_key=key,
        item_id="1",
        title=title,
        media_type="movie",
        state=PlayState.PLAYING,
        user_name="Mika",
        position_ms=1000,
        duration_ms=60_000,
    )


def sync(home: EmbeddedHome, **servers: list[Session] | Exception) -> dict[str, Any]:
    fakes = {name: FakeServer(answer) for name, answer in servers.items()}
    return sync_sessions(home, lambda connection: fakes[connection.id])  # type: ignore[arg-type,return-value]


def titles(home: EmbeddedHome) -> list[tuple[str, str]]:
    return [(s.connection_name, s.title) for s in now_playing(home.documents)]


def test_what_plays_on_all_servers_is_written_down(home: EmbeddedHome) -> None:
    """One key on two servers is two sessions: Plex counts its keys from one."""
    connect(home, "attic")
    connect(home, "cellar")
    result = sync(home, attic=[session("1")], cellar=[session("1", "Heat"), session("2")])

    assert result == {"servers": 2, "sessions": 3, "errors": {}}
    assert titles(home) == [("attic", "Dune"), ("cellar", "Heat"), ("cellar", "Dune")]


def test_a_session_that_its_server_no_longer_names_is_gone(home: EmbeddedHome) -> None:
    """The other server's stay."""
    connect(home, "attic")
    connect(home, "cellar")
    sync(home, attic=[session("1")], cellar=[session("1")])
    sync(home, attic=[], cellar=[session("1")])

    assert titles(home) == [("cellar", "Dune")]


def test_a_server_that_is_away_stops_no_other_and_says_why(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Its sessions stay until they expire; its health carries the error in words."""
    connect(home, "attic")
    connect(home, "cellar")
    sync(home, attic=[session("1")], cellar=[])
    away = UnreachableError("attic does not answer at http://x: is it running?")
    result = sync(home, attic=away, cellar=[session("2")])

    assert result["errors"] == {"attic": away.message}
    assert titles(home) == [("attic", "Dune"), ("cellar", "Dune")]
    health = healths(home.documents)
    assert (health["attic"].error, health["cellar"].is_ok) == (away.message, True)

    clock.advance(181)
    assert titles(home) == []


def test_a_slow_server_keeps_no_other_waiting(home: EmbeddedHome) -> None:
    """All are asked at once: each answers only when the other was asked, too."""
    connect(home, "attic")
    connect(home, "cellar")
    both = threading.Barrier(2, timeout=5)

    class Meeting(FakeServer):
        def sessions(self) -> list[Session]:
            both.wait()
            return super().sessions()

    result = sync_sessions(home, lambda _: Meeting([session("1")]))  # type: ignore[arg-type,return-value]
    assert result["sessions"] == 2


def test_disabled_connections_and_other_kinds_are_not_asked(home: EmbeddedHome) -> None:
    """Sonarr has no sessions, and a disabled server is left in peace."""
    connect(home, "off", enabled=False)
    connect(home, "sonarr", kind=ConnectionKind.SONARR)
    assert sync(home)["servers"] == 0


def test_a_server_that_a_worker_reads_is_left_to_it(home: EmbeddedHome) -> None:
    """Whether by its socket or by polling; one whose reader only retries is asked."""
    states = {"attic": "connected", "cellar": "polling", "loft": "retrying"}
    for connection_id, state in states.items():
        connect(home, connection_id)
        held = Holding(home, connection_id, "a worker")
        held.take()
        held.note(ReaderState(state))

    result = sync(home, loft=[session("1")])
    assert (result["servers"], titles(home)) == (1, [("loft", "Dune")])


def test_a_poll_makes_plays_and_ends_them(home: EmbeddedHome, clock: FakeClock) -> None:
    """As the readers do: one viewing is one play, over when the server names it no more."""
    connect(home, "attic")
    for _ in range(3):
        sync(home, attic=[session("1")])
        clock.advance(60)
    (play,) = recent_plays(home.documents)
    assert (play.is_open, play.told_by, play.person.name) == (True, (Source.POLL,), "Mika")

    sync(home, attic=[])
    (play,) = recent_plays(home.documents)
    assert (play.is_open, play.sources["stop"]) == (False, Source.POLL)


def test_alerts_of_servers_that_are_gone_are_cleared(home: EmbeddedHome, clock: FakeClock) -> None:
    """Nobody else would: no reader and no poll asks them any more."""
    connect(home, "attic", settings={"transcode_monitoring_enabled": True})
    for _ in range(3):
        sync(home, attic=[session("1").model_copy(update={"transcode": Transcode(speed=0.5)})])
        clock.advance(60)
    assert len(active_alerts(home.documents)) == 1
    ConnectionStore(home.documents).delete("attic")
    clock.advance(180)
    sync(home)
    assert active_alerts(home.documents) == []


def test_an_answer_that_nobody_foresaw_spoils_nothing_of_the_others(home: EmbeddedHome) -> None:
    """A fault of ours over one server's answer is named beside it."""
    connect(home, "attic")
    connect(home, "cellar")
    result = sync(home, attic=[session("1")], cellar=RecursionError("too deep"))
    assert titles(home) == [("attic", "Dune")]
    assert list(result["errors"]) == ["cellar"]


def test_the_query_answers_what_the_sync_wrote(home: EmbeddedHome, monkeypatch: Any) -> None:
    """`/activity` through the real function, with the server beside each session."""
    monkeypatch.setenv("WEB_AUTH_TOKEN", "the-access-token")
    connect(home, "attic")
    sync(home, attic=[session("1")])
    event = http_event(
        "/api/v1/activity", method="GET", headers={"x-auth-token": "the-access-token"}
    )
    status, body = answered(load_entry("queries/activity")(event, None))

    assert status == 200
    assert body["count"] == 1
    assert (
        body["sessions"][0].items()
        >= {
            "connection_name": "attic",
            "server_kind": "plex",
            "user_name": "Mika",
            "state": "playing",
            "position_ms": 1000,
        }.items()
    )
