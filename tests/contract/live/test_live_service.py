"""The live service against real sockets on the loopback."""

import base64
import hashlib
import logging
import re
import socket
import threading
import time
from http import HTTPStatus
from pathlib import Path

import pytest

from showrunner.activity import now_playing
from showrunner.connections.health import health_of
from showrunner.connections.models import ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.plays.models import PlayState, Source
from showrunner.plays.store import recent_plays
from showrunner.ports.documents import each
from tests.contract.clients.certificates import Authority
from tests.contract.live.conftest import Living, until
from tests.contract.live.jellyfin_server import KEY, JellyfinServer, episode
from tests.contract.live.plex_server import TOKEN, PlexServer, film


def test_a_viewing_is_a_play_from_its_start_to_its_stop(living: Living, plex: PlexServer) -> None:
    """News by the socket is asked after at once; a stop ends the play where the server says."""
    living.connect(plex.url)
    living.start(ask_every_seconds=60)
    until(lambda: plex.asked)
    plex.playing = [film()]
    plex.tell("7", "playing", 60_000)
    (playing,) = until(lambda: now_playing(living.home.documents))
    (play,) = until(lambda: recent_plays(living.home.documents))
    assert (playing.title, playing.user_name, playing.stop_key) == ("Sintel", "Mika", "stop-7")
    assert (play.state, play.told_by, play.position_ms) == (
        PlayState.OPEN,
        (Source.SOCKET,),
        60_000,
    )

    plex.playing = []
    plex.tell("7", "stopped", 61_000)

    def ended() -> bool:
        return recent_plays(living.home.documents)[0].state is PlayState.FINISHED

    until(ended)
    (play,) = recent_plays(living.home.documents)
    assert play.stopped_at is not None
    assert (play.position_ms, play.sources["stop"]) == (61_000, Source.SOCKET)
    until(lambda: not now_playing(living.home.documents))


def test_jellyfins_lists_are_taken_as_they_come(living: Living) -> None:
    """It sends them to whoever greets it, and wants a sign of life as often as it says."""
    server = JellyfinServer()
    try:
        living.connect(server.url, KEY, kind=ConnectionKind.JELLYFIN)
        living.start()
        server.playing = [episode()]
        (playing,) = until(lambda: now_playing(living.home.documents))
        assert (playing.series_title, playing.position_ms) == ("Caminandes", 60_000)
        until(lambda: len(server.heard) >= 4)
        server.playing = []
        until(lambda: not now_playing(living.home.documents))
        (play,) = recent_plays(living.home.documents)
        assert play.told_by == (Source.SOCKET,)
        kinds = [message["MessageType"] for message in server.heard]
        assert kinds.count("SessionsStart") == 1
        assert kinds.count("KeepAlive") >= 3
    finally:
        server.close()


def test_what_the_socket_does_not_tell_is_found_all_the_same(
    living: Living, plex: PlexServer
) -> None:
    """While a socket is held, the server is asked now and then."""
    living.connect(plex.url)
    living.start()
    until(lambda: living.is_in("connected"))
    plex.playing = [film()]
    until(lambda: now_playing(living.home.documents))


def test_a_server_that_restarts_is_read_again(living: Living) -> None:
    """Also one that was not there at first; meanwhile the status says why."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    living.connect(f"http://localhost:{port}")
    living.start()
    until(lambda: living.is_in("retrying") and living.status.error)
    assert "refuses connections" in living.status.error

    for _ in range(2):
        server = PlexServer(port)
        try:
            until(lambda: living.is_in("connected"))
        finally:
            server.close()
        until(lambda: living.is_in("retrying"))


def test_a_silent_socket_is_noticed(living: Living) -> None:
    """A half-open connection answers no ping: it is given up, and the next one tried."""
    opened: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=open_and_fall_silent, args=(listener, opened))
        thread.start()
        living.connect(f"http://127.0.0.1:{listener.getsockname()[1]}")
        living.start(ping_seconds=0.3)
        until(lambda: len(opened) == 2)
        error = until(lambda: living.status.error)
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
    for peer in opened:
        peer.close()
    assert "fell silent" in error


def open_and_fall_silent(listener: socket.socket, opened: list[socket.socket]) -> None:
    """Open every socket that is asked for, refuse all else, and never say a word."""
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            return
        request = peer.recv(65_536).decode()
        if key := re.search("Sec-WebSocket-Key: (.+)\r\n", request):
            magic = f"{key[1]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            accept = base64.b64encode(hashlib.sha1(magic.encode()).digest()).decode()
            peer.sendall(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept.encode() + b"\r\n\r\n"
            )
            opened.append(peer)
        else:
            peer.sendall(b"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n")
            peer.close()


def test_garbage_is_no_news(living: Living, plex: PlexServer) -> None:
    """Broken JSON, other shapes, bytes and a million characters: the socket is held."""
    living.connect(plex.url)
    living.start()
    (listener,) = until(lambda: plex.asked and plex.listeners)
    for said in (
        "",
        "{",
        "[]",
        "null",
        '{"NotificationContainer": 7}',
        b"\xff\x00",
        "x" * 10**6,
        "[" * 10**6,
    ):
        plex.say(said)
    plex.playing = [film()]
    plex.tell("7", "playing")
    until(lambda: now_playing(living.home.documents))
    assert plex.listeners == [listener]


def test_a_refused_key_is_told_and_never_shown(
    living: Living, plex: PlexServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The status says what to do; neither documents nor logs hold the key."""
    caplog.set_level(logging.DEBUG)
    living.connect(plex.url, key="another-token")
    living.start()
    until(lambda: living.status and living.status.error)

    assert "Enter a new token" in living.status.error
    assert health_of(living.home.documents, "server-1") is None
    assert "another-token" not in caplog.text + str(list(each(living.home.documents, "live")))


def test_no_log_holds_the_key_of_an_open_socket(
    living: Living, plex: PlexServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even at DEBUG, where the library writes whole requests."""
    caplog.set_level(logging.DEBUG)
    living.connect(plex.url)
    living.start()
    until(lambda: living.is_in("connected") and plex.asked)
    assert TOKEN not in caplog.text


def test_a_redirect_is_not_followed(living: Living, plex: PlexServer) -> None:
    """The key goes to the configured address alone."""
    elsewhere = PlexServer()
    plex.socket_answer, plex.location = HTTPStatus.FOUND, f"ws://localhost:{elsewhere.port}/x"
    living.connect(plex.url)
    living.start()
    until(lambda: living.status and living.status.error)
    time.sleep(0.3)
    assert (elsewhere.asked, elsewhere.listeners) == (0, [])
    elsewhere.close()


def test_polling_stands_in_for_a_socket(living: Living, plex: PlexServer) -> None:
    """Where it is switched on: the sessions are seen, and the status says why it polls."""
    plex.socket_answer = HTTPStatus.NOT_FOUND
    plex.playing = [film()]
    settings = {"session_polling_enabled": True, "session_polling_interval": 1}
    living.connect(plex.url, settings=settings)
    living.start()
    until(lambda: now_playing(living.home.documents))
    (play,) = until(lambda: recent_plays(living.home.documents))

    assert living.is_in("polling")
    assert "answered its socket with 404" in living.status.error
    assert play.told_by == (Source.POLL,)


def test_without_realtime_and_polling_nobody_is_asked(living: Living, plex: PlexServer) -> None:
    """Such a server is left to the minute's poll."""
    living.connect(plex.url, settings={"realtime_enabled": False})
    living.start()
    time.sleep(0.3)
    assert (living.status, plex.asked, plex.listeners) == (None, 0, [])


def test_connections_are_followed(living: Living, plex: PlexServer) -> None:
    """A changed address is read instead of the old one, a removed connection no more."""
    living.connect(plex.url)
    living.start()
    until(lambda: plex.listeners)
    other = PlexServer()
    living.connect(other.url)
    until(lambda: other.listeners and not plex.listeners)
    ConnectionStore(living.home.documents).delete("server-1")
    until(lambda: not other.listeners and living.status is None)
    other.close()


def test_of_two_workers_one_reads(living: Living, plex: PlexServer) -> None:
    """When it ends, the other takes over."""
    living.connect(plex.url)
    end_first = living.start()
    until(lambda: plex.listeners)
    living.start()
    time.sleep(0.3)
    assert len(plex.listeners) == 1
    first = plex.listeners[0]

    end_first()
    until(lambda: len(plex.listeners) == 1 and plex.listeners != [first])


def test_the_certificate_is_verified_unless_that_is_switched_off(
    living: Living, tmp_path: Path
) -> None:
    """As for every other call to the server."""
    server = PlexServer(context=Authority(tmp_path).context("localhost"))
    living.connect(server.url)
    living.start()
    until(lambda: living.status and living.status.error)
    assert "certificate" in living.status.error
    living.connect(server.url, verify_tls=False)
    until(lambda: living.is_in("connected"))
    server.close()
