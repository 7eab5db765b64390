"""A year in review: of everybody, or of one person when `people` says whose."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import NamedTuple

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.answers import Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import By, buckets_of
from showrunner.history.analytics.core.entries import Entry
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.scope import LOOK_BACK, Scope
from showrunner.history.analytics.core.settled import Rows, kept_rows, kept_value
from showrunner.history.analytics.core.watched import watched
from showrunner.history.analytics.people.overlap_sets import watchers
from showrunner.history.analytics.plays.comparison import With, other_period
from showrunner.history.analytics.plays.trend_steps import percent
from showrunner.history.analytics.plays.year_answer import (
    Earlier,
    Superlative,
    SuperlativeKind,
    YearAnswer,
    YearGrowth,
    YearNewTitles,
    YearPerson,
    YearQuery,
    YearTotals,
)
from showrunner.history.analytics.plays.year_days import (
    Days,
    Hours,
    days_of,
    hours_of,
    peaks,
    superlatives,
)
from showrunner.history.analytics.plays.year_favourites import Favourites, favourites, others
from showrunner.history.analytics.plays.year_titles import longest_binge, new_titles, seen
from showrunner.history.analytics.viewing.binges_answer import Binge
from showrunner.history.ledger.engine import THREADS

_ROW_BYTES = 700
"""About what a day or a person takes."""


def year_in_review(analytics: Analytics, query: YearQuery) -> YearAnswer:
    """All of it at once. Raises InvalidInputError that names the parameter."""
    for name in ("since", "before", "days"):
        if getattr(query, name) is not None:
            raise wrong_field(name, "the range is the year: give `year`")
    ever = analytics.about(query)
    year, asked = _year(ever, query.year)
    people = asked.people()
    found = _found(asked, ever, people, query)
    days, hours, titles = found.days, found.hours, found.titles
    totals = _totals(days, titles)
    return YearAnswer(
        **asked.head(),
        **titles.lists,
        **found.others,
        people=days.viewers(query.limit),
        **_months(asked.scope, days),
        **peaks(days, hours),
        year=year,
        is_over=asked.scope.before == _first_of(year + 1, asked.scope.zone),
        totals=totals,
        earlier=found.earlier,
        growth=_growth(totals, found.earlier),
        new_titles=found.new_titles,
        longest_day=days.longest_day,
        longest_streak=days.longest_streak,
        longest_binge=found.longest_binge,
        first_play=None if titles.first_s is None else seen(asked, titles.first_s),
        last_play=None if titles.last_s is None else seen(asked, titles.last_s),
        rewatched=titles.rewatched,
        superlatives=[*superlatives(days, hours), *_explorer(asked, people, titles.different)],
    )


class _Found(NamedTuple):
    titles: Favourites
    days: Days
    hours: Hours
    others: dict[str, list[Entry]]
    earlier: Earlier
    new_titles: YearNewTitles
    longest_binge: Binge | None


def _found(asked: Asked, ever: Asked, people: People, query: YearQuery) -> _Found:
    earlier = asked.during(*other_period(asked.scope, With.YEAR_BEFORE))
    until = ever.during(ever.scope.since, asked.scope.before)
    days_by = DaysQuery(**dict(query))
    # Each alone leaves one of two processors idle for half of its time.
    with ThreadPoolExecutor(THREADS) as pool:
        titles = pool.submit(favourites, asked, people, query.limit)
        days = pool.submit(kept_value, asked, days_by, LOOK_BACK, partial(_days, asked))
        before = pool.submit(_earlier, earlier, query)
        binge = pool.submit(longest_binge, asked, query)
        new = pool.submit(new_titles, asked, until)
        hours = pool.submit(hours_of, asked)
        lists = pool.submit(others, asked, people, query.limit)
    return _Found(
        titles.result(),
        days.result(),
        hours.result(),
        lists.result(),
        before.result(),
        new.result(),
        binge.result(),
    )


def _year(ever: Asked, year: int | None) -> tuple[int, Asked]:
    """Which year it is about, and the question about that."""
    scope = ever.scope
    present, first = (moment.astimezone(scope.zone).year for moment in (scope.before, scope.since))
    found = year or max(first, present - 1)
    since, before = _first_of(found, scope.zone), _first_of(found + 1, scope.zone)
    if since >= scope.before:
        raise wrong_field("year", f"{found} has not begun yet")
    return found, ever.during(since, min(before, scope.before))


def _first_of(year: int, zone: tzinfo) -> datetime:
    return datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)


def _totals(days: Days, titles: Favourites) -> YearTotals:
    return YearTotals(
        **days.sums(), **titles.counts, active_days=days.active_days, people=len(days.people)
    )


class DaysQuery(YearQuery):
    """What the days are kept by."""


class EarlierQuery(YearQuery):
    """What the year before is kept by."""


def _days(asked: Asked) -> tuple[Days, int]:
    days = days_of(asked)
    return days, _ROW_BYTES * (len(days.days) + len(days.people))


def _earlier(asked: Asked, query: YearQuery) -> Earlier:
    find = partial(_earlier_rows, asked)
    ((plays, watch_seconds, unknown_plays, people),) = kept_rows(
        asked, EarlierQuery(**dict(query)), LOOK_BACK, find
    )
    return Earlier(
        plays=plays or 0,
        watch_seconds=watch_seconds or 0,
        unknown_plays=unknown_plays or 0,
        people=people or 0,
    )


def _earlier_rows(asked: Asked) -> Rows:
    sql, values = watched(asked, {}, people=asked.people())
    return asked.rows(
        "SELECT sum(plays)::BIGINT, sum(watch_seconds)::BIGINT, sum(unknown_plays)::BIGINT, "  # noqa: S608 (our own names)
        f"bit_count(bit_or(people) FILTER (plays > 0)) FROM ({sql})",
        values,
    )


def _growth(present: Earlier, earlier: Earlier) -> YearGrowth:
    return YearGrowth(
        plays=percent(present.plays, earlier.plays),
        watch_seconds=percent(present.watch_seconds, earlier.watch_seconds),
        people=percent(present.people, earlier.people),
    )


def _months(scope: Scope, days: Days) -> dict[str, Chart]:
    labels = list(buckets_of(By.MONTH, scope.since, scope.before, scope.zone).values())

    def chart(unit: Unit, number: Callable[[tuple[int, int, int]], int]) -> Chart:
        sums: dict[str, float] = dict.fromkeys(labels, 0)
        for day, numbers in days.days.items():
            sums[f"{day:%Y-%m}"] += number(numbers)
        series = [Series(name=unit.value, data=list(sums.values()))]
        return Chart(unit=unit, categories=labels, series=series)

    return {
        "plays_by_month": chart(Unit.PLAYS, lambda numbers: numbers[0]),
        "watch_seconds_by_month": chart(Unit.SECONDS, lambda numbers: numbers[1]),
    }


def _explorer(asked: Asked, people: People, different: list[int]) -> list[Superlative]:
    if not any(different):
        return []
    most = max(range(len(different)), key=lambda number: different[number])
    who = watchers(asked, people)[most]
    person = YearPerson(name=who.name, id=who.id)
    return [Superlative(kind=SuperlativeKind.EXPLORER, person=person, value=different[most])]


QUESTION = Question(
    "year-in-review",
    "A year of everybody or of one person: totals, favourites, peaks, streaks, superlatives.",
    YearQuery,
    YearAnswer,
    year_in_review,
)
