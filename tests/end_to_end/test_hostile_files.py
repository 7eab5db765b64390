"""Broken and malicious files: a complete set or one clear error each, and nothing else."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from showrunner.connections.models import Connection, ConnectionKind, Library, PreviewSettings
from showrunner.connections.store import ConnectionStore
from showrunner.previews.bif import read_bif
from showrunner.wiring import EmbeddedHome
from tests.end_to_end.running import PROJECT, Running, showrunner_up, until
from tests.hostile import ALSO_TRUNCATED, SECONDS, STREAMS, make_hostile
from tests.videos import make_video

pytestmark = pytest.mark.end_to_end

LIMITS = {
    "SHOWRUNNER_STALL_SECONDS": "20",
    "SHOWRUNNER_FILE_SECONDS": "60",
    "SHOWRUNNER_DECODER_MB": "700",
}
MOST_PICTURES = 10 * SECONDS
# What a limit ended in the middle would be a file that the engine itself should have refused.
NEVER_SAID = ("crashed", "did nothing", "not done", "of memory", "failed on it", "Traceback")

# The worker adds half a second to each file for the server that it cannot tell.
MORE_OF_THE_SAME = re.compile(
    rf"truncated-[2-468]0|flipped-(head-)?[2-5]|truncated-..\.({'|'.join(ALSO_TRUNCATED)})"
)


@pytest.fixture
def lure() -> Iterator[socket.socket]:
    """Listens where the playlists lead; nobody may come."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def partials_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.endswith(".showrunner-partial")]


def preview(*paths: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "showrunner.cli.preview", "--json", *map(str, paths)],
        env={**os.environ, **LIMITS},
        capture_output=True,
        text=True,
        timeout=240,
        cwd=PROJECT,
        check=False,
    )
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_ends_in_a_complete_set_or_one_clear_error(
    tmp_path: Path, lure: socket.socket
) -> None:
    """Quickly, with no partial output, no crash, bounded memory, and nobody led astray."""
    folder = tmp_path / "hostile"
    paths = make_hostile(folder, lure.getsockname()[1])
    good = make_video(tmp_path / "good.mkv", seconds=SECONDS)
    *lines, last = preview(*(path for path in paths if not path.is_dir()), good)

    assert len(lines) == len(paths) - 1
    for line in lines:
        assert line["seconds"] < 10, line
        if line["outcome"] == "done":
            (output,) = line["outputs"]
            assert 0 < read_bif(Path(output)).count <= MOST_PICTURES, line
            assert "truncated" not in line["path"] or line["path"].endswith(STREAMS), line
        else:
            assert line["outcome"] == "failed"
            assert line["path"] in line["message"]
            assert "\n" not in line["message"]
            assert not [words for words in NEVER_SAID if words in line["message"]], line
    assert last["outcome"] == "done"
    assert partials_in(tmp_path) == []
    assert sorted(p for p in folder.iterdir() if p.suffix != ".bif") == paths
    with pytest.raises(BlockingIOError):
        lure.accept()


def connect_emby(running: Running, media: Path) -> None:
    """An Emby that owns the folder and is away: its previews need only the folder."""
    home = EmbeddedHome(running.data)
    ConnectionStore(home.documents).save(
        Connection(
            id="emby-1",
            kind=ConnectionKind.EMBY,
            name="Emby",
            url="http://127.0.0.1:9",
            sealed_secret=home.secrets.seal("key"),
            libraries=[Library(native_id="1", name="Movies", locations=[str(media)])],
            previews=PreviewSettings(interval_seconds=1),
        )
    )


def test_the_worker_survives_them_all(tmp_path: Path, lure: socket.socket) -> None:
    """Every job ends, the same process works from first to last, and the next film is fine."""
    folder = tmp_path / "media" / "hostile"
    folder.parent.mkdir()
    paths = make_hostile(folder, lure.getsockname()[1])
    paths = [path for path in paths if not MORE_OF_THE_SAME.match(path.name)]
    for path in paths:
        os.utime(path, (1_700_000_000,) * 2, follow_symlinks=False)
    good = make_video(folder.parent / "good.mkv", seconds=SECONDS)
    os.utime(good, (1_700_000_000,) * 2)
    with showrunner_up(tmp_path, environment=LIMITS) as running:
        connect_emby(running, folder.parent)
        worker = running.worker_process_id()
        jobs = {p: running.post("/jobs", {"file_path": str(p)})["id"] for p in [*paths, good]}
        for path, job_id in jobs.items():
            running.finished_job(job_id, within_seconds=120)
            (line,) = running.files(job_id)
            assert line["outcome"] in ("completed", "failed"), line
            assert line["attempts"] == 1, line
            if line["outcome"] == "completed":
                bif = path.with_name(f"{path.stem}-320-1.bif")
                assert 0 < read_bif(bif).count <= MOST_PICTURES
            else:
                assert line["message"]
                assert not [words for words in NEVER_SAID if words in line["message"]], line

        assert line["outcome"] == "completed"
        assert running.worker_process_id() == worker
    assert partials_in(tmp_path) == []


def decoder_of(worker: int) -> int | None:
    """The process of the worker's decoder; None while there is none."""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if f"PPid:\t{worker}\n" in status.read_text():
                return int(status.parent.name)
        except OSError:
            continue
    return None


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Half an hour, a picture every second: long enough to be struck in the middle."""
    video = make_video(tmp_path / "media" / "Long.mkv", seconds=1800)
    os.utime(video, (1_700_000_000,) * 2)
    return video


def struck_in_the_middle(running: Running, job_id: str, number: signal.Signals) -> int:
    """Sends the signal to the decoder when pictures are coming; gives its process id."""
    until(lambda: is_in_the_middle(running, job_id), "the decoder is in the middle")
    decoder = decoder_of(running.worker_process_id())
    assert decoder is not None
    os.kill(decoder, number)
    return decoder


def is_in_the_middle(running: Running, job_id: str) -> bool:
    return any(0 < w["done"] < w["total"] for w in running.get(f"/jobs/{job_id}")["workers"])


def test_a_decoder_that_crashes_costs_neither_worker_nor_output(tmp_path: Path, film: Path) -> None:
    """A segmentation fault in the middle: a fresh decoder makes the whole set, in one attempt."""
    with showrunner_up(tmp_path) as running:
        connect_emby(running, film.parent)
        worker = running.worker_process_id()
        job_id = running.post("/jobs", {"file_path": str(film)})["id"]
        struck_in_the_middle(running, job_id, signal.SIGSEGV)

        running.finished_job(job_id)
        (line,) = running.files(job_id)
        assert (line["outcome"], line["attempts"]) == ("completed", 1)
        assert running.worker_process_id() == worker
    assert read_bif(film.with_name("Long-320-1.bif")).count == 1800
    assert partials_in(tmp_path) == []


def test_a_decoder_that_hangs_fails_its_file_alone(tmp_path: Path, film: Path) -> None:
    """After the time it may be silent; the next file has a decoder again."""
    with showrunner_up(tmp_path, environment={"SHOWRUNNER_STALL_SECONDS": "1"}) as running:
        connect_emby(running, film.parent)
        job_id = running.post("/jobs", {"file_path": str(film)})["id"]
        struck_in_the_middle(running, job_id, signal.SIGSTOP)

        running.finished_job(job_id)
        (line,) = running.files(job_id)
        assert line["outcome"] == "failed"
        assert "did nothing for 1 s" in line["message"]
        assert partials_in(tmp_path) == []

        again = running.post("/jobs", {"file_path": str(film)})["id"]
        assert running.finished_job(again)["status"] == "completed"


def test_a_hanging_decoder_is_cancelled_with_its_job(tmp_path: Path, film: Path) -> None:
    """Within a second (a busy machine has five), and nothing is left."""
    with showrunner_up(tmp_path) as running:
        connect_emby(running, film.parent)
        job_id = running.post("/jobs", {"file_path": str(film)})["id"]
        decoder = struck_in_the_middle(running, job_id, signal.SIGSTOP)
        running.post(f"/jobs/{job_id}/cancel", {})
        cancelled_at = time.monotonic()

        until(lambda: not Path(f"/proc/{decoder}").exists(), "it is gone", within_seconds=10)
        assert time.monotonic() - cancelled_at < 5
        until(lambda: partials_in(tmp_path) == [], "it is tidy", within_seconds=10)


def test_the_decoder_ends_with_its_worker(tmp_path: Path, film: Path) -> None:
    """kill -9 of the worker: its decoder tidies up and goes, before anybody starts anew."""
    with showrunner_up(tmp_path, environment={"SHOWRUNNER_LEASE_SECONDS": "30"}) as running:
        connect_emby(running, film.parent)
        job_id = running.post("/jobs", {"file_path": str(film)})["id"]
        until(lambda: is_in_the_middle(running, job_id), "the decoder is in the middle")
        worker = running.worker_process_id()
        decoder = decoder_of(worker)
        os.kill(worker, signal.SIGKILL)

        until(lambda: not Path(f"/proc/{decoder}").exists(), "it is gone", within_seconds=10)
        assert partials_in(tmp_path) == []
