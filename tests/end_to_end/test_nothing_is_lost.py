"""Processes are killed at bad moments; nothing is lost, nothing is doubled."""

import os
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from showrunner.connections.models import (
    Connection,
    ConnectionKind,
    Library,
    PreviewSettings,
)
from showrunner.connections.store import ConnectionStore
from showrunner.previews.bif import read_bif
from showrunner.wiring import EmbeddedHome
from tests.end_to_end.running import Running, showrunner_up, until
from tests.videos import make_video

pytestmark = pytest.mark.end_to_end

SECONDS = 1800


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Half an hour, a picture every second: long enough to be killed in the middle."""
    video = make_video(tmp_path / "media" / "Long (2020)" / "Long (2020).mkv", seconds=SECONDS)
    os.utime(video, (1_700_000_000, 1_700_000_000))
    return video


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


def worker_is_in_the_middle(running: Running, job_id: str) -> bool:
    return any(0 < w["done"] < w["total"] // 2 for w in running.get(f"/jobs/{job_id}")["workers"])


def everything_beside(film: Path) -> list[str]:
    return sorted(entry.name for entry in film.parent.iterdir())


def test_a_worker_killed_in_the_middle_of_an_extraction_leaves_each_output_exactly_once(
    tmp_path: Path, film: Path
) -> None:
    """kill -9, restart by the supervisor: one complete BIF, no partial file, one job line."""
    with showrunner_up(tmp_path, environment={"SHOWRUNNER_LEASE_SECONDS": "3"}) as running:
        connect_emby(running, film.parent.parent)
        job_id = running.post("/jobs", {"file_path": str(film)})["id"]
        until(lambda: worker_is_in_the_middle(running, job_id), "the worker is in the middle")
        killed = running.worker_process_id()
        os.kill(killed, signal.SIGKILL)
        assert not [name for name in everything_beside(film) if name.endswith(".bif")]

        job = running.finished_job(job_id)
        (line,) = running.files(job_id)

        assert running.worker_process_id() != killed
        assert (job["status"], job["completed_items"], job["total_items"]) == ("completed", 1, 1)
        assert (line["outcome"], line["attempts"]) == ("completed", 2)
        assert everything_beside(film) == ["Long (2020)-320-1.bif", film.name]
        assert read_bif(film.with_name("Long (2020)-320-1.bif")).count == SECONDS


def test_a_server_killed_after_it_accepted_webhooks_has_lost_none(tmp_path: Path) -> None:
    """Every accepted event is there after kill -9 and becomes part of the job."""
    with showrunner_up(tmp_path, environment={"WEBHOOK_DELAY": "10"}) as running:
        accepted: list[Any] = []
        for number in range(20):
            body = {"file_path": f"/nowhere/{number}.mkv"}
            accepted += running.post("/webhooks/custom", body)["events"]
        os.kill(running.server_process_id(), signal.SIGKILL)
        until(lambda: is_up(running), "the supervisor started the server again")

        known = {event["id"] for event in running.get("/events?limit=100")["events"]}
        assert known >= set(accepted)
        (job,) = until(lambda: running.get("/jobs")["jobs"], "the batch became a job")
        assert running.finished_job(job["id"])["total_items"] == len(accepted) == 20


def is_up(running: Running) -> bool:
    try:
        return running.client.get("/health").is_success
    except httpx.TransportError:
        return False


def test_sigterm_hands_the_work_in_hand_to_the_next_worker(tmp_path: Path, film: Path) -> None:
    """A stop is no failure: the next start finishes the file, and no partial file is left."""
    with showrunner_up(tmp_path) as running:
        connect_emby(running, film.parent.parent)
        job_id = running.post("/jobs", {"file_path": str(film)})["id"]
        until(lambda: worker_is_in_the_middle(running, job_id), "the worker is in the middle")
    assert everything_beside(film) == [film.name]

    with showrunner_up(tmp_path) as running:
        assert running.finished_job(job_id)["status"] == "completed"
    assert everything_beside(film) == ["Long (2020)-320-1.bif", film.name]


def test_a_cancelled_job_stops_within_a_second_and_leaves_nothing(
    tmp_path: Path, film: Path
) -> None:
    """The file in work is given up."""
    with showrunner_up(tmp_path) as running:
        connect_emby(running, film.parent.parent)
        job_id = running.post("/jobs", {"file_path": str(film)})["id"]
        until(lambda: worker_is_in_the_middle(running, job_id), "the worker is in the middle")
        running.post(f"/jobs/{job_id}/cancel", {})

        until(lambda: everything_beside(film) == [film.name], "it is tidy", within_seconds=10)
        assert running.get(f"/jobs/{job_id}")["cancelled_items"] == 1
