"""What a year in review is made of."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from showrunner.history.analytics.core.answers import Answer, Chart, Totals
from showrunner.history.analytics.core.entries import Entry
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.viewing.binges_answer import Binge


class YearQuery(AnalyticsQuery):
    """
    `year`: in the time zone that is asked for; without it the last one that is over, or the
    present one when nothing was played before. `limit` is the length of each list.
    """

    year: Annotated[int, Field(ge=1970, le=9998)] | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 5


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Earlier(Totals):
    """`people` are those who watched."""

    people: int = 0


class YearTotals(Earlier):
    """
    `active_days`: on which a play began. `movies`, `shows`, `episodes` and `artists` are how
    many different ones were played.
    """

    active_days: int = 0
    movies: int = 0
    shows: int = 0
    episodes: int = 0
    artists: int = 0


class YearGrowth(_Frozen):
    """Percent, from the year before. None: there was nothing in it."""

    plays: float | None
    watch_seconds: float | None
    people: float | None


class YearNewTitles(_Frozen):
    """
    How many were played for the first time ever, of the plays that pass the other filters.

    A movie is as old as any of its title and year.
    """

    movies: int
    shows: int
    artists: int


class YearPeak(_Frozen):
    """
    `name`: a day `2026-11-21`, month `2026-11`, weekday `Monday`, or hour `00` to `23`.

    `watch_seconds` None: of hours the plays that began in them are counted alone.
    """

    name: str
    plays: int
    watch_seconds: int | None


class YearPerson(_Frozen):
    """Both None: the play names nobody; `id` None: nobody noted that account."""

    name: str | None
    id: str | None


class LongDay(_Frozen):
    """The day on which one person watched longest."""

    person: YearPerson
    day: str
    watch_seconds: int


class YearStreak(_Frozen):
    """One person began a play on each of so many days in a row."""

    person: YearPerson
    first_day: str
    last_day: str
    days: int


class YearPlay(_Frozen):
    """A play; `series_title` is the name of the show or artist."""

    started_at: datetime
    person: YearPerson
    media_type: str | None
    title: str | None
    series_title: str | None
    season_number: int | None
    episode_number: int | None


class Rewatched(_Frozen):
    """It was watched to the end `times` times by somebody who had done so before in the year."""

    name: str
    year: int | None
    series_title: str | None
    season_number: int | None
    episode_number: int | None
    times: int


class SuperlativeKind(StrEnum):
    """
    What somebody was more than all others. The shares are those of persons with at least
    20 plays.
    """

    MOST_DAYS = "most_days"
    """Days on which they began a play."""
    LONGEST = "longest"
    """Seconds watched."""
    EXPLORER = "explorer"
    """Different movies, shows and artists."""
    NIGHT_OWL = "night_owl"
    """Share of plays that began from 00:00 until 05:00."""
    EARLY_BIRD = "early_bird"
    """Share of plays that began from 05:00 until 09:00."""
    WEEKENDER = "weekender"
    """Share of plays that began on Saturday or Sunday."""


class Superlative(_Frozen):
    kind: SuperlativeKind
    person: YearPerson
    value: float


class YearAnswer(Answer):
    """
    The year, until now when it `is_over` is false; `earlier` and `growth` are of the same
    part of the year before.

    Lists have most plays first; their `watch_seconds` are all those of the plays that began
    in the year, those of `totals` were watched in it. What is None or empty nobody did.
    """

    year: int
    is_over: bool
    totals: YearTotals
    earlier: Earlier
    growth: YearGrowth
    new_titles: YearNewTitles
    plays_by_month: Chart
    watch_seconds_by_month: Chart
    movies: list[Entry]
    shows: list[Entry]
    episodes: list[Entry]
    artists: list[Entry]
    people: list[Entry]
    platforms: list[Entry]
    devices: list[Entry]
    decisions: list[Entry]
    busiest_day: YearPeak | None
    busiest_month: YearPeak | None
    busiest_weekday: YearPeak | None
    busiest_hour: YearPeak | None
    longest_day: LongDay | None
    longest_streak: YearStreak | None
    longest_binge: Binge | None
    first_play: YearPlay | None
    last_play: YearPlay | None
    rewatched: list[Rewatched]
    superlatives: list[Superlative]
