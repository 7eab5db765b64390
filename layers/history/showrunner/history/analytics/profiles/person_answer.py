"""What is asked about one person, and what is answered."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer, Chart, Totals
from showrunner.history.analytics.core.entries import Entry
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.lists.recently_watched import WatchedTitle
from showrunner.history.analytics.viewing.completion import Completion


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
