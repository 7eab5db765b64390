"""Everything about one person in one answer."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.answers import Answer, Chart, Series, Totals, Unit
from showrunner.history.analytics.begun import begun
from showrunner.history.analytics.categories import BUCKETS, HOURS, WEEKDAYS, By, local_days
from showrunner.history.analytics.completion import Completion
from showrunner.history.analytics.concurrency import ConcurrencyQuery, concurrency
from showrunner.history.analytics.core import Analytics, Asked
from showrunner.history.analytics.dimensions import Kind
from showrunner.history.analytics.entries import Entry
from showrunner.history.analytics.narrowed import (
    as_query,
    completed,
    first_and_last,
    narrowed,
)
from showrunner.history.analytics.profile_lists import ranked_together
from showrunner.history.analytics.query import AnalyticsQuery
from showrunner.history.analytics.question import Question
from showrunner.history.analytics.recently_watched import (
    RecentlyWatchedQuery,
    WatchedTitle,
    recently_watched,
)
from showrunner.history.analytics.year_days import days_of


class PersonQuery(AnalyticsQuery):
    """`people`: exactly one. `limit` is the length of each list."""


class Places(BaseModel):
    """Plays in the server's own network, and from outside; `unknown`: nobody knows where."""

    model_config = ConfigDict(frozen=True)

    local: int
    remote: int
    unknown: int


class DayStreak(BaseModel):
    """`days` local days in a row on each of which a play began, both dates included."""

    model_config = ConfigDict(frozen=True)

    first_day: date
    last_day: date
    days: int


class PersonAnswer(Answer):
    """
    Of the plays of one person, whatever the account and server.

    `first_played_at` and `last_played_at` are when the first and last play of the range began;
    on `active_days` a play began. `current_streak` goes on: its last day is the last of the
    range, or the day before. None: there is none. The lists are ordered by plays; `recent`
    are the titles that were watched last. `weekday_hours` are plays by the hour in which they
    began, a series for each weekday. `most_at_once` is how many streams they had at the same
    time at most.
    """

    person_id: str
    name: str
    totals: Totals
    first_played_at: datetime | None
    last_played_at: datetime | None
    active_days: int
    longest_streak: DayStreak | None
    current_streak: DayStreak | None
    movies: list[Entry]
    shows: list[Entry]
    artists: list[Entry]
    media_types: list[Entry]
    libraries: list[Entry]
    platforms: list[Entry]
    devices: list[Entry]
    decisions: list[Entry]
    places: Places
    weekday_hours: Chart
    completion: Completion
    most_at_once: int
    recent: list[WatchedTitle]


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


_COLUMNS = (
    *("title", "year", "imdb_id", "tmdb_id", "series_title", "library", "platform", "device"),
    "is_local",
)


def person(analytics: Analytics, query: PersonQuery) -> PersonAnswer:
    """All about the person. Raises InvalidInputError that names the parameter."""
    if len(set(query.people)) != 1:
        raise wrong_field("people", "give the id of exactly one person, as /people has it")
    asked = analytics.about(query)
    who = asked.directory.person(query.people[0])
    with narrowed(asked, _COLUMNS) as small:
        # Titles of episodes are many: the lists without titles are counted without them.
        others: dict[Kind, int | None] = dict.fromkeys(_LISTS.values(), query.limit)
        del others[Kind.MOVIES]
        found = {
            **ranked_together(small.asked, {Kind.MOVIES: query.limit}),
            **ranked_together(small.asked, others),
        }
        facts: dict[str, Any] = {
            **{name: found[kind] for name, kind in _LISTS.items()},
            **_days(small.asked),
            **first_and_last(small.asked),
            "places": _places(small.asked),
            "weekday_hours": _weekday_hours(small.asked),
            "completion": completed(small.asked),
            "most_at_once": concurrency(small, as_query(ConcurrencyQuery, query)).overall.peak,
            "recent": recently_watched(analytics, as_query(RecentlyWatchedQuery, query)).titles,
        }
    return PersonAnswer(**asked.head(), person_id=who.id, name=who.name, **facts)


def _places(asked: Asked) -> Places:
    found = dict(asked.rows(*begun(asked, {"is_local": "is_local"})))
    return Places(local=found.get(True, 0), remote=found.get(False, 0), unknown=found.get(None, 0))


def _weekday_hours(asked: Asked) -> Chart:
    hour = f"{asked.scope.local_s('began_s')} // 3600"
    plays = dict(
        asked.rows(*begun(asked, {"hour": BUCKETS[By.WEEKDAY_HOUR].sql.replace("bucket", hour)}))
    )
    series = [
        Series(name=name, data=[plays.get(24 * day + one, 0) for one in range(24)])
        for day, name in enumerate(WEEKDAYS)
    ]
    return Chart(unit=Unit.PLAYS, categories=list(HOURS), series=series)


def _days(asked: Asked) -> dict[str, Any]:
    found = days_of(asked)
    longest = found.longest_streak
    active = {day for day, (plays, _, _) in found.days.items() if plays}
    _, last = local_days(asked.scope.since, asked.scope.before, asked.scope.zone)
    return {
        "totals": Totals(**found.sums()),
        "active_days": len(active),
        "longest_streak": longest and DayStreak(**longest.model_dump(exclude={"person"})),
        "current_streak": _current(active, last),
    }


def _current(active: set[date], last: date) -> DayStreak | None:
    end = last if last in active else last - timedelta(days=1)
    first = end
    while first in active:
        first -= timedelta(days=1)
    days = (end - first).days
    return DayStreak(first_day=first + timedelta(days=1), last_day=end, days=days) if days else None


QUESTION = Question(
    "person",
    "One person: totals, favourites, when and where they watch, how far, and what was last.",
    PersonQuery,
    PersonAnswer,
    person,
)
