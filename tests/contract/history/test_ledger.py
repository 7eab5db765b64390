"""The ledger over both kinds of blobs, with real processes and real conditional puts."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from showrunner.adapters.aws.blobs import S3Blobs
from showrunner.adapters.files import FileBlobs
from showrunner.adapters.system_clock import SystemClock
from showrunner.errors import ConflictError
from showrunner.history.filters import PlayFilters
from showrunner.history.ledger.care import verify
from showrunner.history.ledger.files import CachedFiles, FilesInPlace
from showrunner.history.ledger.ledger import Changed, Ledger
from showrunner.history.ledger.manifest import PLAYS_PREFIX
from showrunner.history.pages import History
from tests.contract.history.ledger.plays import full_play, play

WRITE_FOREVER = """
import sys
from pathlib import Path
from showrunner.history.home import ledger_of
from showrunner.wiring import EmbeddedHome
from tests.contract.history.ledger.plays import play

ledger = ledger_of(EmbeddedHome(Path(sys.argv[1])))
print("writing", flush=True)
number = 0
while True:
    number += 1
    ledger.write([play(number), play(number + 1000)])
    print(number, flush=True)
"""


class LedgerContract:
    @pytest.fixture
    def ledger(self) -> Ledger:
        raise NotImplementedError

    @pytest.fixture
    def history(self, ledger: Ledger) -> Iterator[History]:
        history = History(ledger)
        yield history
        history.close()

    def test_a_life_of_plays(self, ledger: Ledger, history: History) -> None:
        """Written, corrected, moved to another month, dropped: each read as it is then."""
        assert ledger.write([full_play(), play(2), play(1000)]) == Changed(added=3)
        assert history.page(PlayFilters()).plays == [play(1000), play(2), full_play()]
        moved = play(2, id=play(1000).id)
        assert ledger.write([moved], dropped=[play(2).id]) == Changed(changed=1, removed=1)
        assert history.page(PlayFilters()).plays == [moved, full_play()]
        assert ledger.write([moved]) == Changed()
        assert verify(ledger) == []

    def test_writers_at_the_same_time_lose_nothing(self, ledger: Ledger, history: History) -> None:
        """Three write each a play a time, into one month: all are there, each once."""

        def write(first: int) -> None:
            for number in range(first, first + 4):
                _until_it_wins(ledger, number)

        threads = [threading.Thread(target=write, args=(10 * first,)) for first in (1, 2, 3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        expected = {play(10 * first + extra).id for first in (1, 2, 3) for extra in range(4)}
        plays = history.page(PlayFilters(), limit=100).plays
        assert len(plays) == 12
        assert {one.id for one in plays} == expected
        assert verify(ledger) == []


def _until_it_wins(ledger: Ledger, number: int) -> None:
    while True:
        try:
            ledger.write([play(number)])
        except ConflictError:
            continue
        return


class TestInFiles(LedgerContract):
    @pytest.fixture
    def ledger(self, tmp_path: Path) -> Ledger:
        folder = tmp_path / "blobs"
        return Ledger(FileBlobs(folder), FilesInPlace(folder), SystemClock())

    def test_a_killed_writer_leaves_a_whole_ledger(
        self, tmp_path: Path, ledger: Ledger, history: History
    ) -> None:
        """Killed at any moment: all it reported is there, no write half, no play twice."""
        reported = 0
        for pause_seconds in (0.05, 0.13, 0.21):
            reported = max(reported, _killed_after(tmp_path, pause_seconds))
            plays = {one.id for one in history.page(PlayFilters(), limit=1000).plays}
            known = [number for number in range(1, 900) if play(number).id in plays]
            assert plays == {play(n).id for number in known for n in (number, number + 1000)}
            assert known == list(range(1, len(known) + 1))
            assert len(known) >= reported > 0
            assert verify(ledger) == []
        named = {part.key for part in ledger.manifest().parts()}
        assert named <= {info.key for info in ledger.blobs.list(PLAYS_PREFIX)}


def _killed_after(data: Path, pause_seconds: float) -> int:
    """Run a writer, kill it some time after its first report; the last number it reported."""
    command = [sys.executable, "-c", WRITE_FOREVER, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert [writer.stdout.readline() for _ in range(2)] == ["writing\n", "1\n"]
        time.sleep(pause_seconds)
        writer.send_signal(signal.SIGKILL)
        return int(["1", *writer.stdout.read().split()][-1])


@pytest.mark.aws
class TestInS3(LedgerContract):
    @pytest.fixture
    def ledger(
        self, aws: Callable[[str], Any], unique_name: str, tmp_path: Path
    ) -> Iterator[Ledger]:
        client = aws("s3")
        client.create_bucket(Bucket=unique_name)
        blobs = S3Blobs(unique_name, "", client)
        yield Ledger(blobs, CachedFiles(blobs, tmp_path / "cache", 10**7), SystemClock())
        for info in list(blobs.list()):
            blobs.delete(info.key)
        client.delete_bucket(Bucket=unique_name)
