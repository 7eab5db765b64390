"""What Tautulli knows of connections and pictures comes with its plays."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from showrunner.clients.frame_rates import frame_rate
from showrunner.clients.tautulli_rows import TautulliStream
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.demo.tautulli_database import write_database
from showrunner.history.imports.tautulli import ImportOptions, import_database, import_from_api
from showrunner.plays.models import Play
from showrunner.wiring import EmbeddedHome
from tests.contract.history.imports.test_tautulli_api import Tautulli, row
from tests.contract.history.intake.test_fast_way import plays_in

RATES = ("24p", "NTSC", "PAL", "23.976", "60p", "50i", "0", "90000", "p", "fast", "nan", "")


class Unwatched:
    def progress(self, processed: int, total: int) -> None:
        pass


@pytest.fixture(autouse=True)
def attic(home: EmbeddedHome) -> None:
    ConnectionStore(home.documents).save(
        Connection(id="attic", kind=ConnectionKind.PLEX, name="Attic", url="http://attic")
    )


def by_start(plays: list[Play]) -> list[Play]:
    return sorted(plays, key=lambda play: play.started_at)


def test_the_database_says_whether_it_was_secure_and_how_fast(
    home: EmbeddedHome, tmp_path: Path
) -> None:
    """In its words for frame rates, which mean what they mean from a server."""
    file = tmp_path / "tautulli.db"
    write_database(
        file, plays=len(RATES), people=1, days=90, until=datetime(2026, 8, 1, tzinfo=UTC)
    )
    with closing(sqlite3.connect(file)) as database, database:
        # Each an item of its own, so that none is taken for another's second sitting.
        database.execute("UPDATE session_history SET rating_key = 5000 + id")
        database.execute("UPDATE session_history_metadata SET guid = 'plex://movie/' || id")
        for number, rate in enumerate(RATES, start=1):
            secure = (1, 0, None)[number % 3]
            database.execute("UPDATE session_history SET secure = ? WHERE id = ?", [secure, number])
            database.execute(
                "UPDATE session_history_media_info SET video_framerate = ? WHERE id = ?",
                [rate, number],
            )
    import_database(home, file, ImportOptions("attic"), Unwatched())
    found = {int(one.item.item_id or 0) - 5000: one for one in plays_in(home)}
    assert {number: one.stream.source_frame_rate for number, one in found.items()} == {
        number: frame_rate(rate) for number, rate in enumerate(RATES, start=1)
    }
    assert {number: one.player.is_secure for number, one in found.items()} == {
        number: (True, False, None)[number % 3] for number in found
    }


def test_the_api_says_the_same(home: EmbeddedHome) -> None:
    """Whether it was secure stands in the list, how fast it was among the details."""

    class Detailed(Tautulli):
        def stream_data(self, row_id: int) -> TautulliStream | None:
            found = super().stream_data(row_id)
            return found and found.model_copy(update={"video_framerate": "24p"})

    source = Detailed([row(1, secure=1), row(2, secure=0), row(3, secure="")])
    list(import_from_api(home, source, ImportOptions("attic")))
    found = by_start(plays_in(home))
    assert [one.player.is_secure for one in found] == [True, False, None]
    assert {one.stream.source_frame_rate for one in found} == {24.0}
