from collections.abc import Iterator
from pathlib import Path

import pytest

from showrunner.adapters.files import FileBlobs
from showrunner.history.ledger.files import FilesInPlace
from showrunner.history.ledger.ledger import Ledger
from showrunner.history.pages import History
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobs:
    return FileBlobs(tmp_path / "blobs")


@pytest.fixture
def ledger(tmp_path: Path, blobs: FileBlobs, clock: FakeClock) -> Ledger:
    return Ledger(blobs, FilesInPlace(tmp_path / "blobs"), clock)


@pytest.fixture
def history(ledger: Ledger) -> Iterator[History]:
    history = History(ledger)
    yield history
    history.close()
