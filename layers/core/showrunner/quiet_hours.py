"""
Times in which no new file is begun, as the owner's clock on the wall shows them.

A window belongs to the weekday on which it opens and may reach past midnight:
Friday 22:00-06:30 ends on Saturday morning. Where the clocks change, a time that
is skipped stands for the moment of the change; of a time that comes twice, the
first one opens a window and the second one closes it.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Literal, get_args

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

DayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[DayName, ...] = get_args(DayName)
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LOOK_AHEAD = timedelta(days=8)

Interval = tuple[datetime, datetime]


def _short_day(value: Any) -> Any:
    name = value.strip().lower() if isinstance(value, str) else value
    return name[:3] if name in _DAY_NAMES else name


def _wall_time(value: Any) -> Any:
    # Pydantic alone would take numbers, seconds and time zones, too.
    if isinstance(value, str) and re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value.strip()):
        return value.strip().zfill(5)
    raise ValueError("must be a time such as 22:00 (00:00 to 23:59)")


Day = Annotated[DayName, BeforeValidator(_short_day)]
WallTime = Annotated[str, BeforeValidator(_wall_time)]


class QuietWindow(BaseModel):
    """
    One window, on each of `days` (the days on which it opens).

    `end` before `start` is on the day after; the same time as `start` is a whole day.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    days: Annotated[list[Day], Field(min_length=1, max_length=14)] = list(DAYS)
    start: WallTime
    end: Annotated[WallTime, Field(validation_alias=AliasChoices("end", "stop"))]
    enabled: bool = True


class QuietHours(BaseModel):
    """The windows together are the quiet hours; `enabled` switches all of them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    enabled: bool = False
    windows: Annotated[list[QuietWindow], Field(max_length=50)] = []


def quiet_interval(quiet_hours: QuietHours, zone: tzinfo, now: datetime) -> Interval | None:
    """
    The quiet time that `now` lies in, its opening and its end as aware UTC; None: it is not quiet.

    Windows that overlap or touch count as one. An end over a week ahead is no
    end: such windows follow each other for ever.
    """
    if not quiet_hours.enabled:
        return None
    first = now.astimezone(zone).date() - timedelta(days=2)
    joined: Interval | None = None
    for start, end in sorted(_intervals(quiet_hours, zone, first, first + _LOOK_AHEAD * 2)):
        if joined and start <= joined[1]:
            joined = joined[0], max(joined[1], end)
        elif joined and joined[1] > now:
            break
        else:
            joined = start, end
    return joined if joined and joined[0] <= now < joined[1] else None


def _intervals(
    quiet_hours: QuietHours, zone: tzinfo, first: date, last: date
) -> Iterator[Interval]:
    for offset in range((last - first).days):
        day = first + timedelta(days=offset)
        for window in quiet_hours.windows:
            if window.enabled and DAYS[day.weekday()] in window.days:
                start, end = _interval(window, zone, day)
                if start < end:  # one that lies in the skipped hour has no time
                    yield start, end


def _interval(window: QuietWindow, zone: tzinfo, day: date) -> Interval:
    start, end = time.fromisoformat(window.start), time.fromisoformat(window.end)
    closing_day = day if end > start else day + timedelta(days=1)
    return (
        _moment(datetime.combine(day, start), zone, fold=0),
        _moment(datetime.combine(closing_day, end), zone, fold=1),
    )


def _moment(wall: datetime, zone: tzinfo, *, fold: int) -> datetime:
    """When the wall shows `wall`, the first (fold 0) or the second time, aware UTC."""
    moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # Skipped: read by the old clock it lies after the change, by the new one before it.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return _change_between(before, after, zone)


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The moment, to the second, at which the zone's clocks change."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
