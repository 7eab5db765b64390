"""Most rows never become objects: what SQL makes of them is what the rules would have made."""

from itertools import groupby

import pytest

from showrunner.history.filters import PlayFilters
from showrunner.history.home import ledger_of
from showrunner.history.intake import Absorbed, absorb, writing
from showrunner.history.intake.grouping import grouped
from showrunner.history.ledger.rows import row_of
from showrunner.history.pages import History
from showrunner.plays.merge import play_of
from showrunner.plays.models import Play
from showrunner.wiring import EmbeddedHome
from tests.contract.history.intake.rows import awkward_rows, sittings_here_and_there


def plays_in(home: EmbeddedHome) -> list[Play]:
    history = History(ledger_of(home))
    plays = history.page(PlayFilters(), limit=100_000).plays
    history.close()
    return plays


@pytest.mark.parametrize("seed", range(4))
def test_what_sql_makes_of_rows_is_what_the_rules_make(
    home: EmbeddedHome, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row for row, of histories in which every limit of the rules is touched."""
    monkeypatch.setattr(writing, "_PLAYS_AT_ONCE", 10)
    rows = list(awkward_rows(seed))
    absorb(home, rows)
    slow = grouped([], [play_of(one) for one in rows], 85).plays
    expected = {play.id: row_of(play) for play in slow}
    assert {play.id: row_of(play) for play in plays_in(home)} == expected


@pytest.mark.parametrize("seed", range(3))
def test_who_goes_on_elsewhere_is_joined_as_by_the_rules(home: EmbeddedHome, seed: int) -> None:
    """On another player it is one viewing only where the first can have brought it so far."""
    rows = list(sittings_here_and_there(seed))
    absorb(home, rows)
    slow = [
        play
        for _, story in groupby(rows, key=lambda one: one.item.item_id)
        for play in grouped([], [play_of(one) for one in story], 85).plays
    ]
    assert 100 < len(slow) < len(rows)
    assert {play.id: row_of(play) for play in plays_in(home)} == {
        play.id: row_of(play) for play in slow
    }


@pytest.mark.parametrize("seed", range(4))
def test_the_same_rows_again_change_nothing(home: EmbeddedHome, seed: int) -> None:
    """Not even the ledger's version."""
    rows = list(awkward_rows(seed))
    absorb(home, rows)
    version = ledger_of(home).manifest().version
    assert absorb(home, rows) == Absorbed(unchanged=len(rows))
    assert ledger_of(home).manifest().version == version
