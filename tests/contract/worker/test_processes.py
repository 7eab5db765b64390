"""Worker processes as they are started: several on one home, stopped, killed, idle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from showrunner.connections.models import ConnectionKind
from showrunner.jobs.create import NewFile, NewJob
from showrunner.jobs.models import FileAction
from showrunner.jobs.queues import ERRANDS, FRAMES_QUEUES
from showrunner.jobs.store import get_job, list_files, workers
from showrunner.ports.queues import QueueDepth
from showrunner.previews.bif import read_bif
from showrunner.settings import COLLECTION, KEY
from showrunner.wiring import EmbeddedHome
from tests.unit.worker.stage import connect, job_of, line_of, names, queued
from tests.videos import make_video

pytestmark = pytest.mark.end_to_end

PROJECT = Path(__file__).parents[3]
Found = TypeVar("Found")


@pytest.fixture
def home(tmp_path: Path) -> EmbeddedHome:
    """A home on the disk with the real clock, as the processes have it."""
    home = EmbeddedHome(tmp_path / "home")
    home.folder.mkdir()
    return home


@pytest.fixture
def media(tmp_path: Path, home: EmbeddedHome) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    connect(home, ConnectionKind.EMBY, folder, interval_seconds=1)
    return folder


@contextmanager
def worker(home: EmbeddedHome, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Ended by SIGTERM, which must end it cleanly, unless the test did something worse."""
    env = {**os.environ, "SHOWRUNNER_DATA": str(home.folder), **environment}
    command = [sys.executable, str(PROJECT / "functions" / "frames" / "main.py")]
    process = subprocess.Popen(command, env=env, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        assert process.wait(timeout=30) in (0, -signal.SIGKILL)


def until(look: Callable[[], Found], what: str, within_seconds: float = 60) -> Found:
    deadline = time.monotonic() + within_seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: not within {within_seconds} s"
        time.sleep(0.1)
    return found


def film(media: Path, name: str, seconds: int) -> Path:
    path = make_video(media / name, seconds=seconds)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def is_over(home: EmbeddedHome, *job_ids: str) -> bool:
    return all(get_job(home.documents, job_id).status.is_final for job_id in job_ids)


def is_decoding(home: EmbeddedHome) -> bool:
    return any(0 < state.done < state.total // 2 for state in workers(home.documents))


def test_two_processes_share_the_work_and_do_nothing_twice(home: EmbeddedHome, media: Path) -> None:
    """Files of every priority, each in two jobs, and errands: all done, each output made once."""
    films = [film(media, f"{number}.mkv", 20) for number in range(12)]
    jobs = [job_of(home, *films[n::3], priority=n + 1) for n in range(3)]
    jobs += [job_of(home, *films[n::3], priority=3 - n) for n in range(3)]
    gone = NewFile(str(media / "gone.mkv"), action=FileAction.RETIRE)
    jobs.append(queued(home, NewJob("Gone", "sonarr", [gone])))
    with worker(home), worker(home):
        until(lambda: is_over(home, *jobs), "every job is done")

    lines = [
        line for job in jobs for line in list_files(home.documents, get_job(home.documents, job))
    ]
    made = [
        output.path for line in lines for output in line.outputs if output.outcome == "published"
    ]
    assert sorted(made) == sorted(str(path.with_name(f"{path.stem}-320-1.bif")) for path in films)
    assert sum(line.outcome == "completed" for line in lines) == 12
    assert sum(line.outcome == "skipped" for line in lines) == 13
    assert all(read_bif(Path(path or "")).count == 20 for path in made)
    for queue in (*FRAMES_QUEUES.values(), ERRANDS):
        assert home.queue(queue).depth() == QueueDepth(0, 0, 0, 0)
    assert not [name for name in names(media) if name.startswith(".")]


def test_a_stopped_worker_gives_its_task_back_to_its_own_queue(
    home: EmbeddedHome, media: Path
) -> None:
    """SIGTERM in the middle of a file: a clean end within seconds, and nothing half-made."""
    long = film(media, "long.mkv", 1800)
    job_id = job_of(home, long, priority=1)
    with worker(home) as process:
        until(lambda: is_decoding(home), "the file is in work")
        process.terminate()
        assert process.wait(timeout=30) == 0

    assert line_of(home, job_id).outcome == "queued"
    assert home.queue(FRAMES_QUEUES[1]).depth().visible == 1
    assert names(media) == ["long.mkv"]


def test_a_worker_with_grace_finishes_what_it_has_in_hand(home: EmbeddedHome, media: Path) -> None:
    """A container's stop has its time limit: up to that the file goes on."""
    long = film(media, "long.mkv", 1800)
    job_id = job_of(home, long)
    with worker(home, SHOWRUNNER_GRACE_SECONDS="60") as process:
        until(lambda: is_decoding(home), "the file is in work")
        process.terminate()
        assert process.wait(timeout=70) == 0

    assert line_of(home, job_id).outcome == "completed"
    assert home.queue("frames").depth().in_flight == 0


def test_the_file_of_a_killed_worker_is_taken_over(home: EmbeddedHome, media: Path) -> None:
    """kill -9: another process, already waiting, has it soon after the lease; one output."""
    long = film(media, "long.mkv", 1800)
    job_id = job_of(home, long)
    with worker(home, SHOWRUNNER_LEASE_SECONDS="3") as first:
        until(lambda: is_decoding(home), "the file is in work")
        with worker(home, SHOWRUNNER_LEASE_SECONDS="3"):
            first.kill()
            until(lambda: is_over(home, job_id), "the other one has done it")

    assert line_of(home, job_id).attempts == 2
    assert names(media) == ["long-320-1.bif", "long.mkv"]
    assert read_bif(media / "long-320-1.bif").count == 1800


def test_slots_come_and_go_while_the_worker_runs(home: EmbeddedHome) -> None:
    """The settings say how many; the errand and sync threads stay."""

    def types() -> list[str]:
        return sorted(state.type for state in workers(home.documents))

    def set_threads(count: int) -> None:
        home.documents.put(COLLECTION, KEY, {"cpu_threads": count})

    set_threads(1)
    with worker(home):
        until(lambda: types() == ["cpu", "errands", "syncs"], "one slot")
        set_threads(3)
        until(lambda: types() == ["cpu", "cpu", "cpu", "errands", "syncs"], "three slots")
        set_threads(0)
        until(lambda: types() == ["errands", "syncs"], "none")
        set_threads(1)
        until(lambda: types() == ["cpu", "errands", "syncs"], "one again")
    assert types() == []


def test_an_idle_worker_costs_next_to_nothing(home: EmbeddedHome) -> None:
    """
    Its slots and other threads look for work many times a second, for 1 % of a core.

    On a busy machine the same steps take longer: the best of several spells counts.
    """
    home.documents.put(COLLECTION, KEY, {"cpu_threads": 4})
    with worker(home) as process:
        until(lambda: len(workers(home.documents)) >= 5, "all are idle")
        shares = [_cpu_share(process.pid)]
        while min(shares) >= 0.01 and len(shares) < 8:
            shares.append(_cpu_share(process.pid))
    print("idle:", *(f"{share:.2%}" for share in shares), "of a core")
    assert min(shares) < 0.01


def _cpu_share(process_id: int, seconds: float = 4) -> float:
    begun, before = time.monotonic(), _cpu_seconds(process_id)
    time.sleep(seconds)
    return (_cpu_seconds(process_id) - before) / (time.monotonic() - begun)


def _cpu_seconds(process_id: int) -> float:
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
