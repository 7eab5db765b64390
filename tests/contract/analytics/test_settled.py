"""What is found in old months is kept, and never longer than it is true."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import duckdb
import pytest

from showrunner.history import pages
from showrunner.history.analytics.core import settled
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.settled import asked_again, kept_rows, kept_table
from showrunner.history.analytics.libraries.utilization import UtilizationQuery, utilization
from showrunner.history.analytics.viewing.binges import binges
from showrunner.history.analytics.viewing.binges_answer import BingesQuery
from showrunner.history.analytics.viewing.runs import pieces
from showrunner.history.home import ledger_of
from showrunner.history.recent import FORGOTTEN
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.plays.models import Play
from showrunner.ports.documents import ABSENT
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics import slow
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.shelf_worlds import connect, item, of, shelve
from tests.contract.analytics.worlds import at, episode, generated, movie, play, sitting

MAY = at("2026-05-05 20:00")
HOUR = timedelta(hours=1)


def in_a_row(*numbers: int, **facts: Any) -> list[Play]:
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
        kept_rows(piece, read, HOUR, self._find)

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


def test_ratings_are_those_of_the_present_libraries(know: Know, home: EmbeddedHome) -> None:
    """An old month with a rating is looked at once until a library gives its items another."""
    connect(home, "plex-1")
    plays = [of(one, str(n)) for n, one in enumerate(in_a_row(1, 2, 3))]
    analytics = know(*plays, play(sitting(at("2026-12-01 20:00"), 60)))

    def rate(rating: str) -> None:
        items = [
            item(str(n), episode("Harbour", 1, n + 1), MAY, content_rating=rating) for n in range(3)
        ]
        shelve(home, "plex-1", "Shows", items)

    rated = "content_ratings=TV-14&since=2026-05-01&before=2026-06-01"
    counted = Counted(analytics)
    for rating, binges_found, looks in (("TV-14", 1, 1), ("TV-Y", 0, 2)):
        rate(rating)
        for _ in range(2):
            counted.ask(f"{rated}&gap_minutes=7")
        assert (count(analytics, rated), counted.looks) == (binges_found, looks)


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


def played(home: EmbeddedHome) -> int:
    return utilization(Analytics(home), UtilizationQuery.read("")).total.plays


def test_plays_of_items_are_those_of_the_present_ledger(know: Know, home: EmbeddedHome) -> None:
    """Of old months that are kept: a play that comes later, is corrected, deleted or moved."""
    connect(home, "plex-1")
    shelve(home, "plex-1", "Films", [item("1", movie("One"), MAY)])
    first, second, third = (
        of(play(sitting(MAY + n * HOUR, 50), item=movie("One")), "1") for n in (1, 2, 3)
    )
    know(first, second, play(sitting(at("2026-12-01 20:00"), 60)))
    assert played(home) == 2
    know(third)
    assert played(home) == 3
    short = first.model_copy(update={"watched_seconds": 5})
    know(recent=(short,))
    assert played(home) == 2
    ledger_of(home).write([], dropped=[second.id])
    assert played(home) == 1
    home.documents.put(FORGOTTEN, third.id, {}, version=ABSENT)
    assert played(home) == 0


def test_a_table_outlives_the_question_that_found_it(
    know: Know, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads that push out each other's tables still read their own."""
    monkeypatch.setattr(settled, "MOST_BYTES", 100)
    history = know(*in_a_row(1)).about(BingesQuery.read("")).history

    def ask(number: int) -> int:
        sql = "SELECT unnest(range(?)) AS one"
        table = kept_table(history, sql, [number % 7])
        return len(history.ask(f"FROM {table}"))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(80))) == [number % 7 for number in range(80)]
    ((tables,),) = history.ask("SELECT count(*) FROM duckdb_tables() WHERE table_name ^@ 'kept_'")
    assert 0 < tables <= settled.MOST_IN_USE + 7


def test_who_looks_for_the_same_table_at_once_finds_one(know: Know) -> None:
    """Each may take all the memory of questions, so they are made one after the other."""
    history = know(*in_a_row(1)).about(BingesQuery.read("")).history

    def ask(_: int) -> str:
        return kept_table(history, "SELECT count(*) AS many FROM range(3000000)", [])

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    ((tables,),) = history.ask("SELECT count(*) FROM duckdb_tables() WHERE table_name ^@ 'kept_'")
    assert tables == 1


def test_many_plays_leave_less_memory_to_the_engine(
    know: Know, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = know(*in_a_row(1, 2, 3)).about(BingesQuery.read("")).history

    def limit() -> float:
        history.moment()
        ((said,),) = history.ask("SELECT current_setting('memory_limit')")
        return float(said.removesuffix(" MiB"))

    of_few = limit()
    monkeypatch.setattr(pages, "_MANY_PLAYS", 2)
    of_many = limit()
    monkeypatch.setattr(pages, "_MANY_PLAYS", 3)
    assert limit() == of_few > of_many


def test_what_was_pushed_out_before_it_was_read_is_asked_for_again() -> None:
    """Once: a table that is never there is a mistake of ours."""
    answers = iter([duckdb.CatalogException("gone"), "found"])

    def ask() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert asked_again(ask) == "found"


def test_what_is_kept_counts_with_its_texts_and_bits(
    know: Know, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand people's bits take more than a number: too large a table is not kept at all."""
    monkeypatch.setattr(settled, "MOST_BYTES", 1000)
    history = know(*in_a_row(1)).about(BingesQuery.read("")).history
    for long in ("repeat('x', 2000)", "repeat('1', 16000)::BIT"):
        first = kept_table(history, f"SELECT {long} AS name", [])
        assert kept_table(history, f"SELECT {long} AS name", []) != first
    short = kept_table(history, "SELECT 'x' AS name, '101'::BIT AS people, 1 AS plays", [])
    assert kept_table(history, "SELECT 'x' AS name, '101'::BIT AS people, 1 AS plays", []) == short
