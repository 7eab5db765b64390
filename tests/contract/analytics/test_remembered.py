"""What is found in old months is kept, and never longer than it is true."""

from datetime import timedelta

from showrunner.history.analytics.binges import BingesQuery, binges
from showrunner.history.analytics.core import Analytics
from showrunner.history.analytics.remembered import remembered
from showrunner.history.analytics.runs import pieces
from showrunner.history.home import ledger_of
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.plays.models import Play
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics import slow
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import at, episode, generated, play, sitting

MAY = at("2026-05-05 20:00")
HOUR = timedelta(hours=1)


def in_a_row(*numbers: int, **facts: object) -> list[Play]:
    return [
        play(sitting(MAY + n * HOUR, 50), item=episode("Harbour", 1, n), **facts) for n in numbers
    ]


def count(analytics: Analytics, query: str = "") -> int:
    return binges(analytics, BingesQuery.read(query)).count


class Counted:
    """Counts how often it is looked for."""

    def __init__(self, analytics: Analytics) -> None:
        self._analytics = analytics
        self.looks = 0

    def ask(self, query: str = "since=2026-05-01&before=2026-06-01") -> None:
        read = BingesQuery.read(query)
        piece = self._analytics.about(read)
        remembered(piece, read, HOUR, self._find)

    def _find(self) -> list[tuple[int]]:
        self.looks += 1
        return [(self.looks,)]


def test_an_old_month_is_looked_at_once(know: Know) -> None:
    """For each question by itself, and again when its files are others."""
    counted = Counted(know(*in_a_row(1, 2, 3), play(sitting(at("2026-12-01 20:00"), 60))))
    counted.ask()
    counted.ask()
    assert counted.looks == 1
    counted.ask("since=2026-05-01&before=2026-06-01&gap_minutes=7")
    assert counted.looks == 2
    know(play(sitting(at("2026-12-02 20:00"), 60)))
    counted.ask()
    assert counted.looks == 2
    know(*in_a_row(4))
    counted.ask()
    assert counted.looks == 3


def test_what_waits_for_the_ledger_is_looked_at_every_time(know: Know) -> None:
    """A play of these days that is not moved yet can still change."""
    counted = Counted(know(*in_a_row(1), recent=tuple(in_a_row(2))))
    counted.ask()
    counted.ask()
    assert counted.looks == 2


def test_binges_are_those_of_the_present_ledger(know: Know, home: EmbeddedHome) -> None:
    """Of a later play in an old month, one that is taken away, and accounts that become one."""
    analytics = know(*in_a_row(1, 2))
    assert count(analytics) == 0
    (third,) = in_a_row(3)
    assert count(know(third)) == 1
    ledger_of(home).write([], dropped=[third.id])
    assert count(analytics) == 0
    know(*in_a_row(3, connection_id="emby-1", server_kind="emby", person="9"))
    assert count(analytics) == 0
    for server, account in (("plex-1", "1"), ("emby-1", "9")):
        found = Account(account, "Anna", "anna@example.org")
        note_accounts(home.documents, server, [found], home.clock.now())
    assert count(analytics) == 1


def test_pieces_are_all_of_the_range(know: Know) -> None:
    """One after the other, cut at months alone; what is found in them is what is found in all."""
    plays = generated(5, 900, slow.utc("2026-06-01"), 190)
    asked = know(*plays).about(BingesQuery.read(""))
    found = pieces(asked, 200)
    assert [one.scope.since for one in found[1:]] == [one.scope.before for one in found[:-1]]
    assert (found[0].scope.since, found[-1].scope.before) == (
        asked.scope.since,
        asked.scope.before,
    )
    assert all(one.scope.before.day == 1 for one in found[:-1])
    assert len(found) >= 4
    ranges = [(one.scope.since.isoformat(), one.scope.before.isoformat()) for one in found]
    counts = [
        count(know(), f"least_episodes=2&since={since[:19]}Z&before={before[:19]}Z")
        for since, before in ranges
    ]
    assert sum(counts) == count(know(), "least_episodes=2") > 0
