"""Tautulli's API gives the same history, page by page."""

from datetime import datetime
from typing import Any

import pytest

from showrunner.clients.tautulli_rows import (
    TautulliPage,
    TautulliRow,
    TautulliStream,
    TautulliUser,
)
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.errors import UnreachableError
from showrunner.history.home import ledger_of
from showrunner.history.imports.tautulli import (
    Imported,
    ImportedPage,
    ImportOptions,
    RefusedRow,
    import_from_api,
)
from showrunner.wiring import EmbeddedHome
from tests.contract.history.intake.test_fast_way import plays_in

HOUR = 3600
FIRST = 1_700_000_000


class Tautulli:
    """Answers with its rows, a few a page; it can break down at a page."""

    def __init__(self, rows: list[TautulliRow]) -> None:
        self.rows, self.asked, self.breaks_at = rows, list[int](), -1

    def history_page(
        self, *, cursor: str | None, since: datetime | None, until: datetime | None, limit: int
    ) -> TautulliPage:
        start = int(cursor or 0)
        if start == self.breaks_at:
            raise UnreachableError("Attic did not answer: is it on?")
        end = start + min(limit, 4)
        following = str(end) if end < len(self.rows) else None
        return TautulliPage(rows=self.rows[start:end], next_cursor=following, total=len(self.rows))

    def stream_data(self, row_id: int) -> TautulliStream | None:
        self.asked.append(row_id)
        return TautulliStream(video_codec="hevc", audio_codec="eac3", bitrate=9000)

    def users(self) -> list[TautulliUser]:
        return [TautulliUser(user_id="7", username="mika", email="mika@example.org")]


def pages_of(home: EmbeddedHome, source: Tautulli, **options: Any) -> list[ImportedPage]:
    return list(import_from_api(home, source, ImportOptions("attic", **options)))


def only_page(home: EmbeddedHome, source: Tautulli, **options: Any) -> Imported:
    [page] = pages_of(home, source, **options)
    return page.imported


def row(number: int, **more: Any) -> TautulliRow:
    """Each film once, an hour long, one a day."""
    started = FIRST + number * 24 * HOUR
    facts = {
        "row_id": number,
        "started": started,
        "stopped": started + HOUR,
        "user_id": "7",
        "user": "mika",
        "rating_key": str(100 + number),
        "title": f"Film {number}",
        "media_type": "movie",
        "percent_complete": 95,
        "watched_status": 1,
        "machine_id": "u1",
        "player": "TV",
        "transcode_decision": "transcode",
    }
    return TautulliRow(**{**facts, **more})


@pytest.fixture(autouse=True)
def attic(home: EmbeddedHome) -> None:
    ConnectionStore(home.documents).save(
        Connection(id="attic", kind=ConnectionKind.PLEX, name="Attic", url="http://attic")
    )


def test_details_are_asked_for_once(home: EmbeddedHome) -> None:
    """A question a row is slow: a second run asks none, and changes nothing."""
    source = Tautulli([row(number) for number in range(1, 11)])
    pages = pages_of(home, source)
    assert [(page.imported.rows, page.imported.added) for page in pages] == [(4, 4), (4, 4), (2, 2)]
    assert [(page.resume_from, page.total) for page in pages] == [("4", 10), ("8", 10), (None, 10)]
    assert sorted(source.asked) == list(range(1, 11))
    play = plays_in(home)[0]
    assert (play.stream.source_video_codec, play.is_watched) == ("hevc", True)
    version = ledger_of(home).manifest().version
    again = [page.imported for page in pages_of(home, source)]
    assert [(one.added, one.changed, one.unchanged) for one in again] == [
        (0, 0, 4),
        (0, 0, 4),
        (0, 0, 2),
    ]
    assert len(source.asked) == 10
    assert ledger_of(home).manifest().version == version


def test_it_goes_on_where_it_broke_down(home: EmbeddedHome) -> None:
    """What was imported stays, `resume_from` leaves it out, and a run from the start is as good."""
    source = Tautulli([row(number) for number in range(1, 11)])
    source.breaks_at = 4
    pages = import_from_api(home, source, ImportOptions("attic"))
    first = next(pages)
    with pytest.raises(UnreachableError):
        next(pages)
    source.breaks_at = -1
    rest = pages_of(home, source, resume_from=first.resume_from)
    assert [page.imported.rows for page in rest] == [4, 2]
    assert len(plays_in(home)) == 10


def test_details_can_be_left_out_and_come_later(home: EmbeddedHome) -> None:
    """The plays are the same ones."""
    source = Tautulli([row(1)])
    pages_of(home, source, stream_details=False)
    assert source.asked == []
    found = only_page(home, source)
    assert (found.added, found.changed) == (0, 1)
    assert plays_in(home)[0].stream.source_audio_codec == "eac3"


def test_an_impossible_row_is_named(home: EmbeddedHome) -> None:
    """The others of its page are imported."""
    source = Tautulli([row(1), row(2, stopped=FIRST - HOUR), row(3)])
    found = only_page(home, source)
    assert found.refused == [RefusedRow(2, "it stops before it starts")]
    assert (found.added, found.rows) == (2, 3)
