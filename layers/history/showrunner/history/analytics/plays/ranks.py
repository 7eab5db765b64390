"""A bump chart: which ranks the first of a list had by day, week or month."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from enum import StrEnum
from itertools import compress
from typing import Annotated, Any

from pydantic import Field

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import BUCKETS, Bucket, By, buckets_of
from showrunner.history.analytics.core.dimensions import DIMENSIONS, PERSON, Kind
from showrunner.history.analytics.core.entries import Entry, names
from showrunner.history.analytics.core.once import counted_once, newest_counted
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.watched import watched
from showrunner.history.analytics.lists.top import Order, ranked
from showrunner.history.analytics.plays.over_time import Measure
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
    with _at_hand(asked, query) as near:
        # One more: it may be the line of what has no name.
        found, _, _ = ranked(near, query.of, Order(query.measure.value), query.limit + 1)
        is_named = [name is not None for name in names(query.of, found)]
        entries = list(compress(found, is_named))[: query.limit]
        scope = asked.scope
        buckets = buckets_of(by, scope.since, scope.before, scope.zone)
        numbers = _numbers(near, query, entries, buckets) if entries else []
    unit = Unit.PLAYS if query.measure is Measure.PLAYS else Unit.SECONDS
    labels, named = list(buckets.values()), names(query.of, entries)

    def chart(unit: Unit, data: Sequence[list[float | None]]) -> Chart:
        series = [Series(name=name, data=one) for name, one in zip(named, data, strict=True)]
        return Chart(unit=unit, categories=labels, series=series)

    return RanksAnswer(
        **asked.head(),
        entries=entries,
        chart=chart(Unit.RANK, _ranks(numbers)),
        numbers=chart(unit, numbers),
    )


Numbers = list[list[float | None]]
"""Of each entry those of all buckets."""


def _ranks(numbers: Numbers) -> Numbers:
    """Who has as much is ranked as over the whole range."""
    ranks: Numbers = [[None] * len(one) for one in numbers]
    for bucket, column in enumerate(zip(*numbers, strict=True)):
        found = [(-number, place) for place, number in enumerate(column) if number]
        for rank, (_, place) in enumerate(sorted(found), 1):
            ranks[place][bucket] = rank
    return ranks


def _at_hand(asked: Asked, query: RanksQuery) -> AbstractContextManager[Asked]:
    """The same question, for the list and its numbers by buckets."""
    return newest_counted(
        asked,
        [sql for sql in _columns(query.of).values() if sql.isidentifier()],
        where=DIMENSIONS[query.of].where,
        grain=BUCKETS[By(query.by)].grain,
        people=asked.people(),
        is_time_cut=_is_time_cut(query),
    )


def _columns(kind: Kind) -> dict[str, str]:
    return {**DIMENSIONS[kind].columns, **(PERSON if kind is Kind.PEOPLE else {})}


def _is_time_cut(query: RanksQuery) -> bool:
    """Of plays no more than the sum of the watch time is wanted."""
    return query.measure is Measure.WATCH_SECONDS


def _numbers(
    asked: Asked, query: RanksQuery, entries: list[Entry], buckets: Iterable[Bucket]
) -> Numbers:
    keys = [one.key for one in entries]
    rows, values = _counted(_about(asked, query.of, entries), query, entries)
    # A row for each entry is brought here in a third of the time.
    found = asked.rows(
        f"""SELECT key, list(piece), list(number) FROM (
            SELECT key::VARCHAR AS key, piece, sum({query.measure.value})::BIGINT AS number
            FROM ({rows}) GROUP BY ALL HAVING number > 0 AND list_contains(?::VARCHAR[], key))
        GROUP BY key""",
        [*values, keys],
    )
    places = {bucket: place for place, bucket in enumerate(buckets)}
    numbers: Numbers = [[0] * len(places) for _ in keys]
    for key, pieces, counted in found:
        of_entry = numbers[keys.index(key)]
        for piece, number in zip(pieces, counted, strict=True):
            of_entry[places[piece]] = number
    return numbers


def _counted(asked: Asked, query: RanksQuery, entries: list[Entry]) -> tuple[str, list[Any]]:
    """SQL of the measure by entry (`key`) and bucket (`piece`): of these all that there is."""
    keys = [one.key for one in entries]
    _, field = _NARROWED.get(query.of, ("", ""))
    said = [getattr(one, field) for one in entries] if field else []
    dimension, buckets = DIMENSIONS[query.of], BUCKETS[By(query.by)]
    columns, is_of_people = _columns(query.of), query.of is Kind.PEOPLE

    def count(some: Asked) -> tuple[str, list[Any]]:
        counted, values = watched(
            some,
            columns,
            where=dimension.where,
            grain=buckets.grain,
            is_time_cut=_is_time_cut(query),
        )
        if said and None not in said:  # fewer to tell apart, where the filters left all
            counted = f"FROM ({counted}) WHERE list_contains(?::VARCHAR[], {field})"
            values = [*values, said]
        rows = buckets.folded(counted, columns, [query.measure.value])
        if is_of_people or dimension.ids:  # what tells them apart is not in each row
            return rows, values
        chosen = f"SELECT * EXCLUDE (key) FROM ({dimension.keyed(rows)})"
        return f"{chosen} WHERE list_contains(?::VARCHAR[], key::VARCHAR)", [*values, keys]

    rows, values = counted_once(asked, count)
    if is_of_people:
        rows, owners = with_people(rows, asked.directory)
        values += owners
    return dimension.keyed(rows), values


_NARROWED = {
    Kind.MOVIES: ("titles", "name"),
    Kind.SHOWS: ("series", "name"),
    Kind.ARTISTS: ("series", "name"),
    Kind.EPISODES: ("series", "series_title"),
    Kind.PLAYERS: ("players", "name"),
}
"""What can be asked for by names: the filter, and the field of the entries."""


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
