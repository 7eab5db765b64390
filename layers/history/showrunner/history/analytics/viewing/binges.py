"""Binges: several episodes of a show in a row, by one person."""

# The SQL is put together from our own columns and numbers; values are always bound.
# ruff: noqa: S608

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self

from showrunner.history.analytics.core.answers import Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.begun import begun, local_day
from showrunner.history.analytics.core.categories import BUCKETS, Bucket, By, buckets_of
from showrunner.history.analytics.core.humans import Who, named
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.scope import LOOK_BACK, Scope
from showrunner.history.analytics.core.settled import kept_rows
from showrunner.history.analytics.viewing.binges_answer import (
    Binge,
    BingesAnswer,
    BingesBy,
    BingesOrder,
    BingesQuery,
    PersonBinges,
    ShowBinges,
)
from showrunner.history.analytics.viewing.binges_found import EPISODES, found_sql
from showrunner.history.analytics.viewing.runs import pieces

Row = dict[str, Any]


def binges(analytics: Analytics, query: BingesQuery) -> BingesAnswer:
    """The binges, and what they come to. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    found = Found.of(asked, query)
    shows, people = _by("series_title", found.pairs), _by("human", found.pairs)
    listed = sorted(people.items(), key=_most)[: query.limit]
    known = named(asked, {row["human"] for row in found.first} | {human for human, _ in listed})
    return BingesAnswer(
        **asked.head(),
        binges=[_binge(known[row["human"]], row) for row in found.first],
        count=_sum("binges", found.pairs),
        episodes=_sum("episodes", found.pairs),
        watch_seconds=_sum("watch_seconds", found.pairs),
        shows=[_show(*one) for one in sorted(shows.items(), key=_most)[: query.limit]],
        people=[_person(known[human], rows) for human, rows in listed],
        over_time=_chart(asked.scope, query.by, found.buckets),
        unknown_plays=found.unknown_plays,
    )


def _by(column: str, rows: Sequence[Row]) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def _most(group: tuple[Any, Sequence[Row]]) -> tuple[Any, ...]:
    key, rows = group
    return -_sum("binges", rows), -_sum("watch_seconds", rows), key


def _sum(column: str, rows: Sequence[Row]) -> int:
    return sum(row[column] for row in rows)


def _binge(who: Who, row: Row) -> Binge:
    return Binge(
        person_id=who.id,
        person=who.name,
        began_at=datetime.fromtimestamp(row["began_s"], UTC),
        ended_at=datetime.fromtimestamp(row["ended_s"], UTC),
        **{name: row[name] for name in ("series_title", "episodes", "watch_seconds")},
    )


_SUMS = ("binges", "episodes", "watch_seconds")


def _show(series_title: str, rows: Sequence[Row]) -> ShowBinges:
    sums = {name: _sum(name, rows) for name in _SUMS}
    people = len({row["human"] for row in rows})
    return ShowBinges(series_title=series_title, people=people, **sums)


def _person(who: Who, rows: Sequence[Row]) -> PersonBinges:
    return PersonBinges(
        person_id=who.id,
        person=who.name,
        shows=len({row["series_title"] for row in rows}),
        longest=max(row["longest"] for row in rows),
        **{name: _sum(name, rows) for name in _SUMS},
    )


_ORDERS = {
    BingesOrder.NEWEST: ("began_s",),
    BingesOrder.EPISODES: ("episodes", "began_s"),
    BingesOrder.WATCH_SECONDS: ("watch_seconds", "began_s"),
}

_ROW = (
    *("kind", "series_title", "human", "began_s", "ended_s", "bucket"),
    *("binges", "longest", "episodes", "watch_seconds"),
)


@dataclass(slots=True)
class Found:
    """The first binges of the list; sums by show and person; how many began in a bucket."""

    first: list[Row]
    pairs: list[Row]
    buckets: Counter[Bucket]
    unknown_plays: int = 0

    @classmethod
    def of(cls, asked: Asked, query: BingesQuery) -> Self:
        found = cls([], [], Counter())
        for piece in pieces(asked):
            facts = kept_rows(piece, query, LOOK_BACK, partial(_rows, piece, query))
            rows = _by("kind", [dict(zip(_ROW, row, strict=True)) for row in facts])
            found.first += rows["binge"]
            found.pairs += rows["pair"]
            found.unknown_plays += _sum("binges", rows["unknown"])
            found.buckets.update({row["bucket"]: row["binges"] for row in rows["bucket"]})
        columns = _ORDERS[query.order]
        found.first.sort(key=lambda row: ([-row[one] for one in columns], row["human"]))
        del found.first[query.limit :]
        return found


def _rows(asked: Asked, query: BingesQuery) -> list[tuple[Any, ...]]:
    sql, values = found_sql(asked, query.least_episodes, 60 * query.gap_minutes)
    bucket = BUCKETS[By(query.by)].sql
    order = ", ".join(f"{column} DESC" for column in _ORDERS[query.order])
    days = f"SELECT {local_day(asked.scope, 'began_s')} AS bucket FROM found"
    kinds = {
        "binge": f"*, 1 AS binges FROM found ORDER BY {order}, human LIMIT {query.limit:d}",
        "pair": "series_title, human, count(*) AS binges, max(episodes) AS longest, "
        "sum(episodes)::BIGINT AS episodes, sum(watch_seconds)::BIGINT AS watch_seconds "
        "FROM found GROUP BY series_title, human",
        "bucket": f"{bucket} AS bucket, count(*) AS binges FROM ({days}) GROUP BY ALL",
    }
    together = " UNION ALL BY NAME ".join(
        f"(SELECT '{kind}' AS kind, {sql})" for kind, sql in kinds.items()
    )
    rows = asked.rows(
        f"WITH found AS MATERIALIZED ({sql}) SELECT {', '.join(_ROW)} FROM ({together})", values
    )
    unknown = {"kind": "unknown", "binges": _unknown_plays(asked)}
    return [*rows, tuple(unknown.get(name) for name in _ROW)]


def _chart(scope: Scope, by: BingesBy, counts: Mapping[Bucket, int]) -> Chart:
    buckets = buckets_of(By(by), scope.since, scope.before, scope.zone)
    return Chart(
        unit=Unit.BINGES,
        categories=list(buckets.values()),
        series=[Series(name="binges", data=[counts.get(bucket, 0) for bucket in buckets])],
    )


def _unknown_plays(asked: Asked) -> int:
    # One by one: where nothing is missing, files say so themselves.
    missing = ("account IS NULL", "account IS NOT NULL AND series_title IS NULL")
    counted = [begun(asked, {}, where=f"{EPISODES} AND {one}") for one in missing]
    return sum(sum(plays for (plays,) in asked.rows(*one)) for one in counted)


QUESTION = Question(
    "binges",
    "Several episodes of a show in a row by one person: who, what, when and how long.",
    BingesQuery,
    BingesAnswer,
    binges,
)
