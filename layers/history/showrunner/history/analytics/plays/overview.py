"""The home page in one answer: what happened in a range, beside the period before it."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import Field

from showrunner.history.analytics.core.answers import Answer, Chart, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import By, buckets_of
from showrunner.history.analytics.core.counted import counted_already
from showrunner.history.analytics.core.dimensions import DIMENSIONS, PERSON, Kind
from showrunner.history.analytics.core.entries import Entry
from showrunner.history.analytics.core.narrowed import narrowed_once
from showrunner.history.analytics.core.once import watched_once
from showrunner.history.analytics.core.query import MOST_IN_A_LIST, AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.watched import Grain, watched
from showrunner.history.analytics.lists.top import Order, ranked
from showrunner.history.analytics.plays.comparison import Change, With, change, other_period
from showrunner.history.analytics.plays.over_time import chart_of
from showrunner.history.analytics.streams.concurrency import Streams, overall
from showrunner.history.ledger.engine import THREADS

_FEW_PLAYS = 300_000
"""So many are copied out of the files once; reading them for each question costs more."""
_LISTS = (Kind.MOVIES, Kind.SHOWS, Kind.PEOPLE, Kind.PLATFORMS, Kind.DECISIONS)
_EPOCH = date(1970, 1, 1)
_SHOWN = (sql for kind in _LISTS for sql in DIMENSIONS[kind].columns.values())
_COLUMNS = dict.fromkeys((*_SHOWN, *PERSON.values(), "media_type"))


class OverviewQuery(AnalyticsQuery):
    """No parameters but the filters; `limit` is the length of each list."""

    limit: Annotated[int, Field(ge=1, le=MOST_IN_A_LIST)] = 5


class OverviewAnswer(Answer):
    """
    The range, and so many days earlier from `earlier_since` to `earlier_before` (excluded).

    `people` is how many watched, each human once, `titles` how many movies, shows and artists
    (or single titles) were watched. Charts are of plays: `days`, the same as `calendar`, and
    `hours` with a series for each weekday. Lists begin with what was played most.
    `concurrency` is that of all servers together.
    """

    earlier_since: datetime
    earlier_before: datetime
    plays: Change
    watch_seconds: Change
    people: Change
    titles: Change
    unknown_plays: int
    days: Chart
    calendar: Chart
    hours: Chart
    top_movies: list[Entry]
    top_shows: list[Entry]
    top_people: list[Entry]
    top_platforms: list[Entry]
    decisions: list[Entry]
    concurrency: Streams


def overview(analytics: Analytics, query: OverviewQuery) -> OverviewAnswer:
    """All of it. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    since, before = other_period(asked.scope, With.PERIOD_BEFORE)
    # Each question alone leaves one of two processors idle for half of its time.
    with _at_hand(asked, since) as near, ThreadPoolExecutor(THREADS) as pool:
        now_and_lists = pool.submit(_now, near, query.limit)
        then = pool.submit(_numbers, near.during(since, before))
        found = pool.submit(_charts, near)
        streams = pool.submit(overall, near)
    (now, lists), earlier = now_and_lists.result(), then.result()
    movies, shows, people, platforms, decisions = lists
    changes = {name: change(now[name], earlier[name]) for name in _CHANGES}
    return OverviewAnswer(
        **asked.head(),
        earlier_since=since,
        earlier_before=before,
        **changes,
        unknown_plays=now["unknown_plays"],
        top_movies=movies,
        top_shows=shows,
        top_people=people,
        top_platforms=platforms,
        decisions=decisions,
        **found.result(),
        concurrency=streams.result(),
    )


@contextmanager
def _at_hand(asked: Asked, since: datetime) -> Iterator[Asked]:
    """The same question; few plays, from that earlier moment on, are read from files once."""
    # From the beginning of a month on, so that what is over of it is copied for many questions.
    month = since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0)
    both = asked.during(month, asked.scope.before)
    if asked.history.count(both.scope.touches_range, asked.moment) > _FEW_PLAYS:
        yield asked
        return
    with narrowed_once(both, list(_COLUMNS), "true", [], both.people()) as small:
        yield small.asked.during(asked.scope.since, asked.scope.before)


def _now(asked: Asked, limit: int) -> tuple[dict[str, int], list[list[Entry]]]:
    with _counted(asked) as counted:
        lists = [ranked(counted, one, Order.PLAYS, limit) for one in _LISTS]
        return _numbers(counted), [entries for entries, _, _ in lists]


@contextmanager
def _counted(asked: Asked) -> Iterator[Asked]:
    """The same question; of few plays all lists are made of what was counted once."""
    if asked.is_of_history:
        yield asked
        return
    columns = {sql: sql for sql in _COLUMNS}
    rows, values = watched(asked, columns, people=asked.people())
    with counted_already(asked, rows, values) as counted:
        yield counted


_CHANGES = ("plays", "watch_seconds", "people", "titles")


def _numbers(asked: Asked) -> dict[str, int]:
    columns = {"media_type": "media_type", "name": "coalesce(series_title, title)"}
    rows, values = watched_once(asked, columns, people=asked.people())
    ((*sums, people, titles),) = asked.rows(
        "SELECT coalesce(sum(plays), 0), coalesce(sum(watch_seconds), 0), "
        "coalesce(sum(unknown_plays), 0), coalesce(bit_count(bit_or(people)), 0), "
        "count(DISTINCT {'type': media_type, 'name': name}) FILTER (WHERE name IS NOT NULL) "
        f"FROM ({rows})",
        values,
    )
    named = dict(zip(("plays", "watch_seconds", "unknown_plays"), sums, strict=True))
    return {**named, "people": people, "titles": titles}


def _charts(asked: Asked) -> dict[str, Chart]:
    """One counting by hours says it of days and of hours of the week."""
    rows, values = watched_once(asked, {}, grain=Grain.HOUR, is_time_cut=False)
    found = asked.rows(
        f"SELECT bucket, sum(plays)::BIGINT FROM ({rows}) WHERE plays > 0 GROUP BY bucket", values
    )
    scope = asked.scope
    days: Counter[date | int] = Counter()
    hours: Counter[date | int] = Counter()
    for hour, plays in found:
        days[_EPOCH + timedelta(days=hour // 24)] += plays
        hours[(hour + 3 * 24) % (7 * 24)] += plays

    def chart(by: By, data: Counter[date | int]) -> Chart:
        buckets = buckets_of(by, scope.since, scope.before, scope.zone)
        return chart_of(by, Unit.PLAYS, buckets, [("plays", data)])

    return {
        "days": chart(By.DAY, days),
        "calendar": chart(By.CALENDAR, days),
        "hours": chart(By.WEEKDAY_HOUR, hours),
    }


QUESTION = Question(
    "overview",
    "The home page in one answer: numbers with their change, charts, top lists, concurrency.",
    OverviewQuery,
    OverviewAnswer,
    overview,
)
