"""Plays of any age, told by several sources, become one history."""

from datetime import timedelta

from showrunner.history.home import ledger_of
from showrunner.history.intake import Absorbed, absorb
from showrunner.history.move import move_plays
from showrunner.plays.models import Play, Source
from showrunner.plays.store import observe, recent_plays
from showrunner.wiring import EmbeddedHome
from tests.contract.history.intake.rows import DAY, LONG_AGO, row
from tests.contract.history.intake.test_fast_way import plays_in
from tests.fakes import FakeClock


def recently(clock: FakeClock, *, days: float) -> float:
    """So many days before now, in minutes after LONG_AGO."""
    return (clock.now() - timedelta(days=days) - LONG_AGO).total_seconds() // 60


def the_play(home: EmbeddedHome) -> Play:
    (play,) = plays_in(home)
    return play


def test_another_source_fills_what_the_ledger_does_not_know(home: EmbeddedHome) -> None:
    """A line of the server's history has no stop; the import has, whichever came first."""
    line, told = row(3, source=Source.SYNC), row(0, 100, 90)
    assert absorb(home, [line]) == Absorbed(added=1)
    assert the_play(home).stopped_at is None
    absorb(home, [told])
    play = the_play(home)
    assert (play.started_at, play.watched_seconds, play.percent) == (LONG_AGO, 6000, 90)
    assert set(play.told_by) == {Source.SYNC, Source.IMPORT}
    version = ledger_of(home).manifest().version
    assert absorb(home, [line, told]).unchanged == 2
    assert ledger_of(home).manifest().version == version


def test_a_poorer_source_takes_nothing_away(home: EmbeddedHome) -> None:
    """The stop and the percentage that are known stay, when only a start is told."""
    absorb(home, [row(0, 100, 90)])
    before = the_play(home)
    absorb(home, [row(3, source=Source.SYNC)])
    after = the_play(home)
    assert (after.stopped_at, after.percent, after.parts) == (
        before.stopped_at,
        before.percent,
        before.parts,
    )


def test_a_sitting_in_between_joins_plays_of_the_ledger(home: EmbeddedHome) -> None:
    """Two plays that turn out to be one are one afterwards: the later id is gone."""
    absorb(home, [row(0, 20, 20), row(5 * DAY + 1000, 5 * DAY + 1030, 70)])
    absorb(home, [row(12 * DAY, 12 * DAY + 20, 90)])
    assert len(plays_in(home)) == 1
    assert len(the_play(home).parts) == 3


def test_what_is_recent_goes_to_documents(home: EmbeddedHome, clock: FakeClock) -> None:
    """There it meets what a webhook told; the ledger gets it when it is settled, once."""
    start = recently(clock, days=1)
    told = row(start, start + 100, 90)
    observe(home, [row(start + 1, start + 99, 89, source=Source.WEBHOOK)])
    assert absorb(home, [told]) == Absorbed(changed=1)
    assert plays_in(home) == []
    move_plays(home, ledger_of(home), until=clock.now() + timedelta(hours=1))
    assert absorb(home, [told]).unchanged == 1
    assert len(plays_in(home)) == 1


def test_a_play_that_was_moved_meets_its_document(home: EmbeddedHome, clock: FakeClock) -> None:
    """It is in documents and in the ledger for a while: what is told then makes no second one."""
    start = recently(clock, days=20)
    observe(home, [row(start + 1, start + 99, 89, source=Source.WEBHOOK)])
    move_plays(home, ledger_of(home), until=clock.now() + timedelta(hours=1))
    absorb(home, [row(start, start + 100, 90)])
    move_plays(home, ledger_of(home), until=clock.now() + timedelta(hours=1))
    play = the_play(home)
    assert set(play.told_by) == {Source.WEBHOOK, Source.IMPORT}
    assert [one.id for one in recent_plays(home.documents) if not one.merged_into] == [play.id]


def test_a_ledger_play_that_is_resumed_now_moves_on(home: EmbeddedHome, clock: FakeClock) -> None:
    """Only the ledger had it: documents take it over, and it comes back as one play."""
    start = recently(clock, days=10)
    absorb(home, [row(start, start + 20, 20)])
    absorb(home, [row(start + 4 * DAY, start + 4 * DAY + 70, 90)])
    move_plays(home, ledger_of(home), until=clock.now() + timedelta(hours=1))
    assert len(the_play(home).parts) == 2


def test_two_people_at_once_stay_two(home: EmbeddedHome) -> None:
    """The same account on two players at one time, the same film for two accounts."""
    rows = [row(0, 50, 50), row(10, 60, 50, player="phone"), row(0, 50, 50, person="8")]
    absorb(home, rows)
    assert len(plays_in(home)) == 3
    assert absorb(home, rows).unchanged == 3
