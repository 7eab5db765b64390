"""What is counted of past months once is what is counted of all plays together."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from showrunner.history.analytics.core import narrowed
from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun, begun_kept
from showrunner.history.analytics.core.counted import counted_already
from showrunner.history.analytics.core.dimensions import PERSON
from showrunner.history.analytics.core.once import newest_counted, watched_once
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.split import split
from showrunner.history.analytics.core.watched import Grain, watched
from showrunner.history.analytics.plays.overview import OverviewQuery, overview
from showrunner.history.analytics.profiles.person import person
from showrunner.history.analytics.profiles.person_answer import PersonQuery
from showrunner.history.analytics.profiles.title import TitleQuery, title
from showrunner.history.analytics.viewing.pauses import PausesQuery, pauses
from showrunner.plays.models import Play
from tests.contract.analytics import slow
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import at, episode, generated, play, sitting

RANGES = (
    "",
    "since=2026-08-15T10:20:30Z&time_zone=Asia/Kolkata",
    "since=2026-07-01T00:00:00Z&before=2026-10-01T00:00:00Z",
    "before=2026-11-13T21:00:00Z",
    "media_types=episode&time_zone=America/New_York",
    "before=2026-09-01T01:00:00%2B05:00",
)
SUMS = "sum(plays)::BIGINT, sum(watch_seconds)::BIGINT, sum(unknown_plays)::BIGINT"


def world() -> list[Play]:
    """Also with plays that go over the end of a month, one of them until the next but one."""
    edge = at("2026-10-31 23:00")
    over = [
        play(sitting(edge, 240)),
        play(sitting(edge, 60), sitting(edge + timedelta(days=33), 90)),
        play(sitting(at("2026-11-30 23:30"), 300)),
    ]
    return [*generated(11, 500, slow.utc("2026-06-10"), 180), *over]


def summed(asked: Asked, counted: tuple[str, list[Any]], group: str) -> Counter[Any]:
    sql, values = counted
    rows = asked.rows(f"SELECT {group}, {SUMS} FROM ({sql}) GROUP BY {group}", values)
    found: Counter[Any] = Counter()
    for *key, plays, seconds, unknown in rows:
        if plays or seconds:
            found[tuple(key), plays, seconds, unknown] += 1
    return found


@pytest.mark.parametrize("query", RANGES)
def test_it_is_what_is_counted_of_all(know: Know, query: str) -> None:
    """In any range and zone, the first time and later; of plays over the end of a month as well."""
    asked = know(*world()).about(AnalyticsQuery.read(query))
    assert split(asked, asked.scope.touches_range).settled
    for grain, group in ((Grain.NONE, "account"), (Grain.DAY, "account, bucket")):
        expected = summed(asked, watched(asked, PERSON, grain=grain), group)
        for _ in range(2):
            assert summed(asked, watched_once(asked, PERSON, grain=grain), group) == expected
    sums = "count(*) AS plays, sum(watched_seconds) AS watch_seconds, 0 AS unknown_plays"
    expected = summed(asked, begun(asked, PERSON, sums=sums), "account")
    assert summed(asked, begun_kept(asked, PERSON, sums=sums), "account") == expected


def test_what_was_counted_already_is_not_counted_again(know: Know) -> None:
    """Of months that are over neither: lists of a table are made of that table alone."""
    asked = know(*world()).about(AnalyticsQuery.read(""))
    rows = (
        "SELECT 'us' AS account, unnest([1, 2]) AS bucket, 7 AS plays, 8 AS watch_seconds, "
        "0 AS unknown_plays, NULL AS people"
    )
    with counted_already(asked, rows, [], Grain.DAY) as counted:
        again = watched_once(counted, {"account": "account"})
        assert summed(asked, again, "account") == Counter({(("us",), 14, 16, 0): 1})
        by_day = watched_once(counted, {"account": "account"}, grain=Grain.DAY)
        assert summed(asked, by_day, "account, bucket") == Counter(
            {(("us", 1), 7, 8, 0): 1, (("us", 2), 7, 8, 0): 1}
        )
        with pytest.raises(ValueError, match="not by hour"):
            watched_once(counted, {}, grain=Grain.HOUR)
    ((tables,),) = asked.rows("SELECT count(*) FROM duckdb_tables() WHERE table_name ^@ 'counted_'")
    assert tables == 0


@pytest.mark.parametrize("query", RANGES)
def test_the_newest_plays_are_counted_once_for_two_looks(know: Know, query: str) -> None:
    """By day and without, also by people: what each look would have counted by itself."""
    asked = know(*world()).about(AnalyticsQuery.read(query))
    people = asked.people()
    columns = {"series": "number", "kind": "media_type"}
    raw = ("account", "media_type")
    with newest_counted(asked, raw, where="true", grain=Grain.DAY, people=people) as near:
        for grain in (Grain.DAY, Grain.NONE):
            looks = [
                watched_once(one, columns, grain=grain, people=people) for one in (near, asked)
            ]
            known, counted = (summed(asked, one, "series, kind, bucket") for one in looks)
            assert known == counted
            assert counted


def test_only_whole_months_are_counted_once_for_any_range(know: Know) -> None:
    """Never the newest of the history; what the range cuts of a month is its edge."""
    analytics = know(*world())
    asked = analytics.about(AnalyticsQuery.read("since=2026-08-15&before=2026-10-15"))
    found = split(asked, asked.scope.touches_range)
    assert found.months
    assert found.edge
    assert (found.months.since, found.edge.since) == (slow.utc("2026-09-01"), asked.scope.since)
    assert found.months.before == found.edge.before == slow.utc("2026-10-01")
    assert not split(asked, asked.scope.touches_range, has_edge=False).edge
    asked = analytics.about(AnalyticsQuery.read(""))
    found = split(asked, asked.scope.touches_range)
    assert found.months
    assert not found.edge
    assert (found.months.since, found.months.before) == (
        slow.utc("2026-06-01"),
        slow.utc("2026-12-01"),
    )
    asked = analytics.about(AnalyticsQuery.read("since=2026-12-05"))
    assert not split(asked, asked.scope.touches_range).settled


def test_a_corrected_play_of_a_past_month_counts_as_it_is_now(know: Know) -> None:
    """What was kept of its month is not asked any more."""
    first = play(sitting(at("2026-05-05 20:00"), 50))
    analytics = know(first, play(sitting(at("2026-12-01 20:00"), 60)))
    query = PausesQuery.read("")
    assert pauses(analytics, query).overall.pause_seconds == 0
    know(recent=(first.model_copy(update={"paused_seconds": 90}),))
    assert pauses(analytics, query).overall.pause_seconds == 90


@pytest.mark.parametrize("is_corrected", [True, False])
@pytest.mark.parametrize("query", ["", "since=2024-07-10", "since=2024-08-02"])
def test_plays_of_any_year_are_where_the_clock_stood(
    know: Know, people: dict[str, str], query: str, is_corrected: bool
) -> None:
    """Those of an old month in which a correction waits, and in which the range begins, too."""
    days = ("2024-07-01", "2024-07-15", "2024-08-01", "2026-02-01", "2026-12-01")
    plays = [play(sitting(at(f"{day} 00:30"), 50)) for day in days]
    corrected = plays[2].model_copy(update={"paused_seconds": 90})
    analytics = know(*plays, recent=(corrected,) if is_corrected else ())
    query = f"time_zone=Europe/Berlin&{query}"
    asked = analytics.about(AnalyticsQuery.read(query))
    counted = watched_once(asked, PERSON, grain=Grain.HOUR)
    assert {key for key, *_ in summed(asked, counted, "bucket % 24")} == {(0,), (1,)}
    profile = person(analytics, PersonQuery.read(f"{query}&people={people['Anna']}"))
    chart = profile.weekday_hours
    assert {hour for one in chart.series for hour, n in enumerate(one.data) if n} == {0}
    months = title(analytics, TitleQuery.read(f"{query}&titles=Film")).months
    found = {name for name, n in zip(months.categories, months.series[0].data, strict=True) if n}
    assert found <= {day[:7] for day in days}


@pytest.mark.parametrize("most", [0, 1000])
def test_a_home_page_is_the_same_however_many_plays_it_has(
    know: Know, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Of few plays those of past months are copied once, of many every time."""
    monkeypatch.setattr(narrowed, "MOST_KEPT_PLAYS", most)
    evenings = [at(f"2026-{month:02}-05 20:00") for month in (5, 6, 12)]
    plays = [play(sitting(one, 50), item=episode("Harbour", 1, 1)) for one in evenings]
    analytics = know(*plays)
    for _ in range(2):
        found = overview(analytics, OverviewQuery.read(""))
        assert (found.plays.present, found.watch_seconds.present) == (3, 9000)
        assert [(one.name, one.plays) for one in found.top_shows] == [("Harbour", 3)]
