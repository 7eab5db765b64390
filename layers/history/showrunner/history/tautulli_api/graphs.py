"""The charts: `{categories, series: [{name, data}]}`, of plays or of seconds."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from showrunner.history.analytics.core.answers import Chart
from showrunner.history.analytics.core.categories import By
from showrunner.history.analytics.plays.over_time import Measure, OverTimeQuery, Split, over_time
from showrunner.history.analytics.streams.concurrency import (
    ConcurrencyBy,
    ConcurrencyQuery,
    ConcurrencySplit,
    concurrency,
)
from showrunner.history.tautulli_api.asking import Asking, query
from showrunner.history.tautulli_api.words import DECISION_SERIES, MEDIA_SERIES, UNKNOWN

Body = dict[str, Any]

_MOST_SERIES = 500
_MOST_MONTHS = 1200
_DAYS, _MONTHS = 30, 12

_OTHER = {Split.MEDIA_TYPES: "Other", Split.DECISIONS: UNKNOWN}
_NAMES: Mapping[Split, Mapping[str, str]] = {
    Split.MEDIA_TYPES: MEDIA_SERIES,
    Split.DECISIONS: DECISION_SERIES,
}


def measure_of(asking: Asking) -> Measure:
    axis = asking.parameters.choice("y_axis", ("plays", "duration"), "plays")
    return Measure.PLAYS if axis == "plays" else Measure.WATCH_SECONDS


def get_plays_by_date(asking: Asking) -> Body:
    return _over_time(asking, By.DAY, Split.MEDIA_TYPES)


def get_plays_by_stream_type(asking: Asking) -> Body:
    return _over_time(asking, By.DAY, Split.DECISIONS)


def get_plays_by_hourofday(asking: Asking) -> Body:
    return _over_time(asking, By.HOUR, Split.MEDIA_TYPES)


def get_plays_by_dayofweek(asking: Asking) -> Body:
    """From Sunday to Saturday."""
    found = _over_time(asking, By.WEEKDAY, Split.MEDIA_TYPES)
    for one in (found["categories"], *(series["data"] for series in found["series"])):
        one.insert(0, one.pop())
    return found


def get_plays_per_month(asking: Asking) -> Body:
    """`time_range` is in months; the categories are `Nov 2026`."""
    count = asking.parameters.number("time_range", _MONTHS, least=1, most=_MOST_MONTHS)
    first = _months_before(asking.today, count - 1)
    found = _over_time(asking, By.MONTH, Split.MEDIA_TYPES, asking.during(first, None))
    months = (date.fromisoformat(f"{one}-01") for one in found["categories"])
    return found | {"categories": [f"{_MONTH_NAMES[one.month - 1]} {one.year}" for one in months]}


def get_concurrent_streams_by_stream_type(asking: Asking) -> Body:
    """The most at the same time on each day, by how they were delivered and together."""
    asked = query(
        ConcurrencyQuery,
        asking.lately(_DAYS),
        asking.chosen(),
        {"by": ConcurrencyBy.DAY, "split": ConcurrencySplit.DECISIONS},
    )
    peaks = concurrency(asking.analytics, asked).peaks
    together, *apart = peaks.series
    series = _series(Split.DECISIONS, peaks, [(one.name, one.data) for one in apart], max)
    series.append(
        {"name": "Max. Concurrent Streams", "data": [round(one or 0) for one in together.data]}
    )
    return {"categories": peaks.categories, "series": series}


def _over_time(asking: Asking, by: By, split: Split, lately: Body | None = None) -> Body:
    shape = {"by": by, "split": split, "measure": measure_of(asking), "limit": _MOST_SERIES}
    lately = asking.lately(_DAYS) if lately is None else lately
    asked = query(OverTimeQuery, lately, asking.chosen(), shape)
    chart = over_time(asking.analytics, asked).chart
    named = [(one.name, one.data) for one in chart.series]
    return {"categories": list(chart.categories), "series": _series(split, chart, named, sum)}


def _series(
    split: Split,
    chart: Chart,
    named: Sequence[tuple[str | None, Sequence[float | None]]],
    together: Callable[[list[int]], int],
) -> list[Body]:
    """Those that tools look for, in their order, and one of the rest where there is a rest."""
    names = _NAMES[split]
    numbers: dict[str, list[list[int]]] = defaultdict(list)
    for name, data in named:
        numbers[names.get(name or "", _OTHER[split])].append([round(one or 0) for one in data])
    empty = [0] * len(chart.categories)
    shown = [*names.values(), *([_OTHER[split]] if any(map(any, numbers[_OTHER[split]])) else [])]
    return [
        {
            "name": name,
            "data": [together(list(column)) for column in zip(*numbers[name], strict=True)]
            if numbers[name]
            else list(empty),
        }
        for name in shown
    ]


_MONTH_NAMES = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
"""In English whatever the machine speaks."""


def _months_before(day: date, count: int) -> date:
    months = max(12 * day.year + day.month - 1 - count, 12)
    return date(months // 12, months % 12 + 1, 1)
