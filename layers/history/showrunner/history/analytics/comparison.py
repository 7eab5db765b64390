"""A period beside the one before it, or the same one a year ago."""

from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.answers import Answer, Totals
from showrunner.history.analytics.categories import moved
from showrunner.history.analytics.core import Analytics
from showrunner.history.analytics.dimensions import Kind
from showrunner.history.analytics.entries import Entry
from showrunner.history.analytics.query import AnalyticsQuery
from showrunner.history.analytics.question import Question
from showrunner.history.analytics.scope import Scope
from showrunner.history.analytics.top import Order, ranked


class With(StrEnum):
    PERIOD_BEFORE = "period_before"
    """So many days earlier as the range touches: a week's Monday to a Monday."""
    YEAR_BEFORE = "year_before"


class ComparisonQuery(AnalyticsQuery):
    """`compare_with`: the other period. `of` and `order`: the list whose ranks are compared."""

    of: Kind = Kind.MOVIES
    order: Order = Order.PLAYS
    compare_with: With = With.PERIOD_BEFORE


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
    before = asked.during(*other_period(asked.scope, query.compare_with))
    present, count, totals = ranked(asked, query.of, query.order, None)
    earlier, earlier_count, earlier_totals = ranked(before, query.of, query.order, None)
    known = {one.key: (rank, one) for rank, one in enumerate(earlier, 1)}
    now = {one.key for one in present}
    return ComparisonAnswer(
        **asked.head(),
        earlier_since=before.scope.since,
        earlier_before=before.scope.before,
        plays=_change(totals.plays, earlier_totals.plays),
        watch_seconds=_change(totals.watch_seconds, earlier_totals.watch_seconds),
        entries=_change(count, earlier_count),
        movements=[
            _movement(rank, one, known.get(one.key))
            for rank, one in enumerate(present[: query.limit], 1)
        ],
        gone=[one for one in earlier if one.key not in now][: query.limit],
    )


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


def _change(present: int, earlier: int) -> Change:
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
