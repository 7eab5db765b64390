"""Profiles of a person, a title and a library, by hand."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from showrunner.errors import InvalidInputError
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.profiles.library import LibraryAnswer, LibraryQuery, library
from showrunner.history.analytics.profiles.person import person
from showrunner.history.analytics.profiles.person_answer import PersonAnswer, PersonQuery
from showrunner.history.analytics.profiles.title import TitleAnswer, TitleQuery, title
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.shelf_worlds import GB, connect, item, of, shelve
from tests.contract.analytics.worlds import ON_EMBY, at, episode, movie, play, sitting

ZONE = "time_zone=Europe/Berlin"
EVENING = at("2026-11-03 20:00")


def of_person(analytics: Analytics, query: str) -> PersonAnswer:
    return person(analytics, PersonQuery.read(f"{query}&{ZONE}"))


def of_title(analytics: Analytics, query: str) -> TitleAnswer:
    return title(analytics, TitleQuery.read(f"{query}&{ZONE}"))


def of_library(analytics: Analytics, query: str) -> LibraryAnswer:
    return library(analytics, LibraryQuery.read(f"{query}&{ZONE}"))


def days(count: int) -> timedelta:
    return timedelta(days=count)


def test_a_person_is_one_on_all_servers(know: Know, people: dict[str, str]) -> None:
    """Both of Anna's accounts and nobody else's plays; two streams at once are hers."""
    facts: dict[str, Any] = {"is_local": True, "platform": "Roku", "decision": "direct_play"}
    analytics = know(
        play(sitting(EVENING, 60), item=movie("Dune", 2021), is_watched=True, percent=90, **facts),
        play(sitting(EVENING, 30), item=episode("Harbour", 1, 1), person="9", is_local=False,
             is_watched=False, percent=10, **ON_EMBY),
        play(sitting(EVENING + days(1), 30), item=movie("Dune", 2021)),
        play(sitting(EVENING, 60), item=movie("Of Bert"), person="2"),
    )  # fmt: skip
    found = of_person(analytics, f"people={people['Anna']}")
    assert (found.person_id, found.name) == (people["Anna"], "Anna")
    assert (found.totals.plays, found.totals.watch_seconds) == (3, 7200)
    assert [(one.name, one.plays, one.people) for one in found.movies] == [("Dune", 2, 1)]
    assert [(one.name, one.plays) for one in found.shows] == [("Harbour", 1)]
    assert [(one.name, one.plays) for one in found.media_types] == [("movie", 2), ("episode", 1)]
    assert [(one.name, one.plays) for one in found.platforms] == [(None, 2), ("Roku", 1)]
    assert [(one.name, one.plays) for one in found.decisions] == [(None, 2), ("direct_play", 1)]
    assert found.places.model_dump() == {"local": 1, "remote": 1, "unknown": 1}
    assert (found.completion.plays, found.completion.completed) == (2, 1)
    assert (found.completion.average_percent, found.most_at_once) == (50, 2)
    assert (found.first_played_at, found.last_played_at) == (EVENING, EVENING + days(1))
    assert [one.title for one in found.recent] == ["Dune", "Episode 1"]
    tuesday = found.weekday_hours.series[1]
    assert (tuesday.name, tuesday.data[20], sum(map(float, filter(None, tuesday.data)))) == (
        *("Tuesday", 2, 2),
    )


def test_a_streak_is_days_in_a_row(know: Know, people: dict[str, str]) -> None:
    """Local days; the one that goes on ended today or yesterday."""
    today = at("2026-12-20 00:30")
    moments = [EVENING + days(n) for n in (0, 1, 2)] + [today - days(1), today - days(2)]
    analytics = know(*(play(sitting(moment, 20)) for moment in moments))
    found = of_person(analytics, f"people={people['Anna']}")
    assert found.active_days == 5
    assert found.longest_streak
    assert (found.longest_streak.first_day, found.longest_streak.days) == (date(2026, 11, 3), 3)
    assert found.current_streak
    assert found.current_streak.model_dump() == {
        "first_day": date(2026, 12, 18),
        "last_day": date(2026, 12, 19),
        "days": 2,
    }
    before = of_person(analytics, f"people={people['Anna']}&before=2026-12-01")
    assert (before.current_streak, before.active_days) == (None, 3)


def test_a_movie_is_one_on_all_servers(know: Know, people: dict[str, str]) -> None:
    """Not the one of another year, if a year is given; not an episode of the same name."""
    dune = movie("Dune", 2021)
    sent: dict[str, Any] = {"source_resolution": "4k", "resolution": "720p"}
    left: dict[str, Any] = {"is_watched": False, "percent": 30, "person": "9", **ON_EMBY}
    analytics = know(
        play(sitting(EVENING, 60), item=dune, is_watched=True, percent=95, **sent),
        play(sitting(EVENING + days(40), 60), item=dune, **left),
        play(sitting(EVENING, 60), item=dune, person="2"),
        play(sitting(EVENING - days(1), 60), item=movie("Dune", 1984)),
        play(sitting(EVENING, 60), item=episode("Harbour", 1, 1, "Dune")),
    )
    found = of_title(analytics, "titles=Dune&year=2021")
    assert (found.kind, found.name, found.year, found.totals.plays) == ("movie", "Dune", 2021, 3)
    assert [(one.name, one.id, one.plays) for one in found.people] == [
        ("Anna", people["Anna"], 2),
        ("Bert", people["Bert"], 1),
    ]
    assert (found.people_count, found.episodes) == (2, [])
    assert (found.completion.plays, found.completion.completed) == (2, 1)
    assert [one.plays for one in found.drop_off] == [0, 1, 0, 0, 0]
    months = dict(zip(found.months.categories, found.months.series[0].data, strict=True))
    assert months == {"2026-11": 2, "2026-12": 1}
    assert [(one.name, one.plays) for one in found.resolutions] == [(None, 2), ("720p", 1)]
    assert [(one.name, one.plays) for one in found.source_resolutions] == [(None, 2), ("4k", 1)]
    assert of_title(analytics, "titles=Dune").totals.plays == 4


def test_a_movie_waits_in_libraries_for_its_first_play(
    know: Know, people: dict[str, str], home: EmbeddedHome
) -> None:
    """From when the first of them got it; what another movie of that name has is not its own."""
    assert people
    dune, added = movie("Dune", 2021), EVENING - days(3)
    first = item("1", dune, added, size_bytes=GB, resolution="4k")
    shelve(home, "plex-1", "Films", [first, item("2", movie("Dune", 1984), added - days(9))])
    shelve(home, "emby-1", "Movies", [item("e1", dune, added + days(1), size_bytes=2 * GB)])
    found = of_title(know(play(sitting(EVENING, 60), item=dune)), "titles=Dune&year=2021")
    assert (found.added_at, found.first_wait_seconds) == (added, 3 * 86_400)
    held = [
        (one.server, one.library, one.held.size_bytes, one.resolutions) for one in found.libraries
    ]
    assert held == [("Attic", "Films", GB, ["4k"]), ("Cellar", "Movies", 2 * GB, [])]


def test_a_show_loses_people_from_episode_to_episode(know: Know, people: dict[str, str]) -> None:
    """In the order of their numbers; who watched it on two servers is one."""
    analytics = know(
        play(sitting(EVENING, 30), item=episode("Harbour", 1, 1), is_watched=True, percent=99),
        play(sitting(EVENING, 30), item=episode("Harbour", 1, 1), person="9", **ON_EMBY),
        play(sitting(EVENING, 30), item=episode("Harbour", 1, 1), person="2"),
        play(sitting(EVENING, 30), item=episode("Harbour", 1, 2), person="2"),
        play(sitting(EVENING, 30), item=episode("Harbour", None, None, "Special"), person="2"),
        play(sitting(EVENING, 30), item=episode("Orchard", 1, 1)),
    )
    found = of_title(analytics, "series=Harbour")
    assert (found.kind, found.people_count, found.totals.plays) == ("show", 2, 5)
    lines = [
        (one.season_number, one.name, one.plays, one.people, one.people_share, one.completed)
        for one in found.episodes
    ]
    assert lines == [
        (1, "Episode 1", 3, 2, 1.0, 1),
        (1, "Episode 2", 1, 1, 0.5, 0),
        (None, "Special", 1, 1, 0.5, 0),
    ]
    assert (found.libraries, found.added_at, found.first_wait_seconds) == ([], None, None)
    song = {"media_type": "track", "title": "One", "series_title": "The Band"}
    band = of_title(know(play(sitting(EVENING, 3), item=song)), "series=The+Band")
    assert (band.kind, band.episodes[0].name) == ("artist", "One")


def test_a_library_is_what_it_holds_and_who_plays_it(
    know: Know, people: dict[str, str], home: EmbeddedHome
) -> None:
    """Its size by month, what nobody watches of it, its people and titles, what is new."""
    stock = [
        item("1", movie("Dune", 2021), at("2026-10-10 12:00"), size_bytes=GB),
        item("2", movie("Unseen"), at("2026-11-10 12:00"), size_bytes=3 * GB),
    ]
    shelve(home, "plex-1", "Films", stock)
    shelve(home, "emby-1", "Others", [item("9", movie("Other"), at("2026-11-11 12:00"))])
    watched = of(play(sitting(EVENING, 60), item={**movie("Dune", 2021), "library": "Films"}), "1")
    analytics = know(
        watched, play(sitting(EVENING, 60), item={**movie("Else"), "library": "Others"})
    )
    found = of_library(analytics, "libraries=Films&before=2026-12-01")
    assert (found.server, found.library, found.held.items) == ("Attic", "Films", 2)
    assert (found.idle.never.size_bytes, found.idle.never_share) == (3 * GB, 0.5)
    assert found.held_items.series[0].data == [1, 2]
    assert found.held_bytes.series[0].data == [GB, 4 * GB]
    assert (found.totals.plays, found.totals.watch_seconds) == (1, 3600)
    assert [(one.name, one.id) for one in found.people] == [("Anna", people["Anna"])]
    assert ([one.name for one in found.movies], found.shows) == (["Dune"], [])
    assert [one.title for one in found.recently_added] == ["Unseen", "Dune"]


def test_libraries_of_one_name_are_told_apart_by_their_server(
    know: Know, home: EmbeddedHome
) -> None:
    """Without it there is no telling which is meant."""
    connect(home, "plex-1", "emby-1")
    for server in ("plex-1", "emby-1"):
        shelve(home, server, "Films", [item("1", movie("Film"), EVENING)])
    analytics = know()
    with pytest.raises(InvalidInputError, match="servers"):
        of_library(analytics, "libraries=Films")
    assert of_library(analytics, "libraries=Films&servers=emby-1").server_id == "emby-1"


@pytest.mark.parametrize(
    ("ask", "query", "field"),
    [
        (of_person, "", "people"),
        (of_person, "people=a&people=b", "people"),
        (of_person, "people=nobody", "people"),
        (of_title, "", "titles"),
        (of_title, "titles=a&titles=b", "titles"),
        (of_title, "titles=a&series=b", "series"),
        (of_title, "titles=a&year=soon", "year"),
        (of_library, "", "libraries"),
        (of_library, "libraries=a&libraries=b", "libraries"),
    ],
)
def test_a_profile_is_of_exactly_one(
    know: Know, ask: Callable[[Analytics, str], Any], query: str, field: str
) -> None:
    """Anything else is refused by the name of the parameter."""
    with pytest.raises(InvalidInputError) as refused:
        ask(know(), query)
    assert refused.value.details
    assert [one["field"] for one in refused.value.details["fields"]] == [field]


def test_an_empty_history_has_empty_profiles(know: Know, people: dict[str, str]) -> None:
    """Nothing played, nothing held, no error; neither in a range before all of it."""
    analytics = know()
    for rest in ("", "&since=2020-01-01&before=2020-02-01"):
        anna = of_person(analytics, f"people={people['Anna']}{rest}")
        assert (anna.totals.plays, anna.first_played_at, anna.longest_streak) == (0, None, None)
        assert (anna.movies, anna.most_at_once, anna.recent) == ([], 0, [])
        dune = of_title(analytics, f"titles=Dune{rest}")
        assert (dune.totals.plays, dune.people_count, dune.libraries) == (0, 0, [])
        films = of_library(analytics, f"libraries=Films{rest}")
        assert (films.held.items, films.totals.plays, films.server_id) == (0, 0, None)
