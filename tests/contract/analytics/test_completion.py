"""Completion and abandonment, counted by hand and one by one."""

from collections import Counter

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.viewing.completion import (
    CompletionAnswer,
    CompletionQuery,
    completion,
)
from tests.contract.analytics import slow
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, episode, generated, movie, play, sitting

HALF = sitting(at("2026-11-03 20:00"), 30)


def ask(analytics: Analytics, query: str = "") -> CompletionAnswer:
    return completion(analytics, CompletionQuery.read(query))


def test_each_bound_belongs_to_the_bucket_above_it(know: Know) -> None:
    """Abandoned at 24, 25, 49, 50, 74, 75, 89, 90 and 100 percent; watched ones are in none."""
    percents = (0, 24, 25, 49, 50, 74, 75, 89, 90, 100)
    analytics = know(
        *(play(HALF, percent=one, is_watched=False) for one in percents),
        play(HALF, percent=95, is_watched=True),
        play(HALF, is_watched=False),
        play(HALF),
    )
    answer = ask(analytics)
    assert [(one.from_percent, one.plays) for one in answer.drop_off] == [
        (0, 2),
        (25, 2),
        (50, 2),
        (75, 2),
        (90, 2),
    ]
    assert (answer.unknown_percent_plays, answer.unknown_plays) == (1, 1)
    assert (answer.overall.plays, answer.overall.completed) == (12, 1)


def test_titles_are_listed_by_how_often_they_were_left(know: Know) -> None:
    """A movie by title and year, an episode as its show; what nobody left is not listed."""
    analytics = know(
        play(HALF, item=movie("Dune", 1984), is_watched=False, percent=10),
        play(HALF, item=movie("Dune", 1984), is_watched=True, percent=100),
        play(HALF, item=movie("Dune", 2021), is_watched=True, percent=100),
        *(play(HALF, item=episode("Harbour", 1, n), is_watched=False) for n in (1, 2)),
    )
    found = ask(analytics).most_abandoned
    assert [(one.name, one.year, one.abandoned, one.share) for one in found] == [
        ("Harbour", None, 2, 0),
        ("Dune", 1984, 1, 0.5),
    ]
    assert [one.average_percent for one in found] == [None, 55]


def test_a_pilot_loses_those_who_watch_no_other_episode(know: Know, people: dict[str, str]) -> None:
    """A human counts once, on whichever server they go on; who never began it is not asked."""
    assert people
    analytics = know(
        play(HALF, item=episode("Harbour", 1, 1), person="1"),
        play(HALF, item=episode("Harbour", 1, 1), person="1"),
        play(HALF, item=episode("Harbour", 1, 2), person="9", **ON_EMBY),
        play(HALF, item=episode("Harbour", 1, 1), person="2"),
        play(HALF, item=episode("Harbour", 2, 1), person="3"),
        play(HALF, item=episode("Harbour", 1, 1), person=""),
    )
    (pilot,) = ask(analytics).pilots
    assert (pilot.name, pilot.people, pilot.stayed, pilot.drop_off) == ("Harbour", 2, 1, 0.5)


def test_an_empty_history_has_nothing_completed(know: Know) -> None:
    """No plays, and no error."""
    answer = ask(know())
    assert (answer.overall.plays, answer.overall.average_percent) == (0, None)
    assert (answer.media_types, answer.pilots) == ([], [])


def test_generated_histories_agree_with_the_slow_way(know: Know) -> None:
    """Completed and abandoned plays by media type, and where the others stopped."""
    plays = generated(5, 300, slow.utc("2026-10-01"), 30)
    answer = ask(know(*plays), "since=2026-10-05&before=2026-10-25&time_zone=UTC")
    begun = [
        one for one in plays if slow.counts(one) and answer.since <= one.started_at < answer.before
    ]
    known = [one for one in begun if one.is_watched is not None]
    assert {one.name: (one.plays, one.completed) for one in answer.media_types} == {
        kind: (count, sum(one.item.media_type == kind and bool(one.is_watched) for one in known))
        for kind, count in Counter(one.item.media_type for one in known).items()
    }
    left = Counter(
        max(bound for bound in (0, 25, 50, 75, 90) if bound <= one.percent)
        for one in known
        if not one.is_watched and one.percent is not None
    )
    assert {one.from_percent: one.plays for one in answer.drop_off if one.plays} == left
    assert answer.unknown_plays == len(begun) - len(known)
