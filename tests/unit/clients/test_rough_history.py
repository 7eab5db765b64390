"""History of a Jellyfin or Emby that has no plugin for it."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from showrunner.clients.emby import EmbyClient
from showrunner.clients.records import HistoryRow
from tests.unit.clients.recorded import Server

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
USERS = {"Items": [{"Id": "b2", "Name": "robin"}, {"Id": "a1", "Name": "kim"}]}


class Den:
    """An Emby whose user data and log a test fills, newest first as the server has them."""

    def __init__(self) -> None:
        self.played: dict[str, list[dict[str, Any]]] = {"a1": [], "b2": []}
        self.log: list[dict[str, Any]] = []
        self.server = Server(
            {
                "GET /Users/Query": httpx.Response(200, json=USERS),
                "GET /Items": self.items,
                "GET /System/ActivityLog/Entries": self.entries,
            }
        )
        self.client = EmbyClient("http://den:8096", "cd34", transport=self.server)

    def play(self, user: str, item: str, at: str) -> None:
        data = {"Played": True, "PlayCount": 3, "LastPlayedDate": at}
        found = {"Id": item, "Name": f"Film {item}", "Type": "Movie", "UserData": data}
        self.played[user].insert(0, found)

    def note(self, kind: str, at: str, item: str = "812", user: str = "a1") -> None:
        entry = {"Id": len(self.log) + 1, "Type": kind, "ItemId": item, "UserId": user, "Date": at}
        self.log.insert(0, entry)

    def items(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        if "Ids" in asked:
            known = [{"Id": one, "Name": f"Film {one}"} for one in asked["Ids"].split(",")]
            return httpx.Response(200, json={"Items": known, "TotalRecordCount": len(known)})
        assert (asked["IsPlayed"], asked["SortBy"]) == ("true", "DatePlayed")
        return _page(self.played[asked["UserId"]], asked)

    def entries(self, request: httpx.Request) -> httpx.Response:
        assert request.url.params["MinDate"] == "2026-03-01T00:00:00Z"
        return _page(self.log, request.url.params)

    def read(self, limit: int, cursor: str | None = None) -> tuple[list[HistoryRow], str | None]:
        page = self.client.history_page(since=SINCE, cursor=cursor, limit=limit)
        return page.rows, page.next_cursor

    def read_all(self, limit: int) -> list[HistoryRow]:
        rows, cursor = self.read(limit)
        while cursor:
            more, cursor = self.read(limit, cursor)
            rows = [*rows, *more]
        return rows


def _page(found: list[dict[str, Any]], asked: httpx.QueryParams) -> httpx.Response:
    start, limit = int(asked["StartIndex"]), int(asked["Limit"])
    page = {"Items": found[start : start + limit], "TotalRecordCount": len(found)}
    return httpx.Response(200, json=page)


def test_user_data_tells_when_something_was_last_played() -> None:
    """One row of each account and item, marked as rough, without an end."""
    den = Den()
    den.play("a1", "812", "2026-03-05T20:15:00.0000000Z")

    assert den.read_all(10) == [
        HistoryRow(
            row_id="a1:812:20260305T201500",
            person_id="a1",
            person_name="kim",
            item_id="812",
            media_type="movie",
            title="Film 812",
            started_at=datetime(2026, 3, 5, 20, 15, tzinfo=UTC),
            is_watched=True,
            is_rough=True,
        )
    ]


def test_what_is_too_old_is_not_read_to_the_end() -> None:
    """Newest first, so that the first old one is the last that is looked at."""
    den = Den()
    for day in range(1, 10):
        den.play("a1", str(day), f"2026-02-0{day}T20:15:00Z")
    den.play("a1", "new", "2026-03-05T20:15:00Z")
    den.play("b2", "other", "2026-03-06T20:15:00Z")

    assert [row.item_id for row in den.read_all(2)] == ["new", "other"]
    asked = [one for one in den.server.requests if one.url.params.get("UserId") == "a1"]
    assert len(asked) == 1


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_the_log_joins_beginnings_and_ends(limit: int) -> None:
    """Also of two pages, and of Emby's newer names for both."""
    den = Den()
    den.note("VideoPlayback", "2026-03-05T20:00:00Z")
    den.note("UserOnline", "2026-03-05T20:10:00Z")
    den.note("playback.start", "2026-03-05T20:15:00Z", item="77", user="b2")
    den.note("VideoPlaybackStopped", "2026-03-05T21:30:00Z")
    den.note("playback.stop", "2026-03-05T21:45:00Z", item="77", user="b2")
    found = [
        (row.person_name, row.title, f"{row.started_at:%H:%M}", f"{row.stopped_at:%H:%M}")
        for row in den.read_all(limit)
    ]

    assert found == [("robin", "Film 77", "20:15", "21:45"), ("kim", "Film 812", "20:00", "21:30")]


def test_a_beginning_without_an_end_has_none() -> None:
    """And an end without a beginning is no viewing; times are rough either way."""
    den = Den()
    den.note("VideoPlaybackStopped", "2026-03-04T21:30:00Z", item="old")
    den.note("VideoPlayback", "2026-03-05T20:00:00Z")
    (row,) = den.read_all(10)

    assert (row.item_id, row.stopped_at, row.is_rough) == ("812", None, True)


def test_what_is_played_meanwhile_hides_nothing() -> None:
    """It moves the rest on by one: a row may come twice, none is left out."""
    den = Den()
    for day in range(1, 5):
        den.play("a1", str(day), f"2026-03-0{day}T20:15:00Z")
    first, cursor = den.read(2)
    den.play("a1", "5", "2026-03-05T20:15:00Z")
    second, _ = den.read(2, cursor)

    assert [row.item_id for row in first] == ["4", "3"]
    assert [row.item_id for row in second] == ["3", "2"]


def test_an_account_that_is_gone_is_passed_over() -> None:
    """Its place is that of the next one."""
    den = Den()
    den.play("b2", "812", "2026-03-05T20:15:00Z")
    rows, _ = den.read(10, '{"phase": "users", "user": "a9", "start": 40}')

    assert [row.person_id for row in rows] == ["b2"]


def test_the_plugin_is_looked_for_once() -> None:
    """A server has it or not."""
    den = Den()
    den.read_all(10)

    assert sum("submit_custom_query" in one.url.path for one in den.server.requests) == 1
