"""How much each person watches, how regularly, and how many people are active at all."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from showrunner.history.analytics.core.answers import Chart, Series, Totals, Unit
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.categories import SUMS, Bucket, By, buckets_of
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.scope import Scope
from showrunner.history.analytics.viewing.active_days import Who, people_of
from showrunner.history.analytics.viewing.engagement_answer import (
    Active,
    Engagement,
    EngagementAnswer,
    EngagementBy,
    EngagementOrder,
    EngagementQuery,
)
from showrunner.history.analytics.viewing.engagement_found import (
    PersonDays,
    Viewed,
    active_of,
    titles_of,
    viewed_of,
)
from showrunner.history.analytics.viewing.past_and_fresh import apart, copied
from showrunner.history.ledger.engine import THREADS


def engagement(analytics: Analytics, query: EngagementQuery) -> EngagementAnswer:
    """The people, and how many are active. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    numbers = people_of(asked)
    # Each alone leaves one of two processors idle for half of its time.
    with copied(apart(asked), _COLUMNS, numbers) as plays, ThreadPoolExecutor(THREADS) as pool:
        days = pool.submit(active_of, plays, numbers)
        titles = pool.submit(titles_of, plays, numbers)
        viewed = pool.submit(viewed_of, plays, numbers)
    found = days.result()
    known = {number: sums for number, sums in found.people.items() if number is not None}
    people = [
        _person(
            found.who[number], sums, viewed.result().get(number, Viewed()), titles.result()[number]
        )
        for number, sums in known.items()
    ]
    return EngagementAnswer(
        **asked.head(),
        people=sorted(people, key=lambda one: _order(query.order, one))[: query.limit],
        count=len(people),
        totals=_totals(found.people.values()),
        unnamed=_totals(sums for number, sums in found.people.items() if number is None),
        active=[_average(asked.scope, by, found.active[by]) for by in EngagementBy],
        chart=_chart(asked.scope, query.by, found.active[query.by]),
    )


_COLUMNS = ("title", "year", "imdb_id", "tmdb_id", "series_title", "is_watched", "percent")


def _person(who: Who, sums: PersonDays, viewed: Viewed, titles: int) -> Engagement:
    known, last_s = viewed.known, viewed.last_s
    return Engagement(
        person=who.name,
        person_id=who.id,
        active_days=sums.days,
        longest_streak_days=sums.streak,
        plays_per_active_day=round(sums.plays / sums.days, 2),
        titles=titles,
        completion=round(viewed.completed / known, 4) if known else None,
        last_played_at=datetime.fromtimestamp(last_s, UTC) if last_s else None,
        **{name: getattr(sums, name) for name in SUMS},
    )


def _order(order: EngagementOrder, one: Engagement) -> tuple[Any, ...]:
    last = one.last_played_at.timestamp() if one.last_played_at else 0.0
    most = last if order is EngagementOrder.LAST_PLAYED_AT else getattr(one, order.value)
    return (-most, -one.watch_seconds, -one.plays, one.person or "", one.person_id or "")


def _totals(rows: Iterable[PersonDays]) -> Totals:
    sums = [[getattr(row, name) for name in SUMS] for row in rows]
    return Totals(**dict(zip(SUMS, map(sum, zip((0, 0, 0), *sums, strict=True)), strict=True)))


def _average(scope: Scope, by: EngagementBy, people: Mapping[Bucket, int]) -> Active:
    count = len(buckets_of(By(by), scope.since, scope.before, scope.zone))
    average = round(sum(people.values()) / count, 4)
    return Active(by=by, average=average, peak=max(people.values(), default=0))


def _chart(scope: Scope, by: EngagementBy, people: Mapping[Bucket, int]) -> Chart:
    buckets = buckets_of(By(by), scope.since, scope.before, scope.zone)
    data = [float(people.get(bucket, 0)) for bucket in buckets]
    return Chart(
        unit=Unit.PEOPLE,
        categories=list(buckets.values()),
        series=[Series(name="active people", data=[*data])],
    )


QUESTION = Question(
    "engagement",
    "How much and how regularly each person watches, and how many people are active.",
    EngagementQuery,
    EngagementAnswer,
    engagement,
)
