"""What every answer has. Times are UTC, durations seconds, shares 0 to 1."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Unit(StrEnum):
    PLAYS = "plays"
    SECONDS = "seconds"
    STREAMS = "streams"
    ITEMS = "items"
    BYTES = "bytes"
    PEOPLE = "people"
    SHARE = "share"
    RANK = "rank"
    KILOBITS_PER_SECOND = "kilobits_per_second"
    POINTS = "points"
    BINGES = "binges"
    PARTIES = "parties"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Series(_Frozen):
    """`name` None: the plays of which nobody said it. `data` None: outside of the range."""

    name: str | None
    data: list[float | None]


class Chart(_Frozen):
    """As chart libraries take it: each series has a number for each category."""

    unit: Unit
    categories: list[str]
    series: list[Series]


class Totals(_Frozen):
    """
    Of all plays that were asked for: the sums of every list and chart about the same plays.

    `plays` began in the range; `watch_seconds` were watched in it, also of plays that
    began before. Of `unknown_plays` nobody knows how long they were watched.
    """

    plays: int = 0
    watch_seconds: int = 0
    unknown_plays: int = 0


class Answer(_Frozen):
    """
    The range is `since` until `before` (excluded); `time_zone` is the one of days and hours.

    While `version` is the same, the plays, people and rules are; the `ETag` says it of all that
    an answer is made of. `took_ms` is the time that the question took here.
    """

    since: datetime
    before: datetime
    time_zone: str
    version: str
    took_ms: float
