"""How much and how regularly people watch, by hand and against the slow way."""

from collections import defaultdict
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.viewing.engagement import (
    EngagementAnswer,
    EngagementQuery,
    engagement,
)
from tests.contract.analytics import slow, slow_behaviour
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, episode, generated, movie, play, sitting

ZONE = "time_zone=Europe/Berlin"


def ask(analytics: Analytics, query: str = ZONE) -> EngagementAnswer:
    return engagement(analytics, EngagementQuery.read(query))


def test_a_streak_is_of_local_days_in_a_row(know: Know) -> None:
    """Over midnight both days are active; the day on which clocks change is one like others."""
    analytics = know(
        play(sitting(at("2026-10-24 23:30"), 60)),
        play(sitting(at("2026-10-26 00:10"), 60)),
        play(sitting(at("2026-10-28 12:00"), 60)),
    )
    (anna,) = ask(analytics).people
    assert (anna.active_days, anna.longest_streak_days, anna.plays) == (4, 3, 3)
    assert anna.plays_per_active_day == 0.75
    assert anna.last_played_at == at("2026-10-28 12:00")
    (elsewhere,) = ask(analytics, "time_zone=America/New_York").people
    assert (elsewhere.active_days, elsewhere.longest_streak_days) == (3, 2)


def test_a_human_is_one_on_all_servers(know: Know, people: dict[str, str]) -> None:
    """At once on both; titles are movies by year, shows and artists, each once."""
    evening = at("2026-11-03 20:00")
    song = {"media_type": "track", "title": "Song", "series_title": "Harbour"}
    analytics = know(
        play(sitting(evening, 60), item=movie("Dune", 1984), is_watched=True),
        play(sitting(evening, 60), item=movie("Dune", 2021), person="9", **ON_EMBY),
        play(sitting(evening, 60), item=episode("Harbour", 1, 1), is_watched=False),
        play(sitting(evening, 60), item=episode("Harbour", 1, 2), is_watched=False),
        play(sitting(evening, 4), item=song),
        play(sitting(evening, 60), person="2"),
        play(sitting(evening, None), person=""),
    )
    answer = ask(analytics)
    anna, bert = answer.people
    assert (anna.person_id, anna.person, anna.titles) == (people["Anna"], "Anna", 4)
    assert (anna.completion, anna.watch_seconds) == (round(1 / 3, 4), 4 * 3600 + 240)
    assert (bert.completion, bert.titles, bert.active_days) == (None, 1, 1)
    assert (answer.count, answer.totals.plays) == (2, 7)
    assert (answer.unnamed.plays, answer.unnamed.unknown_plays) == (1, 1)


def test_active_people_are_counted_by_day_week_and_month(know: Know) -> None:
    """Two of them in one week, on three days; a day without anybody counts for the average."""
    analytics = know(
        play(sitting(at("2026-11-02 20:00"), 60)),
        play(sitting(at("2026-11-03 20:00"), 60), person="2"),
        play(sitting(at("2026-11-03 21:00"), 60)),
        play(sitting(at("2026-11-03 20:00"), 60), person=""),
    )
    answer = ask(analytics, f"since=2026-11-02&before=2026-11-06&{ZONE}&by=day")
    assert answer.chart.series[0].data == [1, 2, 0, 0]
    found = {one.by: (one.average, one.peak) for one in answer.active}
    assert found == {"day": (0.75, 2), "week": (2, 2), "month": (2, 2)}


def test_the_part_of_an_evening_that_is_in_the_range_counts(know: Know) -> None:
    """Begun before it: time and an active day, but no play, title or last play."""
    analytics = know(play(sitting(at("2026-11-03 23:00"), 120)))
    (anna,) = ask(analytics, f"since=2026-11-04&before=2026-11-05&{ZONE}").people
    assert (anna.plays, anna.watch_seconds, anna.active_days) == (0, 3600, 1)
    assert (anna.titles, anna.last_played_at, anna.completion) == (0, None, None)


def test_an_empty_history_has_nobody(know: Know) -> None:
    """No people and no average, in any range."""
    for query in ("", "since=1999-01-01&before=1999-02-01", "days=1"):
        answer = ask(know(), query)
        assert (answer.people, answer.count, answer.totals.plays) == ([], 0, 0)
        assert [(one.average, one.peak) for one in answer.active] == [(0, 0)] * 3


@pytest.mark.parametrize("order", ["plays", "active_days", "longest_streak_days"])
def test_generated_histories_agree_with_the_slow_way(
    know: Know, people: dict[str, str], order: str
) -> None:
    """Sums, active days, streaks and active people, over a change of clocks."""
    assert people
    zone = ZoneInfo("Europe/Berlin")
    plays = generated(9, 200, slow.utc("2026-10-01"), 40)
    answer = ask(know(*plays), f"since=2026-10-10&before=2026-11-05&{ZONE}&limit=50&order={order}")
    days = slow.tally(
        plays,
        answer.since,
        answer.before,
        slow_behaviour.human,
        lambda moment: slow.label("day", moment, zone),
    )
    expected: dict[str | None, list[int]] = defaultdict(lambda: [0, 0, 0])
    active: dict[str | None, set[str]] = defaultdict(set)
    for (who, day), sums in days.items():
        expected[who] = [a + b for a, b in zip(expected[who], sums, strict=True)]
        active[who].add(day)
    nobody = expected.pop(None, [0, 0, 0])
    found = sorted(
        (one.plays, one.watch_seconds, one.unknown_plays, one.active_days, one.longest_streak_days)
        for one in answer.people
    )
    assert found == sorted(
        (*sums, len(active[who]), slow_behaviour.streak(active[who]))
        for who, sums in expected.items()
    )
    assert answer.unnamed.plays == nobody[0]
    by_day = dict(zip(answer.chart.categories, answer.chart.series[0].data, strict=True))
    assert by_day == {
        day: sum(day in their for who, their in active.items() if who) for day in by_day
    }
    most = [getattr(one, order) for one in answer.people]
    assert most == sorted(most, reverse=True)
    begun = slow_behaviour.begun(plays, answer.since, answer.before)
    for one in answer.people:
        if one.person == "Anna":
            hers = [play for play in begun if slow_behaviour.human(play) == "Anna"]
            known = [play for play in hers if play.is_watched is not None]
            watched = sum(bool(play.is_watched) for play in known)
            assert one.completion == round(watched / len(known), 4)
            last = max(play.started_at for play in hers)
            assert one.last_played_at == last - timedelta(microseconds=last.microsecond)
