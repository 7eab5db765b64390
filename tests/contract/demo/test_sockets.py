"""The sockets of the emulated servers, as a listener sees them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.connection import Connection as Line

from showrunner.connections.models import ConnectionKind
from showrunner.demo.demo import Demo
from tests.contract.demo.conftest import HandClock, eventually

SERVERS = (ConnectionKind.PLEX, ConnectionKind.JELLYFIN, ConnectionKind.EMBY)
ADDRESSES = {
    ConnectionKind.PLEX: "/:/websockets/notifications",
    ConnectionKind.JELLYFIN: "/socket?deviceId=test",
    ConnectionKind.EMBY: "/embywebsocket?deviceId=test&api_key={key}",
}
HEADERS = {
    ConnectionKind.PLEX: {"X-Plex-Token": "{key}"},
    ConnectionKind.JELLYFIN: {"Authorization": 'MediaBrowser Token="{key}"'},
    ConnectionKind.EMBY: {},
}
ASK_FOR_SESSIONS = json.dumps({"MessageType": "SessionsStart", "Data": "0,100"})


@contextmanager
def listening(demo: Demo, kind: ConnectionKind, key: str | None = None) -> Iterator[Line]:
    """A socket of that server, opened with its key or with another."""
    found = next(one for one in demo.connections() if one.kind is kind)
    key = key or found.secret
    url = found.url.replace("http://", "ws://", 1) + ADDRESSES[kind].format(key=key)
    headers = {name: value.format(key=key) for name, value in HEADERS[kind].items()}
    with connect(url, additional_headers=headers, compression=None) as line:
        yield line


def until(line: Line, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The next message that fits; TimeoutError after five seconds without any."""
    while True:
        found: dict[str, Any] = json.loads(line.recv(timeout=5))
        if is_it(found):
            return found


def playing(message: dict[str, Any]) -> dict[str, Any]:
    """The one session that a notification of Plex's tells of; nothing: it tells of none."""
    found = message["NotificationContainer"].get("PlaySessionStateNotification", [{}])
    return dict(found[0])


@pytest.mark.parametrize("kind", SERVERS)
def test_a_socket_wants_the_key(kind: ConnectionKind, demo: Demo) -> None:
    """As every other address of the server."""
    with pytest.raises(InvalidStatus) as refused, listening(demo, kind, key="wrong"):
        pytest.fail("it was let in")

    assert refused.value.response.status_code == 401


@pytest.mark.parametrize("kind", SERVERS)
def test_a_socket_can_break_without_a_word(kind: ConnectionKind, demo: Demo) -> None:
    """And the server can refuse whoever comes back, until it does not."""
    sockets = demo.sockets[kind]
    with listening(demo, kind) as line:
        eventually(lambda: sockets.count == 1)
        sockets.drop()
        with pytest.raises(ConnectionClosedError):
            until(line, lambda _: False)
    sockets.is_refusing = True
    try:
        with pytest.raises(InvalidStatus), listening(demo, kind):
            pytest.fail("it was let in")
    finally:
        sockets.is_refusing = False
    with listening(demo, kind):
        eventually(lambda: sockets.count == 1)
    eventually(lambda: sockets.count == 0)


def test_plex_tells_everybody_who_plays_what(
    demo: Demo, client_of: Callable[..., Any], viewing_clock: HandClock
) -> None:
    """At first all of them; then each change: here a pause, and that somebody is stopped."""
    with listening(demo, ConnectionKind.PLEX) as line, client_of("plex") as client:
        at_first = [playing(json.loads(line.recv(timeout=5))) for _ in range(3)]
        viewing_clock.seconds = 80
        until(line, lambda one: playing(one).get("state") == "paused")
        victim = client.sessions()[0]
        client.stop_session(victim, "bedtime")
        ended = {"sessionKey": victim.session_key, "state": "stopped"}
        until(line, lambda one: ended.items() <= playing(one).items())
        left = {one.session_key for one in client.sessions()}
        viewing_clock.seconds = 120
        back = until(line, lambda one: playing(one).get("clientIdentifier") == victim.player_id)

    assert {one["state"] for one in at_first} == {"playing"}
    assert victim.player_id in {one["clientIdentifier"] for one in at_first}
    assert victim.session_key not in left
    assert playing(back)["sessionKey"] != victim.session_key


@pytest.mark.parametrize("kind", [ConnectionKind.JELLYFIN, ConnectionKind.EMBY])
def test_sessions_come_as_often_as_asked_for(
    kind: ConnectionKind, demo: Demo, client_of: Callable[..., Any]
) -> None:
    """The complete list, in the shape of the list that one can ask for; and no more of it."""
    with listening(demo, kind) as line, client_of(kind) as client:
        line.send(ASK_FOR_SESSIONS)
        lists = [until(line, lambda one: one["MessageType"] == "Sessions") for _ in range(2)]
        news = client.read_socket(json.dumps(lists[1]))
        known = {one.session_key for one in client.sessions()}
        line.send(json.dumps({"MessageType": "SessionsStop"}))
        line.send(json.dumps({"MessageType": "KeepAlive"}))
        until(line, lambda one: one["MessageType"] == "KeepAlive")
        with pytest.raises(TimeoutError):
            line.recv(timeout=0.3)

    assert {one.session_key for one in news.sessions} == known
    assert len(known) == 2


def test_only_jellyfin_says_how_often_it_wants_to_hear(demo: Demo) -> None:
    """At once, before anything was asked."""
    with listening(demo, ConnectionKind.JELLYFIN) as line:
        first = json.loads(line.recv(timeout=5))

    assert (first["MessageType"], first["Data"]) == ("ForceKeepAlive", 60)
