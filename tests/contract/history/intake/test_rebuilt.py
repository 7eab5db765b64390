"""A play of the ledger has no timeline: the one that is made for it comes to the same play."""

from datetime import timedelta
from typing import Any

import pytest

from showrunner.history.intake.rebuilt import observation_of, with_timeline
from showrunner.plays.merge import derived, play_of
from showrunner.plays.models import Mark, MarkState, Observation, Play, Source
from showrunner.plays.observations import marks_of_row
from tests.unit.plays.builders import MORNING, after, mark, said

STARTED, PLAYING, STOPPED, GONE = (
    MarkState.STARTED,
    MarkState.PLAYING,
    MarkState.STOPPED,
    MarkState.GONE,
)
ROWS: list[dict[str, Any]] = [
    {"stopped_at": after(3000), "position_ms": 2_900_000, "paused_seconds": 100},
    {"stopped_at": after(3000), "position_ms": 2_900_000, "is_watched": True},
    {"stopped_at": after(0), "paused_seconds": 0},
    {"stopped_at": None, "position_ms": 12_000},
    {"stopped_at": None, "is_watched": True, "is_rough": True},
]
TIMELINES: list[tuple[Mark, ...]] = [
    (mark(STARTED, 0, 0), mark(STOPPED, 1000, 900), mark(STARTED, 5000, 900), mark(STOPPED, 9000)),
    (mark(STARTED, 0, 0), mark(PLAYING, 600, 600), mark(GONE, 4000)),
    (mark(STARTED, 0), mark(GONE, 4000)),
    (mark(PLAYING, 0, 60), mark(STOPPED, 600, 660), mark(MarkState.VIEWED, 900)),
    (mark(STARTED, 0, 0), mark(STOPPED, 60, 60), mark(STARTED, 900, 60), mark(GONE, 9000)),
]


def stored(play: Play) -> Play:
    """As the ledger gives it back."""
    return play.model_copy(update={"timeline": ()})


@pytest.mark.parametrize("row", ROWS)
def test_nothing_of_a_row_of_a_history_is_lost(row: dict[str, Any]) -> None:
    """Its marks come back as they were told, so it can still meet what others tell."""
    told = said(*marks_of_row(Source.IMPORT, MORNING, **row))
    back = observation_of(stored(play_of(told)), 85)
    assert stored(play_of(back)) == stored(play_of(told))
    assert [(m.at, m.state, m.position_ms) for m in back.marks] == [
        (m.at, m.state, m.position_ms) for m in told.marks
    ]


@pytest.mark.parametrize("timeline", TIMELINES)
def test_a_made_timeline_comes_to_the_same_play(timeline: tuple[Mark, ...]) -> None:
    """Sittings, times, pauses, how far: whatever moments they once were made of."""
    play = stored(derived(play_of(said(*timeline)), 85))
    again = derived(with_timeline(play, 85), 85)
    assert stored(again) == play.model_copy(update={"sources": again.sources})
    assert again.sources.keys() == play.sources.keys()


def test_what_was_only_said_to_be_watched_stays_so() -> None:
    """A percentage speaks for itself, and may mean less when the owner asks for more."""
    marks = marks_of_row(
        Source.IMPORT, MORNING, MORNING + timedelta(hours=2), position_ms=5_400_000
    )
    play: Observation = observation_of(stored(play_of(said(*marks))), 85)
    assert not any(one.is_watched for one in play.marks)
