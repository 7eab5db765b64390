"""What is asked about binges, and what is answered."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from showrunner.history.analytics.core.answers import Answer, Chart
from showrunner.history.analytics.core.query import AnalyticsQuery


class BingesBy(StrEnum):
    """The categories of the chart, as in `By`."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class BingesOrder(StrEnum):
    """Which binges the list begins with."""

    NEWEST = "newest"
    EPISODES = "episodes"
    WATCH_SECONDS = "watch_seconds"


class BingesQuery(AnalyticsQuery):
    """
    `least_episodes` are different ones of a show; an episode goes on with the binge if it
    begins at most `gap_minutes` after the end of the one before it.
    """

    least_episodes: Annotated[int, Field(ge=2, le=100)] = 3
    gap_minutes: Annotated[int, Field(ge=0, le=1440)] = 360
    by: BingesBy = BingesBy.MONTH
    order: BingesOrder = BingesOrder.NEWEST


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Binge(_Frozen):
    """
    From `began_at` until `ended_at`, the last moment that is known (UTC).

    `person_id` None: nobody noted that account. `episodes` are different ones, of which
    `watch_seconds` were watched, as far as that is known.
    """

    person_id: str | None
    person: str | None
    series_title: str
    began_at: datetime
    ended_at: datetime
    episodes: int
    watch_seconds: int


class ShowBinges(_Frozen):
    """`people` had `binges` of this show, of that many episodes and seconds in all."""

    series_title: str
    binges: int
    people: int
    episodes: int
    watch_seconds: int


class PersonBinges(_Frozen):
    """The `binges` of a person, of that many different `shows`; `longest` is in episodes."""

    person_id: str | None
    person: str | None
    binges: int
    shows: int
    longest: int
    episodes: int
    watch_seconds: int


class BingesAnswer(Answer):
    """
    The binges that began in the range, whole, also those that ended after it.

    `count`, `episodes` and `watch_seconds` are of all binges; `binges`, `shows` and `people`
    are the first of their lists, `over_time` counts each where it began. Episodes that began
    in the range, of which nobody knows the person or the show, are in none: `unknown_plays`.
    """

    binges: list[Binge]
    count: int
    episodes: int
    watch_seconds: int
    shows: list[ShowBinges]
    people: list[PersonBinges]
    over_time: Chart
    unknown_plays: int
