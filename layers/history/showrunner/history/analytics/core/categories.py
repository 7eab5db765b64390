"""The categories of charts over time, and where a moment's bucket is among them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from showrunner.history.analytics.core.watched import Grain

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SUMS = ("plays", "watch_seconds", "unknown_plays")
"""What is counted of plays."""
HOURS = tuple(f"{hour:02}" for hour in range(24))


class By(StrEnum):
    """
    What a chart's categories are, in the viewer's time.

    `day` is `2026-11-21`, `week` its Monday's date, `month` `2026-11`, `hour` `00` to `23`.
    `weekday_hour` has the hours as categories and a series for each weekday, `calendar` weeks
    and a series for each weekday: heat maps.
    """

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    WEEKDAY = "weekday"
    HOUR = "hour"
    WEEKDAY_HOUR = "weekday_hour"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Buckets:
    """`sql` makes a bucket of `bucket`, the number of the local day or hour since 1970 began."""

    grain: Grain
    sql: str

    def folded(self, counted: str, columns: Iterable[str], sums: Iterable[str] = SUMS) -> str:
        """
        SQL of the rows of `counted`, which `watched` gives by this grain, added up in a row for
        each `piece`, a bucket of the chart, and combination of the columns.
        """
        named = "".join(f"{name}, " for name in columns)
        added = ", ".join(f"sum({name})::BIGINT AS {name}" for name in sums)
        return f"SELECT {named}{self.sql} AS piece, {added} FROM ({counted}) GROUP BY ALL"  # noqa: S608 (our own names)


_DAY = "(DATE '1970-01-01' + bucket::INTEGER)"
"""A Thursday, so three days after a Monday."""

BUCKETS: Mapping[By, Buckets] = {
    By.DAY: Buckets(Grain.DAY, _DAY),
    By.WEEK: Buckets(Grain.DAY, "(DATE '1969-12-29' + 7 * ((bucket + 3) // 7)::INTEGER)"),
    By.MONTH: Buckets(Grain.DAY, f"date_trunc('month', {_DAY})::DATE"),
    By.WEEKDAY: Buckets(Grain.DAY, "(bucket + 3) % 7"),
    By.HOUR: Buckets(Grain.HOUR, "bucket % 24"),
    By.WEEKDAY_HOUR: Buckets(Grain.HOUR, "(bucket + 3 * 24) % (7 * 24)"),
    By.CALENDAR: Buckets(Grain.DAY, _DAY),
}

Bucket = date | int


def buckets_of(by: By, since: datetime, before: datetime, zone: tzinfo) -> dict[Bucket, str]:
    """All buckets of a range with their categories, also those in which nothing happened."""
    if by is By.WEEKDAY:
        return dict(enumerate(WEEKDAYS))
    if by is By.HOUR:
        return dict(enumerate(HOURS))
    if by is By.WEEKDAY_HOUR:
        return {n: f"{WEEKDAYS[n // 24]} {HOURS[n % 24]}" for n in range(7 * 24)}
    first, last = local_days(since, before, zone)
    begin, following = _STEPS.get(by, _STEPS[By.DAY])
    day = begin(first)
    found: dict[Bucket, str] = {}
    while day <= last:
        found[day] = f"{day:%Y-%m}" if by is By.MONTH else day.isoformat()
        day = following(day)
    return found


def local_days(since: datetime, before: datetime, zone: tzinfo) -> tuple[date, date]:
    """The first and the last day of a range, whose end is excluded."""
    last = max(since, before - timedelta(microseconds=1))
    return since.astimezone(zone).date(), last.astimezone(zone).date()


def moved(moment: datetime, move: Callable[[datetime], datetime], zone: tzinfo) -> datetime:
    """The moment at which the clock on the wall shows what `move` makes of its time, in UTC."""
    wall = move(moment.astimezone(zone).replace(tzinfo=None))
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


_STEPS: Mapping[By, tuple[Callable[[date], date], Callable[[date], date]]] = {
    By.DAY: (lambda day: day, lambda day: day + timedelta(days=1)),
    By.WEEK: (
        lambda day: day - timedelta(days=day.weekday()),
        lambda day: day + timedelta(days=7),
    ),
    By.MONTH: (lambda day: day.replace(day=1), _next_month),
}
