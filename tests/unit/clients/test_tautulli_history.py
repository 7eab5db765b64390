"""Tautulli's history, its streams and its users."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from showrunner.clients.tautulli import TautulliClient
from showrunner.errors import InvalidInputError
from tests.unit.clients.recorded import Server

ROW = {
    "date": 1_774_000_000,
    "started": 1_774_000_000,
    "stopped": 1_774_003_600,
    "row_id": 1124,
    "reference_id": 1123,
    "user_id": 448201,
    "user": "robin",
    "rating_key": 812,
    "guid": "plex://movie/5d77",
    "title": "The Long Ferry",
    "original_title": "",
    "media_index": "",
    "parent_media_index": "",
    "year": 2023,
    "media_type": "movie",
    "paused_counter": 120,
    "play_duration": 3480,
    "percent_complete": 84,
    "watched_status": 0.75,
    "machine_id": "c3",
    "secure": 1,
    "relayed": 0,
    "location": "wan",
    "session_key": None,
    "transcode_decision": "direct play",
}


class Attic:
    """A Tautulli whose history a test changes between two pages."""

    def __init__(self, count: int = 0) -> None:
        self.rows = [{**ROW, "row_id": number} for number in range(1, count + 1)]
        self.server = Server({"GET /api/v2": self.answer})
        self.client = TautulliClient("http://attic:8181", "k3y", transport=self.server)

    def answer(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        data: Any = {}
        if asked["cmd"] == "get_history":
            start, length = int(asked["start"]), int(asked["length"])
            page = self.rows[start : start + length]
            data = {"recordsFiltered": len(self.rows), "draw": 1, "data": page}
        elif asked["cmd"] == "get_users":
            data = [{"user_id": 0, "username": "Local", "email": ""}, {"user_id": "448201"}]
        elif asked.get("row_id") == "7":
            data = {"stream_video_codec": "h264", "transcode_hw_encoding": "", "bitrate": "2731"}
        return httpx.Response(200, json={"response": {"result": "success", "data": data}})

    def read(self, limit: int, cursor: str | None = None) -> tuple[list[int | None], str | None]:
        page = self.client.history_page(cursor=cursor, limit=limit)
        return [row.row_id for row in page.rows], page.next_cursor


def test_a_row_keeps_tautullis_names_and_loses_its_blanks() -> None:
    """What it leaves empty is unknown; ids are text, whatever they come as."""
    attic = Attic()
    attic.rows = [ROW]
    (row,) = attic.client.history_page(cursor=None).rows

    assert (row.row_id, row.user_id, row.rating_key) == (1124, "448201", "812")
    assert (row.media_index, row.original_title) == (None, None)
    assert (row.secure, row.relayed, row.watched_status) == (True, False, 0.75)
    assert (row.started, row.stopped, row.play_duration) == (1_774_000_000, 1_774_003_600, 3480)


def test_an_odd_value_costs_no_other() -> None:
    """Old databases hold text where numbers belong."""
    attic = Attic()
    attic.rows = [{**ROW, "year": "MMXXIII", "percent_complete": "84"}]
    (row,) = attic.client.history_page(cursor=None).rows

    assert (row.year, row.percent_complete, row.title) == (None, 84, "The Long Ferry")


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_every_sitting_comes_once_and_in_order(limit: int) -> None:
    """Not grouped, without what runs now."""
    attic = Attic(5)
    rows, cursor = attic.read(limit)
    while cursor:
        more, cursor = attic.read(limit, cursor)
        rows += more

    assert rows == [1, 2, 3, 4, 5]
    asked = attic.server.requests[0].url.params
    assert (asked["grouping"], asked["include_activity"]) == ("0", "0")
    assert (asked["order_column"], asked["order_dir"]) == ("date", "asc")


def test_rows_that_are_deleted_meanwhile_take_no_others_with_them() -> None:
    """A page is gone back then."""
    attic = Attic(6)
    _, cursor = attic.read(3)
    del attic.rows[0:2]

    assert attic.read(3, cursor)[0] == [4, 5]


def test_days_surround_the_time_that_is_asked_for() -> None:
    """Tautulli counts them in its own time zone."""
    attic = Attic()
    since = datetime(2026, 3, 1, tzinfo=UTC)
    attic.client.history_page(cursor=None, since=since, until=datetime(2026, 3, 2, tzinfo=UTC))

    asked = attic.server.requests[0].url.params
    assert (asked["after"], asked["before"]) == ("2026-02-28", "2026-03-03")


def test_how_a_row_was_delivered_is_asked_for_by_its_number() -> None:
    """None: there is no such row."""
    client = Attic().client
    found = client.stream_data(7)

    assert found is not None
    assert (found.stream_video_codec, found.bitrate) == ("h264", 2731)
    assert found.transcode_hw_encoding is None
    assert client.stream_data(8) is None


def test_users_have_the_number_of_plex_tv() -> None:
    """0 is who plays without an account."""
    users = Attic().client.users()

    assert [(one.user_id, one.username, one.email) for one in users] == [
        ("0", "Local", None),
        ("448201", None, None),
    ]


def test_a_foreign_cursor_is_refused() -> None:
    """What another program wrote is no place in this history."""
    with pytest.raises(InvalidInputError, match="cursor"):
        Attic().read(3, "100")
