"""What is new, listed by hand."""

from datetime import timedelta

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.lists.recently_added import (
    RecentlyAddedAnswer,
    RecentlyAddedQuery,
    recently_added,
)
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.shelf_worlds import GB, HOUR_MS, connect, item, of, shelve
from tests.contract.analytics.worlds import at, episode, movie, play, sitting

MORNING = at("2026-11-03 00:00")


def ask(analytics: Analytics, query: str = "time_zone=Europe/Berlin") -> RecentlyAddedAnswer:
    return recently_added(analytics, RecentlyAddedQuery.read(query))


def test_episodes_of_one_show_and_day_are_one_entry(know: Know, home: EmbeddedHome) -> None:
    """A day is the viewer's; another day, show, library or kind is another entry."""
    connect(home, "plex-1")
    facts = {"size_bytes": GB, "duration_ms": HOUR_MS}
    shows = [
        item("e2", episode("Harbour", 1, 2), MORNING, **facts),
        item("e1", episode("Harbour", 1, 1), MORNING + timedelta(hours=23), **facts),
        item("e0", episode("Harbour", 1, 0), MORNING - timedelta(seconds=1)),
        item("o1", episode("Orchard", 2, 1, "Bud"), MORNING + timedelta(hours=1)),
    ]
    shelve(home, "plex-1", "Series", shows)
    film = item("m1", movie("Film", 2020), MORNING + timedelta(days=1), content_rating="PG")
    shelve(home, "plex-1", "Films", [film])
    seen = of(play(sitting(MORNING + timedelta(days=2), 30), item=episode("Harbour", 1, 2)), "e2")
    analytics = know(seen, seen.model_copy(update={"id": "20261106T000000000-1"}))
    answer = ask(analytics)
    found = [(one.series_title, one.title, one.item_ids, one.played) for one in answer.entries]
    assert found == [
        (None, "Film", ["m1"], 0),
        ("Harbour", None, ["e1", "e2"], 1),
        ("Orchard", "Bud", ["o1"], 0),
        ("Harbour", "Episode 0", ["e0"], 0),
    ]
    both = answer.entries[1]
    assert (both.season_number, both.episode_number, both.items, both.plays) == (1, None, 2, 2)
    assert (both.size_bytes, both.duration_seconds) == (2 * GB, 7200)
    assert both.added_at == MORNING + timedelta(hours=23)
    assert both.first_played_at == MORNING + timedelta(days=2)
    assert answer.entries[3].size_bytes is None
    assert answer.count == 4


def test_the_list_can_be_of_one_kind_and_short(know: Know, home: EmbeddedHome) -> None:
    """`count` is that of the whole list; filters choose items, and whose plays count."""
    connect(home, "plex-1")
    song = {"media_type": "track", "series_title": "The Band"}
    stock = [
        item("m1", movie("Film"), MORNING, content_rating="PG"),
        item("m2", movie("Late"), MORNING + timedelta(hours=1)),
        item("t1", {**song, "title": "One"}, MORNING),
        item("t2", {**song, "title": "Two"}, MORNING),
        item("e1", episode("Harbour", 1, 1), MORNING),
    ]
    shelve(home, "plex-1", "Mixed", stock)
    analytics = know(of(play(sitting(MORNING, 30), item=movie("Film"), platform="Roku"), "m1"))
    movies = ask(analytics, "of=movies&limit=1")
    assert ([one.title for one in movies.entries], movies.count) == (["Late"], 2)
    (band,) = ask(analytics, "of=tracks").entries
    assert (band.series_title, band.items) == ("The Band", 2)
    assert [one.series_title for one in ask(analytics, "of=episodes").entries] == ["Harbour"]
    assert ask(analytics).count == 4
    (rated,) = ask(analytics, "content_ratings=PG").entries
    assert (rated.title, rated.played) == ("Film", 1)
    assert ask(analytics, "content_ratings=PG&platforms=tvOS").entries[0].played == 0


def test_what_is_gone_or_out_of_the_range_is_not_new(know: Know, home: EmbeddedHome) -> None:
    """Without libraries there is nothing new."""
    connect(home, "plex-1")
    assert ask(know()).entries == []
    films = [item(one, movie(one), MORNING) for one in ("1", "2")]
    shelve(home, "plex-1", "Films", films, MORNING)
    shelve(home, "plex-1", "Films", films[1:])
    assert [one.item_ids for one in ask(Analytics(home)).entries] == [["2"]]
    assert ask(Analytics(home), "since=2026-11-04").count == 0
