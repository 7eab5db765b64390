"""Trends, counted by hand."""

from datetime import timedelta

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.plays.trends import TrendsAnswer, TrendsQuery, trends
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import at, episode, movie, play, sitting


def ask(analytics: Analytics, query: str) -> TrendsAnswer:
    return trends(analytics, TrendsQuery.read(f"{query}&time_zone=Europe/Berlin"))


def test_averages_are_of_a_day_and_the_six_before(know: Know) -> None:
    """Watch time counts where it happened: half of a play over midnight is of each day."""
    analytics = know(
        play(sitting(at("2026-11-02 23:30"), 60), item=movie("Film")),
        play(sitting(at("2026-11-08 12:00"), 70), item=episode("Harbour", 1, 1)),
        play(sitting(at("2026-11-08 12:00"), 70), item=episode("Harbour", 1, 2)),
    )
    answer = ask(analytics, "since=2026-11-02&before=2026-11-11")
    assert answer.plays.categories[0] == "2026-11-02"
    assert [(one.name, one.data) for one in answer.plays.series] == [
        ("all", [1, 0, 0, 0, 0, 0, 2, 0, 0]),
        ("episode", [0, 0, 0, 0, 0, 0, 2, 0, 0]),
        ("movie", [1, 0, 0, 0, 0, 0, 0, 0, 0]),
    ]
    assert answer.plays_average.series[0].data == [*[None] * 6, 0.43, 0.29, 0.29]
    assert answer.watch_seconds.series[0].data == [1800, 1800, 0, 0, 0, 0, 8400, 0, 0]
    assert answer.watch_seconds_average.series[2].data == [*[None] * 6, 514.29, 257.14, 0]
    assert (answer.totals.plays, answer.totals.watch_seconds) == (3, 12000)


def test_only_whole_weeks_and_months_are_compared(know: Know) -> None:
    """Over the end of daylight saving; a month that the range cuts has no percent."""
    days = {"2026-10-18": 1, "2026-10-19": 2, "2026-10-25": 1, "2026-10-26": 1, "2026-11-01": 5}
    analytics = know(
        *(
            play(sitting(at(f"{day} 00:00") + timedelta(minutes=5 * number), 3))
            for day, count in days.items()
            for number in range(count)
        )
    )
    answer = ask(analytics, "since=2026-10-17&before=2026-11-03")
    assert [(one.name, one.is_whole, one.plays, one.plays_percent) for one in answer.weeks] == [
        ("2026-10-12", False, 1, None),
        ("2026-10-19", True, 3, None),
        ("2026-10-26", True, 6, 100),
        ("2026-11-02", False, 0, None),
    ]
    assert [(one.name, one.is_whole, one.plays_percent) for one in answer.months] == [
        ("2026-10", False, None),
        ("2026-11", False, None),
    ]
    assert answer.weeks[2].watch_seconds_percent == 100


def test_growth_is_of_whole_days_alone(know: Know) -> None:
    """Today is not over, so it is no part of the last seven days."""
    plays = [play(sitting(at(f"2026-12-{day:02} 08:00"), 10)) for day in range(6, 20)]
    more = [play(sitting(at(f"2026-12-{day:02} 09:00"), 10)) for day in range(13, 20)]
    analytics = know(*plays, *more, play(sitting(at("2026-12-20 09:00"), 10)))
    (growth, movies) = ask(analytics, "since=2026-12-06").growth
    assert (growth.name, growth.week_plays_percent, growth.month_plays_percent) == (
        "all",
        100,
        None,
    )
    # The line through seven ones and seven twos rises by 7 * 3 / 26 a week.
    assert growth.plays_per_day_and_week == round(7 * 24.5 / 227.5, 4)
    assert movies.week_watch_seconds_percent == 100
    assert ask(analytics, "since=2026-12-07").growth[0].week_plays_percent is None


def test_months_of_different_lengths_are_compared_whole(know: Know) -> None:
    """February is whole with 28 days."""
    analytics = know(
        play(sitting(at("2026-02-28 23:59"), 10)),
        play(sitting(at("2026-03-01 00:00"), 10)),
        play(sitting(at("2026-03-31 23:30"), 60)),
    )
    answer = ask(analytics, "since=2026-02-01&before=2026-04-01")
    assert [(one.plays_percent, one.watch_seconds_percent) for one in answer.months] == [
        (None, None),
        # One minute of the first play was in February: it is cut at midnight.
        (100, round(100 * (540 + 600 + 1800 - 60) / 60, 2)),
    ]
