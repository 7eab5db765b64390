"""A year in review: of everybody, or of one person when `people` says whose."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.answers import Chart, Series, Unit
from showrunner.history.analytics.categories import By, buckets_of
from showrunner.history.analytics.comparison import With, other_period
from showrunner.history.analytics.core import Analytics, Asked
from showrunner.history.analytics.overlap_sets import watchers
from showrunner.history.analytics.people import People
from showrunner.history.analytics.question import Question
from showrunner.history.analytics.scope import Scope
from showrunner.history.analytics.trend_steps import percent
from showrunner.history.analytics.watched import watched
from showrunner.history.analytics.year_answer import (
    Earlier,
    Superlative,
    SuperlativeKind,
    YearAnswer,
    YearGrowth,
    YearPerson,
    YearQuery,
    YearTotals,
)
from showrunner.history.analytics.year_days import Days, days_of, hours_of, peaks, superlatives
from showrunner.history.analytics.year_favourites import Favourites, favourites, others
from showrunner.history.analytics.year_titles import longest_binge, new_titles, seen


def year_in_review(analytics: Analytics, query: YearQuery) -> YearAnswer:
    """All of it at once. Raises InvalidInputError that names the parameter."""
    for name in ("since", "before", "days"):
        if getattr(query, name) is not None:
            raise wrong_field(name, "the range is the year: give `year`")
    ever = analytics.about(query)
    year, asked = _year(ever, query.year)
    people = asked.people()
    titles = favourites(asked, people, query.limit)
    days, hours = days_of(asked), hours_of(asked)
    totals = _totals(days, titles)
    earlier = _earlier(asked.during(*other_period(asked.scope, With.YEAR_BEFORE)))
    return YearAnswer(
        **asked.head(),
        **titles.lists,
        **others(asked, people, query.limit),
        people=days.viewers(query.limit),
        **_months(asked.scope, days),
        **peaks(days, hours),
        year=year,
        is_over=asked.scope.before == _first_of(year + 1, asked.scope.zone),
        totals=totals,
        earlier=earlier,
        growth=_growth(totals, earlier),
        new_titles=new_titles(asked, ever.during(ever.scope.since, asked.scope.before)),
        longest_day=days.longest_day,
        longest_streak=days.longest_streak,
        longest_binge=longest_binge(asked),
        first_play=None if titles.first_s is None else seen(asked, titles.first_s),
        last_play=None if titles.last_s is None else seen(asked, titles.last_s),
        rewatched=titles.rewatched,
        superlatives=[*superlatives(days, hours), *_explorer(asked, people, titles.different)],
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


def _earlier(asked: Asked) -> Earlier:
    sql, values = watched(asked, {}, people=asked.people())
    ((plays, watch_seconds, unknown_plays, people),) = asked.rows(
        "SELECT sum(plays)::BIGINT, sum(watch_seconds)::BIGINT, sum(unknown_plays)::BIGINT, "  # noqa: S608 (our own names)
        f"bit_count(bit_or(people) FILTER (plays > 0)) FROM ({sql})",
        values,
    )
    return Earlier(
        plays=plays or 0,
        watch_seconds=watch_seconds or 0,
        unknown_plays=unknown_plays or 0,
        people=people or 0,
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
