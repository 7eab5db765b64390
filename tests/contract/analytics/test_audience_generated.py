"""Questions about people and their habits on a generated history, against the slow way."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.people.content_flow import (
    ContentFlowQuery,
    FlowTitle,
    content_flow,
)
from showrunner.history.analytics.people.device_migration import MigrationQuery, device_migration
from showrunner.history.analytics.people.overlap import OverlapQuery, overlap
from showrunner.history.analytics.people.retention import RetentionQuery, retention
from showrunner.history.analytics.plays.over_time import OverTimeQuery, over_time
from showrunner.history.analytics.plays.ranks import RanksQuery, ranks
from showrunner.history.analytics.plays.trends import TrendsQuery, trends
from showrunner.history.analytics.plays.year_answer import YearQuery
from showrunner.history.analytics.plays.year_in_review import year_in_review
from showrunner.history.home import ledger_of
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.plays.models import Play
from showrunner.wiring import EmbeddedHome, living_in
from tests.contract.analytics import slow, slow_audience
from tests.contract.analytics.worlds import generated
from tests.fakes import FakeClock

BERLIN = ZoneInfo("Europe/Berlin")
QUERY = "since=2026-09-20T11:37&before=2026-11-10T20:10&time_zone=Europe/Berlin"
SINCE, BEFORE = (
    datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)
    for text in ("2026-09-20T11:37", "2026-11-10T20:10")
)


@dataclass(frozen=True)
class World:
    analytics: Analytics
    plays: list[Play]
    human: slow_audience.Human

    @property
    def begun(self) -> list[Play]:
        return slow_audience.begun(self.plays, SINCE, BEFORE)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three humans with four accounts on two servers; of one account nobody noted whose it is."""
    folder = tmp_path_factory.mktemp("world")
    clock = FakeClock(datetime(2026, 12, 20, 12, 6, 30, tzinfo=UTC))
    with living_in(EmbeddedHome(folder / "home", clock)) as home:
        assert isinstance(home, EmbeddedHome)
        home.folder.mkdir()
        anna, bert = Account("1", "Anna", "a@example.org"), Account("2", "Bert", "b@example.org")
        note_accounts(home.documents, "plex-1", [anna, bert], clock.now())
        again = Account("9", "anni", "A@example.org")
        note_accounts(home.documents, "emby-1", [again], clock.now() + timedelta(minutes=1))
        # What one human began at one second in two places has no order to be checked.
        plays = generated(11, 400, slow.utc("2026-09-01"), 90)
        human = slow_audience.humans(home)
        plays = list({(human(one), one.started_at): one for one in plays}.values())
        ledger_of(home).write(plays)
        yield World(Analytics(home), plays, human)


@pytest.mark.parametrize("by", ["week", "month"])
def test_retention(world: World, by: str) -> None:
    """Every cohort, also of those who came before the range; nobody is in two."""
    query = f"before=2026-11-10T20:10&time_zone=Europe/Berlin&limit=200&by={by}"
    answer = retention(world.analytics, RetentionQuery.read(query))
    expected = slow_audience.retention(world.plays, world.human, BEFORE, by, BERLIN)
    assert {one.name: one.active for one in answer.cohorts} == expected
    named = {world.human(one) for one in world.plays if one.started_at < BEFORE} - {None, ""}
    assert sum(one.people for one in answer.cohorts) == len(named)


def test_trends(world: World) -> None:
    """The days are those of the charts over time, and so are their sums."""
    answer = trends(world.analytics, TrendsQuery.read(QUERY))
    when = {}
    for measure, chart in (("plays", answer.plays), ("watch_seconds", answer.watch_seconds)):
        other = over_time(world.analytics, OverTimeQuery.read(f"{QUERY}&measure={measure}"))
        assert chart.series[0].data == other.chart.series[0].data
        assert answer.totals == other.totals
        when[measure] = dict(zip(chart.categories, chart.series[0].data, strict=True))

    def label(moment: datetime) -> str:
        return slow.label("day", moment, BERLIN)

    media = slow.tally(world.plays, SINCE, BEFORE, lambda one: one.item.media_type, label)
    for series, seconds in zip(
        answer.plays.series[1:], answer.watch_seconds.series[1:], strict=True
    ):
        for day, plays, watched in zip(
            answer.plays.categories, series.data, seconds.data, strict=True
        ):
            assert [plays, watched] == media.get((series.name, day), [0, 0])[:2]
    averages = answer.plays_average.series[0].data
    numbers = answer.plays.series[0].data
    for place in range(6, len(numbers)):
        week = [number or 0 for number in numbers[place - 6 : place + 1]]
        assert averages[place] == pytest.approx(sum(week) / 7, abs=0.006)
    months = Counter[str]()
    for day, plays in when["plays"].items():
        months[day[:7]] += int(plays or 0)
    assert {one.name: one.plays for one in answer.months} == dict(months)


@pytest.mark.parametrize("by", ["day", "week", "month"])
@pytest.mark.parametrize("of", ["movies", "shows", "platforms"])
def test_ranks(world: World, of: str, by: str) -> None:
    """Of the first of each list, by the plays of each period."""
    answer = ranks(world.analytics, RanksQuery.read(f"{QUERY}&of={of}&by={by}&limit=4"))

    def key(play: Play) -> Any:
        if of == "platforms":
            return play.player.platform
        named = slow_audience.title(play)
        return named[1:] if named and named[0] == of else None

    numbers: dict[str, Counter[Any]] = defaultdict(Counter)
    total = Counter[Any]()
    for play in world.begun:
        if of == "platforms" or (slow_audience.title(play) or ("",))[0] == of:
            numbers[slow.label(by, play.started_at, BERLIN)][key(play)] += 1
            total[key(play)] += 1
    keys = [
        one.name
        if of == "platforms"
        else (one.name, one.year, one.imdb_id if one.name == "Pinocchio" else None)
        for one in answer.entries
    ]
    assert [one.plays for one in answer.entries] == [total[one] for one in keys]
    assert min(total[one] for one in keys) >= max(
        [total[one] for one in total if one not in keys and one is not None], default=0
    )
    expected = slow_audience.ranks({label: dict(one) for label, one in numbers.items()}, keys)
    for named, counted, series in zip(
        keys, answer.numbers.series, answer.chart.series, strict=True
    ):
        found = dict(zip(answer.chart.categories, series.data, strict=True))
        assert {one: rank for one, rank in found.items() if rank} == expected[named]
        plays = dict(zip(answer.chart.categories, counted.data, strict=True))
        assert plays == {label: numbers[label][named] for label in plays}


def test_overlap(world: World) -> None:
    """Each two people, by the titles that both of them began."""
    answer = overlap(world.analytics, OverlapQuery.read(f"{QUERY}&limit=100"))
    names = {"Anna", "Bert"}

    def who(named: Any) -> str:
        return named.id or f"plex-1 {named.name.removeprefix('account ')}"

    found = {frozenset((who(one.first), who(one.second))): one for one in answer.pairs}
    expected = slow_audience.overlap(world.begun, world.human)
    assert {pair: (one.shared, one.jaccard) for pair, one in found.items()} == expected
    assert {one.name for one in answer.parties} == names | {"account 3"}
    assert all(len(one.examples) == min(one.shared, 10) for one in answer.pairs)
    assert answer.unnamed_plays == sum(not world.human(one) for one in world.begun)


def test_device_migration(world: World) -> None:
    """Who used what most, took it up and left it, and who moved; by week."""
    answer = device_migration(world.analytics, MigrationQuery.read(f"{QUERY}&by=week&limit=9"))
    used = slow_audience.used(world.begun, world.human, "week", BERLIN)
    adopted, abandoned = Counter[Any](), Counter[Any]()
    for periods in used.values():
        for platform in {name for counted in periods.values() for name in counted}:
            weeks = sorted(week for week, counted in periods.items() if platform in counted)
            adopted[platform, weeks[0]] += weeks[0] > min(periods)
            abandoned[platform, weeks[-1]] += weeks[-1] < max(periods)
    for chart, expected in ((answer.adopted, adopted), (answer.abandoned, abandoned)):
        for series in chart.series:
            for week, number in zip(chart.categories, series.data, strict=True):
                assert number == expected[series.name, week], (series.name, week)
    for week, *mains in zip(
        answer.mains.categories, *(one.data for one in answer.mains.series), strict=True
    ):
        assert sum(int(one or 0) for one in mains) == sum(week in one for one in used.values())
        for series, number in zip(answer.mains.series, mains, strict=True):
            most = [max(one[week].values()) for one in used.values() if week in one]
            theirs = [one[week][series.name or ""] for one in used.values() if week in one]
            assert int(number or 0) <= sum(a == b for a, b in zip(most, theirs, strict=True))
    assert sum(one.moves for one in answer.flows) == sum(one.moves for one in answer.people)
    counted = {len({name for week in one.values() for name in week}) for one in used.values()}
    assert {one.different for one in answer.people} == counted
    unsaid = [one for one in world.begun if not (world.human(one) and one.player.platform)]
    assert answer.unnamed_plays == len(unsaid)


@pytest.mark.parametrize("hours", [1, 6, 48])
def test_content_flow(world: World, hours: int) -> None:
    """Every step, entry and exit; what follows what covers all plays."""
    query = ContentFlowQuery.read(f"{QUERY}&within_hours={hours}&limit=500")
    answer = content_flow(world.analytics, query)
    steps, entries, exits = slow_audience.flow(world.begun, world.human, timedelta(hours=hours))

    def known(found: Counter[Any]) -> list[tuple[Any, ...]]:
        return sorted((one[:3], count) for one, count in found.items())

    def named(one: FlowTitle) -> tuple[Any, ...]:
        return (one.kind, one.name, one.year)

    assert sorted((named(one.title), one.plays) for one in answer.entries) == known(entries)
    assert sorted((named(one.title), one.plays) for one in answer.exits) == known(exits)
    assert sorted(
        (named(one.earlier), named(one.later), one.plays) for one in answer.transitions
    ) == sorted((a[:3], b[:3], count) for (a, b), count in steps.items() if a != b)
    assert answer.same == sum(count for (a, b), count in steps.items() if a == b)
    assert answer.plays == sum(bool(world.human(one)) for one in world.begun)
    assert all(a.plays >= b.plays for a, b in pairwise(answer.transitions))


def test_year_in_review(world: World) -> None:
    """Its totals are those of the charts, its lists, days and streaks those of the plays."""
    answer = year_in_review(world.analytics, YearQuery.read("time_zone=Europe/Berlin&limit=50"))
    year = "since=2026-01-01&time_zone=Europe/Berlin"
    totals = over_time(world.analytics, OverTimeQuery.read(year)).totals
    plays = slow_audience.begun(world.plays, answer.since, answer.before)
    assert answer.totals.model_dump().items() >= totals.model_dump().items()
    for kind, listed in (
        ("movies", answer.movies),
        ("shows", answer.shows),
        ("artists", answer.artists),
    ):
        theirs = [one for one in plays if (slow_audience.title(one) or ("",))[0] == kind]
        counted = Counter(slow_audience.title(one) for one in theirs)
        assert sorted(one.plays for one in listed) == sorted(counted.values())
        seconds = sum(one.watched_seconds or 0 for one in theirs)
        assert sum(one.watch_seconds for one in listed) == seconds
        again = Counter(
            (slow_audience.title(one), world.human(one)) for one in theirs if one.is_watched
        )
        if kind == "movies":
            times = sum(count - 1 for (_, who), count in again.items() if who)
            found = sum(one.times for one in answer.rewatched if not one.series_title)
            assert found == times
        people = {(slow_audience.title(one), world.human(one)) for one in theirs}
        assert sum(one.people for one in listed) == sum(bool(who) for _, who in people)

    def day(moment: datetime) -> str:
        return slow.label("day", moment, BERLIN)

    by_day = slow.tally(world.plays, answer.since, answer.before, world.human, day)
    known = {one: numbers for one, numbers in by_day.items() if one[0]}
    assert answer.longest_day
    assert answer.longest_day.watch_seconds == max(numbers[1] for numbers in known.values())
    assert answer.longest_streak
    assert answer.longest_streak.days == max(
        slow_audience.longest_streak(
            one for who, one in known if who == human and known[who, one][0]
        )
        for human in {who for who, _ in known}
    )
    assert answer.totals.active_days == len({day(one.started_at) for one in plays})
    assert answer.busiest_day
    assert answer.busiest_day.plays == max(Counter(day(one.started_at) for one in plays).values())
    hours = Counter(slow.label("hour", one.started_at, BERLIN) for one in plays)
    assert answer.busiest_hour
    assert answer.busiest_hour.plays == hours[answer.busiest_hour.name] == max(hours.values())
    assert answer.first_play
    assert answer.first_play.started_at == min(one.started_at for one in plays).replace(
        microsecond=0
    )


QUESTIONS = (
    (retention, RetentionQuery),
    (trends, TrendsQuery),
    (ranks, RanksQuery),
    (overlap, OverlapQuery),
    (device_migration, MigrationQuery),
    (content_flow, ContentFlowQuery),
)


@pytest.mark.parametrize(("question", "query"), QUESTIONS)
@pytest.mark.parametrize(
    "asked", ["before=2020-01-01", "platforms=nothing", "since=2026-12-20T12:06&time_zone=UTC"]
)
def test_nothing_is_an_answer(world: World, question: Any, query: Any, asked: str) -> None:
    """Before the history, of what nobody played, in a minute without plays."""
    answer = question(world.analytics, query.read(asked))
    said = answer.model_dump(mode="json")
    assert not any(said[name] for name in ("entries", "pairs", "flows") if name in said)
    assert said["since"] <= said["before"]
