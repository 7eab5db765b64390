"""A year in review, counted by hand."""

from datetime import timedelta
from typing import Any

import pytest

from showrunner.errors import InvalidInputError
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.plays.year_answer import SuperlativeKind, YearAnswer, YearQuery
from showrunner.history.analytics.plays.year_in_review import year_in_review
from showrunner.plays.models import Play
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, episode, movie, play, sitting


def ask(analytics: Analytics, query: str = "year=2026") -> YearAnswer:
    return year_in_review(analytics, YearQuery.read(f"{query}&time_zone=Europe/Berlin"))


def watched(moment: str, title: str, **facts: Any) -> Play:
    return play(sitting(at(moment), 90), item=movie(title, 2000), is_watched=True, **facts)


def known(know: Know) -> Analytics:
    """Anna (accounts 1 and 9) and Bert (2), in two years."""
    evening = at("2026-05-01 18:00")
    binge = [
        play(
            sitting(evening + timedelta(hours=number), 45),
            item=episode("Harbour", 1, number + 1),
            person="2",
            is_watched=True,
            decision="transcode",
        )
        for number in range(4)
    ]
    return know(
        watched("2025-06-01 20:00", "Old", person="1"),
        watched("2025-12-31 23:30", "Eve", person="1"),
        watched("2026-01-01 20:00", "Old", person="1", platform="Roku"),
        watched("2026-01-02 02:00", "New", person="9", platform="Roku", **ON_EMBY),
        watched("2026-01-03 20:00", "New", person="1", platform="tvOS"),
        watched("2026-01-04 20:00", "New", person="2"),
        *binge,
        play(sitting(at("2026-12-20 11:00"), 60), item=movie("Last"), person=""),
        play(sitting(at("2026-12-20 11:30"), None), item=movie(None), person="2"),
    )


def test_the_totals_of_a_year(know: Know, people: dict[str, str]) -> None:
    """What was watched on New Year's Day is of the new year, the play of the old one."""
    assert people
    answer = ask(known(know))
    totals = answer.totals
    assert (answer.year, answer.is_over) == (2026, False)
    assert (totals.plays, totals.unknown_plays, totals.people, totals.active_days) == (10, 1, 2, 6)
    assert (totals.movies, totals.shows, totals.episodes, totals.artists) == (3, 1, 4, 0)
    assert totals.watch_seconds == 60 * (60 + 4 * 90 + 4 * 45 + 60)
    # Until the same day and minute of the year before, there was one play.
    assert (answer.earlier.plays, answer.earlier.people, answer.growth.plays) == (1, 1, 900)
    assert answer.plays_by_month.categories[0] == "2026-01"
    assert answer.plays_by_month.series[0].data == [4, 0, 0, 0, 4, *[0] * 6, 2]
    assert sum(one or 0 for one in answer.watch_seconds_by_month.series[0].data) == (
        totals.watch_seconds
    )
    assert (answer.new_titles.movies, answer.new_titles.shows) == (2, 1)


def test_the_favourites_of_a_year(know: Know, people: dict[str, str]) -> None:
    """Lists as the top ones have them; who watched a movie again, and what nobody named."""
    answer = ask(known(know))
    assert [(one.name, one.plays, one.people) for one in answer.movies] == [
        ("New", 3, 2),
        ("Old", 1, 1),
        ("Last", 1, 0),
        (None, 1, 1),
    ]
    assert [(one.name, one.plays, one.watch_seconds) for one in answer.shows] == [
        ("Harbour", 4, 10800)
    ]
    assert [one.episode_number for one in answer.episodes] == [1, 2, 3, 4]
    assert [(one.name, one.times) for one in answer.rewatched] == [("New", 1)]
    assert [(one.name, one.id, one.plays) for one in answer.people] == [
        ("Bert", people["Bert"], 6),
        ("Anna", people["Anna"], 3),
    ]
    assert [(one.name, one.plays) for one in answer.platforms] == [
        (None, 7),
        ("Roku", 2),
        ("tvOS", 1),
    ]
    assert [(one.name, one.plays) for one in answer.decisions] == [(None, 6), ("transcode", 4)]


def test_the_peaks_of_a_year(know: Know, people: dict[str, str]) -> None:
    """Days, streaks and a binge are those of one person, however many accounts they have."""
    answer = ask(known(know))
    peaks = [answer.busiest_day, answer.busiest_month, answer.busiest_weekday, answer.busiest_hour]
    assert [(one.name, one.plays) for one in peaks if one] == [
        ("2026-05-01", 4),
        # As many as in May, but more hours: also that one of New Year's Eve.
        ("2026-01", 4),
        ("Friday", 5),
        ("20", 4),
    ]
    assert answer.longest_day
    assert (answer.longest_day.day, answer.longest_day.watch_seconds) == ("2026-05-01", 10800)
    assert answer.longest_streak
    assert (answer.longest_streak.person.id, answer.longest_streak.days) == (people["Anna"], 3)
    assert answer.longest_streak.first_day == "2026-01-01"
    assert answer.longest_binge
    assert (answer.longest_binge.person, answer.longest_binge.episodes) == ("Bert", 4)
    assert answer.first_play
    assert answer.last_play
    assert (answer.first_play.title, answer.first_play.person.name) == ("Old", "Anna")
    assert answer.last_play.title is None
    titles = {one.kind: (one.person.name, one.value) for one in answer.superlatives}
    # Nobody has the twenty plays of which a share would say something.
    assert titles == {
        SuperlativeKind.MOST_DAYS: ("Anna", 3),
        SuperlativeKind.LONGEST: ("Anna", 60 * (60 + 270)),
        SuperlativeKind.EXPLORER: ("Anna", 2),
    }


def test_a_year_of_one_person(know: Know, people: dict[str, str]) -> None:
    """With their accounts on all servers, and nobody else's plays."""
    answer = ask(known(know), f"year=2026&people={people['Anna']}&limit=1")
    assert (answer.totals.plays, answer.totals.people) == (3, 1)
    assert [one.name for one in answer.movies] == ["New"]
    assert answer.longest_binge is None
    assert [one.times for one in answer.rewatched] == [1]


def test_night_owls_are_told_by_the_clock_on_the_wall(know: Know, people: dict[str, str]) -> None:
    """Twenty plays are enough; from midnight until five, in summer as in winter."""
    assert people
    times = ["2026-01-10 00:00", "2026-07-10 04:59", "2026-07-10 05:00", "2026-01-10 08:59"]
    analytics = know(
        *(
            play(sitting(at(moment) + timedelta(days=day), 5), person=person)
            for person, moment in zip(("1", "1", "2", "2"), times, strict=True)
            for day in range(10)
        )
    )
    titles = {one.kind: (one.person.name, one.value) for one in ask(analytics).superlatives}
    assert titles[SuperlativeKind.NIGHT_OWL] == ("Anna", 1)
    assert titles[SuperlativeKind.EARLY_BIRD] == ("Bert", 1)
    assert titles[SuperlativeKind.WEEKENDER][1] == 0.4


def test_the_year_is_the_last_whole_one(know: Know) -> None:
    """The present one when the history began in it, the local one; a coming year is refused."""
    analytics = know(play(sitting(at("2025-12-31 23:59"), 30)))
    answer = ask(analytics, "")
    assert (answer.year, answer.is_over, answer.totals.plays) == (2025, True, 1)
    assert year_in_review(analytics, YearQuery.read("time_zone=Asia/Tokyo")).year == 2026
    for query, field in (("year=2027", "year"), ("days=3", "days"), ("since=2026-01-01", "since")):
        with pytest.raises(InvalidInputError, match=field):
            ask(analytics, query)


def test_a_year_without_plays(know: Know) -> None:
    """Has all its fields, and nothing in them."""
    for analytics in (know(), know(play(sitting(at("2026-05-01 20:00"), 30)))):
        answer = ask(analytics, "year=2024")
        assert (answer.totals.plays, answer.growth.plays, answer.first_play) == (0, None, None)
        assert (answer.movies, answer.people, answer.superlatives) == ([], [], [])
        assert answer.busiest_day is None
        assert answer.longest_streak is None
