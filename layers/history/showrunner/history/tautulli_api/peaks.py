"""The most streams at one time, together and by how they were delivered."""

from datetime import date, datetime, time, timedelta
from typing import Any

from showrunner.clients.models import Decision
from showrunner.history.analytics.core.answers import Chart, Series
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.streams.concurrency import (
    ConcurrencyBy,
    ConcurrencyQuery,
    ConcurrencySplit,
    concurrency,
)
from showrunner.history.tautulli_api.asking import Asking, query

Body = dict[str, Any]

_TITLES = (
    ("all", "Concurrent Streams"),
    (Decision.TRANSCODE, "Concurrent Transcodes"),
    (Decision.DIRECT_STREAM, "Concurrent Direct Streams"),
    (Decision.DIRECT_PLAY, "Concurrent Direct Plays"),
)


def most_concurrent(asking: Asking, analytics: Analytics, chosen: Body) -> list[Body]:
    """
    A line for each kind of stream that there was; `started` and `stopped` are the begin and
    the end of the first day on which there were so many, in seconds since 1970.
    """
    shape = {"by": ConcurrencyBy.DAY, "split": ConcurrencySplit.DECISIONS}
    peaks = concurrency(analytics, query(ConcurrencyQuery, chosen, shape)).peaks
    by_name = {one.name: one for one in peaks.series}
    return [
        _line(asking, title, peaks, by_name[name])
        for name, title in _TITLES
        if name in by_name and any(by_name[name].data)
    ]


def _line(asking: Asking, title: str, peaks: Chart, series: Series) -> Body:
    numbers = [one or 0 for one in series.data]
    most = max(numbers)
    day = date.fromisoformat(peaks.categories[numbers.index(most)])
    return {
        "title": title,
        "count": round(most),
        "started": _midnight(asking, day),
        "stopped": _midnight(asking, day + timedelta(days=1)),
    }


def _midnight(asking: Asking, day: date) -> str:
    return str(int(datetime.combine(day, time(), asking.zone).timestamp()))
