"""Plays and watch time by day, week, month, weekday, hour, weekday and hour, calendar."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.answers import Answer, Chart, Series, Totals, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import (
    BUCKETS,
    HOURS,
    SUMS,
    WEEKDAYS,
    Bucket,
    By,
    buckets_of,
)
from showrunner.history.analytics.core.dimensions import DIMENSIONS, PERSON, Kind
from showrunner.history.analytics.core.entries import entry, names, shown
from showrunner.history.analytics.core.once import counted_once, newest_counted, watched_once
from showrunner.history.analytics.core.people import People, with_people
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.watched import watched

OTHERS = "(others)"
"""The series of all that the `limit` largest leave over."""


class Measure(StrEnum):
    PLAYS = "plays"
    WATCH_SECONDS = "watch_seconds"


class Split(StrEnum):
    """What can have a series each."""

    MEDIA_TYPES = "media_types"
    PEOPLE = "people"
    LIBRARIES = "libraries"
    SERVERS = "servers"
    SERVER_KINDS = "server_kinds"
    PLATFORMS = "platforms"
    DECISIONS = "decisions"
    SOURCE_RESOLUTIONS = "source_resolutions"
    RESOLUTIONS = "resolutions"


class OverTimeQuery(AnalyticsQuery):
    """`by`: the categories. `measure`: what is drawn. `split`: a series for each of these."""

    by: By = By.DAY
    measure: Measure = Measure.PLAYS
    split: Split | None = None


class OverTimeAnswer(Answer):
    chart: Chart
    totals: Totals


Data = dict[Bucket, int]
Named = list[tuple[str | None, Data]]
_Sql = tuple[str, list[Any]]


def over_time(analytics: Analytics, query: OverTimeQuery) -> OverTimeAnswer:
    """The chart that is asked for. Raises InvalidInputError that names the parameter."""
    if query.split and query.by in (By.WEEKDAY_HOUR, By.CALENDAR):
        raise wrong_field("split", f"the series of {query.by.value} are the weekdays")
    asked = analytics.about(query)
    scope = asked.scope
    buckets = buckets_of(query.by, scope.since, scope.before, scope.zone)
    found, totals = _split(asked, query, query.split) if query.split else _plain(asked, query)
    unit = Unit.PLAYS if query.measure is Measure.PLAYS else Unit.SECONDS
    return OverTimeAnswer(
        **asked.head(), chart=chart_of(query.by, unit, buckets, found), totals=totals
    )


def _plain(asked: Asked, query: OverTimeQuery) -> tuple[Named, Totals]:
    buckets = BUCKETS[query.by]
    rows, values = watched_once(asked, {}, grain=buckets.grain)
    found = asked.rows(f"{_sums(buckets.sql)} FROM ({rows}) GROUP BY 1", values)
    place = list(Measure).index(query.measure)
    data = {bucket: sums[place] for bucket, *sums in found}
    return [(query.measure.value, data)], _totals([sums for _, *sums in found])


def _split(asked: Asked, query: OverTimeQuery, split: Split) -> tuple[Named, Totals]:
    kind, buckets = Kind(split.value), BUCKETS[query.by]
    if kind is Kind.PEOPLE:
        return _split_by_people(asked, query)
    dimension, fields = DIMENSIONS[kind], shown(kind)

    def count(some: Asked) -> _Sql:
        counted, values = watched(
            some,
            dimension.columns,
            where=dimension.where,
            grain=buckets.grain,
            is_time_cut=_is_time_cut(query),
        )
        return buckets.folded(counted, dimension.columns), values

    counted, values = counted_once(asked, count)
    rows = DIMENSIONS[kind].keyed(counted)
    facts = ", ".join(f"{sql} AS {name}" for name, sql in fields.items())
    lines = ", ".join(f"max({name}) AS {name}" for name in fields)
    others = query.limit + 1
    found = asked.rows(
        f"""
        WITH counted AS MATERIALIZED ({rows}),
        lines AS (
            SELECT key, {facts}, row_number() OVER (
                ORDER BY sum({query.measure.value}) DESC, key::VARCHAR) AS place
            FROM counted GROUP BY key),
        placed AS ({_sums(f"least(place, {others:d}) AS series, piece")}
            FROM counted JOIN lines USING (key) GROUP BY 1, 2)
        SELECT series, {lines}, {_listed(query)}
        FROM placed LEFT JOIN lines ON series = place AND place < {others:d}
        GROUP BY series ORDER BY series
        """,
        values,
    )
    return _series(asked, query, kind, list(fields), found), _totals([row[-3:] for row in found])


def _split_by_people(asked: Asked, query: OverTimeQuery) -> tuple[Named, Totals]:
    """Ranked first: of a thousand people each day's numbers would be a million rows."""
    with newest_counted(
        asked,
        PERSON.values(),
        where="true",
        grain=BUCKETS[query.by].grain,
        is_time_cut=_is_time_cut(query),
    ) as near:
        first = _first_people(near, query)
        return _by_people(near, query, first)


def _first_people(asked: Asked, query: OverTimeQuery) -> list[tuple[str | None, str | None]]:
    """`person` and the name of those with most."""
    counted, values = watched_once(asked, PERSON)
    rows, owners = with_people(counted, asked.directory)
    # Who began no play, but watched on what began before, is no series of plays.
    least = 1 if query.measure is Measure.PLAYS else 0
    found: list[tuple[str | None, str | None]] = asked.rows(
        f"SELECT person, max(person_name) FROM ({DIMENSIONS[Kind.PEOPLE].keyed(rows)}) "
        f"GROUP BY person, key HAVING sum({query.measure.value}) >= {least:d} "
        f"ORDER BY sum({query.measure.value}) DESC, key::VARCHAR LIMIT ?",
        [*values, *owners, query.limit],
    )
    return found


def _by_people(
    asked: Asked, query: OverTimeQuery, first: list[tuple[str | None, str | None]]
) -> tuple[Named, Totals]:
    places = {person: place for place, (person, _) in enumerate(first)}
    others = len(first)
    named = {person: place for person, place in places.items() if person is not None}
    people = People.at_places(asked.directory, asked.accounts(), named, others)
    buckets = BUCKETS[query.by]

    def count(some: Asked) -> _Sql:
        counted, values = watched(
            some,
            {"series": "number"},
            grain=buckets.grain,
            people=people,
            is_time_cut=_is_time_cut(query),
        )
        return buckets.folded(counted, ["series"]), values

    counted, values = counted_once(asked, count)
    place = f"coalesce(series, {places.get(None, others):d}) AS series"
    found = asked.rows(
        f"SELECT series, {_listed(query)} FROM ({_sums(f'{place}, piece')} FROM ({counted}) "
        "GROUP BY 1, 2) GROUP BY series ORDER BY series",
        values,
    )
    names_of = [*(name for _, name in first), OTHERS]
    data = [(names_of[row[0]], _data(row)) for row in found if row[0] < others or any(row[2])]
    return data, _totals([row[-3:] for row in found])


def _listed(query: OverTimeQuery) -> str:
    """SQL of a series in one row, which is brought here in a third of the time: see `_data`."""
    sums = ", ".join(f"sum({name})::BIGINT" for name in SUMS)
    return f"list(piece), list({query.measure.value}), {sums}"


def _data(row: Sequence[Any]) -> Data:
    """The numbers by their buckets."""
    return dict(zip(*row[-5:-3], strict=True))


def _series(
    asked: Asked, query: OverTimeQuery, kind: Kind, fields: list[str], rows: Sequence[Any]
) -> Named:
    """Of rows with their place, facts and numbers, in the order of their places."""
    servers = asked.servers()
    entries = [
        entry(kind, str(row[0]), dict(zip(fields, row[1:], strict=False)), servers) for row in rows
    ]
    named = names(kind, entries)
    others = [OTHERS] * len(named[query.limit :])
    return list(zip([*named[: query.limit], *others], map(_data, rows), strict=True))


def _is_time_cut(query: OverTimeQuery) -> bool:
    """A chart of plays needs no more than the sum of the watch time."""
    return query.measure is Measure.WATCH_SECONDS


def _sums(columns: str) -> str:
    return f"SELECT {columns}, " + ", ".join(f"sum({name})::BIGINT AS {name}" for name in SUMS)


def _totals(rows: Sequence[Sequence[int]]) -> Totals:
    plays, watch_seconds, unknown_plays = (sum(row[place] for row in rows) for place in range(3))
    return Totals(plays=plays, watch_seconds=watch_seconds, unknown_plays=unknown_plays)


def chart_of(by: By, unit: Unit, buckets: Mapping[Bucket, str], found: Named) -> Chart:
    """Series by name, each with its numbers by bucket; heat maps are of one of them."""
    if by is By.WEEKDAY_HOUR:
        ((_, data),) = found
        return _heat_map(
            unit, HOURS, [[data.get(24 * day + h, 0) for h in range(24)] for day in _WEEK]
        )
    if by is By.CALENDAR:
        ((_, data),) = found
        return _calendar(unit, buckets, data)
    series = [
        Series(name=name, data=[data.get(bucket, 0) for bucket in buckets]) for name, data in found
    ]
    return Chart(unit=unit, categories=list(buckets.values()), series=series)


_WEEK = range(7)


def _calendar(unit: Unit, buckets: Mapping[Any, str], data: Mapping[Any, int]) -> Chart:
    """Days of the first and last week that are outside of the range have no number."""
    days = list(buckets)
    mondays = sorted({day - timedelta(days=day.weekday()) for day in days})
    numbers: list[list[float | None]] = [
        [_number(monday + timedelta(days=weekday), buckets, data) for monday in mondays]
        for weekday in _WEEK
    ]
    return _heat_map(unit, [monday.isoformat() for monday in mondays], numbers)


def _number(day: date, buckets: Mapping[Any, str], data: Mapping[Any, int]) -> int | None:
    return data.get(day, 0) if day in buckets else None


def _heat_map(
    unit: Unit, categories: Sequence[str], numbers: Sequence[list[float | None] | list[int]]
) -> Chart:
    series = [
        Series(name=name, data=list(data)) for name, data in zip(WEEKDAYS, numbers, strict=True)
    ]
    return Chart(unit=unit, categories=list(categories), series=series)


QUESTION = Question(
    "over-time",
    "Plays or watch time by day, week, month, weekday, hour, weekday and hour, calendar.",
    OverTimeQuery,
    OverTimeAnswer,
    over_time,
)
