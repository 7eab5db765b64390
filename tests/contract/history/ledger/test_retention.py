"""What is older than the owner keeps leaves the ledger."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from showrunner.adapters.files import FileBlobs
from showrunner.history.ledger.files import FilesInPlace, StoredFile
from showrunner.history.ledger.ledger import Changed, Ledger
from showrunner.history.pages import History
from tests.contract.history.ledger.plays import play
from tests.contract.history.ledger.test_writing import everything, racing


def test_retention_forgets_what_began_before(ledger: Ledger, history: History) -> None:
    """To the second: whole months go, and of the month in between its older plays."""
    october = play(9, at=datetime(2026, 10, 30, tzinfo=UTC))
    ledger.write([october, play(1), play(2), play(3)])

    assert ledger.drop_before(play(2).started_at) == Changed(removed=2)
    assert everything(history) == [play(3), play(2)]
    assert ledger.drop_before(play(2).started_at) == Changed()


class _OnePart(FilesInPlace):
    """A cache with room for a single part, which counts what it was asked for."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked: set[str] = set()

    def paths(self, parts: Sequence[StoredFile]) -> list[Path]:
        assert len(parts) <= 1
        self.asked |= {part.key for part in parts}
        return super().paths(parts)


def test_retention_reads_nothing_that_is_wholly_older(
    ledger: Ledger, history: History, blobs: FileBlobs
) -> None:
    """Ten years would fit no cache; a part that is damaged or lost goes like any other."""
    years = [play(n, at=datetime(2016 + n, 5, 1, tzinfo=UTC)) for n in range(10)]
    ledger.write([*years, play(1), play(2), play(3)])
    oldest, lost = ledger.manifest().months["2016-05"], ledger.manifest().months["2017-05"]
    blobs.put(oldest.parts[0].key, b"no parquet")
    blobs.delete(lost.parts[0].key)
    ledger.part_files = files = _OnePart(blobs._root)
    november = {part.key for part in ledger.manifest().months["2026-11"].parts}

    assert ledger.drop_before(play(2).started_at) == Changed(removed=11)
    assert files.asked == november
    assert everything(history) == [play(3), play(2)]


def test_retention_takes_its_turn_among_writers(
    ledger: Ledger, history: History, blobs: FileBlobs
) -> None:
    """What another writes meanwhile stays."""
    ledger.write([play(9, at=datetime(2026, 9, 1, tzinfo=UTC)), play(1)])
    assert racing(ledger, blobs, 1).drop_before(play(1).started_at) == Changed(removed=1)
    assert play(1) in everything(history)
    assert len(everything(history)) == 2
