"""What the syncs of every quarter of an hour bring costs nothing of the weeks before."""

from datetime import timedelta
from typing import Any

import pytest

from showrunner.history.intake import Absorbed, absorb
from showrunner.plays.models import MarkState, Observation, Source
from showrunner.plays.store import PLAYS, observe
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.plays.builders import after, seen

HOUR = 3600


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(after(24 * HOUR))


class NoLists:
    """Documents of which each is found by its key alone."""

    def __init__(self, documents: Any) -> None:
        self._documents = documents

    def __getattr__(self, name: str) -> Any:
        assert name != "list", "all plays of some weeks are read"
        return getattr(self._documents, name)


def line(at: float, item: str = "42") -> Observation:
    """Of the server's history."""
    return seen(MarkState.VIEWED, at, source=Source.SYNC, item=item)


def test_rows_of_the_last_day_find_their_plays_by_the_index(
    home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other play is read; the same rows again tell nothing new."""
    observe(home, [seen(MarkState.STARTED, 0, 0), seen(MarkState.STOPPED, HOUR, HOUR)])
    monkeypatch.setattr(home, "documents", NoLists(home.documents))
    rows = [line(HOUR / 2), line(HOUR, item="7"), line(-12 * HOUR, item="8")]
    assert absorb(home, rows) == Absorbed(added=2, changed=1)
    assert absorb(home, rows) == Absorbed(unchanged=3)


def test_a_row_between_young_and_old_makes_them_one(home: EmbeddedHome, clock: FakeClock) -> None:
    """However old the parts of a viewing are: one play comes of them."""
    days = [-20, -14, -8, -3, -1]
    for index, day in enumerate(days):
        start, position = day * 24 * HOUR, 600 * index
        marks = [seen(MarkState.STARTED, start, position)]
        marks += [seen(MarkState.STOPPED, start + 600, position + 600)]
        whole = marks[0].model_copy(update={"marks": (marks[0].marks[0], marks[1].marks[0])})
        absorb(home, [whole])
        clock.advance(timedelta(seconds=1).total_seconds())
    [play] = [one for one in home.documents.list(PLAYS) if "merged_into" not in one.body]
    assert len(play.body["parts"]) == len(days)
