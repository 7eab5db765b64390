"""Top and popular lists, counted by hand and by the slow way."""

from functools import partial
from typing import Any

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.lists.top import TopAnswer, TopQuery, top
from showrunner.history.analytics.plays.over_time import OverTimeQuery, over_time
from showrunner.people.directory import Directory
from showrunner.plays.models import Person, Play
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics import slow
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, episode, generated, movie, play, sitting

EVENING = at("2026-11-03 20:00")


def ask(analytics: Analytics, query: str) -> TopAnswer:
    return top(analytics, TopQuery.read(query))


def lines(answer: TopAnswer, *facts: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(one, fact) for fact in facts) for one in answer.entries]


def test_equal_titles_are_told_apart(know: Know) -> None:
    """By year, and by ids where titles and years are equal; servers that say no id agree."""
    half = sitting(EVENING, 30)
    analytics = know(
        play(half, item=movie("The Thing", 1982)),
        play(half, item=movie("The Thing", 2011)),
        play(half, item=movie("Dune", 2021, imdb="tt1", tmdb="7")),
        play(half, item=movie("Dune", 2021, tmdb="7"), **ON_EMBY),
        play(half, item=movie("Dune", 2021), **ON_EMBY),
        play(half, item=movie("Pinocchio", 2022, imdb="tt5")),
        play(half, item=movie("Pinocchio", 2022, imdb="tt5"), **ON_EMBY),
        play(half, item=movie("Pinocchio", 2022, imdb="tt6")),
    )
    answer = ask(analytics, "of=movies")
    assert lines(answer, "name", "year", "imdb_id", "plays") == [
        ("Dune", 2021, "tt1", 3),
        ("Pinocchio", 2022, "tt5", 2),
        ("Pinocchio", 2022, "tt6", 1),
        ("The Thing", 1982, None, 1),
        ("The Thing", 2011, None, 1),
    ]
    assert (answer.count, answer.totals.plays) == (5, 8)


def test_one_human_on_two_servers_is_one(know: Know, people: dict[str, str]) -> None:
    """Anna watches on both at once; who was never noted goes by the account."""
    half = sitting(EVENING, 30)
    analytics = know(
        play(half, person="1"),
        play(half, person="9", **ON_EMBY),
        play(half, person="2"),
        play(half, person="3"),
        play(half, person="3", **ON_EMBY),
    )
    assert lines(ask(analytics, "of=people"), "name", "id", "plays", "people") == [
        ("Anna", people["Anna"], 2, 1),
        ("Bert", people["Bert"], 1, 1),
        ("account 3", None, 1, 1),
        ("account 3", None, 1, 1),
    ]
    assert lines(ask(analytics, "of=servers"), "name", "id", "plays", "people") == [
        ("Attic", "plex-1", 3, 3),
        ("Cellar", "emby-1", 2, 2),
    ]
    assert lines(ask(analytics, "of=movies"), "name", "plays", "people") == [("Film", 5, 4)]


def test_a_sitting_is_cut_at_the_ends_of_the_range(know: Know) -> None:
    """In lists as in charts: the first hour of two, then the second."""
    analytics = know(play(sitting(EVENING, 120)))
    for since, before, plays in (("19:00", "21:00", 1), ("21:00", "23:00", 0)):
        query = f"time_zone=Europe/Berlin&since=2026-11-03T{since}&before=2026-11-03T{before}"
        assert lines(ask(analytics, query), "plays", "watch_seconds") == [(plays, 3600)]
        for by in ("day", "hour"):
            totals = over_time(analytics, OverTimeQuery.read(f"{query}&by={by}")).totals
            assert (totals.plays, totals.watch_seconds) == (plays, 3600)


def test_popular_is_what_many_watched(know: Know) -> None:
    """Top by plays, by watch time and by people are three lists."""
    analytics = know(
        *(play(sitting(EVENING, 10), item=movie("Often")) for _ in range(3)),
        play(sitting(EVENING, 170), item=movie("Long")),
        *(play(sitting(EVENING, 10), item=movie("Shared"), person=one) for one in "12"),
    )
    firsts = {
        order: ask(analytics, f"order={order}&limit=1").entries[0].name
        for order in ("plays", "watch_seconds", "people")
    }
    assert firsts == {"plays": "Often", "watch_seconds": "Long", "people": "Shared"}


def test_episodes_go_by_their_numbers(know: Know) -> None:
    """Two pilots of two shows are two; another spelling of a title is the same episode."""
    half = sitting(EVENING, 30)
    analytics = know(
        play(half, item=episode("Harbour", 1, 1, "Pilot")),
        play(half, item=episode("Harbour", 1, 1, "The Pilot")),
        play(half, item=episode("Orchard", 1, 1, "Pilot")),
        play(half, item=episode("Orchard", None, None, "Special")),
    )
    assert lines(ask(analytics, "of=episodes"), "series_title", "name", "plays") == [
        ("Harbour", "The Pilot", 2),
        ("Orchard", "Pilot", 1),
        ("Orchard", "Special", 1),
    ]
    assert lines(ask(analytics, "of=shows"), "name", "plays") == [("Harbour", 2), ("Orchard", 2)]


def test_players_are_listed_by_each_of_their_facts(know: Know) -> None:
    """Plays of which nobody said it are a line without a name, so that sums agree."""
    half = sitting(EVENING, 30)
    named: dict[str, Any] = {"platform": "A", "device": "B", "name": "C", "product": "D"}
    analytics = know(play(half, **named), play(half, **named), play(half))
    lists = ("platforms", "devices", "players", "products")
    found = {of: lines(ask(analytics, f"of={of}"), "name", "plays") for of in lists}
    expected = zip(lists, named.values(), strict=True)
    assert found == {of: [(name, 2), (None, 1)] for of, name in expected}


def test_libraries_of_one_name_are_told_apart(know: Know, people: dict[str, str]) -> None:
    """By their servers, which are named."""
    assert people
    films = {**movie("Film"), "library": "Films"}
    half = sitting(EVENING, 30)
    analytics = know(
        play(half, item=films),
        play(half, item=films),
        play(half, item=films, **ON_EMBY),
    )
    answer = ask(analytics, "of=libraries")
    assert lines(answer, "name", "server", "server_id", "plays") == [
        ("Films", "Attic", "plex-1", 2),
        ("Films", "Cellar", "emby-1", 1),
    ]
    chart = over_time(analytics, OverTimeQuery.read("by=month&split=libraries")).chart
    assert [one.name for one in chart.series] == ["Films (Attic)", "Films (Cellar)"]


def _key(home: EmbeddedHome, of: str, one: Play) -> Any:
    if of == "movies":
        ids = one.item.provider_ids.get("imdb") if one.item.title == "Pinocchio" else None
        return (one.item.title, one.item.year, ids)
    if of == "people":
        person: Person = one.person
        found = Directory.of(home.documents).person_of(one.connection_id, person.id, None)
        return found.id if found else person.id and (one.connection_id, person.id)
    if of == "episodes":
        return (one.item.series_title, one.item.season_number, one.item.episode_number)
    return {
        "shows": one.item.series_title,
        "artists": one.item.series_title,
        "platforms": one.player.platform,
        "servers": one.connection_id,
        "media_types": one.item.media_type,
        "decisions": one.stream.decision,
    }[of]


_ONLY = {"movies": "movie", "shows": "episode", "episodes": "episode", "artists": "track"}
_LISTS = (*_ONLY, "people", "platforms", "servers", "media_types", "decisions")


def test_generated_histories_agree_with_the_slow_way(
    know: Know, home: EmbeddedHome, people: dict[str, str]
) -> None:
    """Every list; those of all plays have the same sums as each other and as the days."""
    assert people
    plays = generated(7, 300, slow.utc("2026-10-01"), 30)
    analytics = know(*plays[:-20], recent=tuple(plays[-20:]))
    query = "since=2026-10-05T11:37&before=2026-10-27T20:10&time_zone=UTC&limit=500"
    days = over_time(analytics, OverTimeQuery.read(query))
    for of in _LISTS:
        answer = ask(analytics, f"{query}&of={of}")
        only = _ONLY.get(of)
        listed = [one for one in plays if only in (None, one.item.media_type)]
        key = partial(_key, home, of)
        expected = slow.tally(listed, answer.since, answer.before, key)
        found = lines(answer, "plays", "watch_seconds", "unknown_plays")
        assert sorted(found) == sorted(tuple(one) for one in expected.values()), of
        assert answer.count == len(expected)
        if not only:
            assert answer.totals == days.totals
    popular = ask(analytics, f"{query}&of=shows").entries[0]
    whose = {_key(home, "people", one) for one in _in_range(plays, popular.name)}
    assert popular.people == len(whose - {None, ""})


def _in_range(plays: list[Play], series: str | None) -> list[Play]:
    since, before = slow.utc("2026-10-05T11:37"), slow.utc("2026-10-27T20:10")
    return [
        one
        for one in plays
        if one.item.series_title == series
        and one.item.media_type == "episode"
        and slow.tally([one], since, before, lambda _: None)
    ]
