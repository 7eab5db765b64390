"""How much of the libraries is used, counted by hand."""

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.libraries.utilization import (
    UtilizationAnswer,
    UtilizationQuery,
    utilization,
)
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.shelf_worlds import GB, connect, item, of, shelve
from tests.contract.analytics.worlds import ON_EMBY, at, movie, play, sitting

ADDED = at("2026-01-10 20:00")
EVENING = at("2026-11-03 23:30")


def ask(analytics: Analytics, query: str = "") -> UtilizationAnswer:
    return utilization(analytics, UtilizationQuery.read(query))


def test_a_library_is_used_as_far_as_its_items_are_played(know: Know, home: EmbeddedHome) -> None:
    """By item and by GB; of eleven items the top tenth are two; unmatched plays are apart."""
    connect(home, "plex-1", "emby-1")
    films = [item(str(n), movie(str(n)), ADDED, size_bytes=2 * GB) for n in range(11)]
    shelve(home, "plex-1", "Films", films)
    shelve(home, "emby-1", "Movies", [item("0", movie("0"), ADDED)])
    counts = {"0": 5, "1": 3, "2": 2, "elsewhere": 4}
    plays = [
        of(play(sitting(EVENING, 30), item=movie(one)), one)
        for one, count in counts.items()
        for _ in range(count)
    ]
    nameless = of(play(sitting(EVENING, 10), **ON_EMBY), None)
    answer = ask(know(*plays, nameless))
    library = answer.libraries[0]
    assert (library.library, library.held.items, library.played, library.plays) == (
        *("Films", 11, 3, 10),
    )
    assert (library.played_share, library.ever_played_share) == (0.2727, 0.2727)
    assert (library.plays_per_item, library.watch_seconds_per_item) == (0.9091, 1636.3636)
    assert (library.plays_per_gb, library.watch_seconds_per_gb) == (0.4545, 818.1818)
    assert library.top_tenth_share == 0.8
    other = answer.libraries[1]
    assert (other.library, other.plays, other.plays_per_gb, other.top_tenth_share) == (
        *("Movies", 0, None, None),
    )
    assert (answer.total.plays, answer.total.held.items) == (10, 12)
    assert (answer.unmatched_plays, answer.unmatched_watch_seconds) == (5, 7800)


def test_the_range_cuts_watch_time_and_what_was_ever_played_goes_on(
    know: Know, home: EmbeddedHome
) -> None:
    """A film over midnight has a half on each day and one play, on the first."""
    connect(home, "plex-1")
    shelve(home, "plex-1", "Films", [item(one, movie(one), ADDED) for one in ("1", "2")])
    analytics = know(of(play(sitting(EVENING, 60), item=movie("1")), "1"))
    query = "since=2026-11-04&before=2026-11-05&time_zone=Europe/Berlin"
    total = ask(analytics, query).total
    assert (total.plays, total.watch_seconds, total.played, total.ever_played) == (0, 1800, 0, 1)
    day_before = ask(analytics, "since=2026-11-03&before=2026-11-04&time_zone=Europe/Berlin").total
    assert (day_before.plays, day_before.watch_seconds, day_before.played) == (1, 1800, 1)


def test_the_end_of_the_range_cuts_what_past_months_began(know: Know, home: EmbeddedHome) -> None:
    """Also without a start; what ended before it is whole, in whatever order both are asked."""
    connect(home, "plex-1")
    shelve(home, "plex-1", "Films", [item(one, movie(one), ADDED) for one in ("1", "2")])
    over_midnight = sitting(at("2026-10-31 23:30"), 60)
    analytics = know(
        of(play(over_midnight, item=movie("1")), "1"),
        of(play(sitting(EVENING, 20), item=movie("2")), "2"),
    )
    for query, seconds in (("before=2026-11-01", 1800), ("", 4800), ("before=2026-11-02", 3600)):
        total = ask(analytics, f"{query}&time_zone=Europe/Berlin").total
        assert (query, total.watch_seconds) == (query, seconds)
        assert (total.plays, total.ever_played) == ((1, 1) if query else (2, 2))


def test_items_count_that_were_there_at_some_time_of_the_range(
    know: Know, home: EmbeddedHome
) -> None:
    """Also those that went in it, not those that went before or came after."""
    connect(home, "plex-1")
    films = [item(one, movie(one), ADDED) for one in ("1", "2")]
    shelve(home, "plex-1", "Films", films, at("2026-02-01 00:00"))
    shelve(home, "plex-1", "Films", films[1:], at("2026-06-02 12:00"))
    analytics = know()
    for since, before, items in (
        ("2026-06-02", "2026-06-03", 2),
        ("2026-06-03", "2026-06-04", 1),
        ("2025-06-03", "2025-06-04", 0),
    ):
        query = f"since={since}&before={before}&time_zone=Europe/Berlin"
        assert ask(analytics, query).total.held.items == items


def test_an_empty_history_uses_nothing(know: Know, home: EmbeddedHome) -> None:
    """No libraries, no plays, no error; one whose items nobody played has shares of 0."""
    connect(home, "plex-1")
    empty = ask(know())
    assert (empty.libraries, empty.total.held.items, empty.total.top_tenth_share) == ([], 0, None)
    shelve(home, "plex-1", "Films", [item("1", movie("1"), ADDED)])
    unused = ask(Analytics(home)).total
    assert (unused.held.items, unused.played_share, unused.plays_per_item) == (1, 0, 0)
