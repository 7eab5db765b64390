"""The weeks and months of a range by their places, as SQL."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from showrunner.history.analytics.core.begun import local_day
from showrunner.history.analytics.core.categories import By, buckets_of
from showrunner.history.analytics.core.scope import Scope
from showrunner.history.analytics.viewing.active_days import first_days
from showrunner.history.analytics.viewing.past_and_fresh import PastAndFresh

_EPOCH, _A_MONDAY = date(1970, 1, 1), date(1969, 12, 29)


def first_fresh(plays: PastAndFresh, by: By) -> int:
    """The place of the first period that is not over."""
    month, monday = first_days(plays)
    first = _EPOCH + timedelta(days=monday if by is By.WEEK else month)
    scope = plays.fresh.scope
    return sum(begin < first for begin in _begins(scope, by))


def _begins(scope: Scope, by: By) -> list[date]:
    found = buckets_of(by, scope.since, scope.before, scope.zone)
    return [day for day in found if isinstance(day, date)]


def weeks(scope: Scope) -> Callable[[Scope], str]:
    """SQL of the place of the week in which a play of some part of the range began."""
    first = (scope.since.astimezone(scope.zone).date() - _A_MONDAY).days // 7
    from_monday = (_EPOCH - _A_MONDAY).days

    def place(some: Scope) -> str:
        return f"(({local_day(some, 'began_s')} + {from_monday:d}) // 7 - {first:d})"

    return place


def months(scope: Scope) -> Callable[[Scope], str]:
    """The same of months: a row is compared with few of their edges."""
    edges = [_midnight_s(day, scope.zone) for day in _begins(scope, By.MONTH)]
    sql = _place_of(edges, 0)
    return lambda _: sql


def _midnight_s(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def _place_of(edges: Sequence[int], first: int) -> str:
    if len(edges) == 1:
        return f"{first:d}"
    middle = len(edges) // 2
    earlier, later = _place_of(edges[:middle], first), _place_of(edges[middle:], first + middle)
    return f"CASE WHEN began_s < {edges[middle]:d} THEN {earlier} ELSE {later} END"
