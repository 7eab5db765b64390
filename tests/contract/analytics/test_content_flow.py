"""What follows what, counted by hand."""

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.people.content_flow import (
    ContentFlowAnswer,
    ContentFlowQuery,
    FlowCount,
    content_flow,
)
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, episode, movie, play, sitting

Counts = list[tuple[str, int]]


def ask(analytics: Analytics, query: str = "") -> ContentFlowAnswer:
    return content_flow(analytics, ContentFlowQuery.read(query))


def counts(found: list[FlowCount]) -> Counts:
    return [(one.title.name, one.plays) for one in found]


def steps(answer: ContentFlowAnswer) -> list[tuple[str, str, int]]:
    return [(one.earlier.name, one.later.name, one.plays) for one in answer.transitions]


def test_a_play_follows_within_the_hours(know: Know) -> None:
    """Counted from the end of the other, over midnight; exactly six hours are within six."""
    analytics = know(
        play(sitting(at("2026-11-01 22:00"), 60), item=episode("Harbour", 1, 1)),
        play(sitting(at("2026-11-02 05:00"), 60), item=episode("Harbour", 1, 2)),
        play(sitting(at("2026-11-02 06:30"), 60), item=movie("Dune", 2021)),
        play(sitting(at("2026-11-02 13:30:01"), 60), item=movie("Dune", 2021)),
    )
    answer = ask(analytics)
    assert steps(answer) == [("Harbour", "Dune", 1)]
    assert counts(answer.repeated) == [("Harbour", 1)]
    assert counts(answer.entries) == [("Dune", 1), ("Harbour", 1)]
    assert counts(answer.exits) == [("Dune", 2)]
    assert (answer.plays, answer.sessions, answer.same, answer.plays_per_session) == (4, 2, 1, 2)
    longer = ask(analytics, "within_hours=7")
    assert (longer.sessions, counts(longer.entries)) == (1, [("Harbour", 1)])
    assert counts(longer.repeated) == [("Dune", 1), ("Harbour", 1)]


def test_one_person_on_two_servers_has_one_evening(know: Know, people: dict[str, str]) -> None:
    """Also at once: what began later follows, whoever else plays in between."""
    assert people
    analytics = know(
        play(sitting(at("2026-11-01 20:00"), 120), item=movie("A"), person="1"),
        play(sitting(at("2026-11-01 20:10"), 10), item=movie("X"), person="2"),
        play(sitting(at("2026-11-01 21:00"), 30), item=movie("B"), person="9", **ON_EMBY),
        play(sitting(at("2026-11-01 21:10"), 30), item=movie("C"), person=""),
    )
    answer = ask(analytics)
    assert steps(answer) == [("A", "B", 1)]
    assert (answer.plays, answer.sessions) == (3, 2)


def test_equal_titles_are_told_apart(know: Know) -> None:
    """By years and ids, as in the top lists; a show is no artist of the same name."""
    band = {"media_type": "track", "title": "Song", "series_title": "Harbour"}
    items = [
        movie("Dune", 1984),
        movie("Dune", 2021, imdb="tt1"),
        movie("Dune", 2021),
        episode("Harbour", 1, 1),
        band,
    ]
    analytics = know(
        *(
            play(sitting(at(f"2026-11-01 {10 + hour}:00"), 30), item=item)
            for hour, item in enumerate(items)
        ),
        play(sitting(at("2026-11-01 13:15"), 5), item=movie(None)),
    )
    answer = ask(analytics)
    found = [(one.earlier.kind, one.earlier.year, one.later.kind) for one in answer.transitions]
    assert sorted(found, key=str) == [
        ("movies", 1984, "movies"),
        ("movies", 2021, "shows"),
        ("shows", None, "artists"),
    ]
    assert [(one.title.year, one.plays) for one in answer.repeated] == [(2021, 1)]
