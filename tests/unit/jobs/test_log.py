"""A job's log can be read in pages and from its end."""

from showrunner.jobs import log
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock


def messages(entries: list[log.LogEntry]) -> list[str]:
    return [entry.message for entry in entries]


def test_entries_come_in_their_order(home: EmbeddedHome, clock: FakeClock) -> None:
    """Also those of one moment, and those that were written together."""
    log.append(home, "one", "info", "a")
    log.append_all(home, "one", [("info", "b"), ("warning", "c")])
    clock.advance(1)
    log.append(home, "one", "error", "d")
    log.append(home, "two", "info", "another job's")
    log.append_all(home, "one", [])

    read = log.read_log(home.documents, "one", offset=0, limit=10)
    assert messages(read) == ["a", "b", "c", "d"]
    assert [entry.level for entry in read] == ["info", "info", "warning", "error"]
    assert read[3].at == clock.now()


def test_pages_and_the_tail_meet(home: EmbeddedHome, clock: FakeClock) -> None:
    """An offset counts entries, wherever they are kept."""
    for number in range(0, 250, 2):
        log.append_all(home, "one", [("info", str(number)), ("info", str(number + 1))])

    assert messages(log.read_log(home.documents, "one", offset=3, limit=4)) == ["3", "4", "5", "6"]
    assert log.read_log(home.documents, "one", offset=250, limit=4) == []
    assert messages(log.last_of_log(home.documents, "one", 3)) == ["247", "248", "249"]
    assert len(log.last_of_log(home.documents, "one", 1000)) == 250


def test_no_secret_is_kept(home: EmbeddedHome) -> None:
    """Texts of servers and tools may carry them."""
    log.append(home, "one", "error", "GET http://plex/?X-Plex-Token=abc123 failed")
    assert "abc123" not in str(home.documents.list(log.logs_of("one")))


def test_a_log_is_forgotten_in_time(home: EmbeddedHome, clock: FakeClock) -> None:
    """It is no history: a month is enough to find out what went wrong."""
    log.append(home, "one", "info", "x" * 5000)
    assert len(log.read_log(home.documents, "one", offset=0, limit=1)[0].message) == 2000
    clock.advance(31 * 24 * 3600)
    assert log.read_log(home.documents, "one", offset=0, limit=1) == []
