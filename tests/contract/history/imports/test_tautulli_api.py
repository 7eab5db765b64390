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
from showrunner.history.imports.tautulli import ImportOptions, RefusedRow, import_from_api
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


class Watch:
    def __init__(self) -> None:
        self.told: list[tuple[int, int | None, str | None]] = []

    def progress(self, processed: int, total: int | None, resume_from: str | None) -> None:
        self.told.append((processed, total, resume_from))


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
    source, watch = Tautulli([row(number) for number in range(1, 11)]), Watch()
    found = import_from_api(home, source, ImportOptions("attic"), watch)
    assert (found.rows, found.added, sorted(source.asked)) == (10, 10, list(range(1, 11)))
    assert watch.told[:2] == [(4, 10, "4"), (8, 10, "8")]
    play = plays_in(home)[0]
    assert (play.stream.source_video_codec, play.is_watched) == ("hevc", True)
    version = ledger_of(home).manifest().version
    again = import_from_api(home, source, ImportOptions("attic"), Watch())
    assert (again.added, again.changed, again.unchanged) == (0, 0, 10)
    assert len(source.asked) == 10
    assert ledger_of(home).manifest().version == version


def test_it_goes_on_where_it_broke_down(home: EmbeddedHome) -> None:
    """What was imported stays, `resume_from` leaves it out, and a run from the start is as good."""
    source, watch = Tautulli([row(number) for number in range(1, 11)]), Watch()
    source.breaks_at = 4
    with pytest.raises(UnreachableError):
        import_from_api(home, source, ImportOptions("attic"), watch)
    source.breaks_at = -1
    options = ImportOptions("attic", resume_from=watch.told[-1][2])
    assert import_from_api(home, source, options, Watch()).rows == 6
    assert len(plays_in(home)) == 10


def test_details_can_be_left_out_and_come_later(home: EmbeddedHome) -> None:
    """The plays are the same ones."""
    source = Tautulli([row(1)])
    import_from_api(home, source, ImportOptions("attic", stream_details=False), Watch())
    assert source.asked == []
    found = import_from_api(home, source, ImportOptions("attic"), Watch())
    assert (found.added, found.changed) == (0, 1)
    assert plays_in(home)[0].stream.source_audio_codec == "eac3"


def test_an_impossible_row_is_named(home: EmbeddedHome) -> None:
    """The others of its page are imported."""
    source = Tautulli([row(1), row(2, stopped=FIRST - HOUR), row(3)])
    found = import_from_api(home, source, ImportOptions("attic"), Watch())
    assert found.refused == [RefusedRow(2, "it stops before it starts")]
    assert (found.added, found.rows) == (2, 3)
