"""`only_user_id`: of a Jellyfin or Emby only one account is taken, wherever it tells of people."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from showrunner.clients.factory import client_for
from showrunner.clients.media_server import MediaServerClient
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.wiring import EmbeddedHome
from tests.unit.clients.recorded import Server

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
KIM, ROBIN = "5b7d0e1f", "a1b2c3d4"
WITH_DASHES = "5B7D-0E1F"
USERS = [{"Id": KIM, "Name": "kim"}, {"Id": ROBIN, "Name": "robin"}]
ITEM = {"Id": "812", "Name": "The Long Ferry", "Type": "Movie"}
NO_ITEMS = httpx.Response(200, json={"Items": [], "TotalRecordCount": 0})
SESSIONS = [
    {"Id": f"s{number}", "UserId": user, "NowPlayingItem": ITEM}
    for number, user in enumerate((KIM, ROBIN, None))
]
REPORTED = {
    "colums": ["RowNumber", "DateCreated", "UserId", "ItemId", "ItemType", "PlayDuration"],
    "results": [
        [str(number), "2026-03-02T20:15:00Z", user, "812", "Movie", "60"]
        for number, user in enumerate((ROBIN, KIM), start=1)
    ],
}
LOG = [
    {"Id": number, "Type": kind, "ItemId": "812", "UserId": user, "Date": f"2026-03-0{number}"}
    for number, (kind, user) in enumerate(
        [("playback.start", KIM), ("playback.start", ROBIN), ("VideoPlayback", KIM)], start=2
    )
]
PLAYED = {**ITEM, "UserData": {"Played": True, "LastPlayedDate": "2026-03-05T20:15:00Z"}}


def answers() -> dict[str, Any]:
    return {
        "GET /Sessions": httpx.Response(200, json=SESSIONS),
        "GET /Users": httpx.Response(200, json=USERS),
        "GET /Users/Query": httpx.Response(200, json={"Items": USERS}),
        "GET /Items": NO_ITEMS,
    }


@pytest.fixture(params=[ConnectionKind.JELLYFIN, ConnectionKind.EMBY])
def kind(request: pytest.FixtureRequest) -> ConnectionKind:
    found: ConnectionKind = request.param
    return found


@pytest.fixture
def server() -> Server:
    return Server(answers())


def opened(
    home: EmbeddedHome, kind: ConnectionKind, server: Server, only: str | None = WITH_DASHES
) -> MediaServerClient:
    """The client of a connection; `user_id` is the account that signed in, who limits nothing."""
    connection = Connection(
        id="den",
        kind=kind,
        name="Den",
        url="http://den",
        sealed_secret=home.secrets.seal("k3y"),
        user_id=ROBIN,
        settings={} if only is None else {"only_user_id": only},
    )
    return client_for(connection, home.secrets, transport=server)


@pytest.fixture
def client(home: EmbeddedHome, kind: ConnectionKind, server: Server) -> Iterator[MediaServerClient]:
    with opened(home, kind, server) as client:
        yield client


def people_in(client: MediaServerClient) -> list[str | None]:
    return [row.person_id for row in client.history_page(since=SINCE, cursor=None, limit=9).rows]


def test_only_that_users_sessions_are_taken(client: MediaServerClient) -> None:
    """Asked for or told by the socket; what plays for nobody is not that user's."""
    said = client.read_socket(json.dumps({"MessageType": "Sessions", "Data": SESSIONS}))

    assert [one.user_id for one in client.sessions()] == [KIM]
    assert [one.user_id for one in said.sessions or []] == [KIM]


def test_only_that_users_account_is_taken(client: MediaServerClient) -> None:
    """Nobody else's name or address is kept."""
    assert [one.name for one in client.accounts()] == ["kim"]


def test_only_that_users_rows_of_the_plugin_are_taken(
    home: EmbeddedHome, kind: ConnectionKind
) -> None:
    """Playback Reporting keeps everybody's in one table."""
    reported = httpx.Response(200, json=REPORTED)
    nothing = httpx.Response(200, json=[])
    plugin = {"POST /user_usage_stats/submit_custom_query": reported, "GET /Sessions": nothing}
    server = Server({**answers(), **plugin})

    assert people_in(opened(home, kind, server)) == [KIM]
    assert people_in(opened(home, kind, server, None)) == [ROBIN, KIM]


def test_without_the_plugin_nobody_else_is_asked_about(
    home: EmbeddedHome, kind: ConnectionKind
) -> None:
    """Neither another's items nor another's entries in the log."""
    asked: list[str | None] = []

    def items(request: httpx.Request) -> httpx.Response:
        params = {name.lower(): value for name, value in request.url.params.items()}
        if "userid" not in params:
            return NO_ITEMS
        asked.append(params["userid"])
        return httpx.Response(200, json={"Items": [PLAYED], "TotalRecordCount": 1})

    log = httpx.Response(200, json={"Items": LOG, "TotalRecordCount": len(LOG)})
    server = Server({**answers(), "GET /Items": items, "GET /System/ActivityLog/Entries": log})
    client = opened(home, kind, server)
    page = client.history_page(since=SINCE, cursor=None, limit=9)
    rows = list(page.rows)
    while page.next_cursor:
        page = client.history_page(since=SINCE, cursor=page.next_cursor, limit=9)
        rows += page.rows

    assert asked == [KIM]
    assert len(rows) > 1
    assert {row.person_id for row in rows} == {KIM}


def test_without_the_setting_everybody_is_taken(
    home: EmbeddedHome, kind: ConnectionKind, server: Server
) -> None:
    """The account that signed in is no limit."""
    with opened(home, kind, server, None) as client:
        assert [one.user_id for one in client.sessions()] == [KIM, ROBIN, None]
        assert [one.name for one in client.accounts()] == ["kim", "robin"]
