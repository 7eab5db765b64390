"""Pages of the history: rows by hand, and every page of a generated one against plain sorting."""

from datetime import timedelta
from typing import Any

import pytest

from showrunner.access import set_access_token
from showrunner.clients.tautulli import TautulliClient
from showrunner.history.home import ledger_of
from showrunner.history.tautulli_api.numbers import row_number
from showrunner.history.tautulli_api.words import in_words
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.worlds import generated
from tests.contract.tautulli_api.conftest import NOW
from tests.contract.tautulli_api.slow_tautulli import slow_history
from tests.contract.tautulli_api.through import transport
from tests.contract.tautulli_api.tool import ANNA_NUMBER, Tool, furnish
from tests.fakes import FakeClock

FILM_ROW = {
    "group_count": 1,
    "date": 1797706800,
    "started": 1797706800,
    "stopped": 1797714000,
    "duration": 6600,
    "play_duration": 6600,
    "paused_counter": 600,
    "percent_complete": 98,
    "watched_status": 1.0,
    "state": None,
    "session_key": None,
    "user_id": ANNA_NUMBER,
    "friendly_name": "anna",
    "ip_address": "10.0.0.7",
    "rating_key": 101,
    "parent_rating_key": "",
    "grandparent_rating_key": "",
    "guid": "plex://movie/1",
    "media_type": "movie",
    "title": "Film",
    "parent_title": "",
    "grandparent_title": "",
    "full_title": "Film",
    "media_index": "",
    "year": 2020,
    "player": "Living room",
    "platform": "Roku",
    "location": "lan",
    "relayed": 0,
    "live": 0,
    "transcode_decision": "direct play",
}


def titles(answer: Any) -> list[str]:
    return [row["full_title"] for row in answer["data"]]


def test_a_row_has_what_tools_read(tool: Tool) -> None:
    """Times are seconds since 1970; what was watched leaves pauses out."""
    row = tool.ask("get_history", start_date="2026-12-19", media_type="movie")["data"][0]
    assert {name: row[name] for name in FILM_ROW} == FILM_ROW
    assert row["row_id"] == row["reference_id"] == int(row["group_ids"])


def test_a_resumed_viewing_is_one_row_that_counts_its_sittings(tool: Tool) -> None:
    row = tool.ask("get_history", search="pilot")["data"][0]
    assert (row["full_title"], row["parent_title"]) == ("Harbour - Pilot", "Season 1")
    assert (row["media_index"], row["parent_media_index"]) == (1, 1)
    assert (row["play_duration"], row["transcode_decision"]) == (2400, "copy")


def test_counts_and_sums_are_of_all_and_of_what_passes(tool: Tool) -> None:
    """Watched in all: 110, 30, 40, 40, 5 minutes and the 15 of what goes on."""
    answer = tool.ask("get_history", media_type="episode", length=1, draw=5)
    assert (answer["draw"], answer["recordsTotal"], answer["recordsFiltered"]) == (5, 7, 2)
    assert (answer["total_duration"], answer["filter_duration"]) == ("4 hrs", "1 hr 20 mins")
    assert titles(answer) == ["Harbour - Second"]


def test_what_goes_on_is_a_row_unless_it_is_not_wanted(tool: Tool) -> None:
    """It has a state, and no end."""
    first = tool.ask("get_history")["data"][0]
    assert (first["state"], first["stopped"], first["session_key"]) == ("playing", None, "7")
    answer = tool.ask("get_history", include_activity=0)
    assert (answer["recordsFiltered"], titles(answer)[0]) == (6, "Harbour - Second")


def test_days_are_the_owners_and_both_ends_belong(tool: Tool) -> None:
    """Ten to midnight in Berlin is the 17th."""
    assert titles(tool.ask("get_history", start_date="2026-12-17")) == ["Harbour - Pilot"]
    answer = tool.ask("get_history", after="2026-12-17", before="2026-12-18")
    assert titles(answer) == ["Film", "Harbour - Pilot"]
    assert "after" in tool.refused("get_history", after="2026-12-18", before="2026-12-17")


def test_a_person_is_one_on_all_servers(tool: Tool) -> None:
    """By number or by name, whatever the case."""
    expected = ["Harbour - Second", "Film", "Harbour - Pilot"]
    assert titles(tool.ask("get_history", user_id=ANNA_NUMBER)) == expected
    assert titles(tool.ask("get_history", user="Anna")) == expected


def test_libraries_items_and_shows_go_by_their_numbers(tool: Tool) -> None:
    """A library is one server's; a season and a show have numbers that rows tell."""
    tables = tool.ask("get_libraries_table", search="tv")["data"]
    (number,) = (one["section_id"] for one in tables if one["server_id"] == "machine-1")
    found = titles(tool.ask("get_history", section_id=number))
    assert found == ["Harbour - Pilot"]
    assert len(titles(tool.ask("get_history", rating_key=101))) == 3
    assert titles(tool.ask("get_history", guid="plex://movie/1")) == ["Film"]
    row = tool.ask("get_history", search="pilot")["data"][0]
    for name in ("parent_rating_key", "grandparent_rating_key"):
        assert titles(tool.ask("get_history", **{name: row[name]})) == ["Harbour - Pilot"]
        assert titles(tool.ask("get_history", **{name: 1_234_567_890})) == []


def test_any_column_can_order_and_the_newest_of_equals_comes_first(tool: Tool) -> None:
    answer = tool.ask("get_history", order_column="duration", order_dir="asc", length=3)
    assert [row["duration"] for row in answer["data"]] == [300, 900, 1800]
    answer = tool.ask("get_history", order_column="full_title", order_dir="desc", length=2)
    assert titles(answer) == ["The Band - Song", "Harbour - Second"]


PLAYS = generated(11, 400, NOW - timedelta(days=70), 60)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Tool:
    """A generated history of two months; the clock stands after it."""
    made = EmbeddedHome(tmp_path_factory.mktemp("crowd"), FakeClock(NOW))
    furnish(made)
    ledger_of(made).write(PLAYS)
    return Tool(made)


def test_a_row_is_the_same_whichever_way_it_was_found(crowd: Tool) -> None:
    """By its place in time, or by another order."""
    by_start = {row["row_id"]: row for row in crowd.ask("get_history", length=400)["data"]}
    answer = crowd.ask("get_history", length=400, order_column="duration")
    assert {row["row_id"]: row for row in answer["data"]} == by_start


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"order_dir": "asc"},
        {"length": 7, "start": 13},
        {"length": 50, "start": 260},
        {"length": 50, "start": 390},
        {"length": 50, "start": 400},
        {"length": 33, "start": 205, "order_dir": "asc"},
        {"media_type": "episode", "start": 3},
        {"transcode_decision": "copy", "order_column": "platform"},
        {"order_column": "paused_counter", "length": 60, "start": 20},
        {"user_id": ANNA_NUMBER, "order_column": "percent_complete", "order_dir": "asc"},
        {"search": "HARB", "length": 100},
        {"after": "2026-10-20", "before": "2026-11-02"},
    ],
)
def test_pages_are_those_of_a_plainly_sorted_history(crowd: Tool, asked: dict[str, Any]) -> None:
    """Whatever the order, the place and the filters."""
    count, seconds, ids = slow_history(PLAYS, asked)
    answer = crowd.ask("get_history", **asked)
    assert (answer["recordsFiltered"], answer["filter_duration"]) == (count, in_words(seconds))
    assert [row["row_id"] for row in answer["data"]] == [row_number(one) for one in ids]


def test_our_own_import_reads_all_of_it_once(crowd: Tool) -> None:
    """Showrunner's client for Tautulli walks from the oldest to the newest, page by page."""
    with TautulliClient(
        "http://showrunner", set_access_token(crowd.home), transport=transport(crowd)
    ) as client:
        rows, cursor = [], None
        while True:
            page = client.history_page(cursor=cursor, limit=90)
            rows += page.rows
            cursor = page.next_cursor
            if cursor is None:
                break
        assert (page.total, len({row.row_id for row in rows})) == (400, 400)
        assert [row.started for row in rows] == sorted(row.started or 0 for row in rows)
        assert {user.user_id for user in client.users()} > {str(ANNA_NUMBER)}
        assert client.watched_plex().pms_identifier == "machine-1"
        assert [one.name for one in client.libraries()] == ["TV", "Movies", "TV"]
        assert client.info().version.startswith("2.")
