"""Two servers on one data folder, by mistake."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.running import (
    Running,
    end,
    free_port,
    is_ready,
    launch,
    showrunner_up,
    until,
)

pytestmark = pytest.mark.end_to_end


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Running]:
    with showrunner_up(tmp_path) as running:
        yield running


def test_a_second_server_is_refused_and_the_first_one_goes_on(
    first: Running, tmp_path: Path
) -> None:
    """It says what is wrong and what to do; the first one has not noticed anything."""
    said_before = len(first.output())
    second = launch(tmp_path, free_port())
    try:
        assert second.process.wait(timeout=30) != 0
    except subprocess.TimeoutExpired:
        end(second)
        raise
    said = second.output()[said_before:]
    assert f"Another Showrunner is running on {tmp_path / 'data'}" in said
    assert "--data" in said
    assert "Traceback" not in said

    job_id = first.post("/jobs/manual", {"file_paths": [str(tmp_path / "gone.mkv")]})["id"]
    assert first.finished_job(job_id)["failed_items"] == 1
    assert is_ready(first)


def test_a_killed_server_keeps_nobody_out(first: Running, tmp_path: Path) -> None:
    """Its lock is gone with it: the supervisor starts another one on the same folder."""
    killed = first.server_process_id()
    subprocess.run(["kill", "-9", str(killed)], check=True)
    until(lambda: _other_server(first, killed), "another server answers", within_seconds=60)


def _other_server(running: Running, killed: int) -> bool:
    try:
        return running.server_process_id() != killed and is_ready(running)
    except AssertionError:
        return False
