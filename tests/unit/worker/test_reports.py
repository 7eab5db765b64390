"""What a worker tells of itself while a file is in work."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from showrunner.connections.models import ConnectionKind
from showrunner.jobs.models import FileOutcome, WorkerState
from showrunner.jobs.store import workers
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.worker import slot as slot_module
from showrunner.previews.worker.results import Result
from showrunner.previews.worker.slot import Slot
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.worker.stage import connect, job_of

DONE = Result(FileOutcome.COMPLETED, None)


def test_a_slot_tells_what_it_works_on_before_the_first_picture(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that takes its time to answer leaves no running job without its worker."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    seen: list[WorkerState] = []

    def look(*_: object) -> Result:
        seen.extend(workers(home.documents))
        return DONE

    monkeypatch.setattr(slot_module, "process", look)
    slot.run_one(0)

    (state,) = seen
    assert (state.status, state.job_id, state.file_number) == ("working", job_id, 1)
    assert (state.current_item, state.queue, state.total) == ("film.mkv", "frames", 0)


def test_a_file_without_progress_is_no_silence(
    home: EmbeddedHome,
    decoder: Decoder,
    media: Path,
    film: Path,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each heartbeat tells anew what is in work: a slow disk is no dead worker."""
    connect(home, ConnectionKind.EMBY, media)
    job_of(home, film)
    slot = Slot("test-0", home, 0.03, lambda: False, decoder)  # a heartbeat every 10 ms
    later = clock.now() + timedelta(milliseconds=5)
    seen: list[WorkerState] = []

    def slow(*_: object) -> Result:
        clock.advance(0.005)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            seen[:] = workers(home.documents)
            if seen[0].updated_at >= later:
                break
            time.sleep(0.005)
        return DONE

    monkeypatch.setattr(slot_module, "process", slow)
    slot.run_one(0)

    (state,) = seen
    assert (state.status, state.current_item, state.updated_at) == ("working", "film.mkv", later)
