"""Plays and watch time over local time, counted by hand and by the slow way."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from showrunner.errors import InvalidInputError
from showrunner.history.analytics.core.answers import Chart
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.lists.top import TopQuery, top
from showrunner.history.analytics.plays.over_time import OverTimeAnswer, OverTimeQuery, over_time
from showrunner.plays.models import PlayState
from tests.contract.analytics import slow
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import at, episode, generated, movie, play, sitting


def ask(analytics: Analytics, query: str) -> OverTimeAnswer:
    return over_time(analytics, OverTimeQuery.read(query))


def drawn(chart: Chart) -> dict[str | None, dict[str, Any]]:
    """What is not nothing, by series and category."""
    return {
        one.name: {
            category: number
            for category, number in zip(chart.categories, one.data, strict=True)
            if number
        }
        for one in chart.series
    }


def seconds(analytics: Analytics, query: str) -> dict[str, Any]:
    answer = ask(analytics, f"measure=watch_seconds&time_zone=Europe/Berlin&{query}")
    return drawn(answer.chart)["watch_seconds"]


def test_watch_time_counts_where_it_happened(know: Know) -> None:
    """A sitting over midnight is cut there; a resumed play counts once, its time on both days."""
    analytics = know(
        play(sitting(at("2026-11-03 23:30"), 90)),
        play(sitting(at("2026-11-05 20:00"), 30), sitting(at("2026-11-07 09:00"), 60, 45)),
    )
    query = "since=2026-11-01&before=2026-11-10"
    assert seconds(analytics, query) == {
        "2026-11-03": 1800,
        "2026-11-04": 3600,
        "2026-11-05": 1800,
        "2026-11-07": 2700,
    }
    answer = ask(analytics, f"{query}&time_zone=Europe/Berlin")
    assert drawn(answer.chart) == {"plays": {"2026-11-03": 1, "2026-11-05": 1}}
    assert len(answer.chart.categories) == 9
    assert answer.totals.model_dump() == {"plays": 2, "watch_seconds": 9900, "unknown_plays": 0}


def test_the_number_of_a_day_is_the_same_in_every_range(know: Know) -> None:
    """What began before the range counts no play in it, but the time that was watched in it."""
    analytics = know(
        play(sitting(at("2026-11-03 23:00"), 120)),
        play(sitting(at("2026-11-02 20:00"), 30), sitting(at("2026-11-04 20:00"), 10)),
    )
    on_the_day = "since=2026-11-04&before=2026-11-05"
    assert seconds(analytics, on_the_day) == {"2026-11-04": 3600 + 600}
    assert seconds(analytics, "since=2026-10-01")["2026-11-04"] == 4200
    totals = ask(analytics, f"{on_the_day}&time_zone=Europe/Berlin").totals
    assert totals.model_dump() == {"plays": 0, "watch_seconds": 4200, "unknown_plays": 0}


def test_fractions_of_seconds_are_cut_off(know: Know) -> None:
    """Of moments, and of the ends of a range: all of it happens in whole seconds."""
    began = at("2026-11-03 20:59:58").replace(microsecond=900_000)
    analytics = know(play(sitting(began, 240.2 / 60, 4)))
    day = "since=2026-11-03&before=2026-11-04"
    # From :58 until 21:03:59, so two of 241 seconds are of the first hour.
    assert seconds(analytics, f"by=hour&{day}") == {"20": 1, "21": 239}
    ends = "since=2026-11-03T20:59:58.950&before=2026-11-03T21:03:59.001"
    answer = ask(analytics, f"{ends}&time_zone=Europe/Berlin")
    assert answer.since == began.replace(microsecond=0)
    assert answer.totals.model_dump() == {"plays": 1, "watch_seconds": 240, "unknown_plays": 0}


def test_hours_follow_daylight_saving(know: Know) -> None:
    """In Berlin two o'clock came twice on 25 October 2026, and not at all on 29 March."""
    analytics = know(
        play(sitting(at("2026-10-25 01:30"), 180)),
        play(sitting(at("2026-03-29 01:30"), 60)),
    )
    autumn = seconds(analytics, "by=hour&since=2026-10-25&before=2026-10-26")
    assert autumn == {"01": 1800, "02": 7200, "03": 1800}
    assert seconds(analytics, "by=hour&since=2026-03-29&before=2026-03-30") == {
        "01": 1800,
        "03": 1800,
    }


def test_categories_are_those_of_the_viewer(know: Know) -> None:
    """Half past eleven on a Saturday evening in Greenwich is Sunday in Berlin."""
    analytics = know(play(sitting(at("2026-11-22 00:30"), 20)))
    expected = {
        "day": "2026-11-22",
        "week": "2026-11-16",
        "month": "2026-11",
        "weekday": "Sunday",
        "hour": "00",
    }
    for by, category in expected.items():
        answer = ask(analytics, f"by={by}&time_zone=Europe/Berlin")
        assert drawn(answer.chart) == {"plays": {category: 1}}, by


def test_heat_maps_have_a_series_for_each_weekday(know: Know) -> None:
    """Days of the first and last week that are outside of the range have no number."""
    analytics = know(play(sitting(at("2026-11-18 20:50"), 20)))
    query = "time_zone=Europe/Berlin&since=2026-11-10&before=2026-11-20&by="
    week = ask(analytics, f"{query}weekday_hour&measure=watch_seconds").chart
    assert drawn(week)["Wednesday"] == {"20": 600, "21": 600}
    days = ask(analytics, f"{query}calendar").chart
    assert days.categories == ["2026-11-09", "2026-11-16"]
    assert [one.data for one in days.series][:3] == [[None, 0], [0, 0], [0, 1]]
    assert days.series[4].data == [0, None]


def test_what_was_watched_too_shortly_does_not_count(know: Know) -> None:
    """Under 120 seconds of video, under 15 of a track; what nobody knows counts."""
    track = {"media_type": "track", "title": "Song"}
    began = at("2026-11-03 20:00")
    analytics = know(
        *(play(sitting(began, seconds / 60)) for seconds in (119, 120)),
        *(play(sitting(began, seconds / 60), item=track) for seconds in (14, 15)),
        play(sitting(began, None)),
    )
    totals = ask(analytics, "").totals
    assert totals.model_dump() == {"plays": 3, "watch_seconds": 135, "unknown_plays": 1}


def test_series_are_split_and_the_rest_is_one(know: Know) -> None:
    """The largest come first; the sum over all series stays that of the plays."""
    began = at("2026-11-03 20:00")
    analytics = know(
        *(play(sitting(began, 30), platform="Roku") for _ in range(3)),
        *(play(sitting(began, 30), platform="tvOS") for _ in range(2)),
        play(sitting(began, 30), platform="Android"),
        play(sitting(began, 30)),
    )
    answer = ask(analytics, "by=month&split=platforms&limit=2")
    assert [(one.name, sum(one.data)) for one in answer.chart.series] == [  # type: ignore[arg-type]
        ("Roku", 3),
        ("tvOS", 2),
        ("(others)", 2),
    ]
    assert answer.totals.plays == 7


@pytest.mark.parametrize("measure", ["plays", "watch_seconds"])
def test_people_have_the_numbers_of_their_list(
    know: Know, people: dict[str, str], measure: str
) -> None:
    """Humans on several servers, strangers and nobody; who is not among the first is one."""
    assert people
    plays = generated(31, 250, slow.utc("2026-10-01"), 30)
    analytics = know(*plays[:-20], recent=tuple(plays[-20:]))
    query = "since=2026-10-08T10:30&before=2026-10-27&time_zone=Europe/Berlin"
    listed = top(analytics, TopQuery.read(f"{query}&of=people&order={measure}"))
    assert listed.count > 3
    for by in ("day", "hour"):
        for limit in (2, 50):
            asked = f"{query}&by={by}&split=people&measure={measure}&limit={limit}"
            answer = ask(analytics, asked)
            found = [
                (one.name, sum(number or 0 for number in one.data)) for one in answer.chart.series
            ]
            numbers = [(one.name, getattr(one, measure)) for one in listed.entries]
            rest = sum(number for _, number in numbers[limit:])
            assert found == [*numbers[:limit], *([("(others)", rest)] if numbers[limit:] else [])]
            assert answer.totals == listed.totals


def test_an_open_play_counts_for_as_long_as_it_was_seen(know: Know) -> None:
    """What waits for the ledger is in every answer."""
    part = sitting(at("2026-12-20 12:50"), 10)
    going_on = play(
        part.model_copy(update={"stopped_at": None}), state=PlayState.OPEN, stopped_at=None
    )
    analytics = know(play(sitting(at("2026-12-19 20:00"), 30)), recent=(going_on,))
    assert seconds(analytics, "by=hour&days=1") == {"12": 600}
    assert ask(analytics, "days=2").totals.plays == 2


BAD_QUESTIONS = {
    "by=fortnight": "by",
    "split=platforms&by=calendar": "split",
    "colour=red": "colour",
    "after=x": "after",
    "since=2027-01-01": "since",
    "time_zone=Mars/Olympus": "time_zone",
    "limit=0": "limit",
    "people=nobody": "people",
}


def test_bad_questions_are_refused(know: Know) -> None:
    """The refusal names the parameter."""
    analytics = know()
    for query, field in BAD_QUESTIONS.items():
        with pytest.raises(InvalidInputError) as refusal:
            ask(analytics, query)
        details = refusal.value.details or {}
        assert [one["field"] for one in details["fields"]] == [field], query


def test_a_range_never_lasts_longer_than_until_now(know: Know) -> None:
    """The year is not over: there are no days to come, nor plays that a wrong clock dated so."""
    analytics = know(play(sitting(at("2026-12-25 20:00"), 30)))
    answer = ask(analytics, "since=2026-12-01&before=2027-01-01&time_zone=Europe/Berlin")
    assert answer.before == at("2026-12-20 13:07")
    assert (answer.chart.categories[-1], answer.totals.plays) == ("2026-12-20", 0)


def test_an_empty_history_has_empty_charts(know: Know) -> None:
    """Categories without numbers, and no error."""
    answer = ask(know(), "days=3")
    assert answer.chart.series[0].data == [0, 0, 0]
    assert ask(know(), "").totals.plays == 0


def test_filters_choose_what_is_counted(know: Know, people: dict[str, str]) -> None:
    """The filters of the history hold here too."""
    began = at("2026-11-03 20:00")
    analytics = know(
        play(sitting(began, 30), item=movie("Dune"), person="1", is_watched=True),
        play(sitting(began, 60), item=episode("Harbour", 1, 1), person="2"),
    )
    for query in (f"people={people['Anna']}", "titles=Dune", "media_types=movie", "is_watched=1"):
        assert ask(analytics, query).totals.watch_seconds == 1800, query


@pytest.mark.parametrize(
    ("zone", "since", "before"),
    [
        ("Europe/Berlin", "2026-10-20", "2026-11-02"),
        ("America/New_York", "2026-10-28", "2026-11-05"),
        ("Asia/Kolkata", "2026-10-18", "2026-11-04"),
        ("Australia/Lord_Howe", "2026-10-01T13:20", "2026-10-30T07:55"),
    ],
)
def test_generated_histories_agree_with_the_slow_way(
    know: Know, zone: str, since: str, before: str
) -> None:
    """By each category, in zones with all kinds of changes, ledger and recent plays together."""
    plays = generated(len(zone), 300, slow.utc("2026-09-28"), 40)
    analytics = know(*plays[:-20], recent=tuple(plays[-20:]))
    query = f"time_zone={zone}&since={since}&before={before}"
    for by in ("day", "week", "month", "weekday", "hour"):
        answer = ask(analytics, f"{query}&by={by}&measure=watch_seconds")
        counted = ask(analytics, f"{query}&by={by}")
        expected = slow.tally(
            plays,
            answer.since,
            answer.before,
            lambda _: None,
            lambda moment, by=by: slow.label(by, moment, ZoneInfo(zone)),
        )
        watched = {label: one[1] for (_, label), one in expected.items() if one[1]}
        begun = {label: one[0] for (_, label), one in expected.items() if one[0]}
        assert drawn(answer.chart) == {"watch_seconds": watched}, by
        assert drawn(counted.chart) == {"plays": begun}, by
        assert counted.totals == answer.totals
        assert answer.totals.plays == sum(begun.values())
        assert answer.totals.watch_seconds == sum(watched.values())


def test_a_version_changes_with_the_plays(know: Know) -> None:
    """The same while nothing does, within a minute."""
    analytics = know(play(sitting(at("2026-11-03 20:00"), 30)))
    versions = {ask(analytics, "days=30").version for _ in range(2)}
    assert len(versions) == 1
    know(play(sitting(at("2026-11-03 20:00") + timedelta(hours=1), 30)))
    assert ask(analytics, "days=30").version not in versions
