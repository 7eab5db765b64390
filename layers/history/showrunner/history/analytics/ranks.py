"""A bump chart: which ranks the first of a list had by day, week or month."""

from collections import defaultdict
from dataclasses import replace
from enum import StrEnum
from itertools import compress
from typing import Annotated, Any

from pydantic import Field

from showrunner.history.analytics.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.categories import BUCKETS, Bucket, By, buckets_of
from showrunner.history.analytics.core import Analytics, Asked
from showrunner.history.analytics.dimensions import Kind
from showrunner.history.analytics.entries import Entry, by_entry, names
from showrunner.history.analytics.over_time import Measure
from showrunner.history.analytics.query import AnalyticsQuery
from showrunner.history.analytics.question import Question
from showrunner.history.analytics.top import Order, ranked
from showrunner.history.filters import AccountFilter

MOST_RANKED = 50


class RanksBy(StrEnum):
    """The categories, as in `By`."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class RanksQuery(AnalyticsQuery):
    """
    `of`: what is ranked. `by`: the categories. `measure`: by what. `limit`: how many lines.
    """

    of: Kind = Kind.MOVIES
    by: RanksBy = RanksBy.MONTH
    measure: Measure = Measure.PLAYS
    limit: Annotated[int, Field(ge=1, le=MOST_RANKED)] = 10


class RanksAnswer(Answer):
    """
    `entries` have most in the whole range, and are ranked among each other.

    In `chart` each is a series of its ranks, 1 the first; None: it has nothing there. Who
    has as much is ranked as over the whole range. `numbers` are the plays or seconds.
    What has no name is not ranked.
    """

    entries: list[Entry]
    chart: Chart
    numbers: Chart


def ranks(analytics: Analytics, query: RanksQuery) -> RanksAnswer:
    """The chart that is asked for. Raises InvalidInputError that names the parameter."""
    asked, by = analytics.about(query), By(query.by)
    # One more: it may be the line of what has no name.
    found, _, _ = ranked(asked, query.of, Order(query.measure.value), query.limit + 1)
    is_named = [name is not None for name in names(query.of, found)]
    entries = list(compress(found, is_named))[: query.limit]
    numbers = _numbers(asked, query, entries) if entries else {}
    scope = asked.scope
    buckets = buckets_of(by, scope.since, scope.before, scope.zone)
    unit = Unit.PLAYS if query.measure is Measure.PLAYS else Unit.SECONDS
    columns = {bucket: _ranked(numbers.get(bucket, {})) for bucket in buckets}
    labels, named = list(buckets.values()), names(query.of, entries)
    return RanksAnswer(
        **asked.head(),
        entries=entries,
        chart=Chart(
            unit=Unit.RANK,
            categories=labels,
            series=[
                Series(name=name, data=[columns[bucket].get(place) for bucket in buckets])
                for place, name in enumerate(named)
            ],
        ),
        numbers=Chart(
            unit=unit,
            categories=labels,
            series=[
                Series(name=name, data=[numbers.get(b, {}).get(place, 0) for b in buckets])
                for place, name in enumerate(named)
            ],
        ),
    )


Numbers = dict[int, int]
"""By the places of the entries."""


def _ranked(numbers: Numbers) -> dict[int, int]:
    ordered = sorted(numbers, key=lambda place: (-numbers[place], place))
    return {place: rank for rank, place in enumerate(ordered, 1)}


def _numbers(asked: Asked, query: RanksQuery, entries: list[Entry]) -> dict[Bucket, Numbers]:
    buckets = BUCKETS[By(query.by)]
    rows, values = by_entry(_about(asked, query.of, entries), query.of, grain=buckets.grain)
    found = asked.rows(
        f"SELECT key::VARCHAR AS key, {buckets.sql} AS bucket, sum({query.measure.value})::BIGINT "  # noqa: S608 (our own names)
        f"AS number FROM ({rows}) GROUP BY ALL HAVING number > 0 "
        "AND list_contains(?::VARCHAR[], key)",
        [*values, [one.key for one in entries]],
    )
    place_of = {one.key: place for place, one in enumerate(entries)}
    numbers: dict[Bucket, Numbers] = defaultdict(dict)
    for key, bucket, number in found:
        numbers[bucket][place_of[key]] = number
    return numbers


_NARROWED = {
    Kind.MOVIES: ("titles", "name"),
    Kind.SHOWS: ("series", "name"),
    Kind.ARTISTS: ("series", "name"),
    Kind.EPISODES: ("series", "series_title"),
    Kind.PLAYERS: ("players", "name"),
}
"""Lists too long for a number per entry and day: the filter, and the field of the entries."""


def _about(asked: Asked, kind: Kind, entries: list[Entry]) -> Asked:
    """The same question about little more than these entries."""
    update = _of_people(asked, entries) if kind is Kind.PEOPLE else _named(kind, entries)
    filters = asked.scope.filters.model_copy(update=update)
    return replace(asked, scope=replace(asked.scope, filters=filters))


def _named(kind: Kind, entries: list[Entry]) -> dict[str, Any]:
    if kind not in _NARROWED:
        return {}
    choice, field = _NARROWED[kind]
    said = dict.fromkeys(getattr(one, field) for one in entries)
    return {} if None in said else {choice: tuple(said)}


def _of_people(asked: Asked, entries: list[Entry]) -> dict[str, Any]:
    ids = tuple(one.id for one in entries if one.id)
    if len(ids) < len(entries):
        return {}
    accounts = asked.directory.accounts(ids)
    return {
        "accounts": tuple(
            AccountFilter(connection_id=one.connection_id, id=one.id, name=one.name)
            for one in accounts
        )
    }


QUESTION = Question(
    "ranks",
    "Which ranks the first titles, people or platforms had by day, week or month.",
    RanksQuery,
    RanksAnswer,
    ranks,
)
