"""Users, libraries, items and servers, by hand."""

from typing import Any

from tests.contract.tautulli_api.tool import ANNA_NUMBER, Tool


def section(tool: Tool, name: str) -> Any:
    return [one for one in tool.ask("get_libraries") if one["section_name"] == name][-1]


def test_users_are_humans_with_the_numbers_of_plex_tv(tool: Tool) -> None:
    """Who has none there has a number as well; e-mail addresses are masked."""
    anna, bert = tool.ask("get_users")
    assert (anna["user_id"], anna["friendly_name"], anna["username"]) == (
        ANNA_NUMBER,
        "anna",
        "anna",
    )
    assert anna["email"] == "a***@example.org"
    assert len(anna["shared_libraries"]) == 3
    assert (bert["friendly_name"], bert["email"], bert["is_active"]) == ("Bert", "", 1)
    names = [
        {"user_id": one["user_id"], "friendly_name": one["friendly_name"]} for one in (anna, bert)
    ]
    assert tool.ask("get_user_names") == names
    found = tool.ask("get_user", user_id=ANNA_NUMBER, include_last_seen=1)
    assert (found["friendly_name"], found["last_seen"]) == ("anna", 1797708600)


def test_the_table_of_users_has_sums_and_the_last_play(tool: Tool) -> None:
    """Ordered, searched and cut as it is asked."""
    table = tool.ask("get_users_table", order_column="plays", order_dir="desc", length=1)
    (anna,) = table["data"]
    assert (table["recordsTotal"], table["recordsFiltered"]) == (2, 2)
    assert (anna["plays"], anna["duration"], anna["last_played"]) == (3, 11_400, "Harbour - Second")
    assert (anna["platform"], anna["transcode_decision"], anna["rating_key"]) == (
        "Roku",
        "transcode",
        "e2",
    )
    table = tool.ask("get_users_table", search="BER")
    assert [one["plays"] for one in table["data"]] == [2]


def test_players_of_a_user_are_counted(tool: Tool) -> None:
    """The most used first; a player without a name is one too."""
    assert tool.ask("get_user_player_stats", user_id=ANNA_NUMBER) == [
        {
            "result_id": 1,
            "player_name": "",
            "platform": "Roku",
            "platform_name": "roku",
            "total_plays": 2,
            "total_time": 4800,
        },
        {
            "result_id": 2,
            "player_name": "Living room",
            "platform": "Roku",
            "platform_name": "roku",
            "total_plays": 1,
            "total_time": 6600,
        },
    ]


def test_watch_time_is_that_of_the_last_days_until_now(tool: Tool) -> None:
    """So many times 24 hours; 0 is ever."""
    found = tool.ask("get_user_watch_time_stats", user_id=ANNA_NUMBER, query_days="1,2,0")
    assert found == [
        {"query_days": 1, "total_plays": 2, "total_time": 9000},
        {"query_days": 2, "total_plays": 2, "total_time": 9000},
        {"query_days": 0, "total_plays": 3, "total_time": 11_400},
    ]
    movies = section(tool, "Movies")["section_id"]
    found = tool.ask("get_library_watch_time_stats", section_id=movies)
    assert [one["query_days"] for one in found] == [1, 7, 30, 0]
    assert [one["total_plays"] for one in found] == [2, 3, 3, 3]
    (ever,) = tool.ask("get_item_watch_time_stats", rating_key=101, query_days=0)
    assert (ever["total_plays"], ever["total_time"]) == (3, 9300)


def test_who_played_an_item_a_show_or_a_library_is_told(tool: Tool) -> None:
    """Who played most first."""
    found = tool.ask("get_item_user_stats", rating_key=101)
    assert [(one["friendly_name"], one["total_plays"], one["total_time"]) for one in found] == [
        ("Bert", 2, 2700),
        ("anna", 1, 6600),
    ]
    row = tool.ask("get_history", search="pilot")["data"][0]
    found = tool.ask("get_item_user_stats", rating_key=row["grandparent_rating_key"])
    assert [(one["user_id"], one["total_plays"]) for one in found] == [(ANNA_NUMBER, 1)]
    movies = section(tool, "Movies")["section_id"]
    found = tool.ask("get_library_user_stats", section_id=movies)
    assert [one["total_plays"] for one in found] == [2, 1]


def test_libraries_have_what_they_hold(tool: Tool) -> None:
    """Counts are texts in the list and numbers in the table: that is how tools read them."""
    movies, shows = section(tool, "Movies"), section(tool, "TV")
    assert (movies["section_type"], movies["count"]) == ("movie", "1")
    counts = (shows["count"], shows["parent_count"], shows["child_count"])
    assert (shows["section_type"], counts) == ("show", ("1", "2", "3"))
    found = tool.ask("get_library", section_id=movies["section_id"], include_last_accessed=1)
    assert (found["count"], found["server_id"]) == (1, "machine-1")
    assert found["last_accessed"] == 1797767400
    assert len(tool.ask("get_library_names")) == 3


def test_the_table_of_libraries_has_sums_and_the_last_play(tool: Tool) -> None:
    table = tool.ask("get_libraries_table", order_column="plays", order_dir="desc")
    movies = table["data"][0]
    assert (movies["section_name"], movies["plays"], movies["duration"]) == ("Movies", 3, 9300)
    assert (movies["last_played"], movies["rating_key"]) == ("Film", 101)
    assert table["recordsTotal"] == 3


def test_what_was_added_is_told_newest_first(tool: Tool) -> None:
    """Two episodes of one day are one season; facts are texts."""
    found = tool.ask("get_recently_added", count=10)["recently_added"]
    assert [(one["media_type"], one["full_title"], one["child_count"]) for one in found] == [
        ("episode", "Harbour - Part 3", "1"),
        ("season", "Harbour", "2"),
        ("movie", "Film", "1"),
    ]
    assert (found[1]["title"], found[0]["rating_key"]) == ("Season 1", "203")
    assert (found[2]["added_at"], found[2]["library_name"]) == ("1796115600", "Movies")
    found = tool.ask("get_recently_added", count=1, start=1, media_type="show")
    assert [one["media_type"] for one in found["recently_added"]] == ["season"]


def test_the_server_is_the_first_plex_and_its_key_stays_here(tool: Tool) -> None:
    """Tools know one server; the list has all of them."""
    info = tool.ask("get_server_info")
    assert (info["pms_identifier"], info["pms_name"], info["pms_version"]) == (
        "machine-1",
        "Attic",
        "1.42.1",
    )
    assert (info["pms_ip"], info["pms_port"], info["pms_ssl"]) == ("attic.lan", 32400, 0)
    assert info["pms_url"] == "http://attic.lan:32400"
    servers = [(one["name"], one["port"]) for one in tool.ask("get_servers_info")]
    assert servers == [("Attic", "32400"), ("Cellar", "443")]
    assert tool.ask("get_server_friendly_name") == "Attic"
    assert tool.ask("get_server_identity")["machine_identifier"] == "machine-1"
    assert tool.ask("get_tautulli_info")["tautulli_version"].startswith("v2.")
    assert tool.ask("server_status") == {"connected": False}
