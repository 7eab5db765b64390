"""The page of syncs: how each stands, in words, and the import's form."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from showrunner.connections.models import ConnectionKind
from showrunner.syncs.models import SyncError, SyncKind, SyncRun, SyncState
from showrunner.syncs.store import change_run
from showrunner.web.rooms import syncs
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.live.builders import connect
from tests.unit.web.conftest import Reader
from tests.unit.web.test_automation_rooms import text_of
from tests.unit.web.test_page import HOSTILE, Elements, assert_harmless


def run(home: EmbeddedHome, kind: SyncKind = SyncKind.HISTORY, **facts: Any) -> None:
    def change(before: SyncRun) -> SyncRun:
        return SyncRun.model_validate({**before.model_dump(), **facts})

    change_run(home.documents, "attic", kind, change)


def card(reader: Reader) -> str:
    return reader.get("/fragments/sync/syncs").text


def line(reader: Reader, kind: str = "history") -> str:
    """What the page says of one sync of the attic's."""
    found = card(reader).partition(f'id="sync-attic/{kind}">')[2]
    return text_of(found.partition('<li id="sync-')[0].partition("</article>")[0])


def test_before_any_sync_every_one_can_be_started(reader: Reader, home: EmbeddedHome) -> None:
    """Three of each server; an import that nobody asked for is not shown."""
    connect(home)
    page = card(reader)
    bodies = [unescape(one) for one in re.findall(r"data-body='([^']*kinds[^']*)'", page)]
    assert [re.findall(r'"kinds":\["(\w+)"\]', one)[0] for one in bodies] == [
        *("history", "libraries", "accounts"),
        "history",
    ]
    assert text_of(page).count("never ran") == 3
    assert "Tautulli import" not in page
    assert "Cancel" not in page


@pytest.mark.parametrize(
    ("state", "button"),
    [
        (SyncState.QUEUED, "Cancel"),
        (SyncState.RUNNING, "Cancel"),
        (SyncState.WAITING, "Cancel"),
        (SyncState.COMPLETED, "Sync now"),
        (SyncState.FAILED, "Sync now"),
        (SyncState.CANCELLED, "Sync now"),
    ],
)
def test_states_are_words_and_offer_what_can_be_done(
    reader: Reader, home: EmbeddedHome, state: SyncState, button: str
) -> None:
    """Colours are never alone; what is under way can be cancelled, the rest begun."""
    connect(home)
    run(home, state=state)
    assert f"History {state} {button}" in line(reader)


def test_a_sync_under_way_says_how_far_and_how_long(
    reader: Reader, home: EmbeddedHome, clock: FakeClock
) -> None:
    """Rows, rate, what is left, what is in work; a bar only where the end is known."""
    connect(home)
    facts = {"processed": 12_000, "added": 9_000, "changed": 20, "active_seconds": 24.0}
    began = {"state": SyncState.RUNNING, "started_at": clock.now(), "current": "page 12"}
    run(home, total=48_000, **facts, **began)
    said = line(reader)
    assert "25 % 12,000 of 48,000 read, 9,000 new, 20 changed · 500 a second" in said
    assert "about 1 min 12 s left · page 12" in said
    assert "<progress" in card(reader)

    run(home, total=None)
    assert "12,000 read, 9,000 new" in line(reader)
    assert "<progress" not in card(reader)


def test_a_wait_names_its_reason_and_the_next_try(
    reader: Reader, home: EmbeddedHome, clock: FakeClock
) -> None:
    """A failure has the reason alone, in red."""
    connect(home)
    now = clock.now()
    error = SyncError(
        message="Attic is not reachable.", at=now, retry_at=now + timedelta(minutes=5)
    )
    run(home, state=SyncState.WAITING, error=error)
    assert "Attic is not reachable. Next try in 21 Nov" in line(reader)
    assert 'class="message"' in card(reader)

    lasting = SyncError(message="The key was refused: enter it again.", at=now)
    run(home, state=SyncState.FAILED, error=lasting)
    assert line(reader).endswith("The key was refused: enter it again.")
    assert 'class="message bad"' in card(reader)


def test_what_comes_next_is_told(reader: Reader, home: EmbeddedHome, clock: FakeClock) -> None:
    """How far back the history is whole, when it was read last, when it is read again."""
    connect(home)
    now = clock.now()
    facts: dict[str, Any] = {
        "covered_from": now - timedelta(days=365),
        "last_success_at": now - timedelta(minutes=2),
        "next_due_at": now + timedelta(minutes=13),
    }
    run(home, state=SyncState.COMPLETED, processed=3, total=3, **facts)
    said = line(reader)
    assert "3 of 3 read, 0 new, 0 changed · complete since 21 Nov" in said
    assert "· last 21 Nov" in said
    assert "· next in 21 Nov" in said
    run(home, next_due_at=now - timedelta(seconds=1))
    assert "next in a moment" in line(reader)


def test_refused_rows_are_counted_and_the_first_are_told(
    reader: Reader, home: EmbeddedHome, clock: FakeClock
) -> None:
    """Folded, each with its reason, and how many more there are."""
    connect(home)
    problems = ("row 7: stopped before it started", "row 9: no title")
    done = {"state": SyncState.COMPLETED, "queued_at": clock.now()}
    run(home, SyncKind.TAUTULLI, refused=1_204, problems=problems, **done)
    said = line(reader, "tautulli")
    assert "Tautulli import completed" in said
    assert "1,204 rows could not be taken row 7: stopped before it started" in said
    assert "row 9: no title and 1,202 more" in said
    assert "Sync now" not in said


def test_older_history_can_be_fetched(reader: Reader, home: EmbeddedHome) -> None:
    """Days as a number within the API's bounds; nothing of a server that is switched off."""
    connect(home)
    assert 'name="days_back" data-number value="365" min="7" max="3650"' in card(reader)
    connect(home, enabled=False)
    page = card(reader)
    assert "switched off" in page
    assert "data-send" not in page


def test_an_import_needs_a_plex_server(reader: Reader, home: EmbeddedHome) -> None:
    """What to import from stands in the list: each Tautulli, a file here, a file there."""
    assert "connect it first" in text_of(reader.get("/sync").text)
    connect(home, "attic", name="Attic")
    connect(home, "taut", kind=ConnectionKind.TAUTULLI, name="My Tautulli")
    page = reader.get("/sync").text
    form = page.partition('id="import"')[2]
    assert re.findall(r'<option value="([^"]*)"', form) == ["taut", "file", "path", "attic"]
    connect(home, "second", name="Second")
    form = reader.get("/sync").text.partition('id="import"')[2]
    assert "The one that the Tautulli watches" in form


def test_every_step_of_a_sync_is_news(home: EmbeddedHome) -> None:
    """Open pages follow it."""
    connect(home)
    part = syncs.ROOM.part("syncs")
    before = part.version(home.documents)
    run(home, state=SyncState.RUNNING, processed=5)
    during = part.version(home.documents)
    run(home, processed=6)
    assert len({before, during, part.version(home.documents)}) == 3


def test_hostile_words_stay_text(reader: Reader, home: EmbeddedHome, clock: FakeClock) -> None:
    """Errors and problems quote what servers and files said."""
    connect(home, name=HOSTILE)
    connect(home, "taut", kind=ConnectionKind.TAUTULLI, name=HOSTILE)
    error = SyncError(message=HOSTILE, at=clock.now())
    run(home, state=SyncState.FAILED, error=error, current=HOSTILE)
    run(home, state=SyncState.FAILED, refused=2, problems=(HOSTILE,))
    page = reader.get("/sync").text
    assert Elements(page).text.count(HOSTILE) > 4
    assert_harmless(page)
