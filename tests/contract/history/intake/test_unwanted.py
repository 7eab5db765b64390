"""What its owner does not want any more is not brought back by syncs and imports."""

from typing import Any

import pytest

from showrunner.history.api import HistoryApi
from showrunner.history.home import ledger_of
from showrunner.history.intake import Absorbed, absorb
from showrunner.history.move import keep_ledger
from showrunner.plays.models import MarkState, Observation, Source
from showrunner.plays.store import observe
from showrunner.settings import change_settings
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.plays.builders import after, seen

HOUR, DAY = 3600, 86_400


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(after(3 * HOUR))


def line(at: float, **more: Any) -> Observation:
    """Of the server's history, which gives the play another id than the webhooks did."""
    return seen(MarkState.VIEWED, at, source=Source.SYNC, **more)


def forget_the_only_play(home: EmbeddedHome) -> None:
    api = HistoryApi(home)
    [play] = api.page("")["plays"]
    api.forget(play["id"])


def test_a_deleted_play_stays_away_when_its_document_is_gone(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Months later a sync tells of it; the same viewer's other plays do come."""
    observe(home, [seen(MarkState.STARTED, 0, 0), seen(MarkState.STOPPED, HOUR, HOUR)])
    keep_ledger(home)
    forget_the_only_play(home)
    clock.advance(60 * DAY)
    told = [line(HOUR), line(HOUR, item="7"), line(HOUR, person="noa"), line(9 * DAY)]
    assert absorb(home, told) == Absorbed(added=3, unchanged=1)
    assert len(HistoryApi(home).page("")["plays"]) == 3


def test_a_play_that_is_deleted_before_it_is_moved_never_is(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Gone for good means from the files, too."""
    observe(home, [seen(MarkState.STARTED, 0, 0), seen(MarkState.STOPPED, HOUR, HOUR)])
    forget_the_only_play(home)
    clock.advance(HOUR)
    assert keep_ledger(home)["moved"] == 1
    assert ledger_of(home).manifest().plays == 0


def test_what_is_older_than_is_kept_is_not_taken_in(home: EmbeddedHome) -> None:
    """The daily trim would take it out again."""
    change_settings(home.documents, {"history_keep_days": 30})
    told = [line(-31 * DAY), line(-29 * DAY)]
    assert absorb(home, told) == Absorbed(added=1, unchanged=1)
