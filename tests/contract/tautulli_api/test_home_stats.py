"""The lists of the home page, by hand."""

from typing import Any

from tests.contract.tautulli_api.tool import ANNA_NUMBER, Tool

ALL = [
    *("top_movies", "popular_movies", "top_tv", "popular_tv", "top_music", "popular_music"),
    *("last_watched", "top_libraries", "top_users", "top_platforms", "most_concurrent"),
]


def lines(stat: Any, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in stat["rows"]]


def test_all_statistics_come_in_their_order(tool: Tool) -> None:
    """Top lists say what they are ordered by."""
    stats = tool.ask("get_home_stats")
    assert [one["stat_id"] for one in stats] == ALL
    kinds = {one["stat_id"]: one.get("stat_type") for one in stats}
    assert (kinds["top_movies"], kinds["popular_movies"]) == ("total_plays", None)


def test_one_statistic_comes_alone(tool: Tool) -> None:
    """The film was played by two, and by Anna last before what goes on."""
    stat = tool.ask("get_home_stats", stat_id="top_movies")
    names = ("title", "total_plays", "total_duration", "year", "rating_key", "last_play")
    assert lines(stat, *names)[0] == ("Film", 3, 9300, 2020, 101, 1797767400)
    stat = tool.ask("get_home_stats", stat_id="popular_movies")
    assert lines(stat, "title", "users_watched")[0] == ("Film", 2)


def test_time_orders_otherwise(tool: Tool) -> None:
    """Bert has two plays, Anna three and more time; nobody's has no time at all."""
    stat = tool.ask("get_home_stats", stat_id="top_users", stats_type="duration")
    names = ("user_id", "friendly_name", "total_plays", "total_duration")
    found = lines(stat, *names)
    assert found[0] == (ANNA_NUMBER, "anna", 3, 11_400)
    assert found[1][1:] == ("Bert", 2, 2700)
    assert (stat["stat_type"], len(found)) == ("total_duration", 3)


def test_a_shows_number_leads_to_its_plays(tool: Tool) -> None:
    """Of the server on which it was played last."""
    (row,) = tool.ask("get_home_stats", stat_id="top_tv")["rows"]
    assert (row["title"], row["total_plays"]) == ("Harbour", 2)
    answer = tool.ask("get_history", grandparent_rating_key=row["rating_key"])
    assert [one["title"] for one in answer["data"]] == ["Second"]


def test_libraries_and_platforms_have_their_own_fields(tool: Tool) -> None:
    stat = tool.ask("get_home_stats", stat_id="top_libraries")
    found = lines(stat, "section_name", "section_type", "total_plays")
    assert ("Movies", "movie", 3) in found
    assert found.count(("TV", "show", 1)) == 2
    stat = tool.ask("get_home_stats", stat_id="top_platforms")
    assert lines(stat, "platform", "platform_name", "total_plays")[0] == ("Roku", "roku", 3)


def test_what_was_watched_to_its_end_is_told_newest_first(tool: Tool) -> None:
    stat = tool.ask("get_home_stats", stat_id="last_watched")
    assert lines(stat, "title", "friendly_name") == [("Film", "anna"), ("Harbour - Pilot", "anna")]


def test_the_most_streams_are_told_with_their_first_day(tool: Tool) -> None:
    """The 19th of December in Berlin; days as texts of seconds since 1970."""
    stat = tool.ask("get_home_stats", stat_id="most_concurrent")
    found = lines(stat, "title", "count", "started", "stopped")
    assert found[0] == ("Concurrent Streams", 2, "1797634800", "1797721200")
    assert [(title, count) for title, count, *_ in found[1:]] == [
        ("Concurrent Transcodes", 1),
        ("Concurrent Direct Streams", 1),
        ("Concurrent Direct Plays", 1),
    ]


def test_lists_can_be_cut_and_narrowed(tool: Tool) -> None:
    """By place, person, library and days."""
    asked = {"stat_id": "top_users", "stats_start": 1, "stats_count": 1}
    assert lines(tool.ask("get_home_stats", **asked), "friendly_name") == [("Bert",)]
    asked = {"stat_id": "top_tv", "after": "2026-12-19", "before": "2026-12-19"}
    assert lines(tool.ask("get_home_stats", **asked), "total_plays") == [(1,)]
    asked = {"stat_id": "top_movies", "user_id": ANNA_NUMBER}
    assert lines(tool.ask("get_home_stats", **asked), "total_plays") == [(1,)]
    message = tool.refused("get_home_stats", after="2026-12-19", time_range=3)
    assert "time_range" in message
