"""On which days people were active, and what they watched: what past months say is kept."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun
from showrunner.history.analytics.core.categories import BUCKETS, Bucket, By
from showrunner.history.analytics.core.dimensions import DIMENSIONS, Kind
from showrunner.history.analytics.core.narrowed import Sql
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.viewing.active_days import (
    SUMS,
    Who,
    active_days,
    counted_by_number,
)
from showrunner.history.analytics.viewing.engagement_answer import EngagementBy
from showrunner.history.analytics.viewing.past_and_fresh import PastAndFresh


class PersonDays(NamedTuple):
    """`streak`: the most days in a row."""

    days: int
    streak: int
    plays: int
    watch_seconds: int
    unknown_plays: int

    def joined(self, other: "PersonDays") -> "PersonDays":
        sums = PersonDays(*map(sum, zip(self, other, strict=True)))
        return sums._replace(streak=max(self.streak, other.streak))


@dataclass(frozen=True, slots=True)
class Active:
    """
    By person (None: the plays name nobody), of whom `who` says who they are; and how many were
    active in which period.
    """

    who: list[Who]
    people: dict[int | None, PersonDays]
    active: dict[EngagementBy, dict[Bucket, int]]


_SUMMARY = f"""
    , runs AS (
        SELECT number, min(bucket) AS bucket, max(bucket) AS until
        FROM (SELECT number, bucket,
                bucket - row_number() OVER (ORDER BY number, bucket) AS run
            FROM days WHERE number IS NOT NULL)
        GROUP BY number, run)
    SELECT 'person' AS kind, number, count(*) AS days, {SUMS} FROM days GROUP BY number
    UNION ALL BY NAME
    SELECT 'streak' AS kind, number, max(until - bucket) + 1 AS days FROM runs GROUP BY number
    UNION ALL BY NAME
    SELECT 'edge' AS kind, * FROM runs WHERE bucket = {{first}} OR until = {{first}} - 1
"""
"""The edge are streaks that end where the others begin."""
_SUMMARY += "".join(
    f"""UNION ALL BY NAME
    SELECT '{by.value}' AS kind, {BUCKETS[By(by)].sql}::DATE AS period,
        count(DISTINCT number) AS people
    FROM {"{weeks}" if by is EngagementBy.WEEK else "days"} WHERE number IS NOT NULL
    GROUP BY period
    """
    for by in EngagementBy
)
_COLUMNS = (
    "days",
    "plays",
    "watch_seconds",
    "unknown_plays",
    "bucket",
    "until",
    "period",
    "people",
)


def active_of(plays: PastAndFresh, people: People) -> Active:
    """All of it by one look at the plays."""
    found = active_days(plays, people, _SUMMARY, _COLUMNS)
    rows = defaultdict(list, found.rows)
    sums: dict[int | None, PersonDays] = {}
    for number, days, *counted in (one[:5] for one in rows["person"]):
        one = PersonDays(days, 0, *counted)
        sums[number] = sums[number].joined(one) if number in sums else one
    for number, days in _streaks(rows["streak"], rows["edge"]):
        sums[number] = sums[number]._replace(streak=max(days, sums[number].streak))
    return Active(
        who=found.who,
        people=sums,
        active={by: {row[-2]: row[-1] for row in rows[by.value]} for by in EngagementBy},
    )


def _streaks(longest: Iterable[Any], edge: Iterable[Any]) -> Iterable[tuple[int, int]]:
    """Days of streaks by person; also of those that began before the edge and went on after it."""
    yield from ((number, days) for number, days, *_ in longest)
    runs = sorted((number, bucket, until) for number, *_, bucket, until, _, _ in edge)
    for (number, bucket, _), (other, _, until) in pairwise(runs):
        if number == other:
            yield number, until - bucket + 1


class Viewed(NamedTuple):
    """Plays of which it is known whether they were completed, and when the last one began."""

    known: int = 0
    completed: int = 0
    last_s: int | None = None


def viewed_of(plays: PastAndFresh, people: People) -> dict[int | None, Viewed]:
    """By person."""

    def count(asked: Asked) -> Sql:
        sums = """count(is_watched) AS known, count(*) FILTER (WHERE is_watched) AS completed,
            max(began_s) AS last_s"""
        return counted_by_number(asked, people, lambda who: begun(asked, who, sums=sums))

    sql, values = plays.counted(count)
    rows = plays.fresh.rows(
        "SELECT number, sum(known)::BIGINT, sum(completed)::BIGINT, max(last_s) "
        f"FROM ({sql}) GROUP BY number",
        values,
    )
    return {number: Viewed(*facts) for number, *facts in rows}


_MOVIES = DIMENSIONS[Kind.MOVIES]
_NAMED_MOVIES = f"{_MOVIES.where} AND title IS NOT NULL"
_SERIES = "media_type IN ('episode', 'track') AND series_title IS NOT NULL"
_MOVIE = "hash(name, year, imdb_id, tmdb_id)"


def titles_of(plays: PastAndFresh, people: People) -> dict[int, int]:
    """How many movies, shows and artists each person played, of those who played any."""
    titles, values = plays.counted(partial(_titles, people))
    movies, more = plays.counted(lambda asked: begun(asked, _MOVIES.columns, where=_NAMED_MOVIES))
    # Which of them are one movie only all together say.
    rows = plays.fresh.rows(
        f"""
        WITH movies AS (
            SELECT DISTINCT {_MOVIE} AS title, hash(key) AS key FROM ({_MOVIES.keyed(movies)}))
        SELECT number, count(DISTINCT coalesce(key, title))
        FROM ({titles}) LEFT JOIN movies USING (title) GROUP BY number
        """,
        [*more, *values],
    )
    return defaultdict(int, rows)


def _titles(people: People, asked: Asked) -> Sql:
    """Numbers for them take less room, and are compared faster."""

    def count(who: Mapping[str, str]) -> Sql:
        (column,), kind = who, {"media_type": "media_type"}
        movies, values = begun(asked, {**who, **_MOVIES.columns}, where=_NAMED_MOVIES)
        series, more = begun(asked, {**who, **kind, "name": "series_title"}, where=_SERIES)
        sql = f"""SELECT {column}, {_MOVIE} AS title FROM ({movies})
            UNION ALL SELECT {column}, hash(media_type, name) FROM ({series})"""
        return sql, [*values, *more]

    named, values = counted_by_number(asked, people, count)
    return f"FROM ({named}) WHERE number IS NOT NULL", values
