"""Pauses, by hand and against the slow way."""

from collections import Counter

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.viewing.pauses import PausesAnswer, PausesQuery, pauses
from showrunner.plays.models import Play
from tests.contract.analytics import slow, slow_behaviour
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import at, episode, generated, movie, play, sitting

EVENING = at("2026-11-03 20:00")


def ask(analytics: Analytics, query: str = "") -> PausesAnswer:
    return pauses(analytics, PausesQuery.read(query))


def paused(seconds: float, **facts: object) -> Play:
    minutes = seconds / 60
    return play(sitting(EVENING, 60 + minutes, 60), **facts)


def test_each_bound_belongs_to_the_bucket_above_it(know: Know) -> None:
    """0, 1, 59, 60, 299, 300, 899, 900, 3599, 3600 seconds and a day; unknown ones are in none."""
    seconds = (0, 1, 59, 60, 299, 300, 899, 900, 3599, 3600, 86400)
    unknown = play(sitting(EVENING, None))
    answer = ask(know(*(paused(one) for one in seconds), unknown))
    assert [(one.from_seconds, one.to_seconds, one.plays) for one in answer.distribution] == [
        (0, 1, 1),
        (1, 60, 2),
        (60, 300, 2),
        (300, 900, 2),
        (900, 3600, 2),
        (3600, None, 2),
    ]
    assert answer.unknown_plays == 1
    assert answer.chart.categories[0] == "none"
    assert answer.chart.series[0].data == [1, 2, 2, 2, 2, 2]
    overall = answer.overall
    assert (overall.plays, overall.known_plays, overall.paused_plays) == (12, 11, 10)
    assert overall.share == round(10 / 11, 4)


def test_the_days_before_a_resumption_are_no_pause(know: Know) -> None:
    """Two sittings with a minute of pause each, a day apart, are two minutes."""
    twice = play(sitting(EVENING, 31, 30), sitting(at("2026-11-04 20:00"), 31, 30))
    overall = ask(know(twice)).overall
    assert (overall.paused_plays, overall.pause_seconds, overall.average_seconds) == (1, 120, 120)


def test_pauses_are_summed_by_title_media_type_and_platform(know: Know) -> None:
    """The longest first; films of equal title and another year are two, episodes one show."""
    analytics = know(
        paused(60, item=movie("Dune", 1984), platform="Roku"),
        paused(240, item=movie("Dune", 2021), platform="Roku"),
        paused(100, item=episode("Harbour", 1, 1)),
        paused(50, item=episode("Harbour", 2, 7), platform="tvOS"),
        paused(0, item=movie("Solaris", 1972), platform="tvOS"),
    )
    answer = ask(analytics)
    assert [(one.name, one.year, one.pause_seconds) for one in answer.titles] == [
        ("Dune", 2021, 240),
        ("Harbour", None, 150),
        ("Dune", 1984, 60),
    ]
    assert [(one.name, one.pause_seconds, one.plays) for one in answer.platforms] == [
        ("Roku", 300, 2),
        (None, 100, 1),
        ("tvOS", 50, 2),
    ]
    assert {one.name: one.average_seconds for one in answer.media_types} == {
        "movie": 100,
        "episode": 75,
    }


def test_an_empty_history_was_never_paused(know: Know) -> None:
    """No share of nothing, and no error; nor where nothing is known."""
    for analytics in (know(), know(play(sitting(EVENING, None)))):
        for query in ("", "since=1999-01-01&before=1999-02-01"):
            overall = ask(analytics, query).overall
            assert (overall.known_plays, overall.share, overall.average_seconds) == (0, None, None)


def test_generated_histories_agree_with_the_slow_way(know: Know) -> None:
    """Sums by media type, and every bucket."""
    plays = generated(5, 400, slow.utc("2026-10-01"), 30)
    answer = ask(know(*plays), "since=2026-10-05&before=2026-10-25&time_zone=UTC&limit=500")
    begun = slow_behaviour.begun(plays, answer.since, answer.before)
    sums: Counter[str | None] = Counter()
    for one in begun:
        sums[one.item.media_type] += one.paused_seconds or 0
    assert {one.name: one.pause_seconds for one in answer.media_types} == sums
    known = [one.paused_seconds for one in begun if one.paused_seconds is not None]
    assert answer.unknown_plays == len(begun) - len(known)
    buckets = Counter(
        max(bound for bound in (0, 1, 60, 300, 900, 3600) if bound <= one) for one in known
    )
    assert {one.from_seconds: one.plays for one in answer.distribution if one.plays} == buckets
    assert sum(one.pause_seconds for one in answer.titles) == sum(known)
