"""A profile says what the single questions say, whatever of it is kept."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.dimensions import PERSON, Kind
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.watched import watched
from showrunner.history.analytics.lists.recently_watched import (
    RecentlyWatchedQuery,
    recently_watched,
)
from showrunner.history.analytics.lists.top import TopQuery, top
from showrunner.history.analytics.profiles.library import LibraryQuery, library
from showrunner.history.analytics.profiles.parted import Parted, parted
from showrunner.history.analytics.profiles.person import person
from showrunner.history.analytics.profiles.person_answer import PersonQuery
from showrunner.history.analytics.profiles.title import TitleQuery, title
from showrunner.history.analytics.streams.concurrency import ConcurrencyQuery, concurrency
from showrunner.history.analytics.viewing.completion import CompletionQuery, completion
from showrunner.history.home import ledger_of
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.plays.models import Play
from showrunner.wiring import EmbeddedHome, living_in
from tests.contract.analytics import slow
from tests.contract.analytics.worlds import at, generated, play, sitting
from tests.fakes import FakeClock

RANGES = (
    "",
    "since=2026-08-15T10:20:30Z&time_zone=Asia/Kolkata",
    "before=2026-11-13T21:00:00Z&limit=2",
    "since=2026-12-03T20:40:00Z&time_zone=America/New_York",
)
_SUMS = "sum(plays)::BIGINT, sum(watch_seconds)::BIGINT, sum(unknown_plays)::BIGINT"


@pytest.fixture(scope="module")
def analytics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analytics]:
    folder = tmp_path_factory.mktemp("profiles")
    clock = FakeClock(datetime(2026, 12, 20, 12, 6, 30, tzinfo=UTC))
    with living_in(EmbeddedHome(folder, clock)) as home:
        assert isinstance(home, EmbeddedHome)
        for server_id, account in (("plex-1", "1"), ("emby-1", "9"), ("plex-1", "2")):
            email = "b@example.org" if account == "2" else "a@example.org"
            known = Account(account, f"name {account}", email)
            note_accounts(home.documents, server_id, [known], clock.now())
        ledger_of(home).write(world())
        yield Analytics(home)


def world() -> list[Play]:
    """Half a year; also plays of several sittings over the edges of months and ranges."""
    evening = at("2026-12-03 20:00")
    over = [
        play(sitting(at("2026-10-31 23:00"), 240)),
        play(*(sitting(evening + timedelta(hours=n), 50, 45.5) for n in range(-2, 3))),
        play(sitting(evening, 30), sitting(evening + timedelta(minutes=35), 61, 60.1)),
        play(sitting(evening, 0), sitting(evening + timedelta(minutes=40), 3)),
    ]
    plays = [*generated(5, 500, slow.utc("2026-06-10"), 185), *over]
    return [_in_library(one, "Films" if index % 2 else "Shows") for index, one in enumerate(plays)]


def _in_library(one: Play, name: str) -> Play:
    return one.model_copy(update={"item": one.item.model_copy(update={"library": name})})


def summed(asked: Asked, sql: str, values: list[Any]) -> Counter[Any]:
    rows = asked.rows(f"SELECT account, {_SUMS} FROM ({sql}) GROUP BY account", values)
    return Counter({row: 1 for row in rows if any(row[1:])})


@pytest.mark.parametrize("query", RANGES)
def test_parts_count_what_all_plays_do(analytics: Analytics, query: str) -> None:
    """The first time and later, also of plays that an edge of the range cuts."""
    asked = analytics.about(AnalyticsQuery.read(query))
    expected = summed(asked, *watched(asked, PERSON))
    assert expected
    for _ in range(2):
        with parted(asked, ("title",)) as plays:
            assert summed(asked, *plays.counted(PERSON)) == expected
            assert _people(plays) == len({account for account, *_ in expected if account})


def _people(plays: Parted) -> int:
    """Nobody has two accounts here that were played with, but Anna."""
    sql, values = plays.counted({})
    ((people,),) = plays.fresh.rows(f"SELECT bit_count(bit_or(people)) FROM ({sql})", values)
    return int(people) + 1


@pytest.mark.parametrize("query", RANGES)
def test_a_person_is_what_lists_and_charts_say(analytics: Analytics, query: str) -> None:
    """Every list as `top` has it, the last titles, completion, and streams at once."""
    anna = analytics.about(AnalyticsQuery()).directory.person_of("emby-1", "9", None)
    assert anna
    query = f"people={anna.id}&{query}"
    found = person(analytics, PersonQuery.read(query))
    for kind in ("movies", "shows", "artists", "platforms", "decisions", "libraries"):
        listed = top(analytics, TopQuery.read(f"{query}&of={kind}"))
        assert getattr(found, kind) == listed.entries
    assert found.totals == top(analytics, TopQuery.read(f"{query}&of=media_types")).totals
    recent = recently_watched(analytics, RecentlyWatchedQuery.read(query)).titles
    assert [one.started_at for one in found.recent] == [one.started_at for one in recent]
    assert found.recent
    streams = concurrency(analytics, ConcurrencyQuery.read(query)).overall
    assert found.most_at_once == streams.peak
    assert found.completion == completion(analytics, CompletionQuery.read(query)).overall


@pytest.mark.parametrize("query", RANGES)
def test_titles_and_libraries_are_what_lists_say(analytics: Analytics, query: str) -> None:
    """Their people, in full, and what they watched of it."""
    for filters in ("series=Harbour", "titles=Film+1"):
        found = title(analytics, TitleQuery.read(f"{filters}&{query}"))
        only = f"{filters}&media_types={'episode' if found.kind == 'show' else 'movie'}&{query}"
        listed = top(analytics, TopQuery.read(f"{only}&of={Kind.PEOPLE}"))
        assert (found.people, found.totals) == (listed.entries, listed.totals)
        ended = completion(analytics, CompletionQuery.read(only))
        assert (found.completion, found.drop_off) == (ended.overall, ended.drop_off)
        assert sum(filter(None, found.months.series[0].data)) == found.totals.plays
        if found.kind == "show":
            assert sum(one.plays for one in found.episodes) == found.totals.plays
            assert sum(one.watch_seconds for one in found.episodes) == found.totals.watch_seconds
    for kind in ("people", "movies", "shows", "artists"):
        held = library(analytics, LibraryQuery.read(f"libraries=Films&{query}"))
        listed = top(analytics, TopQuery.read(f"libraries=Films&{query}&of={kind}"))
        assert getattr(held, kind) == listed.entries


def test_profiles_are_the_same_however_many_plays_are_fresh(
    analytics: Analytics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many are not copied."""
    anna = analytics.about(AnalyticsQuery()).directory.person_of("emby-1", "9", None)
    assert anna
    of_anna, of_show = f"people={anna.id}&{RANGES[1]}", f"series=Harbour&{RANGES[1]}"
    told = []
    for most in (1_000_000, 0):
        monkeypatch.setattr("showrunner.history.analytics.profiles.parted.MOST_COPIED_PLAYS", most)
        answers = (
            person(analytics, PersonQuery.read(of_anna)),
            title(analytics, TitleQuery.read(of_show)),
            library(analytics, LibraryQuery.read(f"libraries=Films&{RANGES[1]}")),
        )
        told.append([answer.model_dump(exclude={"took_ms"}) for answer in answers])
    assert told[0] == told[1]
    assert all(answer["totals"]["plays"] for answer in told[0])
