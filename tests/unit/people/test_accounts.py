"""Accounts are noted once, people keep their ids, and nothing is left half-done."""

from collections.abc import Callable

import pytest

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.errors import ConflictError, NotFoundError
from showrunner.people.directory import Directory
from showrunner.people.settling import PENDING, PERSONS, settle
from showrunner.ports.documents import each
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock

Note = Callable[..., int]


def person(home: EmbeddedHome, connection_id: str, account_id: str | None, name: str = "") -> str:
    found = Directory.of(home.documents).person_of(connection_id, account_id, name)
    assert found
    return found.id


def test_the_same_accounts_again_write_nothing(
    home: EmbeddedHome, note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A play a second later costs reads alone; what is not said leaves what is known."""
    assert note("plex-1", "1:anna:a@x.org", "2:bert") == 2
    monkeypatch.setattr(home.documents, "write", None)
    assert note("plex-1", "1:anna", "2:") == 0


def test_a_person_is_last_seen_when_an_account_was(
    home: EmbeddedHome, clock: FakeClock, note: Note
) -> None:
    """To the hour: it is written at most that often."""
    note("plex-1", "1:anna")
    clock.advance(3599)
    note("plex-1", "1:anna")
    before = home.documents.get(PERSONS, person(home, "plex-1", "1"))
    clock.advance(1)
    note("plex-1", "1:anna")
    after = home.documents.get(PERSONS, person(home, "plex-1", "1"))
    assert before
    assert after
    assert before.body["last_seen_at"] == "2026-11-21T10:24:30.000Z"
    assert after.body["last_seen_at"] == "2026-11-21T11:24:30.000Z"


def test_an_id_stays_when_accounts_come_and_names_change(
    home: EmbeddedHome, clock: FakeClock, note: Note
) -> None:
    """Ids are those of the account that was seen first."""
    note("plex-1", "1:anna:a@x.org")
    first = person(home, "plex-1", "1")
    clock.advance(60)
    note("jellyfin-1", "u1:anni:a@x.org")
    clock.advance(60)
    note("plex-1", "1:annabel")
    assert person(home, "jellyfin-1", "u1") == person(home, "plex-1", "1") == first
    assert Directory.of(home.documents).person(first).name == "annabel"


def test_two_persons_that_turn_out_to_be_one_have_the_older_id(
    home: EmbeddedHome, clock: FakeClock, note: Note
) -> None:
    """The other id leads to it; when the reason goes, it is somebody of its own again."""
    note("plex-1", "1:anna:a@x.org")
    clock.advance(60)
    note("jellyfin-1", "u1:anni")
    older, younger = person(home, "plex-1", "1"), person(home, "jellyfin-1", "u1")
    assert older < younger
    note("jellyfin-1", "u1:anni:A@x.org")
    directory = Directory.of(home.documents)
    assert directory.person(younger).id == older
    assert [one.id for one in directory.accounts([younger, older])] == ["1", "u1"]
    note("jellyfin-1", "u1:anni:other@x.org")
    assert person(home, "jellyfin-1", "u1") == younger


def test_plex_names_its_owner_1_here_and_by_another_id_there(
    home: EmbeddedHome, note: Note
) -> None:
    """Ids of a Plex server are those at plex.tv but for its owner's, which a sync tells."""
    plex = ConnectionKind.PLEX
    for number in ("1", "2"):
        server = Connection(id=f"plex-{number}", kind=plex, name=number, url="http://plex")
        ConnectionStore(home.documents).add(server)
    note("plex-1", "1:owner::4711", "99:guest")
    note("plex-2", "4711:Owner's name", "1:somebody", "99:visitor")
    assert person(home, "plex-1", "1") == person(home, "plex-2", "4711")
    assert person(home, "plex-1", "99") == person(home, "plex-2", "99")
    assert person(home, "plex-2", "1") != person(home, "plex-1", "1")


def test_an_account_known_by_name_alone_is_found_by_it(home: EmbeddedHome, note: Note) -> None:
    """A sender that says no id: whatever the case, and joined by the name."""
    note("jellyfin-1", ":Anna", "u1:anna", ":")
    assert person(home, "jellyfin-1", None, "ANNA") == person(home, "jellyfin-1", "u1")
    assert len(list(each(home.documents, PERSONS))) == 1


def test_what_a_process_that_died_left_is_done_by_the_next(
    home: EmbeddedHome, note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is written with a note; whose it is follows from that."""
    with monkeypatch.context() as dying:
        dying.setattr("showrunner.people.accounts.settle", _die)
        with pytest.raises(KeyboardInterrupt):
            note("plex-1", "1:anna")
    assert Directory.of(home.documents).person_of("plex-1", "1", None) is None
    note("plex-1", "2:bert")
    assert person(home, "plex-1", "1")
    assert not list(each(home.documents, PENDING))


def _die(_documents: object) -> None:
    raise KeyboardInterrupt


def test_of_two_that_settle_at_the_same_time_one_begins_again(
    home: EmbeddedHome, note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the other wrote in between is seen, and nobody is two persons."""
    note("plex-1", "1:anna")
    write, calls = home.documents.write, []

    def overtaken(changes: object) -> None:
        calls.append(changes)
        if len(calls) == 1:  # the first of `settle`; the account is written by then
            note("emby-1", "7:anna")
        write(changes)  # type: ignore[arg-type]

    monkeypatch.setattr(home.documents, "write", overtaken)
    note("jellyfin-1", "u1:anna")
    assert len({person(home, *one) for one in _ANNAS}) == 1
    assert not list(each(home.documents, PENDING))


_ANNAS = (("plex-1", "1"), ("emby-1", "7"), ("jellyfin-1", "u1"))


def test_all_accounts_of_a_server_are_noted_together(home: EmbeddedHome, note: Note) -> None:
    """More than fit in one write."""
    assert note("plex-1", *(f"{number}:user {number % 90}" for number in range(2, 122))) == 120
    assert len({person(home, "plex-1", str(number)) for number in range(2, 122)}) == 90


def test_everybody_writing_all_the_time_is_an_error_that_can_be_tried_again(
    home: EmbeddedHome, note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A conflict that does not end is told, and what was to be done is still noted."""
    with monkeypatch.context() as busy:
        busy.setattr("showrunner.people.settling.next_version", _stale)
        with pytest.raises(ConflictError):
            note("plex-1", "1:anna")
    settle(home.documents)
    assert person(home, "plex-1", "1")


def _stale(_documents: object) -> object:
    raise ConflictError("somebody else was faster")


def test_a_person_that_never_was_is_not_found(home: EmbeddedHome) -> None:
    """By whatever asks."""
    with pytest.raises(NotFoundError, match="nobody"):
        Directory.of(home.documents).accounts(["nobody"])
