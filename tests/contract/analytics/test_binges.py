"""Binges, by hand and against the slow way."""

from collections import Counter
from datetime import datetime, timedelta

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.viewing.binges import BingesAnswer, BingesQuery, binges
from showrunner.plays.models import Play
from tests.contract.analytics import slow, slow_behaviour
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, episode, generated, movie, play, sitting

HOUR = timedelta(hours=1)
EVENING = at("2026-11-03 20:00")


def ask(analytics: Analytics, query: str = "") -> BingesAnswer:
    return binges(analytics, BingesQuery.read(query))


def watched(number: int, began: datetime, minutes: float = 60, **facts: object) -> Play:
    return play(sitting(began, minutes), item=episode("Harbour", 1, number), **facts)


def in_a_row(count: int, pause: timedelta, **facts: object) -> list[Play]:
    """Episodes of an hour, with so much time between the end of one and the next."""
    return [watched(n + 1, EVENING + n * (HOUR + pause), **facts) for n in range(count)]


def test_the_longest_gap_of_a_binge_is_still_part_of_it(know: Know) -> None:
    """Six hours between the end of one and the beginning of the next are; a second more is not."""
    six = timedelta(hours=6)
    analytics = know(*in_a_row(3, six), *in_a_row(3, six + timedelta(seconds=1), person="2"))
    (binge,) = ask(analytics).binges
    assert (binge.person, binge.episodes, binge.watch_seconds) == ("account 1", 3, 3 * 3600)
    assert binge.began_at == EVENING
    assert binge.ended_at - binge.began_at == timedelta(hours=15)
    assert ask(analytics, "gap_minutes=359").count == 0


def test_episodes_are_different_ones(know: Know) -> None:
    """Two episodes and one of them again are no binge of three, but one of two."""
    analytics = know(*in_a_row(2, HOUR), watched(1, EVENING + 4 * HOUR))
    assert ask(analytics).count == 0
    (binge,) = ask(analytics, "least_episodes=2").binges
    assert (binge.episodes, binge.watch_seconds) == (2, 3 * 3600)


def test_episodes_without_numbers_are_told_apart_by_their_titles(know: Know) -> None:
    """A daily show has no seasons."""
    analytics = know(
        *(
            play(sitting(EVENING + n * HOUR, 50), item=episode("News", None, None, f"Day {n}"))
            for n in range(3)
        )
    )
    assert [one.series_title for one in ask(analytics).binges] == ["News"]


def test_what_was_resumed_counts_when_it_was_watched(know: Know) -> None:
    """A first episode begun on Monday and finished on Friday does not begin the binge on Monday."""
    monday, friday = EVENING - timedelta(days=4), EVENING
    begun = play(sitting(monday, 10), sitting(friday - HOUR, 50), item=episode("Harbour", 1, 1))
    (binge,) = ask(know(begun, watched(2, friday), watched(3, friday + HOUR))).binges
    assert (binge.began_at, binge.episodes) == (friday - HOUR, 3)
    assert binge.watch_seconds == (50 + 60 + 60) * 60


def test_a_human_binges_across_servers(know: Know, people: dict[str, str]) -> None:
    """Accounts of one person are one; those of two people are two, whatever they watch at once."""
    anna = [watched(1, EVENING), watched(2, EVENING + HOUR)]
    analytics = know(
        *anna,
        watched(3, EVENING + 2 * HOUR, person="9", **ON_EMBY),
        watched(4, EVENING + 2 * HOUR, person="2"),
    )
    answer = ask(analytics)
    assert [(one.person_id, one.person, one.episodes) for one in answer.binges] == [
        (people["Anna"], "Anna", 3)
    ]
    assert [(one.person, one.shows, one.longest) for one in answer.people] == [("Anna", 1, 3)]
    assert [(one.series_title, one.people, one.binges) for one in answer.shows] == [
        ("Harbour", 1, 1)
    ]


def test_a_binge_counts_where_it_began(know: Know) -> None:
    """On one local day, over midnight; in a range that it only ends in, it is not."""
    late = at("2026-11-03 22:00")
    analytics = know(*(watched(n, late + n * HOUR) for n in range(1, 4)))
    chart = ask(analytics, "since=2026-11-03&before=2026-11-05&time_zone=Europe/Berlin&by=day")
    assert (chart.over_time.categories, chart.over_time.series[0].data) == (
        ["2026-11-03", "2026-11-04"],
        [1, 0],
    )
    assert chart.binges[0].ended_at == late + 4 * HOUR
    assert ask(analytics, "since=2026-11-04&time_zone=Europe/Berlin").count == 0


def test_the_hour_that_comes_twice_is_an_hour(know: Know) -> None:
    """Gaps are real time: from 1:00 to 4:00 on the day on which clocks go back are four hours."""
    night = at("2026-10-25 00:00")
    analytics = know(
        watched(1, night),
        watched(2, at("2026-10-25 04:00")),
        watched(3, at("2026-10-25 05:00")),
    )
    assert ask(analytics, "gap_minutes=239").count == 0
    assert ask(analytics, "gap_minutes=240").count == 1


def test_episodes_of_nobody_are_said_to_be_in_none(know: Know) -> None:
    """Without a person, or without a show; movies are no matter of this."""
    analytics = know(
        *in_a_row(3, HOUR, person=""),
        play(sitting(EVENING, 60), item={"media_type": "episode", "title": "Some"}),
        play(sitting(EVENING, 60), item=movie("Dune")),
    )
    answer = ask(analytics)
    assert (answer.count, answer.unknown_plays, answer.binges) == (0, 4, [])


def test_an_empty_history_has_no_binges(know: Know) -> None:
    """Also in the past and the future of it."""
    for query in ("", "since=1999-01-01&before=1999-02-01", "days=1"):
        answer = ask(know(), query)
        assert (answer.count, answer.episodes, answer.watch_seconds, answer.people) == (0, 0, 0, [])


def test_generated_histories_agree_with_the_slow_way(know: Know, people: dict[str, str]) -> None:
    """Every binge, and the sums by person, show and day, with several gaps."""
    assert people
    plays = generated(3, 600, slow.utc("2026-10-01"), 10)
    analytics = know(*plays)
    for least, gap_minutes in ((2, 60), (3, 360), (4, 1440)):
        answer = ask(
            analytics,
            f"since=2026-10-03&before=2026-10-09&time_zone=UTC&limit=500&by=day"
            f"&least_episodes={least}&gap_minutes={gap_minutes}",
        )
        expected = slow_behaviour.binges(
            plays, answer.since, answer.before, least, 60 * gap_minutes
        )
        assert Counter(
            (one.series_title, one.began_at, one.ended_at, one.episodes, one.watch_seconds)
            for one in answer.binges
        ) == Counter(
            (show, slow_behaviour.at(first), slow_behaviour.at(last), episodes, seconds)
            for _, show, first, last, episodes, seconds in expected
        )
        assert expected
        assert answer.count == len(expected) == sum(one.binges for one in answer.people)
        assert {one.series_title: one.binges for one in answer.shows} == Counter(
            show for _, show, *_ in expected
        )
        assert sorted(one.binges for one in answer.people) == sorted(
            Counter(who for who, *_ in expected).values()
        )
        days = Counter(f"{slow_behaviour.at(one[2]):%Y-%m-%d}" for one in expected)
        assert dict(
            zip(answer.over_time.categories, answer.over_time.series[0].data, strict=True)
        ) == {day: days[day] for day in answer.over_time.categories}
