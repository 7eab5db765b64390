import os
from pathlib import Path

import pytest

from showrunner.adapters.files import FileBlobs
from showrunner.errors import SetupError
from showrunner.history.filters import PlayFilters
from showrunner.history.home import CACHE_MB_VARIABLE, ledger_of
from showrunner.history.ledger.files import CachedFiles
from showrunner.history.ledger.ledger import Ledger
from showrunner.history.ledger.manifest import PartFile
from showrunner.history.pages import History
from showrunner.ports.blobs import Blob
from showrunner.wiring import AwsHome, EmbeddedHome
from tests.contract.history.ledger.plays import play
from tests.fakes import FakeClock


class Counted(FileBlobs):
    """Blobs that count what is fetched."""

    fetched = 0

    def get(self, key: str) -> Blob | None:
        self.fetched += key.endswith(".parquet")
        return super().get(key)


@pytest.fixture
def blobs(tmp_path: Path) -> Counted:
    return Counted(tmp_path / "blobs")


@pytest.fixture
def parts(ledger: Ledger) -> list[PartFile]:
    """Three files of about one size, newest month first."""
    ledger.write([play(1), play(1000), play(2000)])
    return list(ledger.manifest().parts())


def cache(blobs: FileBlobs, tmp_path: Path, limit_bytes: int) -> CachedFiles:
    return CachedFiles(blobs, tmp_path / "cache", limit_bytes)


def kept(tmp_path: Path) -> set[Path]:
    return set((tmp_path / "cache").iterdir())


def test_a_part_is_fetched_once(blobs: Counted, parts: list[PartFile], tmp_path: Path) -> None:
    """Also by the next process: the copies are named by key and etag."""
    for _ in range(3):
        paths = cache(blobs, tmp_path, 10**6).paths(parts)
    fetched = blobs.fetched

    assert fetched == 3
    found = [blobs.get(part.key) for part in parts]
    assert [path.read_bytes() for path in paths] == [blob.data for blob in found if blob]


def test_the_cache_keeps_to_its_limit(
    blobs: Counted, parts: list[PartFile], tmp_path: Path
) -> None:
    """What was not used longest makes room; what is asked for now never does."""
    two = sum(part.size_bytes for part in parts[:2]) + 100
    files = cache(blobs, tmp_path, two)
    ((first,), (second,)) = files.paths(parts[:1]), files.paths(parts[1:2])
    os.utime(second, (1, 1))
    (third,) = files.paths(parts[2:])

    assert kept(tmp_path) == {first, third}
    assert set(files.paths(parts[1:])) == kept(tmp_path)


def test_a_question_larger_than_the_cache_is_refused(
    blobs: Counted, parts: list[PartFile], tmp_path: Path
) -> None:
    """The message names the setting; nothing was fetched."""
    with pytest.raises(SetupError, match=CACHE_MB_VARIABLE):
        cache(blobs, tmp_path, parts[0].size_bytes + 1).paths(parts)
    assert blobs.fetched == 0


def test_a_changed_blob_is_not_taken_for_the_part(
    blobs: Counted, parts: list[PartFile], tmp_path: Path
) -> None:
    """Another etag is another content: an error, and no copy."""
    blobs.put(parts[0].key, b"something else")
    with pytest.raises(SetupError, match=parts[0].key):
        cache(blobs, tmp_path, 10**6).paths(parts[:1])
    assert kept(tmp_path) == set()


def test_an_embedded_home_reads_its_files_in_place(tmp_path: Path, clock: FakeClock) -> None:
    """No second copy on a NAS: the blobs are files already."""
    ledger = ledger_of(EmbeddedHome(tmp_path, clock))
    ledger.write([play(1)])

    history = History(ledger)
    assert history.page(PlayFilters()).plays == [play(1)]
    history.close()
    (path,) = ledger.part_files.paths(list(ledger.manifest().parts()))
    assert path.is_relative_to(tmp_path / "blobs" / "history")


def test_a_cache_size_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable."""
    monkeypatch.setenv(CACHE_MB_VARIABLE, "plenty")
    with pytest.raises(SetupError, match=CACHE_MB_VARIABLE):
        ledger_of(AwsHome({"SHOWRUNNER_BUCKET": "any"}))
