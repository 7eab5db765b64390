"""A period beside the one before it, or the same one a year ago."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.answers import Answer, Totals
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import SUMS, moved
from showrunner.history.analytics.core.dimensions import DIMENSIONS, Kind
from showrunner.history.analytics.core.entries import Entry, entry, shown, unkeyed
from showrunner.history.analytics.core.narrowed import copied_together
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.scope import Scope
from showrunner.history.analytics.lists.top import Order, first_by, line_fields
from showrunner.history.query import moment_of


class With(StrEnum):
    PERIOD_BEFORE = "period_before"
    """So many days earlier as the range touches: a week's Monday to a Monday."""
    YEAR_BEFORE = "year_before"


class ComparisonQuery(AnalyticsQuery):
    """
    `compare_with`: the other period; or any from `earlier_since` until `earlier_before`
    (excluded), written as `since`. `of` and `order`: the list whose ranks are compared.
    """

    of: Kind = Kind.MOVIES
    order: Order = Order.PLAYS
    compare_with: With = With.PERIOD_BEFORE
    earlier_since: str | None = None
    earlier_before: str | None = None


class Change(BaseModel):
    """
    `percent` is the change from the earlier to the present number; None: there was nothing.
    """

    model_config = ConfigDict(frozen=True)

    present: int
    earlier: int
    percent: float | None


class Movement(BaseModel):
    """
    `rank` counts from 1; `earlier_rank` None: it was not in the list. `places` is how far it
    rose (fell: below 0).
    """

    model_config = ConfigDict(frozen=True)

    entry: Entry
    rank: int
    earlier_rank: int | None
    places: int | None
    earlier: Totals


class ComparisonAnswer(Answer):
    """
    The range, and the other period from `earlier_since` to `earlier_before` (excluded).

    `movements` are the first of the present list, `gone` the first of the earlier one that
    are not in the present one at all.
    """

    earlier_since: datetime
    earlier_before: datetime
    plays: Change
    watch_seconds: Change
    entries: Change
    movements: list[Movement]
    gone: list[Entry]


def comparison(analytics: Analytics, query: ComparisonQuery) -> ComparisonAnswer:
    """Both periods with the same filters. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    before = asked.during(*_other_period(asked.scope, query))
    found = _found(asked, before, query)
    servers = asked.servers()

    def lines(role: str) -> list[tuple[int, Entry]]:
        return [(row[1], _entry(query.of, row, servers)) for row in found if row[0] == role]

    earlier = {one.key: (rank, one) for rank, one in lines("earlier")}
    (entries, *now), (earlier_entries, *then) = _sums(found, "present"), _sums(found, "before")
    return ComparisonAnswer(
        **asked.head(),
        earlier_since=before.scope.since,
        earlier_before=before.scope.before,
        plays=change(now[0], then[0]),
        watch_seconds=change(now[1], then[1]),
        entries=change(entries, earlier_entries),
        movements=[_movement(rank, one, earlier.get(one.key)) for rank, one in lines("shown")],
        gone=[one for _, one in lines("gone")],
    )


def _other_period(scope: Scope, query: ComparisonQuery) -> tuple[datetime, datetime]:
    since = moment_of("earlier_since", query.earlier_since, scope.zone)
    before = moment_of("earlier_before", query.earlier_before, scope.zone)
    if since is None and before is None:
        return other_period(scope, query.compare_with)
    if since is None or before is None:
        raise wrong_field("earlier_since" if since is None else "earlier_before", "give both")
    if "compare_with" in query.model_fields_set:
        raise wrong_field("compare_with", "give this or a period, not both")
    if since >= before:
        raise wrong_field("earlier_before", "must be later than earlier_since")
    return since.replace(microsecond=0), before.replace(microsecond=0)


def _found(asked: Asked, before: Asked, query: ComparisonQuery) -> list[Any]:
    """
    Rows of what they are for, rank, key, fields: the first of the present, what these were
    earlier, the first that are gone, and how many there are in each period with their sums.
    """
    people = People.of(asked.directory, asked.accounts() | before.accounts())
    periods = (unkeyed(one, query.of, people=people) for one in (asked, before))
    fields = ", ".join(line_fields(query.of))
    sums = [f"coalesce(sum({name}), 0)" for name in SUMS]
    counted = ", ".join(["count(*)", "NULL", *["NULL"] * len(shown(query.of)), *sums, "NULL"])
    with copied_together(asked, *periods) as (present, earlier):
        return asked.rows(
            _FOUND.format(
                lines=_lines(query.of, present, earlier),
                fields=fields,
                counted=counted,
                value=query.order.value,
                order=first_by(query.order),
                limit=query.limit,
            )
        )


_FOUND = """
    WITH lines AS MATERIALIZED ({lines}),
    now AS (FROM lines WHERE is_present),
    past AS (FROM lines WHERE NOT is_present),
    -- Few need a key and a place: those that have as much as the last that is told of.
    shown AS MATERIALIZED (
        SELECT *, row_number() OVER (ORDER BY {order}) AS rank
        FROM (SELECT * REPLACE (key::VARCHAR AS key) FROM now WHERE {value} >= (
            SELECT min(least) FROM (
                SELECT {value} AS least FROM now ORDER BY least DESC LIMIT {limit})))
        QUALIFY rank <= {limit}),
    ranked AS MATERIALIZED (
        SELECT *, row_number() OVER (ORDER BY {order}) AS rank
        FROM (SELECT * REPLACE (key::VARCHAR AS key) FROM past WHERE {value} >= (
            SELECT min(least) FROM (
                SELECT {value} AS least FROM past SEMI JOIN shown USING (line)
                UNION ALL
                (SELECT {value} AS least FROM past ANTI JOIN now USING (line)
                    ORDER BY least DESC LIMIT {limit})))))
    SELECT 'shown' AS role, rank, key, {fields} FROM shown
    UNION ALL
    SELECT 'earlier', rank, key, {fields} FROM ranked SEMI JOIN shown USING (line)
    UNION ALL
    (SELECT 'gone', rank, key, {fields} FROM ranked ANTI JOIN now USING (line)
        ORDER BY rank LIMIT {limit})
    UNION ALL SELECT 'present', {counted} FROM now
    UNION ALL SELECT 'before', {counted} FROM past
    ORDER BY role, rank
"""


def _lines(kind: Kind, present: str, earlier: str) -> str:
    """SQL of the lines of both periods, with keys that mean the same in both; `line` is theirs."""
    both = f"SELECT *, true AS is_present FROM {present} UNION ALL SELECT *, false FROM {earlier}"
    fields = ", ".join(f"{sql} AS {name}" for name, sql in line_fields(kind).items())
    return (
        f"SELECT is_present, hash(key) AS line, any_value(key) AS key, {fields} "
        f"FROM ({DIMENSIONS[kind].keyed(both)}) GROUP BY is_present, line"
    )


def _entry(kind: Kind, row: Sequence[Any], servers: dict[str, str]) -> Entry:
    facts = dict(zip(line_fields(kind), row[3:], strict=True))
    return entry(kind, row[2], facts, servers)


def _sums(found: Sequence[Sequence[Any]], role: str) -> list[int]:
    """How many lines there are, then their sums."""
    (row,) = (row for row in found if row[0] == role)
    return [row[1], *row[-4:-1]]


def other_period(scope: Scope, compare_with: With) -> tuple[datetime, datetime]:
    """Since and before, at the same times of the day as the range's, by the clock on the wall."""
    move: Callable[[datetime], datetime] = _year_earlier
    if compare_with is With.PERIOD_BEFORE:
        since, before = (
            moment.astimezone(scope.zone).replace(tzinfo=None)
            for moment in (scope.since, scope.before)
        )
        days = -((since - before) // timedelta(days=1))
        move = _earlier(days)
    return moved(scope.since, move, scope.zone), moved(scope.before, move, scope.zone)


def _earlier(days: int) -> Callable[[datetime], datetime]:
    return lambda wall: wall - timedelta(days=days)


def _year_earlier(wall: datetime) -> datetime:
    year = wall.year - 1
    return wall.replace(year=year, day=min(wall.day, monthrange(year, wall.month)[1]))


def change(present: int, earlier: int) -> Change:
    """What `Change` says of two numbers."""
    percent = round(100 * (present - earlier) / earlier, 2) if earlier else None
    return Change(present=present, earlier=earlier, percent=percent)


def _movement(rank: int, one: Entry, known: tuple[int, Entry] | None) -> Movement:
    earlier_rank, earlier = known or (None, None)
    return Movement(
        entry=one,
        rank=rank,
        earlier_rank=earlier_rank,
        places=None if earlier_rank is None else earlier_rank - rank,
        earlier=Totals(**earlier.model_dump(include=set(Totals.model_fields)))
        if earlier
        else Totals(),
    )


QUESTION = Question(
    "comparison",
    "A period beside the one before it or a year ago, with movements of ranks.",
    ComparisonQuery,
    ComparisonAnswer,
    comparison,
)
