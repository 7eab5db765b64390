"""How long new items wait, counted by hand."""

from datetime import timedelta

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.libraries.first_watch import (
    FirstWatchAnswer,
    FirstWatchQuery,
    first_watch,
)
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.shelf_worlds import connect, item, of, shelve
from tests.contract.analytics.worlds import ON_EMBY, at, movie, play, sitting

ADDED = at("2026-05-31 23:30")
DAY = 86_400
RANGE = "since=2026-05-01&time_zone=Europe/Berlin"


def ask(analytics: Analytics, query: str = RANGE) -> FirstWatchAnswer:
    return first_watch(analytics, FirstWatchQuery.read(query))


def test_the_waiting_times_of_watched_items_are_counted(know: Know, home: EmbeddedHome) -> None:
    """To the second, the first play of several; what was known before or never is apart."""
    connect(home, "plex-1")
    waits = {"0": 0, "1": DAY - 1, "2": DAY, "3": 40 * DAY, "4": -1}
    titles = {one: movie(f"Film {one}") for one in (*waits, "5")}
    shelve(home, "plex-1", "Films", [item(one, titles[one], ADDED) for one in titles])
    plays = [
        of(play(sitting(ADDED + timedelta(seconds=wait), 30), item=titles[one]), one)
        for one, wait in waits.items()
    ]
    again = of(play(sitting(ADDED + timedelta(days=50), 30), item=titles["0"]), "0")
    answer = ask(know(*plays, again))
    assert [(one.from_days, one.to_days, one.items) for one in answer.waits] == [
        (0, 1, 2),
        (1, 7, 1),
        (7, 30, 0),
        (30, 90, 1),
        (90, 365, 0),
        (365, None, 0),
    ]
    overall = answer.overall
    assert (overall.added, overall.watched, overall.never, overall.known_before) == (6, 4, 1, 1)
    assert overall.never_share == round(1 / 6, 4)
    # Of 0, 86399, 86400 and 3456000: a quarter of the way is between the first two.
    assert overall.lower_quartile_seconds == 0.75 * (DAY - 1)
    assert overall.median_seconds == DAY - 0.5
    assert overall.upper_quartile_seconds == DAY + 0.25 * 39 * DAY


def test_months_and_libraries_are_those_of_being_added(know: Know, home: EmbeddedHome) -> None:
    """In the viewer's time: half past eleven on the last of May is of June in Moscow."""
    connect(home, "plex-1")
    later = at("2026-07-02 00:00")
    shelve(home, "plex-1", "Films", [item("1", movie("A"), ADDED), item("2", movie("B"), later)])
    shelve(home, "plex-1", "Shorts", [item("3", movie("C"), later)])
    analytics = know(of(play(sitting(later, 30), item=movie("B")), "2"))
    answer = ask(analytics)
    assert [(one.month, one.added, one.watched) for one in answer.months] == [
        ("2026-05", 1, 0),
        ("2026-07", 2, 1),
    ]
    assert [(one.library, one.added, one.never) for one in answer.libraries] == [
        ("Films", 2, 1),
        ("Shorts", 1, 1),
    ]
    moscow = ask(analytics, "since=2026-05-01&time_zone=Europe/Moscow")
    assert [one.month for one in moscow.months] == ["2026-06", "2026-07"]


def test_only_items_of_the_range_and_plays_until_its_end_count(
    know: Know, home: EmbeddedHome
) -> None:
    """The first second is in it, the last is not; what was removed unwatched is never watched."""
    connect(home, "plex-1")
    moments = ("2026-05-31 23:59", "2026-06-01 00:00", "2026-06-30 23:59", "2026-07-01 00:00")
    films = [item(str(n), movie(str(n)), at(moment)) for n, moment in enumerate(moments)]
    shelve(home, "plex-1", "Films", films, at("2026-07-01 00:00"))
    shelve(home, "plex-1", "Films", films[2:], at("2026-07-02 00:00"))
    plays = [
        of(play(sitting(at("2026-06-30 23:59"), 30), item=movie("1")), "1"),
        of(play(sitting(at("2026-07-01 00:00"), 30), item=movie("2")), "2"),
    ]
    query = "since=2026-06-01&before=2026-07-01&time_zone=Europe/Berlin"
    overall = ask(know(*plays), query).overall
    assert (overall.added, overall.watched, overall.never) == (2, 1, 1)


def test_another_servers_play_ends_the_waiting_if_that_is_asked(
    know: Know, home: EmbeddedHome
) -> None:
    """On any server unless it is to be the same."""
    connect(home, "plex-1", "emby-1")
    shelve(home, "plex-1", "Films", [item("1", movie("Dune", 2021), ADDED)])
    there = sitting(ADDED + timedelta(hours=1), 30)
    analytics = know(of(play(there, item=movie("Dune", 2021), **ON_EMBY), "e1"))
    assert ask(analytics).overall.median_seconds == 3600
    same = ask(analytics, f"{RANGE}&on=same_server").overall
    assert (same.never, same.median_seconds) == (1, None)


def test_nothing_added_means_no_waiting(know: Know, home: EmbeddedHome) -> None:
    """Neither without a history nor in a range before all of it."""
    connect(home, "plex-1")
    shelve(home, "plex-1", "Films", [item("1", movie("Film"), ADDED)])
    for query in ("", "since=2020-01-01&before=2020-02-01"):
        answer = ask(know(), query)
        assert (answer.overall.added, answer.overall.median_seconds, answer.months) == (0, None, [])
        assert sum(one.items for one in answer.waits) == 0
