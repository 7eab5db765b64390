"""`get_home_stats`: the top lists, what was watched last, and the most streams at one time."""

from collections.abc import Mapping, Sequence
from typing import Any

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.lists.top import Order
from showrunner.history.tautulli_api.asking import Asking, query
from showrunner.history.tautulli_api.kept_plays import Line, at_hand
from showrunner.history.tautulli_api.peaks import most_concurrent
from showrunner.history.tautulli_api.top_lists import LISTS, top_lines, top_row
from showrunner.history.tautulli_api.watched_last import last_watched

Body = dict[str, Any]

_DAYS, _COUNT, _MOST = 30, 5, 250
_LAST, _CONCURRENT = "last_watched", "most_concurrent"

_TITLES: Mapping[str, str] = {
    "top_movies": "Most Watched Movies",
    "popular_movies": "Most Popular Movies",
    "top_tv": "Most Watched TV Shows",
    "popular_tv": "Most Popular TV Shows",
    "top_music": "Most Played Artists",
    "popular_music": "Most Popular Artists",
    _LAST: "Recently Watched",
    "top_libraries": "Most Active Libraries",
    "top_users": "Most Active Users",
    "top_platforms": "Most Active Platforms",
    _CONCURRENT: "Most Concurrent Streams",
}
"""All statistics, in the order in which they are answered."""

_ANY = ""


def get_home_stats(asking: Asking) -> list[Body] | Body:
    """All of them, or the one that `stat_id` names."""
    wanted = asking.parameters.choice("stat_id", (_ANY, *_TITLES), _ANY)
    stats = _stats(asking, [wanted] if wanted else list(_TITLES))
    return stats[0] if wanted else stats


def _stats(asking: Asking, names: Sequence[str]) -> list[Body]:
    asked = asking.parameters
    is_by_plays = asked.choice("stats_type", ("plays", "duration"), "plays") == "plays"
    start = asked.number("stats_start", 0, most=_MOST)
    count = asked.number("stats_count", _COUNT, least=1, most=_MOST)
    chosen = {**_when(asking), **asking.chosen()}
    by = Order.PLAYS if is_by_plays else Order.WATCH_SECONDS
    asks = query(AnalyticsQuery, chosen)
    with at_hand(asking.analytics, asks) as analytics:
        lists = [name for name in names if name in LISTS]
        lines = top_lines(asking, analytics.about(asks), lists, by, start + count)
        rows = _top(asking, lines, start)
        if _CONCURRENT in names:
            rows[_CONCURRENT] = most_concurrent(asking, analytics, chosen)
    if _LAST in names:
        rows[_LAST] = last_watched(asking, start, count, chosen)
    kind = "total_plays" if is_by_plays else "total_duration"
    return [
        {
            "stat_id": name,
            "stat_title": _TITLES[name],
            **({"stat_type": kind} if name.startswith("top_") else {}),
            "rows": rows[name],
        }
        for name in names
    ]


def _when(asking: Asking) -> Body:
    """The days between `after` and `before`, or the last `time_range` days."""
    between = asking.between()
    after = asking.parameters.day("after")
    if after and after > asking.today:
        raise wrong_field("after", "must not be in the future")
    if between and asking.parameters.text("time_range"):
        raise wrong_field("time_range", "give this, or after and before")
    return between or asking.lately(_DAYS)


def _top(asking: Asking, found: Mapping[str, Sequence[Line]], start: int) -> dict[str, list[Body]]:
    return {
        name: [top_row(asking, LISTS[name], entry, play) for entry, play in lines[start:]]
        for name, lines in found.items()
    }
