"""The days and hours of a year, and whose they were."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import PLAYS, begun
from showrunner.history.analytics.core.categories import HOURS, WEEKDAYS
from showrunner.history.analytics.core.entries import Entry
from showrunner.history.analytics.core.narrowed import Sql
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.plays.year_answer import (
    LongDay,
    Superlative,
    SuperlativeKind,
    YearPeak,
    YearPerson,
    YearStreak,
)
from showrunner.history.analytics.viewing.active_days import (
    SUMS,
    Who,
    active_days,
    counted_by_number,
    day_of,
)
from showrunner.history.analytics.viewing.past_and_fresh import PastAndFresh

LEAST_PLAYS = 20
"""Of who has fewer, a share says nothing."""


@dataclass(frozen=True, slots=True)
class Days:
    """
    By day plays, watch and unknown time; `people` are rows by those who began a play, `who`
    all are by their numbers.
    """

    days: dict[date, tuple[int, int, int]]
    who: list[Who]
    people: list[dict[str, Any]]
    longest_day: LongDay | None
    longest_streak: YearStreak | None

    def viewers(self, limit: int) -> list[Entry]:
        """The first of them by their plays."""
        ordered = sorted(self.people, key=lambda row: (-row["plays"], -row["watch_seconds"]))
        shown = ("name", "id", "plays", "watch_seconds", "unknown_plays")
        return [
            Entry(key=row["person"], people=1, **{name: row[name] for name in shown})
            for row in ordered[:limit]
        ]

    @property
    def active_days(self) -> int:
        return sum(plays > 0 for plays, _, _ in self.days.values())

    def sums(self) -> dict[str, int]:
        """The fields of `Totals`."""
        names = ("plays", "watch_seconds", "unknown_plays")
        columns = zip((0, 0, 0), *self.days.values(), strict=True)
        return dict(zip(names, map(sum, columns), strict=True))


def days_of(plays: PastAndFresh, people: People) -> Days:
    """All of it by one look at the plays."""
    found = active_days(plays, people, _SUMMARY, _Row._fields[1:])
    rows = {kind: [_Row(*row) for row in rows] for kind, rows in found.rows.items()}
    streaks = [*rows.get("streak", ()), *_joined(rows.get("edge", ()))]
    return Days(
        days=_by_day(rows.get("day", ())),
        who=found.who,
        people=_by_person(rows.get("person", ()), found.who),
        longest_day=_longest_day(rows.get("longest", ()), found.who),
        longest_streak=_longest_streak(streaks, found.who),
    )


class _Row(NamedTuple):
    number: int
    bucket: int
    until: int
    """The last day of a streak."""
    plays: int
    watch_seconds: int
    unknown_plays: int
    days: int
    weekend: int


_SUMMARY = f"""
    , runs AS (
        SELECT number, min(bucket) AS bucket, max(bucket) AS until
        FROM (SELECT number, bucket,
                bucket - row_number() OVER (ORDER BY number, bucket) AS run
            FROM days WHERE number IS NOT NULL AND plays > 0)
        GROUP BY number, run)
    SELECT 'day' AS kind, bucket, {SUMS} FROM days GROUP BY bucket
    UNION ALL BY NAME
    SELECT 'person' AS kind, number, {SUMS}, count(*) FILTER (plays > 0) AS days,
        coalesce(sum(plays) FILTER ((bucket + 3) % 7 >= 5), 0)::BIGINT AS weekend
    FROM days WHERE number IS NOT NULL GROUP BY number
    UNION ALL BY NAME
    (SELECT 'longest' AS kind, number, bucket, watch_seconds FROM days
    WHERE number IS NOT NULL AND watch_seconds > 0
    ORDER BY watch_seconds DESC, bucket, number LIMIT 1)
    UNION ALL BY NAME
    (SELECT 'streak' AS kind, * FROM runs ORDER BY until - bucket DESC, bucket, number LIMIT 1)
    UNION ALL BY NAME
    SELECT 'edge' AS kind, * FROM runs WHERE bucket = {{first}} OR until = {{first}} - 1
"""
"""The edge are streaks that end where the others begin."""


def _by_day(rows: Iterable[_Row]) -> dict[date, tuple[int, int, int]]:
    return {
        day_of(row.bucket): (row.plays, row.watch_seconds, row.unknown_plays)
        for row in sorted(rows, key=lambda row: row.bucket)
    }


def _by_person(rows: Iterable[_Row], who: Sequence[Who]) -> list[dict[str, Any]]:
    """By their names; the sums of those who began a play."""
    sums: dict[int, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for name in _SUMMED:
            sums[row.number][name] += getattr(row, name)
    told = {number: found for number, found in sums.items() if found["plays"]}
    return [{**who[number].facts, **told[number]} for number in _by_name(told, who)]


_SUMMED = ("plays", "watch_seconds", "unknown_plays", "days", "weekend")


def _by_name(numbers: Iterable[int], who: Sequence[Who]) -> list[int]:
    return sorted(numbers, key=lambda one: (who[one].name is None, who[one].name or "", one))


def _longest_day(rows: Sequence[_Row], who: Sequence[Who]) -> LongDay | None:
    if not rows:
        return None
    row = min(rows, key=lambda row: (-row.watch_seconds, row.bucket, row.number))
    return LongDay(
        person=_person(who[row.number].facts),
        day=day_of(row.bucket).isoformat(),
        watch_seconds=row.watch_seconds,
    )


def _joined(edge: Iterable[_Row]) -> list[_Row]:
    """The streaks that began before the edge and went on after it."""
    rows = sorted(edge, key=lambda row: (row.number, row.bucket))
    return [
        one._replace(until=other.until)
        for one, other in pairwise(rows)
        if one.number == other.number
    ]


def _longest_streak(rows: Sequence[_Row], who: Sequence[Who]) -> YearStreak | None:
    if not rows:
        return None
    row = min(rows, key=lambda row: (row.bucket - row.until, row.bucket, row.number))
    return YearStreak(
        person=_person(who[row.number].facts),
        first_day=day_of(row.bucket).isoformat(),
        last_day=day_of(row.until).isoformat(),
        days=1 + row.until - row.bucket,
    )


def _person(row: Mapping[str, Any]) -> YearPerson:
    return YearPerson(name=row["name"], id=row["id"])


@dataclass(frozen=True, slots=True)
class Hours:
    """
    `hours` are plays by the hour in which they began; `first_s` and `last_s` when the first
    and the last of all did.
    """

    hours: dict[int, int]
    first_s: int | None
    last_s: int | None
    by_number: dict[int, dict[str, Any]]

    def people(self, who: Sequence[Who]) -> list[dict[str, Any]]:
        """Rows by those who began a play."""
        return [{**who[one].facts, **self.by_number[one]} for one in _by_name(self.by_number, who)]


def hours_of(plays: PastAndFresh, people: People) -> Hours:
    """When in the day plays began, in local time."""

    def count(asked: Asked) -> Sql:
        hour = f"{asked.scope.local_s('began_s')} // 3600 % 24"
        sums = f"{PLAYS}, min(began_s) AS first_s, max(began_s) AS last_s"
        return counted_by_number(
            asked, people, lambda who: begun(asked, {**who, "hour": hour}, sums=sums)
        )

    sql, values = plays.counted(count)
    rows = plays.fresh.rows(_HOURS.format(told=sql), values)
    told = {number: sums for hour, number, *sums in rows if hour is None and number is not None}
    hours = [(hour, *sums) for hour, _, *sums in rows if hour is not None]
    return Hours(
        hours={hour: count for hour, count, *_ in hours},
        first_s=min((one[-2] for one in hours), default=None),
        last_s=max((one[-1] for one in hours), default=None),
        by_number={one: dict(zip(_HOUR_SUMS, sums, strict=False)) for one, sums in told.items()},
    )


_HOUR_SUMS = ("plays", "night", "morning")
_HOURS = """
    SELECT hour, number, sum(plays)::BIGINT,
        coalesce(sum(plays) FILTER (hour < 5), 0)::BIGINT,
        coalesce(sum(plays) FILTER (hour BETWEEN 5 AND 8), 0)::BIGINT, min(first_s), max(last_s)
    FROM ({told}) GROUP BY GROUPING SETS ((hour), (number))
"""


def peaks(days: Days, hours: Hours) -> dict[str, YearPeak | None]:
    """The busiest ones: with most plays, then most watch time, then the first."""
    return {
        "busiest_day": _peak(days, date.isoformat),
        "busiest_month": _peak(days, month_of),
        "busiest_weekday": _peak(days, lambda day: WEEKDAYS[day.weekday()]),
        "busiest_hour": _busiest_hour(hours),
    }


def month_of(day: date) -> str:
    """2026-11; without strftime, which takes ten times as long."""
    return day.isoformat()[:7]


def _peak(days: Days, name: Callable[[date], str]) -> YearPeak | None:
    plays: Counter[str] = Counter()
    watch_seconds: Counter[str] = Counter()
    for day, (count, seconds, _) in days.days.items():
        named = name(day)
        plays[named] += count
        watch_seconds[named] += seconds
    if not plays.total():
        return None
    first = min(plays, key=lambda one: (-plays[one], -watch_seconds[one], one))
    return YearPeak(name=first, plays=plays[first], watch_seconds=watch_seconds[first])


def _busiest_hour(hours: Hours) -> YearPeak | None:
    if not hours.hours:
        return None
    hour = min(hours.hours, key=lambda one: (-hours.hours[one], one))
    return YearPeak(name=HOURS[hour], plays=hours.hours[hour], watch_seconds=None)


def superlatives(days: Days, hours: Hours) -> list[Superlative]:
    """What can be said of days and hours; nobody is what nobody did at all."""
    hourly = hours.people(days.who)
    found = (
        _most(SuperlativeKind.MOST_DAYS, days.people, lambda one: one["days"]),
        _most(SuperlativeKind.LONGEST, days.people, lambda one: one["watch_seconds"]),
        _most(SuperlativeKind.NIGHT_OWL, hourly, _share("night")),
        _most(SuperlativeKind.EARLY_BIRD, hourly, _share("morning")),
        _most(SuperlativeKind.WEEKENDER, days.people, _share("weekend")),
    )
    return [one for one in found if one]


def _share(of: str) -> Callable[[Mapping[str, Any]], float]:
    def share(row: Mapping[str, Any]) -> float:
        return round(row[of] / row["plays"], 4) if row["plays"] >= LEAST_PLAYS else 0

    return share


def _most(
    kind: SuperlativeKind,
    people: Iterable[Mapping[str, Any]],
    value: Callable[[Mapping[str, Any]], float],
) -> Superlative | None:
    first = max(people, key=value, default=None)
    if first is None or not value(first):
        return None
    return Superlative(kind=kind, person=_person(first), value=value(first))
