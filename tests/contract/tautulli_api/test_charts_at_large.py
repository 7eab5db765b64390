"""The charts of whom, where and how on generated histories, against counting play by play."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from showrunner.history.home import ledger_of
from showrunner.history.tautulli_api import kept_plays
from showrunner.plays.models import Play
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.slow import counts, tally
from tests.contract.analytics.worlds import BERLIN, generated
from tests.contract.tautulli_api.conftest import NOW
from tests.contract.tautulli_api.slow_tautulli import ANNAS
from tests.contract.tautulli_api.tool import Tool, furnish
from tests.fakes import FakeClock

PLAYS = generated(5, 500, NOW - timedelta(days=60), 60)
DAYS = 30
SINCE = NOW.astimezone(BERLIN).replace(hour=0, minute=0, second=0) - timedelta(days=59)
MEDIA = {"movie": "Movies", "episode": "TV", "track": "Music"}
DECISIONS = {
    "direct_play": "Direct Play",
    "direct_stream": "Direct Stream",
    "transcode": "Transcode",
}
Of = Callable[[Play], str]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Tool:
    made = EmbeddedHome(tmp_path_factory.mktemp("charts"), FakeClock(NOW))
    furnish(made)
    ledger_of(made).write(PLAYS)
    return Tool(made)


def platform(play: Play) -> str:
    return play.player.platform or "Unknown"


def user(play: Play) -> str:
    if (play.connection_id, play.person.id) in ANNAS:
        return "anna"
    if (play.connection_id, play.person.id) == ("plex-1", "2"):
        return "Bert"
    return play.person.name or "Unknown"


def source(play: Play) -> str:
    return (play.stream.source_resolution or "Unknown").removesuffix("p")


def delivered(play: Play) -> str:
    is_direct = play.stream.decision == "direct_play"
    own = play.stream.resolution or (play.stream.source_resolution if is_direct else None)
    return (own or "Unknown").removesuffix("p")


def media(play: Play) -> str:
    return MEDIA.get(play.item.media_type or "", "Other")


def delivery(play: Play) -> str:
    return DECISIONS.get(play.stream.decision or "", "Unknown")


@pytest.mark.parametrize("axis", ["plays", "duration"])
@pytest.mark.parametrize(
    ("command", "category", "series"),
    [
        ("get_plays_by_top_10_platforms", platform, media),
        ("get_stream_type_by_top_10_platforms", platform, delivery),
        ("get_plays_by_top_10_users", user, media),
        ("get_stream_type_by_top_10_users", user, delivery),
        ("get_plays_by_source_resolution", source, delivery),
        ("get_plays_by_stream_resolution", delivered, delivery),
    ],
)
def test_each_cell_is_what_counting_finds(
    crowd: Tool, command: str, category: Of, series: Of, axis: str
) -> None:
    """Plays where they began, time where it was watched; the largest category first."""
    chart = crowd.ask(command, time_range=DAYS, y_axis=axis)
    found = {
        (name, one["name"]): number
        for one in chart["series"]
        for name, number in zip(chart["categories"], one["data"], strict=True)
        if number
    }
    assert found == expected(category, series, axis)
    sums = Counter()
    for (name, _), number in found.items():
        sums[name] += number
    assert [sums[name] for name in chart["categories"]] == sorted(sums.values(), reverse=True)


def expected(category: Of, series: Of, axis: str) -> dict[tuple[str, str], int]:
    local = NOW.astimezone(BERLIN).replace(hour=0, minute=0, second=0)
    since = local - timedelta(days=DAYS - 1)
    before = NOW.replace(second=0) + timedelta(minutes=1)
    sums: Any = tally(
        [play for play in PLAYS if counts(play)],
        since,
        before,
        lambda play: (category(play), series(play)),
    )
    place = 0 if axis == "plays" else 1
    return {key: numbers[place] for key, numbers in sums.items() if numbers[place]}


@pytest.mark.parametrize("asked", [{}, {"stats_type": "duration", "stats_count": 20}])
def test_long_ranges_answer_as_short_ones_do(
    crowd: Tool, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many plays are listed in another way than few; nobody can tell which way it was."""
    short = crowd.ask("get_home_stats", time_range=60, **asked)
    monkeypatch.setattr(kept_plays, "MOST_PLAYS", 0)
    assert crowd.ask("get_home_stats", time_range=60, **asked) == short


def test_lists_are_what_counting_finds(crowd: Tool) -> None:
    """Shows by plays and by how many people; equal ones by name."""
    stats = {one["stat_id"]: one["rows"] for one in crowd.ask("get_home_stats", time_range=60)}
    shows: dict[str, list[Play]] = {}
    for play in PLAYS:
        if play.item.media_type == "episode" and counts(play) and play.started_at >= SINCE:
            shows.setdefault(play.item.series_title or "", []).append(play)
    plays = sorted(((-len(found), name) for name, found in shows.items()))
    assert [(-row["total_plays"], row["title"]) for row in stats["top_tv"]] == plays
    people = {
        name: len({user(one) for one in found if user(one) != "Unknown"})
        for name, found in shows.items()
    }
    assert {row["title"]: row["users_watched"] for row in stats["popular_tv"]} == people
    newest = {
        name: max(int(one.started_at.timestamp()) for one in found) for name, found in shows.items()
    }
    assert {row["title"]: row["last_play"] for row in stats["top_tv"]} == newest
