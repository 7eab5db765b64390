"""What is asked about engagement, and what is answered."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer, Chart, Totals
from showrunner.history.analytics.core.query import AnalyticsQuery


class EngagementBy(StrEnum):
    """The categories of the chart, as in `By`."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class EngagementOrder(StrEnum):
    """What the first person has most of."""

    WATCH_SECONDS = "watch_seconds"
    PLAYS = "plays"
    ACTIVE_DAYS = "active_days"
    LONGEST_STREAK_DAYS = "longest_streak_days"
    LAST_PLAYED_AT = "last_played_at"


class EngagementQuery(AnalyticsQuery):
    """`by`: the categories of the chart; `order`: what the first of `people` has most of."""

    by: EngagementBy = EngagementBy.DAY
    order: EngagementOrder = EngagementOrder.WATCH_SECONDS


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Engagement(Totals):
    """
    A person; `person_id` None: nobody noted that account.

    `active_days` are days in `time_zone` on which they began or watched something,
    `longest_streak_days` the most of these in a row, `plays_per_active_day` their average.
    `titles` are different movies, shows and artists. `completion` is the part of their plays
    that was watched to the end, 0 to 1, of those of which that is known (None: of none).
    `last_played_at` is when the last play in the range began (UTC; None: all began before it).
    """

    person_id: str | None
    person: str | None
    active_days: int
    longest_streak_days: int
    plays_per_active_day: float
    titles: int
    completion: float | None
    last_played_at: datetime | None


class Active(_Frozen):
    """People that were active in a day, week or month of the range: on average, and at most."""

    by: EngagementBy
    average: float
    peak: int


class EngagementAnswer(Answer):
    """
    `people` are the first of `count`; `totals` are of all plays, `unnamed` of those that name
    no person. `active` and `chart` count people who were active, each human once a day, week
    or month; a week or month of which only a part is in the range counts as one.
    """

    people: list[Engagement]
    count: int
    totals: Totals
    unnamed: Totals
    active: list[Active]
    chart: Chart
