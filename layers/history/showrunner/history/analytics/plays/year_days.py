"""The days and hours of a year, and whose they were."""

# The SQL is put together from our own columns and texts; values are always bound.

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun_kept
from showrunner.history.analytics.core.categories import BUCKETS, HOURS, WEEKDAYS, By
from showrunner.history.analytics.core.dimensions import PERSON
from showrunner.history.analytics.core.entries import Entry
from showrunner.history.analytics.core.once import watched_once
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.core.watched import Grain
from showrunner.history.analytics.plays.year_answer import (
    LongDay,
    Superlative,
    SuperlativeKind,
    YearPeak,
    YearPerson,
    YearStreak,
)

LEAST_PLAYS = 20
"""Of who has fewer, a share says nothing."""


@dataclass(frozen=True, slots=True)
class Days:
    """By day plays, watch and unknown time; `people` are rows by those who began a play."""

    days: dict[date, tuple[int, int, int]]
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


def days_of(asked: Asked) -> Days:
    """All of it by one look at the plays."""
    sql, values = watched_once(asked, PERSON, grain=Grain.DAY)
    named, owners = with_people(sql, asked.directory)
    ((days, people, longest, streak),) = asked.rows(
        _DAYS.format(named=named, day=BUCKETS[By.DAY].sql), [*values, *owners]
    )
    return Days(
        days={one["day"]: tuple(one.values())[1:] for one in days or ()},
        people=people or [],
        longest_day=longest
        and LongDay(
            person=_person(longest),
            day=longest["day"].isoformat(),
            watch_seconds=longest["watch_seconds"],
        ),
        longest_streak=streak
        and YearStreak(
            person=_person(streak),
            first_day=streak["first_day"].isoformat(),
            last_day=streak["last_day"].isoformat(),
            days=streak["days"],
        ),
    )


_DAYS = """
    WITH told AS MATERIALIZED (
        SELECT person, max(person_name) AS name, max(person_id) AS id, {day} AS day,
            sum(plays)::BIGINT AS plays, sum(watch_seconds)::BIGINT AS watch_seconds,
            sum(unknown_plays)::BIGINT AS unknown_plays
        FROM ({named}) GROUP BY person, day),
    days AS (
        SELECT day, sum(plays)::BIGINT AS plays, sum(watch_seconds)::BIGINT AS watch_seconds,
            sum(unknown_plays)::BIGINT AS unknown_plays
        FROM told GROUP BY day),
    named AS (FROM told WHERE person IS NOT NULL),
    people AS (
        SELECT person, max(name) AS name, max(id) AS id, sum(plays)::BIGINT AS plays,
            sum(watch_seconds)::BIGINT AS watch_seconds,
            sum(unknown_plays)::BIGINT AS unknown_plays, count(*) FILTER (plays > 0) AS days,
            coalesce(sum(plays) FILTER (isodow(day) >= 6), 0)::BIGINT AS weekend
        FROM named GROUP BY person HAVING sum(plays) > 0),
    longest AS (
        FROM named WHERE watch_seconds > 0 ORDER BY watch_seconds DESC, day, person LIMIT 1),
    runs AS (
        SELECT *, day - (row_number() OVER (PARTITION BY person ORDER BY day))::INTEGER AS run
        FROM named WHERE plays > 0),
    streaks AS (
        SELECT person, max(name) AS name, max(id) AS id, min(day) AS first_day,
            max(day) AS last_day, count(*) AS days
        FROM runs GROUP BY person, run ORDER BY days DESC, first_day, person LIMIT 1)
    SELECT (SELECT list(one ORDER BY one.day) FROM days AS one),
        (SELECT list(one ORDER BY one.name, one.person) FROM people AS one),
        (SELECT one FROM longest AS one), (SELECT one FROM streaks AS one)
"""


def _person(row: Mapping[str, Any]) -> YearPerson:
    return YearPerson(name=row["name"], id=row["id"])


@dataclass(frozen=True, slots=True)
class Hours:
    """`hours` are plays by the hour in which they began."""

    hours: dict[int, int]
    people: list[dict[str, Any]]


def hours_of(asked: Asked) -> Hours:
    """When in the day plays began, in local time."""
    hour = f"{asked.scope.local_s('began_s')} // 3600 % 24"
    name = f"any_value({PERSON['account_name']}) AS account_name"
    sql, values = begun_kept(
        asked, {"account": PERSON["account"], "hour": hour}, sums=f"{name}, count(*) AS plays"
    )
    named, owners = with_people(sql, asked.directory)
    ((hours, people),) = asked.rows(_HOURS.format(named=named), [*values, *owners])
    return Hours({one["hour"]: one["plays"] for one in hours or ()}, people or [])


_HOURS = """
    WITH told AS MATERIALIZED ({named}),
    hours AS (SELECT hour, sum(plays)::BIGINT AS plays FROM told GROUP BY hour),
    people AS (
        SELECT person, max(person_name) AS name, max(person_id) AS id,
            sum(plays)::BIGINT AS plays,
            coalesce(sum(plays) FILTER (hour < 5), 0)::BIGINT AS night,
            coalesce(sum(plays) FILTER (hour BETWEEN 5 AND 8), 0)::BIGINT AS morning
        FROM told WHERE person IS NOT NULL GROUP BY person)
    SELECT (SELECT list(one) FROM hours AS one), (SELECT list(one ORDER BY one.name, one.person)
        FROM people AS one)
"""


def peaks(days: Days, hours: Hours) -> dict[str, YearPeak | None]:
    """The busiest ones: with most plays, then most watch time, then the first."""
    return {
        "busiest_day": _peak(days, lambda day: day.isoformat()),
        "busiest_month": _peak(days, lambda day: f"{day:%Y-%m}"),
        "busiest_weekday": _peak(days, lambda day: WEEKDAYS[day.weekday()]),
        "busiest_hour": _busiest_hour(hours),
    }


def _peak(days: Days, name: Callable[[date], str]) -> YearPeak | None:
    plays: Counter[str] = Counter()
    watch_seconds: Counter[str] = Counter()
    for day, (count, seconds, _) in days.days.items():
        plays[name(day)] += count
        watch_seconds[name(day)] += seconds
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
    found = (
        _most(SuperlativeKind.MOST_DAYS, days.people, lambda one: one["days"]),
        _most(SuperlativeKind.LONGEST, days.people, lambda one: one["watch_seconds"]),
        _most(SuperlativeKind.NIGHT_OWL, hours.people, _share("night")),
        _most(SuperlativeKind.EARLY_BIRD, hours.people, _share("morning")),
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
