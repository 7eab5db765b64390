"""What sockets are opened how, and what their messages mean."""

import json
from typing import Any

import pytest

from showrunner.clients.emby import EmbyClient
from showrunner.clients.jellyfin import JellyfinClient
from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.models import SocketNews
from showrunner.clients.plex import PlexClient
from tests.unit.clients.recorded import ANSWERS, Server

PLEX = PlexClient("https://attic:32400/", "t0ken", transport=Server({}))
JELLYFIN = JellyfinClient("http://cellar:8096/jf", "ab12", transport=Server({}))
EMBY = EmbyClient("http://den:8096/emby", "cd34", transport=Server({}))
ALL = [PLEX, JELLYFIN, EMBY]


def of_plex(kind: str, *playing: dict[str, Any]) -> SocketNews:
    container = {"type": kind, "size": len(playing), "PlaySessionStateNotification": playing}
    return PLEX.read_socket(json.dumps({"NotificationContainer": container}))


def says(kind: str, data: Any = None) -> str:
    return json.dumps({"MessageType": kind, "MessageId": "6f0c", "Data": data})


def test_keys_travel_in_headers_where_the_server_takes_them_there() -> None:
    """Emby alone reads its key in the address."""
    plex, jellyfin, emby = (one.socket() for one in ALL)

    assert plex.url == "wss://attic:32400/:/websockets/notifications"
    assert plex.headers["X-Plex-Token"] == "t0ken"
    assert jellyfin.url == "ws://cellar:8096/jf/socket?deviceId=showrunner"
    assert 'Token="ab12"' in jellyfin.headers["Authorization"]
    assert emby.url == "ws://den:8096/emby/embywebsocket?api_key=cd34&deviceId=showrunner"


@pytest.mark.parametrize("client", ALL)
def test_a_request_shows_no_key(client: MediaServerClient) -> None:
    """Not in a log, not in an error that quotes it."""
    shown = repr(client.socket())

    assert not any(key in shown for key in ("t0ken", "ab12", "cd34"))


def test_jellyfin_and_emby_are_asked_for_sessions_and_kept_awake() -> None:
    """Plex talks unasked, and needs no sign of life."""
    for client in (JELLYFIN, EMBY):
        request = client.socket()
        assert json.loads(request.greeting[0]) == {"MessageType": "SessionsStart", "Data": "0,1500"}
        assert json.loads(request.keep_alive or "") == {"MessageType": "KeepAlive"}
        assert request.keep_alive_seconds == 30
    plex = PLEX.socket()
    assert (plex.greeting, plex.keep_alive) == ([], None)


def test_a_stop_names_the_session_and_where_it_ended() -> None:
    """Milliseconds, and no need to ask for what is no longer there."""
    stop = {"sessionKey": "61", "state": "stopped", "viewOffset": 905_000, "ratingKey": "812"}

    assert of_plex("playing", stop) == SocketNews(
        stopped=["61"], stopped_positions_ms={"61": 905_000}
    )


@pytest.mark.parametrize("state", ["playing", "paused", "buffering"])
def test_any_other_state_is_a_reason_to_ask(state: str) -> None:
    """The notification says too little of who watches what."""
    going_on = {"sessionKey": 62, "state": state, "viewOffset": 1000}
    stop = {"sessionKey": "61", "state": "stopped"}

    assert of_plex("playing", going_on).ask is True
    assert of_plex("playing", stop, going_on) == SocketNews(ask=True, stopped=["61"])


@pytest.mark.parametrize(
    ("kind", "is_asked"),
    [
        ("transcodeSession.start", True),
        ("transcodeSession.end", True),
        ("transcodeSession.update", False),
        ("timeline", False),
        ("activity", False),
        ("status", False),
    ],
)
def test_only_some_notifications_are_about_sessions(kind: str, is_asked: bool) -> None:
    """Updates of the transcoder come every second."""
    assert of_plex(kind) == SocketNews(ask=is_asked)


@pytest.mark.parametrize("client", [JELLYFIN, EMBY])
def test_a_list_of_sessions_is_complete(client: MediaServerClient) -> None:
    """In the shape of `/Sessions`; devices that play nothing are left out of it."""
    listed = json.loads((ANSWERS / "jellyfin/sessions.json").read_text())
    news = client.read_socket(says("Sessions", listed))

    assert [one.user_name for one in news.sessions or []] == ["kim", "robin", "tove"]
    assert client.read_socket(says("Sessions", [])).sessions == []


@pytest.mark.parametrize("client", [JELLYFIN, EMBY])
def test_the_server_sets_the_pace_of_the_signs_of_life(client: MediaServerClient) -> None:
    """Half of the time after which it gives up, but not without a pause."""
    assert client.read_socket(says("ForceKeepAlive", 60)) == SocketNews(keep_alive_seconds=30)
    assert client.read_socket(says("ForceKeepAlive", 1e-9)) == SocketNews(keep_alive_seconds=1)


@pytest.mark.parametrize("client", [JELLYFIN, EMBY])
def test_a_list_that_cannot_be_read_is_no_empty_one(client: MediaServerClient) -> None:
    """Else all sessions would seem to be over."""
    for data in (None, [{"UserName": "kim"}], "text"):
        assert client.read_socket(says("Sessions", data)) == SocketNews(ask=True)


@pytest.mark.parametrize("client", ALL)
@pytest.mark.parametrize(
    "text", ["", "hello", "[]", "7", "{}", '{"NotificationContainer": [1]}', "[" * 100_000]
)
def test_noise_says_nothing(client: MediaServerClient, text: str) -> None:
    """A socket outlives a message that nobody understands."""
    assert client.read_socket(text) == SocketNews()
