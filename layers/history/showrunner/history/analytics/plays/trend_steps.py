"""How numbers of days grow: averages, and weeks and months beside those before them."""

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.categories import By, buckets_of
from showrunner.history.analytics.core.scope import Scope

WEEK_DAYS, MONTH_DAYS = 7, 30
"""How many days are averaged; and what the last days are set beside, so that weekdays agree."""


class Numbers(NamedTuple):
    """Of each day of the range."""

    name: str | None
    plays: list[int]
    watch_seconds: list[int]


class TrendStep(BaseModel):
    """
    A calendar week (`name`: its Monday's date) or month.

    The percents are the change from the one before. None: there was nothing in that one, or
    one of the two is not wholly in the range (`is_whole` false), so they cannot be compared.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    is_whole: bool
    plays: int
    plays_percent: float | None
    watch_seconds: int
    watch_seconds_percent: float | None


class TrendGrowth(BaseModel):
    """
    The last 7 (30) whole days of the range beside as many before them, in percent of these.

    `name` "all" or a media type. None: the range has fewer whole days, or there was
    nothing before. `plays_per_day_and_week` is how many more plays a day there are with
    each week: the straight line nearest to all whole days (least squares).
    """

    model_config = ConfigDict(frozen=True)

    name: str | None
    week_plays_percent: float | None
    week_watch_seconds_percent: float | None
    month_plays_percent: float | None
    month_watch_seconds_percent: float | None
    plays_per_day_and_week: float | None


def whole_days(scope: Scope, days: Sequence[date]) -> slice:
    """Which of the days of the range lie in it from midnight to midnight."""
    first = 0 if _midnight(days[0], scope) >= scope.since else 1
    last = len(days) if _midnight(days[-1] + timedelta(days=1), scope) <= scope.before else -1
    return slice(first, last)


def _midnight(day: date, scope: Scope) -> datetime:
    return datetime.combine(day, time(), scope.zone)


def average(numbers: Sequence[int]) -> list[float | None]:
    """Of each day and the six before it."""
    sums = [0]
    for number in numbers:
        sums.append(sums[-1] + number)
    unknown: list[float | None] = [None] * min(WEEK_DAYS - 1, len(numbers))
    return unknown + [
        round((last - first) / WEEK_DAYS, 2)
        for first, last in zip(sums, sums[WEEK_DAYS:], strict=False)
    ]


def growth_of(one: Numbers, whole: slice) -> TrendGrowth:
    """By its `whole` days."""
    plays, watch_seconds = one.plays[whole], one.watch_seconds[whole]
    return TrendGrowth(
        name=one.name,
        week_plays_percent=_last_days(plays, WEEK_DAYS),
        week_watch_seconds_percent=_last_days(watch_seconds, WEEK_DAYS),
        month_plays_percent=_last_days(plays, MONTH_DAYS),
        month_watch_seconds_percent=_last_days(watch_seconds, MONTH_DAYS),
        plays_per_day_and_week=_slope(plays),
    )


def _last_days(numbers: Sequence[int], count: int) -> float | None:
    if len(numbers) < 2 * count:
        return None
    return percent(sum(numbers[-count:]), sum(numbers[-2 * count : -count]))


def percent(present: int, earlier: int) -> float | None:
    """The change from the earlier number; None: there was nothing."""
    return round(100 * (present - earlier) / earlier, 2) if earlier else None


def _slope(numbers: Sequence[int]) -> float | None:
    count = len(numbers)
    if count < 2 * WEEK_DAYS:
        return None
    # With the middle as zero, the sum of all days' places is zero.
    middle = (count - 1) / 2
    spread = sum((place - middle) ** 2 for place in range(count))
    slope = sum((place - middle) * number for place, number in enumerate(numbers)) / spread
    return round(WEEK_DAYS * slope, 4)


def steps(
    by: By, scope: Scope, days: Sequence[date], whole: slice, one: Numbers
) -> list[TrendStep]:
    """The weeks or months of the range; `days` are its days, of which `whole` lie wholly in it."""
    whole_days = Counter(_begin(by, day) for day in days[whole])
    plays: Counter[date] = Counter()
    watch_seconds: Counter[date] = Counter()
    for day, count, seconds in zip(days, one.plays, one.watch_seconds, strict=True):
        plays[_begin(by, day)] += count
        watch_seconds[_begin(by, day)] += seconds
    steps: list[TrendStep] = []
    labels: dict[Any, str] = buckets_of(by, scope.since, scope.before, scope.zone)
    for begin, name in labels.items():
        is_whole = whole_days[begin] == _length_days(by, begin)
        step = TrendStep(
            name=name,
            is_whole=is_whole,
            plays=plays[begin],
            plays_percent=None,
            watch_seconds=watch_seconds[begin],
            watch_seconds_percent=None,
        )
        steps.append(_since(steps[-1], step) if steps else step)
    return steps


def _since(earlier: TrendStep, step: TrendStep) -> TrendStep:
    """The step with its change."""
    if not (earlier.is_whole and step.is_whole):
        return step
    percents = {
        "plays_percent": percent(step.plays, earlier.plays),
        "watch_seconds_percent": percent(step.watch_seconds, earlier.watch_seconds),
    }
    return step.model_copy(update=percents)


def _begin(by: By, day: date) -> date:
    return day.replace(day=1) if by is By.MONTH else day - timedelta(days=day.weekday())


def _length_days(by: By, begin: date) -> int:
    return monthrange(begin.year, begin.month)[1] if by is By.MONTH else WEEK_DAYS
