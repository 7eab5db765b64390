"""Nothing yet, one play, hidden people, two servers with one id, more platforms than are shown."""

from typing import Any

import pytest

from showrunner.access import set_access_token
from showrunner.history.home import ledger_of
from showrunner.history.tautulli_api.commands import COMMANDS
from showrunner.history.tautulli_api.cross import _chart
from showrunner.people.api import PeopleApi, PersonChange
from showrunner.people.directory import Directory
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.worlds import at, movie, play, sitting
from tests.contract.tautulli_api.conftest import NOW
from tests.contract.tautulli_api.tool import ANNA_NUMBER, CELLAR, FILM, Tool, furnish, plays
from tests.fakes import FakeClock

OF_SOMETHING = {
    **dict.fromkeys(("get_user", "get_user_watch_time_stats", "get_user_player_stats")),
    **dict.fromkeys(("get_library", "get_library_watch_time_stats", "get_library_user_stats")),
    **dict.fromkeys(("get_item_watch_time_stats", "get_item_user_stats")),
}
OF_A_SERVER = {
    *("get_server_info", "get_server_identity", "get_server_friendly_name", "get_server_id"),
}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def fresh(home: EmbeddedHome) -> Tool:
    set_access_token(home)
    return Tool(home)


def test_a_new_installation_answers(fresh: Tool) -> None:
    """Empty lists and noughts; what is of a server says that there is none yet."""
    for command in COMMANDS.keys() - OF_SOMETHING - OF_A_SERVER:
        assert fresh.ask(command) is not None
    for command in OF_A_SERVER:
        status, body = fresh.raw(cmd=command)
        assert (status, body["response"]["result"]) == (404, "error")
        assert "/servers" in body["response"]["message"]
    assert fresh.ask("get_history")["data"] == []
    (stat, *_) = fresh.ask("get_home_stats")
    assert stat["rows"] == []


def test_a_play_without_any_facts_is_no_trouble(fresh: Tool) -> None:
    """Neither title nor person, library, player or end."""
    bare = play(sitting(at("2026-12-19 10:00"), None), item=movie(None), person="")
    ledger_of(fresh.home).write([bare.model_copy(update={"item": type(bare.item)()})])
    for command in COMMANDS.keys() - OF_SOMETHING - OF_A_SERVER:
        assert fresh.ask(command) is not None
    (row,) = fresh.ask("get_history")["data"]
    assert (row["full_title"], row["user_id"], row["friendly_name"]) == ("", 0, "Local")


def test_ranges_without_plays_are_empty(fresh: Tool) -> None:
    """In the future, and before there was anything."""
    ledger_of(fresh.home).write(plays())
    for asked in ({"after": "2030-01-01"}, {"before": "1999-01-01"}):
        answer = fresh.ask("get_history", **asked)
        assert (answer["recordsFiltered"], answer["data"]) == (0, [])
    assert fresh.ask("get_home_stats", stat_id="top_movies", before="1999-01-01")["rows"] == []
    assert "Field after: " in fresh.refused("get_home_stats", after="2030-01-01")


def test_hidden_people_are_in_no_answer(fresh: Tool) -> None:
    """But by their own number, which somebody must know."""
    furnish(fresh.home)
    ledger_of(fresh.home).write(plays())
    anna = Directory.of(fresh.home.documents).person_of("plex-1", "1", None)
    assert anna
    PeopleApi(fresh.home).change(anna.id, PersonChange(hidden=True))
    assert [one["friendly_name"] for one in fresh.ask("get_users")] == ["Bert"]
    assert fresh.ask("get_history")["recordsTotal"] == 3
    chart = fresh.ask("get_plays_by_top_10_users")
    assert chart["categories"] == ["Bert", "Unknown"]
    assert fresh.ask("get_history", user_id=ANNA_NUMBER)["recordsFiltered"] == 3


def test_one_id_on_two_servers_is_two_items(fresh: Tool) -> None:
    """By the id alone both are meant; a library says which."""
    furnish(fresh.home)
    elsewhere: dict[str, Any] = {"connection_id": CELLAR.id, "server_kind": "emby", "person": "9"}
    here = play(sitting(at("2026-12-19 10:00"), 60), item=FILM)
    there = play(
        sitting(at("2026-12-19 12:00"), 60), item={**movie("Other"), "item_id": "101"}, **elsewhere
    )
    ledger_of(fresh.home).write([here, there])
    assert fresh.ask("get_history", rating_key=101)["recordsFiltered"] == 2
    number = fresh.ask("get_history", search="film")["data"][0]["section_id"]
    answer = fresh.ask("get_history", rating_key=101, section_id=number)
    assert [row["title"] for row in answer["data"]] == ["Film"]


def test_no_more_than_ten_are_drawn_the_largest() -> None:
    cells = [(f"platform {number:02}", "movie", number) for number in range(12)]
    chart = _chart(cells, {"movie": "Movies"}, "Other", 10)
    assert chart["categories"] == [f"platform {number:02}" for number in range(11, 1, -1)]
    assert chart["series"] == [{"name": "Movies", "data": list(range(11, 1, -1))}]
