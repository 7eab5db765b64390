"""History from the Playback Reporting plugin: a real table, asked in real SQL."""

import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from showrunner.clients.jellyfin import JellyfinClient
from showrunner.clients.models import Decision
from showrunner.clients.records import HistoryRow
from showrunner.errors import BadAnswerError, InvalidInputError
from tests.unit.clients.recorded import Server

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
QUERY = "POST /user_usage_stats/submit_custom_query"
FERRY = {
    "Id": "0c1d",
    "Type": "Movie",
    "Name": "The Long Ferry",
    "ProviderIds": {"Tmdb": "4242"},
    "ProductionYear": 2023,
    "RunTimeTicks": 54_000_000_000,
    "Path": "/media/films/The Long Ferry.mkv",
}
FOLDERS = [
    {"ItemId": "f1", "Name": "Films", "CollectionType": "movies", "Locations": ["/media/films"]}
]
WATCHING = {
    "Id": "s",
    "UserId": "a1b2",
    "NowPlayingItem": {"Id": "0c1d", "Name": "The Long Ferry", "Type": "Movie"},
}


class Plugin:
    """The table as the plugin makes it; every value comes back as text."""

    def __init__(self, *more_columns: str) -> None:
        self.table = sqlite3.connect(":memory:")
        self.table.execute(
            "CREATE TABLE PlaybackActivity (DateCreated DATETIME NOT NULL, UserId TEXT, "
            "ItemId TEXT, ItemType TEXT, ItemName TEXT, PlaybackMethod TEXT, ClientName TEXT, "
            f"DeviceName TEXT, PlayDuration INT{''.join(', ' + one for one in more_columns)})"
        )
        self.watching: list[dict[str, Any]] = []
        self.server = Server(
            {
                QUERY: self.answer,
                "GET /Sessions": lambda _: httpx.Response(200, json=self.watching),
                "GET /Users": httpx.Response(200, json=[{"Id": "a1b2", "Name": "kim"}]),
                "GET /Items": httpx.Response(200, json={"Items": [FERRY], "TotalRecordCount": 1}),
                "GET /Library/VirtualFolders": httpx.Response(200, json=FOLDERS),
            }
        )
        self.client = JellyfinClient("http://cellar:8096", "ab12", transport=self.server)

    def add(self, created: str, *more: Any, item: str = "0c1d", seconds: int = 3600) -> None:
        name = "The Long Ferry" if item == "0c1d" else "Harbour Watch - s02e07 - Night Tide"
        kind = "Movie" if item == "0c1d" else "Episode"
        play = ["Transcode (v:h264 a:direct)", "Jellyfin Web", "Firefox", seconds]
        values = [created, "a1b2", item, kind, name, *play, *more]
        marks = ", ".join("?" * len(values))
        self.table.execute(f"INSERT INTO PlaybackActivity VALUES ({marks})", values)

    def answer(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        assert asked["ReplaceUserId"] is False
        cursor = self.table.execute(asked["CustomQueryString"])
        names = [column[0] for column in cursor.description]
        rows = [["" if one is None else str(one) for one in row] for row in cursor]
        return httpx.Response(200, json={"colums": names, "results": rows})

    def rows(self) -> list[HistoryRow]:
        return self.client.history_page(since=SINCE, cursor=None, limit=10).rows

    def read(self, limit: int, cursor: str | None = None) -> tuple[list[str], str | None]:
        page = self.client.history_page(since=SINCE, cursor=cursor, limit=limit)
        return [row.row_id for row in page.rows], page.next_cursor


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The time zone of the machine on which server and plugin run."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_row_is_completed_from_its_item() -> None:
    """Played time without pauses is what the plugin counts; the end is unknown by that."""
    plugin = Plugin()
    plugin.add("2026-03-02T20:15:00.1234567Z")

    assert plugin.rows() == [
        HistoryRow(
            row_id="1",
            person_id="a1b2",
            person_name="kim",
            item_id="0c1d",
            provider_ids={"tmdb": "4242"},
            media_type="movie",
            title="The Long Ferry",
            year=2023,
            library="Films",
            duration_ms=5_400_000,
            player_name="Firefox",
            product="Jellyfin Web",
            decision=Decision.TRANSCODE,
            started_at=datetime(2026, 3, 2, 20, 15, 0, 123456, UTC),
            watched_seconds=3600,
        )
    ]


def test_newer_versions_count_pauses_and_so_know_the_end() -> None:
    """Theirs are the columns behind those that all versions have."""
    plugin = Plugin("PauseDuration INT", "RemoteAddress TEXT")
    plugin.add("2026-03-02T20:15:00Z", 600, "192.168.1.61")
    (row,) = plugin.rows()

    assert row.stopped_at == row.started_at + timedelta(seconds=4200)
    assert (row.paused_seconds, row.address) == (600, "192.168.1.61")


def test_times_that_no_clock_can_count_are_unknown() -> None:
    """One such row must not keep those behind it out."""
    plugin = Plugin("PauseDuration INT", "RemoteAddress TEXT")
    plugin.add("2026-03-02T20:15:00Z", 2**62, "192.168.1.61")
    plugin.add("2026-03-03T20:15:00Z", -1, "192.168.1.61", seconds=2**62)

    ends = [(row.stopped_at, row.watched_seconds, row.paused_seconds) for row in plugin.rows()]
    assert ends == [(None, 3600, None), (None, None, None)]


@pytest.mark.usefixtures("berlin")
def test_old_versions_wrote_the_time_of_the_servers_wall() -> None:
    """Also across the change to summer time, which came in the night to March 29, 2026."""
    plugin = Plugin()
    plugin.add("2026-03-28 20:15:00.5")
    plugin.add("2026-03-29 20:15:00.5")
    plugin.add("2026-03-29T20:15:00Z")

    assert [f"{row.started_at:%d %H:%M}" for row in plugin.rows()] == [
        "28 19:15",
        "29 18:15",
        "29 20:15",
    ]


def test_an_item_that_is_gone_has_the_name_that_the_plugin_kept() -> None:
    """Series, season and episode are in it."""
    plugin = Plugin()
    plugin.add("2026-03-02T20:15:00Z", item="ffff")
    (row,) = plugin.rows()

    assert (row.series_title, row.season_number, row.episode_number, row.title) == (
        "Harbour Watch",
        2,
        7,
        "Night Tide",
    )
    assert (row.item_id, row.media_type) == ("ffff", "episode")


def test_rows_come_once_and_in_order_while_others_are_added() -> None:
    """Rows get numbers that only grow."""
    plugin = Plugin()
    for day in range(1, 6):
        plugin.add(f"2026-03-0{day}T20:15:00Z")
    first, cursor = plugin.read(2)
    plugin.add("2026-03-06T20:15:00Z")
    rows = [*first]
    while cursor:
        more, cursor = plugin.read(2, cursor)
        rows += more

    assert rows == ["1", "2", "3", "4", "5", "6"]


def test_what_began_before_the_moment_is_left_out() -> None:
    """Days are compared in the database, moments here."""
    plugin = Plugin()
    plugin.add("2026-02-28T23:59:59Z")
    plugin.add("2026-03-01T00:00:00Z")

    assert [row.row_id for row in plugin.rows()] == ["2"]


def test_what_is_still_being_watched_is_left_out() -> None:
    """Its row grows until the end; an earlier viewing of the same film does not."""
    plugin = Plugin()
    plugin.add("2026-03-02T20:15:00Z")
    plugin.add(f"{datetime.now(UTC) - timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}")
    plugin.watching = [WATCHING]

    assert [row.row_id for row in plugin.rows()] == ["1"]


def test_an_old_row_of_what_is_being_watched_again_is_not_left_out() -> None:
    """The plugin has no row of the present viewing yet: who asks next time goes back a day only."""
    plugin = Plugin()
    plugin.add("2026-03-02T20:15:00Z")
    plugin.add(f"{datetime.now(UTC) - timedelta(hours=20):%Y-%m-%dT%H:%M:%SZ}")
    plugin.watching = [WATCHING]

    assert [row.row_id for row in plugin.rows()] == ["1", "2"]


def test_a_query_that_fails_is_no_empty_history() -> None:
    """The plugin answers it with 200 and a message."""
    plugin = Plugin()
    said = {"colums": [], "results": [], "message": "no such table: PlaybackActivity"}
    plugin.server._answers[QUERY] = httpx.Response(200, json=said)

    with pytest.raises(BadAnswerError, match="Playback Reporting"):
        plugin.rows()


def test_a_foreign_cursor_is_refused() -> None:
    """Plex's places mean nothing here."""
    with pytest.raises(InvalidInputError, match="cursor"):
        Plugin().read(10, '{"viewed_at": 3}')
