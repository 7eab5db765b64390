"""What becomes of a server's answer, or of none."""

import threading
import time
from collections.abc import Callable
from typing import Any, Self

import pytest

from showrunner.clients.models import ServerInfo
from showrunner.connections.check import check, record, within
from showrunner.connections.check_all import check_all
from showrunner.connections.health import (
    Health,
    HealthState,
    health_of,
    healths,
    record_health,
    write_health,
)
from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.connections.store import ConnectionStore
from showrunner.errors import BadAnswerError, KeyRefusedError, SetupError, UnreachableError
from showrunner.ports.secrets import Secrets
from showrunner.wiring import EmbeddedHome

FILMS = Library(native_id="1", name="Films", type="movie", locations=["/data/films"])
INFO = ServerInfo(machine_id="4a8f", name="attic-pc", version="1.42")


class Server:
    """A server whose `info` the test decides; it has one library."""

    def __init__(self, info: Callable[[], ServerInfo]) -> None:
        self.info = info

    def libraries(self) -> list[Library]:
        return [FILMS]

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


def answering(info: Callable[[], ServerInfo]) -> Callable[[Connection, Secrets], Any]:
    return lambda _connection, _secrets: Server(info)


def failing(error: Exception) -> Callable[[Connection, Secrets], Any]:
    def info() -> ServerInfo:
        raise error

    return answering(info)


@pytest.fixture
def attic(home: EmbeddedHome) -> Connection:
    connection = Connection(
        id="attic",
        kind=ConnectionKind.PLEX,
        name="Attic",
        url="http://attic:32400",
        sealed_secret=home.secrets.seal("k3y"),
    )
    ConnectionStore(home.documents).save(connection)
    return connection


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (UnreachableError("no k3y answer"), HealthState.UNREACHABLE),
        (KeyRefusedError("k3y refused"), HealthState.KEY_REFUSED),
        (BadAnswerError("http://x/?X-Plex-Token=abcdefg"), HealthState.BAD_ANSWER),
        (SetupError("no key"), HealthState.FAILING),
        (RuntimeError("k3y"), HealthState.FAILING),
    ],
)
def test_every_failure_is_a_state_in_words(
    home: EmbeddedHome, attic: Connection, error: Exception, state: HealthState
) -> None:
    """Nothing is raised, and the key is not in the words."""
    checked = check(attic, home, client_factory=failing(error))
    record(attic, checked, home)
    health = health_of(home.documents, "attic")

    assert health is not None
    assert (health.state, health.checked_at) == (state, home.clock.now())
    assert health.error
    assert "k3y" not in health.error
    assert "abcdefg" not in health.error


def test_a_good_answer_teaches_what_was_not_known(home: EmbeddedHome, attic: Connection) -> None:
    """Version, identity, and the libraries when they were asked for."""
    checked = check(attic, home, with_libraries=True, client_factory=answering(lambda: INFO))
    after = record(attic, checked, home)

    assert (after.version, after.machine_id, after.libraries) == ("1.42", "4a8f", [FILMS])
    assert after.name == "Attic"
    assert ConnectionStore(home.documents).get("attic") == after


def test_another_server_teaches_nothing(home: EmbeddedHome, attic: Connection) -> None:
    """Its version and libraries are not those of the one that was set up."""
    known = attic.model_copy(update={"machine_id": "other", "version": "1"})
    ConnectionStore(home.documents).save(known)
    checked = check(known, home, with_libraries=True, client_factory=answering(lambda: INFO))

    assert checked.state is HealthState.OTHER_SERVER
    assert record(known, checked, home) == known


def test_a_removed_connection_does_not_come_back(home: EmbeddedHome, attic: Connection) -> None:
    """Its owner removed it while it was being asked."""
    checked = check(attic, home, client_factory=answering(lambda: INFO))
    ConnectionStore(home.documents).delete("attic")
    record(attic, checked, home)

    assert ConnectionStore(home.documents).list() == []


def test_a_server_that_never_ends_its_answer_is_left(home: EmbeddedHome, attic: Connection) -> None:
    """After the limit, and with a state that says so."""
    released = threading.Event()

    def info() -> ServerInfo:
        released.wait(10)
        return INFO

    began = time.monotonic()
    checked = check(attic, home, limit_seconds=0.2, client_factory=answering(info))
    assert time.monotonic() - began < 8
    assert checked.state is HealthState.UNREACHABLE
    assert "within" in (checked.message or "")
    released.set()


def test_within_raises_what_the_call_raised() -> None:
    """As if it had been called directly."""

    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        within(1, fail, "Attic")


def test_all_are_asked_at_once(home: EmbeddedHome, attic: Connection) -> None:
    """Ten that take their time take it together; disabled ones are left alone."""
    store = ConnectionStore(home.documents)
    for number in range(10):
        store.save(attic.model_copy(update={"id": f"s{number}", "name": f"s{number}"}))
    store.save(attic.model_copy(update={"enabled": False}))
    together = threading.Barrier(10)

    def info() -> ServerInfo:
        together.wait(timeout=5)
        return INFO

    result = check_all(home, answering(info))

    assert (result["connections"], result["ok"], result["errors"]) == (10, 10, {})
    assert "attic" not in healths(home.documents)
    assert all(one.libraries == [FILMS] for one in store.list() if one.enabled)


def test_one_dead_server_changes_nothing_for_the_others(
    home: EmbeddedHome, attic: Connection
) -> None:
    """Its error is told by its name."""
    ConnectionStore(home.documents).save(attic.model_copy(update={"id": "b", "name": "Barn"}))

    def factory(connection: Connection, _secrets: Secrets) -> Any:
        if connection.name == "Barn":
            raise UnreachableError("Barn did not answer")
        return Server(lambda: INFO)

    result = check_all(home, factory)

    assert (result["ok"], result["errors"]) == (1, {"Barn": "Barn did not answer"})


def test_libraries_that_are_known_are_not_fetched(home: EmbeddedHome, attic: Connection) -> None:
    """The schedule asks for little; a refresh is the owner's."""
    own = Library(native_id="9", name="Own", locations=["/own"])
    ConnectionStore(home.documents).save(attic.model_copy(update={"libraries": [own]}))
    check_all(home, answering(lambda: INFO))

    assert ConnectionStore(home.documents).get("attic").libraries == [own]


def test_a_sync_that_works_does_not_clear_another_server(home: EmbeddedHome) -> None:
    """Only a check can tell one server from another."""
    now = home.clock.now()
    other = Health(state=HealthState.OTHER_SERVER, error="another", checked_at=now)
    record_health(home.documents, "a", other)
    write_health(home.documents, "a", None, now)
    write_health(home.documents, "b", "did not answer", now)

    found = healths(home.documents)
    assert found["a"] == other
    assert (found["b"].state, found["b"].is_ok) == (HealthState.FAILING, False)


def test_healths_of_the_first_version_are_read(home: EmbeddedHome) -> None:
    """They had an error and no state."""
    body = {"error": "no answer", "checked_at": "2026-11-21T10:00:00+00:00"}
    home.documents.put("connection-health", "old", body)

    assert healths(home.documents)["old"].state is HealthState.FAILING
