"""Local days, weeks, months and years of moments that are columns in seconds since 1970."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from datetime import date, datetime, time, tzinfo
from enum import StrEnum
from typing import Any

from showrunner.history.analytics.core.categories import By, buckets_of, local_days


class Period(StrEnum):
    """`day` is `2026-11-21`, `week` its Monday's date, `month` `2026-11`, `year` `2026`."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


def periods(period: Period, since: datetime, before: datetime, zone: tzinfo) -> dict[str, int]:
    """Their names, in order, with the second (since 1970) at which each begins."""
    return {name: _begin(day, zone) for day, name in _days(period, since, before, zone).items()}


def with_period(rows: str, moment_s: str, known: dict[str, int]) -> tuple[str, list[Any]]:
    """SQL of the `rows` with the `period` of that column (NULL: before the first), and values."""
    sql = f"""(SELECT * EXCLUDE (period_began_s) FROM {rows} AS moved ASOF LEFT JOIN (
        SELECT unnest(?::VARCHAR[]) AS period, unnest(?::BIGINT[]) AS period_began_s) AS begun
        ON moved.{moment_s} >= begun.period_began_s)"""
    return sql, [list(known), list(known.values())]


def _days(period: Period, since: datetime, before: datetime, zone: tzinfo) -> dict[date, str]:
    if period is not Period.YEAR:
        found = buckets_of(By(period.value), since, before, zone)
        return {day: name for day, name in found.items() if isinstance(day, date)}
    first, last = local_days(since, before, zone)
    return {date(year, 1, 1): str(year) for year in range(first.year, last.year + 1)}


def _begin(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())
