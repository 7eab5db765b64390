"""When plays are drawn, and which: what charts of streams have in common."""

from dataclasses import replace
from enum import StrEnum

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.rules import Counting


class TimeBy(StrEnum):
    """The categories, as in `By`."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    WEEKDAY = "weekday"
    HOUR = "hour"


class _Everything(Counting):
    def condition(self) -> str:
        return "true"


def with_all_plays(asked: Asked) -> Asked:
    """
    The same question about all plays, also those that are too short to count, or whose time
    is below nothing.
    """
    every = _Everything(least_video_seconds=0, least_track_seconds=0)
    return replace(asked, scope=replace(asked.scope, counting=every))
