"""Everything about one person in one answer."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.answers import Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.begun import begun, local_day
from showrunner.history.analytics.core.categories import BUCKETS, HOURS, WEEKDAYS, By, local_days
from showrunner.history.analytics.core.dimensions import Kind
from showrunner.history.analytics.core.narrowed import Sql
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.sittings import IN_SITTINGS
from showrunner.history.analytics.libraries.items_chosen import moment
from showrunner.history.analytics.libraries.items_shown import share
from showrunner.history.analytics.lists.recently_watched import (
    PLAY_COLUMNS,
    Last,
    WatchedTitle,
    newest,
)
from showrunner.history.analytics.profiles.favourites import columns_of, favourites, total
from showrunner.history.analytics.profiles.parted import Parted, parted
from showrunner.history.analytics.profiles.person_answer import (
    DayStreak,
    PersonAnswer,
    PersonQuery,
    Places,
)
from showrunner.history.analytics.streams.sweep import spans_of
from showrunner.history.analytics.viewing.completion import Completion
from showrunner.history.ledger.engine import THREADS

_LISTS: Mapping[str, Kind] = {
    "movies": Kind.MOVIES,
    "shows": Kind.SHOWS,
    "artists": Kind.ARTISTS,
    "media_types": Kind.MEDIA_TYPES,
    "libraries": Kind.LIBRARIES,
    "platforms": Kind.PLATFORMS,
    "devices": Kind.DEVICES,
    "decisions": Kind.DECISIONS,
}


_TITLES = (Kind.MOVIES,), (Kind.SHOWS, Kind.ARTISTS)
_OTHERS = (Kind.MEDIA_TYPES, Kind.LIBRARIES), (Kind.PLATFORMS, Kind.DEVICES, Kind.DECISIONS)
"""Of what stands together few combinations were played."""
_COLUMNS = (
    *columns_of(_LISTS.values()),
    *PLAY_COLUMNS,
    *("is_local", "is_watched", "percent", *IN_SITTINGS),
)


def person(analytics: Analytics, query: PersonQuery) -> PersonAnswer:
    """All about the person. Raises InvalidInputError that names the parameter."""
    if len(set(query.people)) != 1:
        raise wrong_field("people", "give the id of exactly one person, as /people has it")
    asked = analytics.about(query)
    who = asked.directory.person(query.people[0])
    with parted(asked, _COLUMNS, is_of_one=True) as plays:
        facts = _facts(asked, plays, query.limit)
    return PersonAnswer(**asked.head(), person_id=who.id, name=who.name, **facts)


def _facts(asked: Asked, plays: Parted, limit: int) -> dict[str, Any]:
    # Each alone leaves one of two processors idle.
    with ThreadPoolExecutor(THREADS) as pool:
        titles = [pool.submit(favourites, plays, _limits(kinds, limit), limit) for kinds in _TITLES]
        others = [pool.submit(favourites, plays, _limits(kinds, limit)) for kinds in _OTHERS]
        parts = [pool.submit(part, plays) for part in (_days, _begun, _most_at_once)]
        recent = _recent(
            asked, plays, [one for lists in titles for one in lists.result()[1]], limit
        )
    lists = {kind: some for one in (*titles, *others) for kind, some in one.result()[0].items()}
    return {
        **{name: lists[kind][:limit] for name, kind in _LISTS.items()},
        "totals": total(lists[Kind.MEDIA_TYPES]),
        "recent": recent,
        **{name: fact for part in parts for name, fact in part.result().items()},
    }


def _limits(kinds: Iterable[Kind], limit: int) -> dict[Kind, int | None]:
    """Of media types all, for the totals."""
    return {kind: None if kind is Kind.MEDIA_TYPES else limit for kind in kinds}


def _recent(asked: Asked, plays: Parted, last: list[Last], limit: int) -> list[WatchedTitle]:
    last = sorted(last, key=lambda one: -one.began_s)[:limit]
    is_copied = not plays.values and all(one.began_s >= plays.fresh_s for one in last)
    return newest(plays.fresh if is_copied else asked, last)


_SUMS = """count(*) AS plays, min(began_s) AS first_s, max(began_s) AS last_s,
    count(is_watched) AS known, count(*) FILTER (WHERE is_watched) AS watched,
    sum(percent) FILTER (WHERE is_watched IS NOT NULL) AS percents,
    count(percent) FILTER (WHERE is_watched IS NOT NULL) AS known_percents"""


def _begun(plays: Parted) -> dict[str, Any]:
    """Where and when plays began, and how far they came."""

    def count(some: Asked) -> Sql:
        hour = f"{some.scope.local_s('began_s')} // 3600"
        bucket = BUCKETS[By.WEEKDAY_HOUR].sql.replace("bucket", hour)
        return begun(some, {"is_local": "is_local", "hour": bucket}, sums=_SUMS)

    sql, values = plays.once(count)
    rows = [_Begun(*row) for row in plays.fresh.rows(sql, values)]
    first_s = min((row.first_s for row in rows), default=None)
    last_s = max((row.last_s for row in rows), default=None)
    return {
        "first_played_at": moment(first_s),
        "last_played_at": moment(last_s),
        "places": Places(**{name: _plays(rows, is_local=one) for name, one in _PLACES.items()}),
        "weekday_hours": _weekday_hours(rows),
        "completion": _completion(rows),
    }


class _Begun(NamedTuple):
    """Plays that are equal in the first two; `hour` is that of the week."""

    is_local: bool | None
    hour: int
    plays: int
    first_s: int
    last_s: int
    known: int
    watched: int
    percents: int | None
    known_percents: int


_PLACES = {"local": True, "remote": False, "unknown": None}


def _plays(begun: Iterable[_Begun], *, is_local: bool | None) -> int:
    return sum(row.plays for row in begun if row.is_local is is_local)


def _completion(begun: Iterable[_Begun]) -> Completion:
    known, watched, percents, known_percents = (
        sum(getattr(row, name) or 0 for row in begun) for name in _Begun._fields[5:]
    )
    return Completion(
        name=None,
        plays=known,
        completed=watched,
        abandoned=known - watched,
        share=share(watched, known),
        average_percent=round(percents / known_percents, 2) if known_percents else None,
    )


def _weekday_hours(begun: Iterable[_Begun]) -> Chart:
    plays: Counter[int] = Counter()
    for row in begun:
        plays[row.hour] += row.plays
    series = [
        Series(name=name, data=[plays[24 * day + one] for one in range(24)])
        for day, name in enumerate(WEEKDAYS)
    ]
    return Chart(unit=Unit.PLAYS, categories=list(HOURS), series=series)


def _most_at_once(plays: Parted) -> dict[str, Any]:
    spans, values = plays.once(lambda some: spans_of(some, "", []))
    found = plays.fresh.columns(spans, values)
    # At one moment ends come before beginnings, as in a sweep.
    sides = (2 * found["ended_s"].astype(np.int64), 2 * found["begun_s"].astype(np.int64) + 1)
    events = np.sort(np.concatenate(sides))
    return {"most_at_once": int(np.cumsum(2 * (events & 1) - 1).max(initial=0))}


def _days(plays: Parted) -> dict[str, Any]:
    scope = plays.fresh.scope
    sql, values = plays.once(lambda some: begun(some, {"bucket": local_day(some.scope, "began_s")}))
    days = plays.fresh.rows(f"SELECT DISTINCT {BUCKETS[By.DAY].sql} FROM ({sql})", values)
    active = {day for (day,) in days}
    _, last = local_days(scope.since, scope.before, scope.zone)
    return {
        "active_days": len(active),
        "longest_streak": max(
            (streak for day in active if (streak := _from(day, active))),
            key=lambda streak: (streak.days, -streak.first_day.toordinal()),
            default=None,
        ),
        "current_streak": _until(last, active) or _until(last - _DAY, active),
    }


_DAY = timedelta(days=1)


def _from(first: date, active: set[date]) -> DayStreak | None:
    """That which begins on this day."""
    if first - _DAY in active:
        return None
    last = first
    while last + _DAY in active:
        last += _DAY
    return DayStreak(first_day=first, last_day=last, days=(last - first).days + 1)


def _until(last: date, active: set[date]) -> DayStreak | None:
    if last not in active:
        return None
    first = last
    while first - _DAY in active:
        first -= _DAY
    return DayStreak(first_day=first, last_day=last, days=(last - first).days + 1)


QUESTION = Question(
    "person",
    "One person: totals, favourites, when and where they watch, how far, and what was last.",
    PersonQuery,
    PersonAnswer,
    person,
)
