"""What nobody watched, counted by hand."""

from datetime import timedelta
from typing import Any

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.libraries.unwatched import (
    UnwatchedAnswer,
    UnwatchedQuery,
    unwatched,
)
from showrunner.history.home import ledger_of
from showrunner.plays.store import save
from showrunner.ports.documents import ABSENT
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.shelf_worlds import GB, connect, item, of, shelve
from tests.contract.analytics.worlds import ON_EMBY, at, episode, movie, play, sitting

ADDED = at("2026-01-10 20:00")
PLAYED = sitting(at("2026-11-03 20:00"), 30)


def ask(analytics: Analytics, query: str = "") -> UnwatchedAnswer:
    return unwatched(analytics, UnwatchedQuery.read(query))


def never(answer: UnwatchedAnswer) -> set[str]:
    return {one.item_id for one in answer.never_items}


def test_what_was_never_played_is_listed_with_the_room_it_takes(
    know: Know, home: EmbeddedHome
) -> None:
    """The largest first; what nobody says the size of comes last and adds no bytes."""
    connect(home, "plex-1")
    films = [
        item("1", movie("Seen"), ADDED, size_bytes=9 * GB, duration_ms=60_000),
        item("2", movie("Small"), ADDED, size_bytes=GB),
        item("3", movie("Large"), ADDED, size_bytes=2 * GB, duration_ms=90_500),
        item("4", movie("Unmeasured"), ADDED),
    ]
    shelve(home, "plex-1", "Films", films)
    answer = ask(know(of(play(PLAYED, item=movie("Seen")), "1")))
    assert [(one.item_id, one.size_bytes) for one in answer.never_items] == [
        ("3", 2 * GB),
        ("2", GB),
        ("4", None),
    ]
    first = answer.never_items[0]
    assert (first.added_at, first.age_days, first.idle_days) == (ADDED, 343, None)
    assert (first.server, first.library, first.duration_seconds) == ("Plex-1", "Films", 90)
    assert answer.held.model_dump() == {
        "items": 4,
        "seconds": 150,
        "size_bytes": 12 * GB,
        "unknown_length": 2,
        "unknown_size": 1,
    }
    assert (answer.never.items, answer.never.size_bytes, answer.never_share) == (3, 3 * GB, 0.75)
    assert [one.library for one in answer.libraries] == ["Films"]


def test_stale_is_what_was_last_played_longer_ago_than_so_many_days(
    know: Know, home: EmbeddedHome
) -> None:
    """Exactly as long ago is not longer; what was never played is not stale."""
    connect(home, "plex-1")
    shelve(home, "plex-1", "Films", [item(str(n), movie(f"Film {n}"), ADDED) for n in range(4)])
    end = at("2026-12-01 00:00")
    plays = [
        of(
            play(sitting(end - timedelta(days=30, seconds=more), 30), item=movie(f"Film {n}")),
            str(n),
        )
        for n, more in ((0, 1), (1, 0), (2, -1))
    ]
    query = "stale_days=30&before=2026-12-01&time_zone=Europe/Berlin"
    answer = ask(know(*plays), query)
    assert [one.item_id for one in answer.stale_items] == ["0"]
    assert (answer.stale.items, answer.stale_share, never(answer)) == (1, 0.25, {"3"})
    assert answer.stale_items[0].idle_days == 30
    assert ask(Analytics(home), f"{query}&since=2026-11-30").stale_items == answer.stale_items


def pairs(mark: str) -> dict[str, tuple[dict[str, Any], dict[str, Any], bool]]:
    """Ours, theirs, and whether they are the same; `mark` keeps two worlds of them apart."""
    dune, waste, show = f"Dune {mark}", f"Wüste {mark}", f"Harbour {mark}"
    guid = {"guid": f"plex://movie/5d77{mark}"}
    number = {**episode(f"B {mark}", 1, 1), "provider_ids": {"tmdb": f"8{mark}"}}
    local = {"guid": f"local://12{mark}"}
    return {
        "title and year": (movie(dune, 2020), movie(dune.upper(), 2020), True),
        "imdb": (movie(dune, 1, imdb=f"tt1{mark}"), movie(waste, 1, imdb=f"tt1{mark}"), True),
        "tmdb": (movie(dune, 2, tmdb=f"7{mark}"), movie(waste, 3, tmdb=f"7{mark}"), True),
        "tvdb": (movie(dune, 4, tvdb=f"7{mark}"), movie(waste, 5, tvdb=f"7{mark}"), True),
        "guid": ({**movie(dune, 6), **guid}, {**movie(waste, 7), **guid}, True),
        "number": (episode(show, 1, 2, "Ebb"), episode(show.lower(), 1, 2, "Flow"), True),
        "no number": (episode(show, 1, None, "Ebb"), episode(show, None, None, "Ebb"), True),
        "another year": (movie(dune, 8), movie(dune, 9), False),
        "other ids": (movie(dune, 10, imdb=f"a{mark}"), movie(dune, 10, imdb=f"b{mark}"), False),
        "another kind": (movie(f"A {mark}", 1, tmdb=f"8{mark}"), number, False),
        "another number": (episode(show, 3, 2, "Ebb"), episode(show, 4, 2, "Ebb"), False),
        "no match": ({**movie("A", 11), **local}, {**movie("B", 11), **local}, False),
    }


def test_the_same_film_may_have_been_watched_elsewhere(know: Know, home: EmbeddedHome) -> None:
    """By ids or names, whether the other server's library was synced or only its play is known."""
    connect(home, "plex-1", "emby-1")
    known, unknown = pairs("a"), pairs("b")
    worlds = {f"{name} {mark}": pair for mark, some in (("a", known), ("b", unknown))
              for name, pair in some.items()}  # fmt: skip
    ours = [item(name, pair[0], ADDED) for name, pair in worlds.items()]
    theirs = [item(f"{name} a", pair[1], ADDED) for name, pair in known.items()]
    shelve(home, "plex-1", "Films", ours)
    shelve(home, "emby-1", "Movies", theirs)
    analytics = know(
        *(
            of(play(PLAYED, item=pair[1], person="9", **ON_EMBY), name)
            for name, pair in worlds.items()
        )
    )
    others = {name for name, (*_, is_same) in worlds.items() if not is_same}
    query = "servers=plex-1&limit=500"
    assert never(ask(analytics, query)) == others
    assert never(ask(analytics, f"{query}&on=same_server")) == worlds.keys()


def test_two_films_of_one_name_leave_the_third_without_ids_unwatched(
    know: Know, home: EmbeddedHome
) -> None:
    """Two plays of one title and year with different ids: nobody knows which of them ours is."""
    connect(home, "plex-1")
    shelve(home, "plex-1", "Films", [item("1", movie("Pinocchio", 2022), ADDED)])
    plays = [
        of(play(PLAYED, item=movie("Pinocchio", 2022, imdb=imdb), **ON_EMBY), imdb)
        for imdb in ("tt1", "tt2")
    ]
    assert never(ask(know(plays[0]))) == set()
    assert never(ask(know(plays[1]))) == {"1"}


def test_what_the_server_counts_is_played_unless_it_is_about_some_plays(
    know: Know, home: EmbeddedHome, people: dict[str, str]
) -> None:
    """Plex's own counts are of its owner: they are no word on what Bert watched."""
    told = at("2026-02-01 20:00")
    films = [
        item("1", movie("Counted"), ADDED, play_count=2, last_played_at=told),
        item("2", movie("Counted, no date"), ADDED, play_count=1),
        item("3", movie("Not played"), ADDED, play_count=0),
    ]
    shelve(home, "plex-1", "Films", films)
    analytics = know()
    answer = ask(analytics, "stale_days=90")
    assert never(answer) == {"3"}
    assert [(one.item_id, one.last_played_at) for one in answer.stale_items] == [("1", told)]
    assert never(ask(analytics, f"people={people['Bert']}")) == {"1", "2", "3"}
    assert ask(analytics, f"people={people['Bert']}").stale.items == 0


def test_the_answer_is_about_the_people_that_are_asked_for(
    know: Know, home: EmbeddedHome, people: dict[str, str]
) -> None:
    """What Bert did not watch; a play without an end or time counts, one of a minute does not."""
    shelve(home, "plex-1", "Films", [item(str(n), movie(f"Film {n}"), ADDED) for n in range(4)])
    analytics = know(
        of(play(PLAYED, item=movie("Film 0"), person="1"), "0"),
        of(play(PLAYED, item=movie("Film 1"), person="2"), "1"),
        of(play(sitting(PLAYED.started_at, None), item=movie("Film 2"), person="2"), "2"),
        of(play(sitting(PLAYED.started_at, 1), item=movie("Film 3"), person="2"), "3"),
    )
    assert never(ask(analytics)) == {"3"}
    assert never(ask(analytics, f"people={people['Bert']}")) == {"0", "3"}


def test_only_what_was_there_at_the_end_of_the_range_counts(know: Know, home: EmbeddedHome) -> None:
    """From the second of its adding until that of its removal; a play after the range is none."""
    connect(home, "plex-1")
    late, gone_at = at("2026-06-01 00:00"), at("2026-07-01 00:00")
    films = [item("1", movie("Gone"), ADDED), item("2", movie("Late"), late)]
    shelve(home, "plex-1", "Films", films, at("2026-06-10 00:00"))
    shelve(home, "plex-1", "Films", films[1:], gone_at)
    analytics = know(of(play(PLAYED, item=movie("Late")), "2"))
    zone = "time_zone=Europe/Berlin"
    asked = {
        day: never(ask(analytics, f"{zone}&before={day}"))
        for day in ("2026-06-01", "2026-06-01T00:00:01", "2026-07-01", "2026-07-01T00:00:01")
    }
    assert list(asked.values()) == [{"1"}, {"1", "2"}, {"1", "2"}, {"2"}]
    assert never(ask(analytics, zone)) == set()


def test_items_are_chosen_by_what_they_are(know: Know, home: EmbeddedHome) -> None:
    """Library, type, title, show, rating, resolution, codec, container, kind of server, search."""
    connect(home, "plex-1", "emby-1")
    film = item("1", movie("Évasion"), ADDED, content_rating="PG", resolution="4k",
                video_codec="hevc", audio_codec="aac", container="mkv")  # fmt: skip
    shelve(home, "plex-1", "Films", [film])
    shelve(home, "emby-1", "Series", [item("2", episode("Harbour", 1, 1, "Ebb"), ADDED)])
    analytics = know()
    filters = {
        "libraries=Films&media_types=movie&titles=Évasion": {"1"},
        "content_ratings=PG&content_ratings=R": {"1"},
        "source_resolutions=4k&video_codecs=hevc&audio_codecs=aac&source_containers=mkv": {"1"},
        "search=EVASI": {"1"},
        "series=Harbour": {"2"},
        "server_kinds=emby": {"2"},
        "servers=emby-1&server_kinds=plex": set(),
        "content_ratings=R": set(),
        "": {"1", "2"},
    }
    assert {query: never(ask(analytics, query)) for query in filters} == filters


def test_a_play_of_a_past_month_counts_as_it_is_now(know: Know, home: EmbeddedHome) -> None:
    """Whoever asked before it was corrected, told of anew or taken out gets another answer."""
    connect(home, "plex-1")
    shelve(home, "plex-1", "Films", [item(str(n), movie(f"Film {n}"), ADDED) for n in range(4)])
    october = sitting(at("2026-10-03 20:00"), 30)
    old = [of(play(october, item=movie(f"Film {n}")), str(n)) for n in range(3)]
    newest = of(play(PLAYED, item=movie("Film 0")), "0")
    analytics = know(*old, newest)
    assert never(ask(analytics)) == {"3"}
    assert never(ask(analytics, "before=2026-10-01")) == {"0", "1", "2", "3"}
    ledger_of(home).write([of(old[1], "3")])
    assert never(ask(analytics, "on=same_server")) == {"1"}
    ledger_of(home).write([], dropped=[old[1].id])
    assert never(ask(analytics)) == {"1", "3"}
    save(home, [(of(old[2], "3"), ABSENT)])
    assert never(ask(analytics, "on=same_server")) == {"1", "2"}


def test_a_server_that_is_not_connected_any_more_holds_nothing(
    know: Know, home: EmbeddedHome
) -> None:
    """And neither does one without libraries, or a range before all of it."""
    shelve(home, "plex-1", "Films", [item("1", movie("Film"), ADDED)])
    empty = ask(know())
    assert (empty.held.items, empty.never_share, empty.libraries) == (0, 0, [])
    connect(home, "plex-1")
    assert ask(Analytics(home), "before=2020-01-01").held.items == 0
    assert ask(Analytics(home)).held.items == 1


def test_the_version_is_another_when_a_library_was_synced(know: Know, home: EmbeddedHome) -> None:
    """So a kept answer is asked for again; the same items found again change nothing."""
    connect(home, "plex-1")
    films = [item(str(n), movie(f"Film {n}"), ADDED) for n in range(2)]
    shelve(home, "plex-1", "Films", films[:1])
    analytics = know()
    before = ask(analytics).version
    shelve(home, "plex-1", "Films", films[:1])
    assert ask(analytics).version == before
    for _ in range(2):
        shelve(home, "plex-1", "Films", films)
        assert ask(analytics).held.items == 2
        shelve(home, "plex-1", "Films", films[:1])
        assert (ask(analytics).held.items, ask(analytics).version) != (1, before)
