"""A year in review: of everybody, or of one person when `people` says whose."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import NamedTuple

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.answers import Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import By, buckets_of
from showrunner.history.analytics.core.dimensions import Kind
from showrunner.history.analytics.core.entries import Entry
from showrunner.history.analytics.core.once import watched_once
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.scope import LOOK_BACK, Scope
from showrunner.history.analytics.core.settled import Rows, kept_rows
from showrunner.history.analytics.plays.comparison import With, other_period
from showrunner.history.analytics.plays.trend_steps import percent
from showrunner.history.analytics.plays.year_answer import (
    Earlier,
    Rewatched,
    Superlative,
    SuperlativeKind,
    YearAnswer,
    YearGrowth,
    YearNewTitles,
    YearPerson,
    YearPlay,
    YearQuery,
    YearTotals,
)
from showrunner.history.analytics.plays.year_days import (
    Days,
    Hours,
    days_of,
    hours_of,
    month_of,
    peaks,
    superlatives,
)
from showrunner.history.analytics.plays.year_favourites import (
    AGAIN,
    TITLES,
    Favourites,
    different,
    favourites,
    others,
)
from showrunner.history.analytics.plays.year_titles import longest_binge, new_titles, seen
from showrunner.history.analytics.viewing.active_days import people_of
from showrunner.history.analytics.viewing.binges_answer import Binge
from showrunner.history.analytics.viewing.past_and_fresh import apart, copied
from showrunner.history.ledger.engine import THREADS

_COLUMNS = (
    *("title", "series_title", "season_number", "episode_number", "year", "imdb_id", "tmdb_id"),
    "is_watched",
)


def year_in_review(analytics: Analytics, query: YearQuery) -> YearAnswer:
    """All of it at once. Raises InvalidInputError that names the parameter."""
    for name in ("since", "before", "days"):
        if getattr(query, name) is not None:
            raise wrong_field(name, "the range is the year: give `year`")
    ever = analytics.about(query)
    year, asked = _year(ever, query.year)
    people = people_of(asked)
    found = _found(ever, asked, people, query)
    days, hours, titles = found.days, found.hours, found.titles
    totals = _totals(days, titles)
    return YearAnswer(
        **asked.head(),
        **{kind.value: one.first for kind, one in titles.items()},
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
        first_play=found.first_play,
        last_play=found.last_play,
        rewatched=_rewatched(titles, query.limit),
        superlatives=[*superlatives(days, hours), *_explorer(found, people)],
    )


class _Found(NamedTuple):
    titles: dict[Kind, Favourites]
    days: Days
    hours: Hours
    others: dict[str, list[Entry]]
    earlier: Earlier
    new_titles: YearNewTitles
    longest_binge: Binge | None
    first_play: YearPlay | None
    last_play: YearPlay | None


def _found(ever: Asked, asked: Asked, people: People, query: YearQuery) -> _Found:
    before = asked.during(*other_period(asked.scope, With.YEAR_BEFORE))
    files = apart(asked)
    # Each alone leaves one of two processors idle for half of its time.
    with ThreadPoolExecutor(THREADS) as pool:
        # One look at the files while their plays are copied for all others.
        lists = pool.submit(others, files, people, query.limit)
        earlier = pool.submit(_earlier, before, query)
        with copied(files, _COLUMNS, people) as plays:
            # What takes longest comes first, so that both end at about the same time.
            days = pool.submit(days_of, plays, people)
            hours = pool.submit(hours_of, plays, people)
            titles = {
                kind: pool.submit(favourites, plays, kind, people, query.limit) for kind in TITLES
            }
            binge = pool.submit(longest_binge, asked, plays, query)
            new = pool.submit(new_titles, plays, ever)
            edges = hours.result().first_s, hours.result().last_s
            found = seen(plays, [one for one in edges if one is not None])
            return _Found(
                titles={kind: one.result() for kind, one in titles.items()},
                days=days.result(),
                hours=hours.result(),
                others=lists.result(),
                earlier=earlier.result(),
                new_titles=new.result(),
                longest_binge=binge.result(),
                first_play=found.get(edges[0]),
                last_play=found.get(edges[1]),
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


def _totals(days: Days, titles: Mapping[Kind, Favourites]) -> YearTotals:
    counts = {kind.value: one.count for kind, one in titles.items()}
    return YearTotals(
        **days.sums(), **counts, active_days=days.active_days, people=len(days.people)
    )


class EarlierQuery(YearQuery):
    """What the year before is kept by."""


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
    sql, values = watched_once(asked, {}, people=asked.people())
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
            sums[month_of(day)] += number(numbers)
        series = [Series(name=unit.value, data=list(sums.values()))]
        return Chart(unit=unit, categories=labels, series=series)

    return {
        "plays_by_month": chart(Unit.PLAYS, lambda numbers: numbers[0]),
        "watch_seconds_by_month": chart(Unit.SECONDS, lambda numbers: numbers[1]),
    }


def _rewatched(titles: Mapping[Kind, Favourites], limit: int) -> list[Rewatched]:
    found = [one for kind in AGAIN for one in titles[kind].rewatched]
    return sorted(found, key=lambda one: -one.times)[:limit]


def _explorer(found: _Found, people: People) -> list[Superlative]:
    """Of several the one whose account comes first."""
    counts = different(found.titles[kind] for kind in TITLES if kind is not Kind.EPISODES)
    if not any(counts):
        return []
    most = max(dict.fromkeys(people.numbers), key=lambda number: counts[number])
    who = found.days.who[most]
    person = YearPerson(name=who.name, id=who.id)
    return [Superlative(kind=SuperlativeKind.EXPLORER, person=person, value=counts[most])]


QUESTION = Question(
    "year-in-review",
    "A year of everybody or of one person: totals, favourites, peaks, streaks, superlatives.",
    YearQuery,
    YearAnswer,
    year_in_review,
)
