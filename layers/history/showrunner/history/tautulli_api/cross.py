"""The charts of whom, where and which resolution, each by media type or stream type."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from showrunner.clients.models import Decision
from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.dimensions import PERSON
from showrunner.history.analytics.core.once import watched_once
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.tautulli_api.asking import Asking, query
from showrunner.history.tautulli_api.graphs import measure_of
from showrunner.history.tautulli_api.words import (
    DECISION_SERIES,
    MEDIA_SERIES,
    UNKNOWN,
    resolution,
)

Body = dict[str, Any]
Cells = Iterable[tuple[str, str | None, int]]
"""Category, our word for the series, plays or seconds."""

_TOP = 10
_DAYS = 30
_DELIVERED = {"resolution": "resolution", "source": "source_resolution", "series": "decision"}


def get_plays_by_top_10_platforms(asking: Asking) -> Body:
    return _chart(_by(asking, "platform", "media_type"), MEDIA_SERIES, "Other", _TOP)


def get_stream_type_by_top_10_platforms(asking: Asking) -> Body:
    return _chart(_by(asking, "platform", "decision"), DECISION_SERIES, UNKNOWN, _TOP)


def get_plays_by_top_10_users(asking: Asking) -> Body:
    return _chart(_by_user(asking, "media_type"), MEDIA_SERIES, "Other", _TOP)


def get_stream_type_by_top_10_users(asking: Asking) -> Body:
    return _chart(_by_user(asking, "decision"), DECISION_SERIES, UNKNOWN, _TOP)


def get_plays_by_source_resolution(asking: Asking) -> Body:
    """The file's; `1080`, `4k`, `sd`."""
    cells = _by(asking, "source_resolution", "decision")
    named = ((_resolution(name), series, number) for name, series, number in cells)
    return _chart(named, DECISION_SERIES, UNKNOWN)


def get_plays_by_stream_resolution(asking: Asking) -> Body:
    """What reached the player: of who plays the file as it is, the file's."""
    found = _counted(asking, _DELIVERED)
    named = (
        (_resolution(got or (source if series == Decision.DIRECT_PLAY else None)), series, number)
        for got, source, series, number in found
    )
    return _chart(named, DECISION_SERIES, UNKNOWN)


def _resolution(ours: str | None) -> str:
    return resolution(ours) or UNKNOWN


def _by(asking: Asking, category: str, series: str) -> Cells:
    found = _counted(asking, {"category": category, "series": series})
    return ((name or UNKNOWN, kind, number) for name, kind, number in found)


def _by_user(asking: Asking, series: str) -> Cells:
    asked = _asked(asking)
    counted, values = watched_once(asked, {**PERSON, "series": series})
    sql, owners = with_people(counted, asked.directory)
    rows = asked.rows(
        f"SELECT person, max(person_name), series, sum({measure_of(asking).value})::BIGINT "
        f"FROM ({sql}) GROUP BY person, series",
        [*values, *owners],
    )
    names = _told_apart({person: name or UNKNOWN for person, name, _, _ in rows})
    return ((names[person], kind, number) for person, _, kind, number in rows)


def _told_apart(names: Mapping[Any, str]) -> dict[Any, str]:
    """Two of one name are two categories: `Anna`, `Anna (2)`."""
    seen: Counter[str] = Counter()
    found = {}
    for key in sorted(names, key=str):
        seen[names[key]] += 1
        count = seen[names[key]]
        found[key] = names[key] if count == 1 else f"{names[key]} ({count})"
    return found


def _asked(asking: Asking) -> Asked:
    measure_of(asking)  # a wrong axis is refused before anything is counted
    return asking.analytics.about(query(AnalyticsQuery, asking.lately(_DAYS), asking.chosen()))


def _counted(asking: Asking, columns: Mapping[str, str]) -> list[Any]:
    asked = _asked(asking)
    rows, values = watched_once(asked, columns)
    names, measure = ", ".join(columns), measure_of(asking).value
    return asked.rows(
        f"SELECT {names}, sum({measure})::BIGINT FROM ({rows}) GROUP BY {names}", values
    )


def _chart(cells: Cells, names: Mapping[str, str], other: str, most: int | None = None) -> Body:
    """The largest categories first, so many; the series that tools look for, and the rest."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for category, series, number in cells:
        table[category][names.get(series or "", other)] += number
    ordered = sorted(table, key=lambda one: (-table[one].total(), one))[:most]
    categories = [one for one in ordered if table[one].total()]
    has_other = other not in names.values() and any(table[one][other] for one in categories)
    shown = [*names.values(), *([other] if has_other else [])]
    data = {name: [table[one][name] for one in categories] for name in shown}
    drawn = [{"name": name, "data": numbers} for name, numbers in data.items()]
    return {"categories": categories, "series": drawn}


def player_sums(asking: Asking, chosen: Body) -> list[Any]:
    """Player, platform, plays and seconds watched of all times, most plays first."""
    asked = asking.analytics.about(query(AnalyticsQuery, chosen))
    rows, values = watched_once(asked, {"player": "player_name", "platform": "platform"})
    return asked.rows(
        "SELECT player, platform, sum(plays)::BIGINT AS plays, sum(watch_seconds)::BIGINT "
        f"FROM ({rows}) GROUP BY player, platform ORDER BY plays DESC, player, platform",
        values,
    )
