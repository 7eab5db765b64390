"""The index of plays finds the nearest, and stays within what a document can hold."""

import pytest

from showrunner.plays import index
from showrunner.plays.models import MarkState, Person, Play, Source
from showrunner.plays.observations import marks_of_row
from showrunner.plays.store import observe, recent_plays
from showrunner.ports.documents import each
from showrunner.wiring import EmbeddedHome
from tests.unit.plays.builders import after, mark, said, seen


def plays(home: EmbeddedHome) -> list[Play]:
    return [play for play in recent_plays(home.documents) if play.merged_into is None]


def test_a_place_of_the_index_names_the_newest_plays(
    home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sound for sleeping is played thousands of times in four weeks; a document has an end."""
    monkeypatch.setattr(index, "_MOST_POINTERS", 3)
    observe(home, [seen(MarkState.STARTED, n * 60, 0, person=f"viewer {n}") for n in range(5)])
    [place] = each(home.documents, index.INDEX)
    by_start = sorted(recent_plays(home.documents), key=lambda play: play.started_at)
    assert set(place.body["plays"]) == {play.id for play in by_start[-3:]}
    observe(home, [seen(MarkState.STOPPED, 300, 60, person="viewer 4")])
    assert len(recent_plays(home.documents)) == 5


def test_a_viewing_that_is_resumed_weekly_for_a_year_can_be_written(home: EmbeddedHome) -> None:
    """Also when its viewer has another name in the end: a write takes 25 changes at most."""
    nearly_a_week = 6 * 86_400
    for n in range(60):
        at, position = n * nearly_a_week, n * 30
        told = said(
            mark(MarkState.STARTED, at, position), mark(MarkState.STOPPED, at + 30, position)
        )
        item = told.item.model_copy(update={"guid": "plex://movie/1"})
        person = Person(id="mika", name="Mika" if n < 59 else "Mika A.")
        observe(home, [told.model_copy(update={"item": item, "person": person})])
    [play] = recent_plays(home.documents)
    assert (len(play.parts), play.person.name) == (60, "Mika A.")


def test_a_late_row_of_a_resumed_viewing_finds_it_among_many(home: EmbeddedHome) -> None:
    """Who watches something daily began other plays nearer to that row than its own."""
    day = 86_400
    times = after(3 * day), after(3 * day + 5400)
    row = said(*marks_of_row(Source.IMPORT, *times, position_ms=5_999_000))
    observe(home, [seen(MarkState.STARTED, 0, 0), seen(MarkState.STOPPED, 600, 600), row])
    for hours in range(2, 12, 2):
        begun = 3 * day + hours * 3600
        observe(
            home, [seen(MarkState.STARTED, begun, 0), seen(MarkState.STOPPED, begun + 5900, 5900)]
        )
    before = plays(home)
    observe(
        home,
        [seen(MarkState.STARTED, 3 * day + 1, 600), seen(MarkState.STOPPED, 3 * day + 5401, 5999)],
    )

    assert [play.id for play in plays(home)] == [play.id for play in before]
    assert [len(play.parts) for play in plays(home)] == [1, 1, 1, 1, 1, 2]
