"""Plex's history, page by page, while it changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from showrunner.clients.plex import PlexClient
from showrunner.clients.records import HistoryRow
from showrunner.errors import InvalidInputError
from tests.unit.clients.recorded import Server, answer

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = int(SINCE.timestamp())


class History:
    """A Plex whose history a test changes between two pages."""

    def __init__(self, *viewed_at: int) -> None:
        self.rows = [
            self.row(number, FIRST + seconds) for number, seconds in enumerate(viewed_at, 1)
        ]
        self.server = Server(
            {
                "GET /status/sessions/history/all": self.page,
                "GET /accounts": _container(
                    Account=[{"id": 0, "name": ""}, {"id": 1, "name": "owner"}]
                ),
                "GET /devices": _container(
                    Device=[
                        {"id": 7, "name": "SHIELD", "platform": "Android", "clientIdentifier": "c3"}
                    ]
                ),
                "GET /library/sections/all": answer("plex/sections.json"),
                "GET /library/metadata/812": answer("plex/item.json"),
            }
        )
        self.client = PlexClient("http://attic:32400", "t0ken", transport=self.server)

    def row(self, number: int, viewed_at: int) -> dict[str, Any]:
        return {
            "historyKey": f"/status/sessions/history/{number}",
            "ratingKey": "812",
            "librarySectionID": "1",
            "title": "The Long Ferry",
            "type": "movie",
            "viewedAt": viewed_at,
            "accountID": 1,
            "deviceID": 7,
        }

    def page(self, request: httpx.Request) -> httpx.Response:
        assert request.url.params["sort"] == "viewedAt:asc"
        since = int(request.url.params["viewedAt>"])
        wanted = [one for one in self.rows if one["viewedAt"] >= since]
        wanted.sort(key=lambda one: one["viewedAt"])
        start = int(request.headers["X-Plex-Container-Start"])
        size = int(request.headers["X-Plex-Container-Size"])
        return _container(totalSize=len(wanted), Metadata=wanted[start : start + size])

    def read(self, limit: int, cursor: str | None = None) -> tuple[list[str], str | None]:
        page = self.client.history_page(since=SINCE, cursor=cursor, limit=limit)
        return [row.row_id for row in page.rows], page.next_cursor

    def read_all(self, limit: int, cursor: str | None = None) -> list[str]:
        rows, cursor = self.read(limit, cursor)
        while cursor:
            more, cursor = self.read(limit, cursor)
            rows += more
        return rows


def _container(**content: Any) -> httpx.Response:
    return httpx.Response(200, json={"MediaContainer": content})


def test_a_row_says_who_played_what_on_what_and_when_but_not_how_long() -> None:
    """Ids become names; Plex knows no end, so there is none."""
    found = History(60).client.history_page(since=SINCE, cursor=None, limit=10)

    assert found.rows == [
        HistoryRow(
            row_id="1",
            person_id="1",
            person_name="owner",
            item_id="812",
            guid="plex://movie/5d776825961905001eb911f0",
            provider_ids={"imdb": "tt1234567", "tmdb": "4242"},
            media_type="movie",
            title="The Long Ferry",
            year=2023,
            library="Films",
            duration_ms=5_400_000,
            player_id="c3",
            player_name="SHIELD",
            platform="Android",
            started_at=SINCE + timedelta(seconds=60),
            is_watched=True,
        )
    ]
    assert (found.total, found.next_cursor) == (1, None)


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_every_row_comes_once_whatever_the_page(limit: int) -> None:
    """Also those of one second, as when a whole season was marked by hand."""
    history = History(0, 10, 10, 10, 10, 20, 30)

    assert history.read_all(limit) == [str(number) for number in range(1, 8)]


def test_names_and_items_are_asked_for_once() -> None:
    """A page of known items is one request."""
    history = History(0, 10, 20)
    history.read_all(1)

    paths = [one.url.path for one in history.server.requests]
    assert paths.count("/accounts") == 1
    assert paths.count("/library/metadata/812") == 1


def test_what_came_before_the_moment_is_left_out() -> None:
    """The moment itself is inside."""
    assert History(-1, 0, 1).read_all(10) == ["2", "3"]


def test_rows_that_come_in_meanwhile_follow() -> None:
    """A place is a moment and a row, no count from the start."""
    history = History(0, 10, 20)
    rows, cursor = history.read(2)
    history.rows.append(history.row(4, FIRST + 30))

    assert rows + history.read(2, cursor)[0] == ["1", "2", "3", "4"]


def test_rows_that_go_meanwhile_take_no_others_with_them() -> None:
    """Deleted rows of the same second would move the rest up: a page is gone back instead."""
    history = History(10, 10, 10, 10)
    _, cursor = history.read(2)
    del history.rows[0]

    assert history.read_all(2, cursor) == ["3", "4"]


def test_total_counts_what_was_given_too() -> None:
    """It stays while the pages go on."""
    client = History(0, 10, 20, 30, 40).client
    totals, cursor = [], None
    for _ in range(3):
        page = client.history_page(since=SINCE, cursor=cursor, limit=2)
        totals.append(page.total)
        cursor = page.next_cursor

    assert totals == [5, 5, 5]


@pytest.mark.parametrize("cursor", ["nonsense", "{}", '{"after_row": 3}', "[1]"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    """Another server's place means nothing here."""
    with pytest.raises(InvalidInputError, match="cursor"):
        History(0).read(10, cursor)


def test_without_the_list_of_devices_players_have_no_names() -> None:
    """The published description does not have that address."""
    history = History(0)
    history.server._answers.pop("GET /devices")
    (row,) = history.client.history_page(since=SINCE, cursor=None, limit=10).rows

    assert (row.player_name, row.person_name) == (None, "owner")
