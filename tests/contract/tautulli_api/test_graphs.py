"""The charts: plays and seconds by hand, and sums that agree over all of them."""

from typing import Any

import pytest

from tests.contract.tautulli_api.tool import ANNA_NUMBER, Tool

BY_MEDIA = ("Movies", "TV", "Music", "Live TV")
BY_STREAM = ("Direct Play", "Direct Stream", "Transcode")


def drawn(chart: Any) -> dict[str, dict[str, int]]:
    """The numbers that are not 0, by series and category."""
    return {
        one["name"]: {
            category: number
            for category, number in zip(chart["categories"], one["data"], strict=True)
            if number
        }
        for one in chart["series"]
    }


def test_days_have_plays_by_media_type(tool: Tool) -> None:
    """Thirty days, today the last; all series are there, empty ones too."""
    chart = tool.ask("get_plays_by_date")
    assert (len(chart["categories"]), chart["categories"][-1]) == (30, "2026-12-20")
    assert [one["name"] for one in chart["series"]] == list(BY_MEDIA)
    assert drawn(chart) == {
        "Movies": {"2026-12-10": 1, "2026-12-18": 1, "2026-12-19": 1, "2026-12-20": 1},
        "TV": {"2026-12-17": 1, "2026-12-19": 1},
        "Music": {},
        "Live TV": {},
    }


def test_time_is_where_it_was_watched(tool: Tool) -> None:
    """Ten minutes before midnight in Berlin, ten after it, twenty in the morning."""
    found = drawn(tool.ask("get_plays_by_date", y_axis="duration"))
    assert found["TV"] == {"2026-12-17": 600, "2026-12-18": 1800, "2026-12-19": 2400}
    assert found["Movies"] == {"2026-12-18": 1800, "2026-12-19": 6600, "2026-12-20": 900}


def test_weekdays_begin_with_sunday(tool: Tool) -> None:
    chart = tool.ask("get_plays_by_dayofweek")
    assert (chart["categories"][0], chart["categories"][-1]) == ("Sunday", "Saturday")
    found = drawn(chart)
    assert found["Movies"] == {"Sunday": 1, "Thursday": 1, "Friday": 1, "Saturday": 1}
    assert found["TV"] == {"Thursday": 1, "Saturday": 1}


def test_hours_are_those_of_the_clock_on_the_wall(tool: Tool) -> None:
    chart = tool.ask("get_plays_by_hourofday")
    assert chart["categories"] == [f"{hour:02}" for hour in range(24)]
    assert drawn(chart)["TV"] == {"20": 1, "23": 1}


def test_months_are_said_in_english(tool: Tool) -> None:
    """`time_range` counts months, the present one among them."""
    chart = tool.ask("get_plays_per_month", time_range=2)
    assert chart["categories"] == ["Nov 2026", "Dec 2026"]
    found = drawn(chart)
    assert (found["Music"], found["Movies"]) == ({"Nov 2026": 1}, {"Dec 2026": 4})


def test_streams_are_told_by_delivery(tool: Tool) -> None:
    """What nobody told of is a series of its own, not lost."""
    chart = tool.ask("get_plays_by_stream_type", time_range=3)
    assert chart["categories"] == ["2026-12-18", "2026-12-19", "2026-12-20"]
    assert drawn(chart) == {
        "Direct Play": {"2026-12-19": 1},
        "Direct Stream": {},
        "Transcode": {"2026-12-18": 1, "2026-12-19": 1},
        "Unknown": {"2026-12-20": 1},
    }


def test_concurrent_streams_have_their_own_peaks_and_one_of_all(tool: Tool) -> None:
    """Anna watched on two servers at once; a pause between two sittings is none."""
    chart = tool.ask("get_concurrent_streams_by_stream_type", time_range=4)
    found = drawn(chart)
    assert [one["name"] for one in chart["series"]][:3] == list(BY_STREAM)
    assert found["Max. Concurrent Streams"] == {
        "2026-12-17": 1,
        "2026-12-18": 1,
        "2026-12-19": 2,
        "2026-12-20": 1,
    }
    assert found["Transcode"] == {"2026-12-18": 1, "2026-12-19": 1}


def test_platforms_and_users_are_the_largest_first(tool: Tool) -> None:
    """Two accounts are one human."""
    chart = tool.ask("get_plays_by_top_10_platforms")
    assert chart["categories"] == ["Roku", "Unknown", "Android"]
    found = drawn(chart)
    assert (found["TV"], found["Movies"]) == (
        {"Roku": 2},
        {"Roku": 1, "Unknown": 2, "Android": 1},
    )
    chart = tool.ask("get_plays_by_top_10_users", y_axis="duration")
    assert chart["categories"] == ["anna", "Bert"]
    assert drawn(chart)["Movies"] == {"anna": 6600, "Bert": 2700}
    found = drawn(tool.ask("get_stream_type_by_top_10_users"))
    assert found["Unknown"] == {"Bert": 1, "Unknown": 1}
    found = drawn(tool.ask("get_stream_type_by_top_10_platforms"))
    assert found["Transcode"] == {"Roku": 1, "Android": 1}


def test_resolutions_are_the_files_and_the_players(tool: Tool) -> None:
    """Without the p; who plays the file as it is gets what it has."""
    found = drawn(tool.ask("get_plays_by_source_resolution"))
    assert (found["Direct Play"], found["Transcode"]) == ({"1080": 1}, {"4k": 1, "Unknown": 1})
    found = drawn(tool.ask("get_plays_by_stream_resolution"))
    assert (found["Direct Play"], found["Transcode"]) == ({"1080": 1}, {"720": 1, "Unknown": 1})


EVERY = (
    *("get_plays_by_date", "get_plays_by_dayofweek", "get_plays_by_hourofday"),
    *("get_plays_by_stream_type", "get_plays_by_top_10_platforms", "get_plays_by_top_10_users"),
    *("get_stream_type_by_top_10_platforms", "get_stream_type_by_top_10_users"),
    *("get_plays_by_source_resolution", "get_plays_by_stream_resolution"),
)


@pytest.mark.parametrize(
    ("asked", "total"),
    [
        ({"time_range": 60}, 7),
        ({"time_range": 60, "y_axis": "duration"}, 14_400),
        ({"time_range": 60, "user_id": ANNA_NUMBER}, 3),
    ],
)
@pytest.mark.parametrize("command", EVERY)
def test_all_charts_have_the_same_sum(
    tool: Tool, command: str, asked: dict[str, Any], total: int
) -> None:
    """The same plays are counted by day, hour, person, platform, delivery, resolution."""
    chart = tool.ask(command, **asked)
    assert sum(sum(one["data"]) for one in chart["series"]) == total
