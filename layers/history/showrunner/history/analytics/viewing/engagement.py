"""How much each person watches, how regularly, and how many people are active at all."""

# The SQL is put together from our own columns, numbers and texts; values are always bound.
# ruff: noqa: S608

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from showrunner.history.analytics.core.answers import Chart, Series, Totals, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.begun import begun_kept
from showrunner.history.analytics.core.categories import BUCKETS, Bucket, By, buckets_of
from showrunner.history.analytics.core.dimensions import DIMENSIONS, PERSON, Kind
from showrunner.history.analytics.core.once import watched_once
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.scope import Scope
from showrunner.history.analytics.core.watched import Grain
from showrunner.history.analytics.viewing.engagement_answer import (
    Active,
    Engagement,
    EngagementAnswer,
    EngagementBy,
    EngagementOrder,
    EngagementQuery,
)


def engagement(analytics: Analytics, query: EngagementQuery) -> EngagementAnswer:
    """The people, and how many are active. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    rows = _rows(asked)
    viewed = _viewed(asked)
    people = [_person(row, viewed[row["person"]]) for row in rows["person"] if row["person"]]
    active = {by: {row["period"]: row["people"] for row in rows[by]} for by in EngagementBy}
    return EngagementAnswer(
        **asked.head(),
        people=sorted(people, key=lambda one: _order(query.order, one))[: query.limit],
        count=len(people),
        totals=_totals(rows["person"]),
        unnamed=_totals([row for row in rows["person"] if not row["person"]]),
        active=[_average(asked.scope, by, found) for by, found in active.items()],
        chart=_chart(asked.scope, query.by, active[query.by]),
    )


_SUMS = ("plays", "watch_seconds", "unknown_plays")
_SUMMED = ", ".join(f"sum({name})::BIGINT AS {name}" for name in _SUMS)
_NAMED = "max(person_id) AS person_id, max(person_name) AS person_name"

_PEOPLE = f"""
SELECT 'person' AS kind, person, {_NAMED}, sum(days)::BIGINT AS active_days,
    max(days)::BIGINT AS longest_streak_days, {_SUMMED}
FROM (
    -- The days of a streak have one difference between their number and their place.
    SELECT person, {_NAMED}, count(*) AS days, {_SUMMED}
    FROM (SELECT *, bucket - row_number() OVER (PARTITION BY person ORDER BY bucket) AS streak
        FROM days)
    GROUP BY person, streak)
GROUP BY person
"""
_ROW = (
    *("person", "person_id", "person_name", "active_days", "longest_streak_days"),
    *(*_SUMS, "period", "people"),
)


def _rows(asked: Asked) -> dict[str, list[dict[str, Any]]]:
    """By kind: persons with their sums; days, weeks and months with their active people."""
    days, values = _days(asked)
    active = "".join(
        f" UNION ALL BY NAME (SELECT '{by.value}' AS kind, {BUCKETS[By(by)].sql}::DATE AS period, "
        "count(DISTINCT person) AS people FROM days WHERE person IS NOT NULL GROUP BY period)"
        for by in EngagementBy
    )
    rows = asked.rows(
        f"WITH days AS MATERIALIZED ({days}) "
        f"SELECT kind, {', '.join(_ROW)} FROM (({_PEOPLE}){active})",
        values,
    )
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for kind, *facts in rows:
        by_kind[kind].append(dict(zip(_ROW, facts, strict=True)))
    return by_kind


def _days(asked: Asked) -> tuple[str, list[Any]]:
    """SQL of a row for each person and local day on which they were active."""
    counted, values = watched_once(asked, PERSON, grain=Grain.DAY)
    people, owners = with_people(counted, asked.directory)
    sql = f"""
    SELECT person, bucket, {_NAMED}, {_SUMMED} FROM ({people}) GROUP BY person, bucket
    """
    return sql, [*values, *owners]


_ACCOUNT = {**PERSON, "account_name": "NULL::VARCHAR"}
"""Names are known already."""

_VIEWED = """count(is_watched) AS known, count(*) FILTER (WHERE is_watched) AS completed,
    max(began_s) AS last_s"""


def _viewed(asked: Asked) -> dict[str | None, dict[str, Any]]:
    """By person: titles, plays of which it is known whether they were completed, the last one."""
    shows = {**_ACCOUNT, "media_type": "media_type", "series_title": "series_title"}
    rows, values = _of_people(asked, begun_kept(asked, shows, sums=_VIEWED))
    is_title = "media_type IN ('episode', 'track') AND series_title IS NOT NULL"
    found = asked.rows(
        "SELECT person, sum(known)::BIGINT, sum(completed)::BIGINT, max(last_s), "
        f"count(DISTINCT (media_type, series_title)) FILTER (WHERE {is_title}) "
        f"FROM ({rows}) GROUP BY person",
        values,
    )
    movies = _movies(asked)
    names = ("known", "completed", "last_s", "titles")
    viewed = {person: dict(zip(names, facts, strict=True)) for person, *facts in found}
    for person, facts in viewed.items():
        facts["titles"] += movies.get(person, 0)
    return defaultdict(lambda: dict.fromkeys(names, 0), viewed)


def _movies(asked: Asked) -> dict[str | None, int]:
    """How many different ones each person played."""
    dimension = DIMENSIONS[Kind.MOVIES]
    counted = begun_kept(asked, {**_ACCOUNT, **dimension.columns}, where=dimension.where)
    rows, values = _of_people(asked, counted)
    found = asked.rows(
        f"SELECT person, count(DISTINCT key) FROM "
        f"(SELECT person, name, {dimension.key} AS key FROM ({rows})) "
        "WHERE name IS NOT NULL GROUP BY person",
        values,
    )
    return dict(found)


def _of_people(asked: Asked, counted: tuple[str, list[Any]]) -> tuple[str, list[Any]]:
    sql, values = counted
    people, owners = with_people(sql, asked.directory)
    return people, [*values, *owners]


def _person(row: dict[str, Any], viewed: dict[str, Any]) -> Engagement:
    known, last_s = viewed["known"], viewed["last_s"]
    return Engagement(
        person=row["person_name"],
        plays_per_active_day=round(row["plays"] / row["active_days"], 2),
        titles=viewed["titles"],
        completion=round(viewed["completed"] / known, 4) if known else None,
        last_played_at=datetime.fromtimestamp(last_s, UTC) if last_s else None,
        **{name: row[name] for name in ("person_id", "active_days", "longest_streak_days")},
        **{name: row[name] for name in _SUMS},
    )


def _order(order: EngagementOrder, one: Engagement) -> tuple[Any, ...]:
    last = one.last_played_at.timestamp() if one.last_played_at else 0.0
    most = last if order is EngagementOrder.LAST_PLAYED_AT else getattr(one, order.value)
    return (-most, -one.watch_seconds, -one.plays, one.person or "", one.person_id or "")


def _totals(rows: Sequence[dict[str, Any]]) -> Totals:
    return Totals(**{name: sum(row[name] for row in rows) for name in _SUMS})


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
