"""Ending what somebody watches."""

import json
from collections.abc import Callable

import httpx
import pytest

from showrunner.clients.emby import EmbyClient
from showrunner.clients.jellyfin import JellyfinClient
from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.models import PlayState, Session
from showrunner.clients.plex import PlexClient
from showrunner.errors import ForbiddenError, NotFoundError, WrongStateError
from tests.unit.clients.recorded import Server

SESSION = Session(
    session_key="61",
    item_id="812",
    title="The Long Ferry",
    media_type="movie",
    state=PlayState.PLAYING,
    stop_key="abc",
)
DONE, REFUSED = httpx.Response(204), httpx.Response(401, text="no")
ONLY_POST, GONE = httpx.Response(405), httpx.Response(404)
TERMINATE = "/status/sessions/terminate"


Make = Callable[[Server], MediaServerClient]


def plex(server: Server) -> MediaServerClient:
    return PlexClient("http://attic:32400", "t0ken", transport=server)


def jellyfin(server: Server) -> MediaServerClient:
    return JellyfinClient("http://cellar:8096", "ab12", transport=server)


def emby(server: Server) -> MediaServerClient:
    return EmbyClient("http://den:8096", "cd34", transport=server)


def test_plex_ends_a_stream_and_says_why() -> None:
    """By the id of the playback, not by the key of the session."""
    server = Server({f"GET {TERMINATE}": httpx.Response(200)})
    plex(server).stop_session(SESSION, "Bed time")

    assert dict(server.requests[0].url.params) == {"sessionId": "abc", "reason": "Bed time"}


def test_plex_may_want_it_as_a_post() -> None:
    """As the published description has it."""
    server = Server({f"GET {TERMINATE}": ONLY_POST, f"POST {TERMINATE}": httpx.Response(200)})
    plex(server).stop_session(SESSION, "")

    assert [one.method for one in server.requests] == ["GET", "POST"]


def test_plex_without_plex_pass_ends_nothing() -> None:
    """It answers as if the key were wrong."""
    server = Server({f"GET {TERMINATE}": REFUSED, f"POST {TERMINATE}": REFUSED})

    with pytest.raises(ForbiddenError, match="Plex Pass"):
        plex(server).stop_session(SESSION, "")


def test_jellyfin_shows_the_message_and_stops_the_player() -> None:
    """In that order: what is stopped shows nothing."""
    server = Server({"POST /Sessions/abc/Message": DONE, "POST /Sessions/abc/Playing/Stop": DONE})
    jellyfin(server).stop_session(SESSION, "Bed time")

    assert server.asked == ["POST /Sessions/abc/Message", "POST /Sessions/abc/Playing/Stop"]
    assert json.loads(server.requests[0].content)["Text"] == "Bed time"


def test_emby_gets_the_message_in_the_address() -> None:
    """Its description has no body for it; without a message there is no such request."""
    server = Server({"POST /Sessions/abc/Message": DONE, "POST /Sessions/abc/Playing/Stop": DONE})
    emby(server).stop_session(SESSION, "Bed time")
    emby(server).stop_session(SESSION, "")

    assert server.requests[0].url.params["Text"] == "Bed time"
    assert [one.url.path for one in server.requests[1:]] == ["/Sessions/abc/Playing/Stop"] * 2


@pytest.mark.parametrize("make", [plex, jellyfin, emby])
def test_what_is_over_already_is_not_found(make: Make) -> None:
    """The session ended while somebody looked at the list."""
    with pytest.raises(NotFoundError, match="The Long Ferry"):
        make(Server({})).stop_session(SESSION, "")


@pytest.mark.parametrize("make", [plex, jellyfin, emby])
def test_a_player_that_takes_no_commands_cannot_be_stopped(make: Make) -> None:
    """Nothing is sent."""
    server = Server({})
    with pytest.raises(WrongStateError, match="stop it there"):
        make(server).stop_session(SESSION.model_copy(update={"stop_key": None}), "")
    assert server.requests == []
