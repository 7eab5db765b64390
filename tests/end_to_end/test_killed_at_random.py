"""kill -9 of any process at any moment, under load: the product's first promise."""

import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from showrunner.connections.models import Connection, ConnectionKind, Library, PreviewSettings
from showrunner.connections.store import ConnectionStore
from showrunner.previews.bif import read_bif
from showrunner.wiring import EmbeddedHome
from tests.end_to_end.running import (
    TOKEN,
    Running,
    end,
    free_port,
    is_ready,
    launch,
    plain_client,
    until,
)
from tests.videos import make_video

pytestmark = pytest.mark.end_to_end

KILLS, FILMS, FILM_SECONDS = 50, 40, 120
MOSTLY = 0.8
"""How often a start is let come to its end: killed in every one, nothing would ever run."""

ENVIRONMENT = {
    "WEBHOOK_DELAY": "10",
    "WEBHOOK_MAX_WAIT": "10",
    "SHOWRUNNER_LEASE_SECONDS": "3",
    "CPU_THREADS": "2",
}
IN_THE_END = ("completed", "skipped", "failed")
SET_ASIDE = "workers and is set aside"


@pytest.fixture
def films(tmp_path: Path) -> list[Path]:
    """Two minutes each, a picture every second, and long quiet."""
    folder = tmp_path / "media"
    first = make_video(folder / "film 0.mkv", seconds=FILM_SECONDS)
    found = [first]
    for number in range(1, FILMS):
        found.append(folder / f"film {number}.mkv")
        found[-1].write_bytes(first.read_bytes())
    for film in found:
        os.utime(film, (1_700_000_000, 1_700_000_000))
    return found


class Immortal:
    """A Showrunner that is started again whenever it ended, as a service manager does."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self.running = self._launched()

    def _launched(self) -> Running:
        return launch(self._folder, self._port, environment=ENVIRONMENT)

    def kill(self, victim: str) -> bool:
        """True when there was such a process to kill."""
        try:
            process_id = self._process_id(victim)
            os.kill(process_id, signal.SIGKILL)
        except (AssertionError, ProcessLookupError):
            return False
        return True

    def revive(self, *, waits: bool) -> None:
        """It also ends by itself: when a child was killed before all of it was there."""
        if is_alive(self.running.process):
            return
        self.running.client.close()
        until(lambda: is_free(self._port), "the orphans have ended", within_seconds=60)
        self.running = self._launched()
        if waits:
            until(lambda: is_ready(self.running), "the server answers again")

    def _process_id(self, victim: str) -> int:
        if victim == "server":
            return self.running.server_process_id()
        if victim == "worker":
            return self.running.worker_process_id()
        return self.running.process.pid


def is_alive(process: subprocess.Popen[bytes]) -> bool:
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=0.2)  # a killed one is gone at once
    return process.poll() is None


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


class Sender(threading.Thread):
    """Posts each film's webhook until it is accepted, now and then once more."""

    def __init__(self, address: str, films: list[Path], dice: random.Random) -> None:
        super().__init__(daemon=True)
        self._films, self._dice = films, dice
        headers = {"X-Auth-Token": TOKEN}
        self._client = plain_client(base_url=address, headers=headers, timeout=5)

    def run(self) -> None:
        with self._client:
            for film in self._films:
                for _ in range(self._dice.choice([1, 1, 2])):
                    self._send(film)
                time.sleep(self._dice.uniform(0, 1))

    def _send(self, film: Path) -> None:
        # The server can be killed each time that it is almost there, for a minute or two.
        until(lambda: self._is_accepted(film), f"{film} is accepted", within_seconds=180)

    def _is_accepted(self, film: Path) -> bool:
        with suppress(httpx.TransportError):
            answer = self._client.post("/api/v1/webhooks/custom", json={"file_path": str(film)})
            assert answer.status_code == httpx.codes.ACCEPTED, answer.text
            return True
        return False


@pytest.fixture
def immortal(tmp_path: Path, films: list[Path]) -> Iterator[Immortal]:
    home = EmbeddedHome(tmp_path / "data")
    ConnectionStore(home.documents).save(
        Connection(
            id="emby-1",
            kind=ConnectionKind.EMBY,
            name="Emby",
            url="http://127.0.0.1:9",
            sealed_secret=home.secrets.seal("key"),
            libraries=[
                Library(native_id="1", name="Movies", locations=[str(films[0].parent)]),
            ],
            previews=PreviewSettings(interval_seconds=1),
        )
    )
    made = Immortal(tmp_path)
    yield made
    with suppress(subprocess.TimeoutExpired):
        end(made.running)


@pytest.mark.timeout(600)
def test_fifty_kills_lose_nothing_and_double_nothing(immortal: Immortal, films: list[Path]) -> None:
    """Every accepted webhook ends in exactly one whole set of outputs, whoever was killed when."""
    seed = os.environ.get("SHOWRUNNER_TEST_SEED") or str(time.time_ns())
    print(f"SHOWRUNNER_TEST_SEED={seed}")  # to run a failure again
    dice = random.Random(seed)
    sender = Sender(immortal.running.address, films, random.Random(seed))
    sender.start()
    kills = 0
    while kills < KILLS:
        time.sleep(dice.uniform(0, 1))
        immortal.revive(waits=dice.random() < MOSTLY)
        kills += immortal.kill(dice.choice(["server", "server", "worker", "worker", "supervisor"]))
    immortal.revive(waits=True)
    sender.join(timeout=240)
    assert not sender.is_alive()

    lines = until(
        lambda: every_line_when_all_is_over(immortal, films), "all is over", within_seconds=180
    )
    assert {line["path"] for line in lines} == {str(film) for film in films}
    ask_again_for_those_that_lost_too_many_workers(immortal.running, lines)
    assert {line["outcome"] for line in lines} <= set(IN_THE_END), lines
    beside = sorted(entry.name for entry in films[0].parent.iterdir())
    assert beside == sorted(
        name for film in films for name in (film.name, f"{film.stem}-320-1.bif")
    )
    for film in films:
        assert read_bif(film.with_name(f"{film.stem}-320-1.bif")).count == FILM_SECONDS


def ask_again_for_those_that_lost_too_many_workers(
    running: Running, lines: list[dict[str, Any]]
) -> None:
    """Three deaths on one file make it look guilty: it is set aside, which its owner can see."""
    for line in lines:
        if line["outcome"] == "failed":
            assert SET_ASIDE in line["message"], line
            job = running.post("/jobs", {"file_path": line["path"]})
            assert running.finished_job(job["id"])["status"] == "completed"


def every_line_when_all_is_over(
    immortal: Immortal, films: list[Path]
) -> list[dict[str, Any]] | None:
    """The lines of all jobs, once every film is in one and every job has ended."""
    try:
        jobs = immortal.running.get("/jobs?limit=500")["jobs"]
        lines = [
            line
            for job in jobs
            for line in immortal.running.get(f"/jobs/{job['id']}/files?limit=500")["files"]
        ]
    except httpx.HTTPError:
        return None
    is_over = all(job["status"] in ("completed", "failed", "cancelled") for job in jobs)
    return lines if is_over and len({line["path"] for line in lines}) == len(films) else None
