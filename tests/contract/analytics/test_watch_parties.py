"""Watch parties, by hand and against the slow way."""

from collections import Counter
from datetime import timedelta
from typing import Any

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.viewing.watch_parties import (
    WatchPartiesAnswer,
    WatchPartiesQuery,
    watch_parties,
)
from showrunner.plays.models import Play
from tests.contract.analytics import slow, slow_behaviour
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, episode, generated, movie, play, sitting

EVENING = at("2026-11-03 20:00")


def ask(analytics: Analytics, query: str = "") -> WatchPartiesAnswer:
    return watch_parties(analytics, WatchPartiesQuery.read(query))


def begun(minutes: float, item: dict[str, Any], **facts: Any) -> Play:
    return play(sitting(EVENING + timedelta(minutes=minutes), 90), item=item, **facts)


DUNE = movie("Dune", 2021)


def test_a_quarter_of_an_hour_apart_is_together(know: Know) -> None:
    """Exactly fifteen minutes are; a second more is not, unless somebody came in between."""
    analytics = know(begun(0, DUNE), begun(15, DUNE, person="2"))
    assert ask(analytics).count == 1
    assert ask(analytics, "apart_minutes=14").count == 0
    later = begun(15 + 15 + 1 / 60, DUNE, person="3")
    assert len(ask(know(later)).parties[0].guests) == 2
    assert len(ask(know(begun(20, DUNE, person="4"))).parties[0].guests) == 4


def test_two_accounts_of_one_person_are_no_party(know: Know, people: dict[str, str]) -> None:
    """Anna on both servers is alone; with Bert they are two, each with their first start."""
    analytics = know(begun(0, DUNE), begun(1, DUNE, person="9", **ON_EMBY))
    assert ask(analytics).count == 0
    (party,) = ask(know(begun(5, DUNE, person="2"))).parties
    assert [(one.person_id, one.person, one.server) for one in party.guests] == [
        (people["Anna"], "Anna", "Attic"),
        (people["Bert"], "Bert", "Attic"),
    ]
    assert party.began_at == EVENING
    assert (party.title, party.year, party.media_type) == ("Dune", 2021, "movie")


def test_equal_titles_of_different_films_are_no_party(know: Know) -> None:
    """Another year is another film, and so is another IMDb id; no id at all says nothing."""
    analytics = know(
        begun(0, movie("Dune", 1984)),
        begun(1, DUNE, person="2"),
        begun(0, movie("Pinocchio", 2022, imdb="tt1")),
        begun(1, movie("Pinocchio", 2022, imdb="tt2"), person="2"),
    )
    assert ask(analytics).count == 0
    known = begun(30, movie("Solaris", 1972, imdb="tt3"))
    assert ask(know(known, begun(31, movie("Solaris", 1972), person="2"))).count == 1


def test_an_episode_is_known_by_its_numbers(know: Know) -> None:
    """Another spelling on another server is the same one; a song is no party."""
    song = {"media_type": "track", "title": "Song", "series_title": "The Band"}
    analytics = know(
        begun(0, episode("Harbour", 1, 2, "Storm")),
        begun(9, episode("Harbour", 1, 2, "The storm"), person="9", **ON_EMBY),
        begun(0, episode("Harbour", 1, 3), person="3"),
        begun(0, song),
        begun(0, song, person="2"),
        begun(0, episode("News", None, None, "Monday")),
        begun(0, episode("News", None, None, "Monday"), person="2"),
        begun(0, episode("News", None, None, "Tuesday"), person="3"),
    )
    found = ask(analytics).parties
    assert sorted((one.series_title, len(one.guests)) for one in found) == [
        ("Harbour", 2),
        ("News", 2),
    ]


def test_a_party_counts_where_it_began(know: Know) -> None:
    """Around midnight it is of the day before, and whole; who was at most comes first."""
    late = at("2026-11-03 23:55")
    both = [
        play(sitting(late + timedelta(minutes=n), 60), item=DUNE, person=who)
        for n, who in ((0, "1"), (10, "2"))
    ]
    analytics = know(*both, begun(0, DUNE), begun(0, DUNE, person="3"))
    zone = "time_zone=Europe/Berlin&by=day"
    answer = ask(analytics, f"since=2026-11-03&before=2026-11-05&{zone}")
    assert answer.over_time.series[0].data == [2, 0]
    assert (answer.people[0].person, answer.people[0].parties) == ("account 1", 2)
    assert ask(analytics, f"since=2026-11-04&before=2026-11-05&{zone}").count == 0


def test_an_empty_history_has_no_parties(know: Know) -> None:
    """One play is none either, nor are plays that name nobody or nothing."""
    assert ask(know()).parties == []
    nameless = [begun(0, movie(None)), begun(0, movie(None), person="2"), begun(0, DUNE, person="")]
    analytics = know(*nameless, begun(0, DUNE))
    for query in ("", "since=1999-01-01&before=1999-02-01", "days=1"):
        answer = ask(analytics, query)
        assert (answer.count, answer.parties, answer.people) == (0, [], [])


def test_generated_histories_agree_with_the_slow_way(know: Know, people: dict[str, str]) -> None:
    """Every party with how many were there, how often each person was, and the sums by day."""
    assert people
    plays = generated(11, 900, slow.utc("2026-10-01"), 5)
    analytics = know(*plays)
    for minutes in (5, 15, 45):
        answer = ask(
            analytics,
            "since=2026-10-02&before=2026-10-05&time_zone=UTC&limit=500&by=day"
            f"&apart_minutes={minutes}",
        )
        expected = slow_behaviour.parties(plays, answer.since, answer.before, 60 * minutes)
        assert expected
        assert Counter((one.began_at, len(one.guests)) for one in answer.parties) == Counter(
            (slow_behaviour.at(first), len(guests)) for first, guests in expected
        )
        assert sorted(one.parties for one in answer.people) == sorted(
            Counter(who for _, guests in expected for who in guests).values()
        )
        days = Counter(f"{slow_behaviour.at(first):%Y-%m-%d}" for first, _ in expected)
        assert answer.over_time.series[0].data == [days[one] for one in answer.over_time.categories]
        assert answer.count == len(expected)
