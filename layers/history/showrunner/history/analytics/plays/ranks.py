"""A bump chart: which ranks the first of a list had by day, week or month."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections import Counter, defaultdict
from dataclasses import replace
from enum import StrEnum
from functools import partial
from itertools import compress
from typing import Annotated, Any

from pydantic import Field

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.begun import begun_kept, local_day
from showrunner.history.analytics.core.categories import BUCKETS, Bucket, By, buckets_of
from showrunner.history.analytics.core.dimensions import DIMENSIONS, PERSON, Kind
from showrunner.history.analytics.core.entries import Entry, by_entry, names
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.scope import LOOK_BACK
from showrunner.history.analytics.core.settled import Rows, kept_rows
from showrunner.history.analytics.lists.top import Order, ranked
from showrunner.history.analytics.plays.over_time import Measure
from showrunner.history.analytics.viewing.runs import pieces
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


class NumbersQuery(RanksQuery):
    """What the watch time is kept by: also by the keys of the entries."""

    keys: tuple[str, ...]


def _numbers(asked: Asked, query: RanksQuery, entries: list[Entry]) -> dict[Bucket, Numbers]:
    about, keys = _about(asked, query.of, entries), [one.key for one in entries]
    if query.measure is Measure.PLAYS:
        rows = _by_bucket(about, query, keys, *_plays_by_day(about, query.of))
    elif query.of is Kind.MOVIES:  # ids in any month tell those of one name apart
        rows = _watch_time(about, query, keys)
    else:
        kept_by = NumbersQuery(**dict(query), keys=tuple(keys))
        rows = []
        for piece in pieces(about):
            find = partial(_watch_time, piece, query, keys)
            rows += kept_rows(piece, kept_by, LOOK_BACK, find)
    place_of = {key: place for place, key in enumerate(keys)}
    numbers: dict[Bucket, Numbers] = defaultdict(Counter)
    for key, bucket, number in rows:
        numbers[bucket][place_of[key]] += number
    return numbers


def _watch_time(asked: Asked, query: RanksQuery, keys: list[str]) -> Rows:
    grain = BUCKETS[By(query.by)].grain
    return _by_bucket(asked, query, keys, *by_entry(asked, query.of, grain=grain))


def _by_bucket(
    asked: Asked, query: RanksQuery, keys: list[str], rows: str, values: list[Any]
) -> Rows:
    return asked.rows(
        f"SELECT key::VARCHAR AS key, {BUCKETS[By(query.by)].sql} AS bucket, "
        f"sum({query.measure.value})::BIGINT AS number FROM ({rows}) GROUP BY ALL "
        "HAVING number > 0 AND list_contains(?::VARCHAR[], key)",
        [*values, keys],
    )


def _plays_by_day(asked: Asked, kind: Kind) -> tuple[str, list[Any]]:
    """As `by_entry`, of plays alone: they are where they began, and stay as they are."""
    dimension = DIMENSIONS[kind]
    columns = {**dimension.columns, **(PERSON if kind is Kind.PEOPLE else {})}
    columns["bucket"] = local_day(asked.scope, "began_s")
    rows, values = begun_kept(asked, columns, where=dimension.where)
    if kind is Kind.PEOPLE:
        rows, owners = with_people(rows, asked.directory)
        values += owners
    return DIMENSIONS[kind].keyed(rows), values


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
