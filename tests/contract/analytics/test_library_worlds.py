"""Generated libraries and histories: every question about items agrees with the slow way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.dimensions import Kind
from showrunner.history.analytics.libraries.first_watch import FirstWatchQuery, first_watch
from showrunner.history.analytics.libraries.growth import GrowthQuery, growth
from showrunner.history.analytics.libraries.unwatched import UnwatchedQuery, unwatched
from showrunner.history.analytics.libraries.utilization import UtilizationQuery, utilization
from showrunner.history.analytics.lists.recently_added import RecentlyAddedQuery, recently_added
from showrunner.history.analytics.lists.top import TopQuery, top
from showrunner.history.analytics.plays.over_time import OverTimeQuery, over_time
from showrunner.history.analytics.profiles.person import person
from showrunner.history.analytics.profiles.person_answer import PersonAnswer, PersonQuery
from showrunner.history.analytics.profiles.title import TitleAnswer, TitleQuery, title
from showrunner.history.home import ledger_of
from showrunner.people.accounts import note_accounts
from showrunner.people.directory import Directory
from showrunner.people.models import Account
from showrunner.plays.models import Play
from showrunner.plays.store import save
from showrunner.ports.documents import ABSENT
from showrunner.wiring import EmbeddedHome, living_in
from tests.contract.analytics import slow, slow_library
from tests.contract.analytics.shelf_worlds import connect, generated_shelves, shelve_all
from tests.contract.analytics.slow_library import Held
from tests.contract.analytics.worlds import BERLIN, generated
from tests.fakes import FakeClock

FIRST = slow.utc("2026-10-01")
NOW = datetime(2026, 12, 20, 12, 6, 30, tzinfo=UTC)


class World(NamedTuple):
    home: EmbeddedHome
    analytics: Analytics
    plays: list[Play]
    held: list[Held]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Some hundred plays of two months on two servers, and three libraries with most of it."""
    folder = tmp_path_factory.mktemp("library")
    plays, shelves = generated_shelves(3, generated(11, 260, FIRST, 60), FIRST, 60)
    with living_in(EmbeddedHome(folder, FakeClock(NOW))) as home:
        assert isinstance(home, EmbeddedHome)
        connect(home, "plex-1", "emby-1")
        for server, account in (("plex-1", "1"), ("emby-1", "9")):
            note_accounts(home.documents, server, [Account(account, "Anna", "a@x.org")], NOW)
        shelve_all(home, shelves)
        ledger_of(home).write(plays[:-20])
        for one in plays[-20:]:
            save(home, [(one, ABSENT)])
        held = [
            Held(
                server, library, what, what.added_at or NOW, gone if gone and gone <= NOW else None
            )
            for server, library, what, gone in shelves
        ]
        yield World(home, Analytics(home), plays, held)


def ids(entries: Any) -> set[tuple[str, str]]:
    return {(one.server_id, one.item_id) for one in entries}


@pytest.mark.parametrize("on", ["any_server", "same_server"])
def test_unwatched_and_stale(world: World, on: str) -> None:
    """Both lists and their sums, in all and by library."""
    before = slow.utc("2026-11-20T10:00")
    query = f"on={on}&stale_days=20&limit=500&time_zone=UTC&before=2026-11-20T10:00"
    answer = unwatched(world.analytics, UnwatchedQuery.read(query))
    played = slow_library.known([one for one in world.plays if one.started_at < before], world.held)
    there = [one for one in world.held if one.is_there(before)]
    last = {one: max(slow_library.moments(one, played, on=on), default=None) for one in there}
    stale_s = slow_library.seconds(before - timedelta(days=20))
    never = [one for one, moment in last.items() if moment is None]
    stale = [one for one, moment in last.items() if moment is not None and moment < stale_s]
    assert never
    assert stale
    assert ids(answer.never_items) == {(one.server, one.what.item_id) for one in never}
    assert ids(answer.stale_items) == {(one.server, one.what.item_id) for one in stale}
    for found, expected in ((answer.held, there), (answer.never, never), (answer.stale, stale)):
        assert found.model_dump() == slow_library.sums(expected)
    libraries = {(one.server_id, one.library): one.never.model_dump() for one in answer.libraries}
    expected_never = slow_library.by_library(never)
    assert libraries == {
        where: slow_library.sums(expected_never.get(where, []))
        for where in slow_library.by_library(there)
    }


def test_growth(world: World) -> None:
    """What came, went and was there, by day and library; the sums agree with each other."""
    query = "since=2026-10-03T00:00&before=2026-11-25&by=day&time_zone=Europe/Berlin"
    answer = growth(world.analytics, GrowthQuery.read(query))
    libraries = slow_library.by_library(world.held)
    assert len(answer.lines) == len(libraries)
    for place, line in enumerate(answer.lines):
        expected = slow_library.growth(
            libraries[line.server_id or "", line.name or ""],
            answer.held.categories,
            lambda moment: slow.label("day", moment, BERLIN),
            answer.before,
        )
        for name, numbers in expected.items():
            series = getattr(answer, name).series[place]
            assert [round(one or 0) for one in series.data] == numbers
        there = [one for one in libraries[line.server_id or "", line.name or ""]
                 if one.is_there(answer.before)]  # fmt: skip
        assert line.held.model_dump() == slow_library.sums(there)
    assert answer.total.held.items == sum(one.data[-1] or 0 for one in answer.held.series)


def test_first_watch(world: World) -> None:
    """Waiting times of all, and how many of each library and month were never watched."""
    query = "since=2026-10-03&before=2026-11-25&time_zone=Europe/Berlin"
    answer = first_watch(world.analytics, FirstWatchQuery.read(query))
    played = slow_library.known(
        [one for one in world.plays if one.started_at < answer.before], world.held
    )
    added = [one for one in world.held if answer.since <= one.added < answer.before]
    firsts = {
        one: min(slow_library.moments(one, played, on="any_server"), default=None) for one in added
    }
    waits = {
        one: first - slow_library.seconds(one.added)
        for one, first in firsts.items()
        if first is not None
    }
    waited = [wait for wait in waits.values() if wait >= 0]
    overall = answer.overall
    assert (overall.added, overall.watched) == (len(added), len(waited))
    assert (overall.never, overall.known_before) == (
        len(added) - len(waits),
        len(waits) - len(waited),
    )
    assert overall.median_seconds == pytest.approx(slow_library.quantile(waited, 0.5))
    assert overall.upper_quartile_seconds == pytest.approx(slow_library.quantile(waited, 0.75))
    assert sum(one.items for one in answer.waits) == len(waited)
    for of in answer.libraries:
        some = slow_library.by_library(added)[of.server_id, of.library or ""]
        assert of.never == sum(firsts[one] is None for one in some)
    months = [slow.label("month", one.added, BERLIN) for one in added]
    assert {one.month: one.added for one in answer.months} == {
        month: months.count(month) for month in months
    }


@pytest.mark.parametrize("query", ["", "since=2026-10-10T03:00&before=2026-11-05T20:10"])
def test_utilization(world: World, query: str) -> None:
    """Plays and watch time by item; with those of no item they are the sums of all plays."""
    answer = utilization(world.analytics, UtilizationQuery.read(f"{query}&time_zone=UTC"))
    since, before = answer.since, answer.before
    used = slow_library.used(world.plays, since, before)
    ever = {
        (one.connection_id, one.item.item_id)
        for one in world.plays
        if slow.counts(one) and one.started_at < before
    }
    for of in answer.libraries:
        there = [
            one
            for one in slow_library.by_library(world.held)[of.server_id, of.library or ""]
            if one.added < before and (one.removed is None or one.removed > since)
        ]
        numbers = [used.get((one.server, one.what.item_id), [0, 0, 0]) for one in there]
        plays = [one[0] for one in numbers]
        assert of.held.model_dump() == slow_library.sums(there)
        assert (of.plays, of.watch_seconds) == (sum(plays), sum(one[1] for one in numbers))
        assert of.played == sum(one > 0 for one in plays)
        assert of.ever_played == sum((one.server, one.what.item_id) in ever for one in there)
        assert of.top_tenth_share == pytest.approx(
            slow_library.top_tenth(plays, len(there)) / sum(plays), abs=1e-4
        )
    assert answer.total.plays == sum(one.plays for one in answer.libraries)
    of_known = {(one.server, one.what.item_id) for one in world.held}
    strays = [numbers for whose, numbers in used.items() if whose not in of_known]
    assert answer.unmatched_plays == sum(one[0] for one in strays)
    assert answer.unmatched_watch_seconds == sum(one[1] for one in strays)


def test_everything_played_is_of_an_item_or_of_none(world: World) -> None:
    """Over all time the sums of the libraries are those of the days."""
    query = "since=2026-09-20&time_zone=UTC"
    answer = utilization(world.analytics, UtilizationQuery.read(query))
    totals = over_time(world.analytics, OverTimeQuery.read(query)).totals
    gone = [one for one in world.held if one.removed and one.removed <= answer.since]
    assert not gone
    assert totals.plays == answer.total.plays + answer.unmatched_plays
    assert totals.watch_seconds == answer.total.watch_seconds + answer.unmatched_watch_seconds


def test_recently_added(world: World) -> None:
    """Every item that is there is in one entry, with whether it was played on its server."""
    query = "time_zone=Europe/Berlin&limit=500"
    answer = recently_added(world.analytics, RecentlyAddedQuery.read(query))
    there = {
        (one.server, one.what.item_id): one for one in world.held if one.is_there(answer.before)
    }
    listed = [(one.server_id, item_id) for one in answer.entries for item_id in one.item_ids]
    assert sorted(listed) == sorted(there)
    played = slow_library.known(world.plays, world.held)
    for entry in answer.entries:
        items = [there[entry.server_id, item_id] for item_id in entry.item_ids]
        days = {slow.label("day", one.added, BERLIN) for one in items}
        moments = [slow_library.moments(one, played, on="same_server") for one in items]
        assert len(days) == len({one.what.series_title for one in items}) == 1
        assert entry.played == sum(bool(one) for one in moments)
        assert entry.plays == sum(map(len, moments))
    newest = [one.added_at for one in answer.entries]
    assert newest == sorted(newest, reverse=True)


def test_ratings_choose_the_plays_of_items_that_have_them(world: World) -> None:
    """In every question: the plays by rating, and those of none, are all."""
    rated = {(one.server, one.what.item_id): one.what.content_rating for one in world.held}
    for query, ratings in (
        ("content_ratings=PG", {"PG"}),
        ("content_ratings=PG&content_ratings=R", {"PG", "R"}),
    ):
        totals = over_time(world.analytics, OverTimeQuery.read(query)).totals
        expected = [
            one
            for one in world.plays
            if slow.counts(one)
            and rated.get((one.connection_id, one.item.item_id or "")) in ratings
        ]
        assert totals.plays == len(expected)
        by_person = top(world.analytics, TopQuery.read(f"{query}&of=people"))
        assert by_person.totals == totals
    assert over_time(world.analytics, OverTimeQuery.read("content_ratings=X")).totals.plays == 0


def test_profiles_are_what_the_questions_say_of_them(world: World) -> None:
    """Of a person with two accounts, a show and a movie: plays and time as the slow way has it."""
    query = "since=2026-10-10T03:00&before=2026-11-05T20:10&time_zone=UTC&limit=500"
    anna = Directory.of(world.home.documents).person_of("plex-1", "1", None)
    assert anna
    found = person(world.analytics, PersonQuery.read(f"{query}&people={anna.id}"))
    hers = {("plex-1", "1"), ("emby-1", "9")}
    whose = [one for one in world.plays if (one.connection_id, one.person.id) in hers]
    _agree(found, whose, lambda _: None)
    for kind in (Kind.MOVIES, Kind.SHOWS, Kind.PLATFORMS, Kind.DECISIONS, Kind.MEDIA_TYPES):
        listed = top(world.analytics, TopQuery.read(f"{query}&people={anna.id}&of={kind}"))
        assert getattr(found, kind.value) == listed.entries, kind
    for parameter, of in (("series=Harbour", "Harbour"), ("titles=Equal&year=2001", "Equal")):
        shown = title(world.analytics, TitleQuery.read(f"{query}&{parameter}"))
        of_it = [
            one
            for one in world.plays
            if one.item.series_title == of
            or (one.item.title == of and one.item.year == 2001 and one.item.media_type == "movie")
        ]
        _agree(shown, of_it, lambda _: None)
        assert sum(one.plays for one in shown.people) == shown.totals.plays
    episodes = slow.tally(
        [one for one in world.plays if one.item.series_title == "Harbour"],
        found.since,
        found.before,
        lambda one: (one.item.season_number, one.item.episode_number),
    )
    shown = title(world.analytics, TitleQuery.read(f"{query}&series=Harbour"))
    assert {
        (one.season_number, one.episode_number): [one.plays, one.watch_seconds]
        for one in shown.episodes
    } == {key: numbers[:2] for key, numbers in episodes.items()}


def _agree(found: PersonAnswer | TitleAnswer, plays: list[Play], key: slow.Key) -> None:
    (numbers,) = slow.tally(plays, found.since, found.before, key).values()
    totals = found.totals
    assert [totals.plays, totals.watch_seconds, totals.unknown_plays] == numbers
    begun = [
        one for one in plays if slow.counts(one) and found.since <= one.started_at < found.before
    ]
    first, last = found.first_played_at, found.last_played_at
    moments = [slow_library.seconds(one.started_at) for one in begun]
    assert first
    assert last
    assert [first.timestamp(), last.timestamp()] == [min(moments), max(moments)]
    assert found.completion.plays == sum(one.is_watched is not None for one in begun)
    assert found.completion.completed == sum(bool(one.is_watched) for one in begun)
