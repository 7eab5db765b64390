"""A real Showrunner in its own processes, as `./local/up` starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

TOKEN = "end-to-end-token"
PROJECT = Path(__file__).parents[2]
GREETING = "Ctrl-C stops it."
"""The last that `up` says when all of it is there."""

Found = TypeVar("Found")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(look: Callable[[], Found | None], what: str, *, within_seconds: float = 60) -> Found:
    """What `look` finds, as soon as it finds something; fails with `what` after the time."""
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {within_seconds} s: {what}")


def plain_client(**options: Any) -> httpx.Client:
    """For HTTP alone: to read the world's certificates takes longer than most requests."""
    return httpx.Client(verify=False, **options)


class Running:
    """A started Showrunner and how to talk to it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, data: Path, log: Path) -> None:
        self.process, self.data, self.log = process, data, log
        self.address = f"http://127.0.0.1:{port}"
        self.client = plain_client(
            base_url=f"{self.address}/api/v1", headers={"X-Auth-Token": TOKEN}, timeout=30
        )

    def get(self, path: str) -> dict[str, Any]:
        answer = self.client.get(path)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.client.post(path, json=body)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def finished_job(self, job_id: str, *, within_seconds: float = 60) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            job = self.get(f"/jobs/{job_id}")
            return job if job["status"] in ("completed", "failed", "cancelled") else None

        return until(look, f"job {job_id} is over", within_seconds=within_seconds)

    def files(self, job_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"/jobs/{job_id}/files")["files"]
        return found

    def worker_process_id(self) -> int:
        """The frame worker's process, found by its command line among the children."""
        return _child_with("functions/frames/main.py", self.process.pid)

    def server_process_id(self) -> int:
        return _child_with("showrunner.harness.serve", self.process.pid)

    def output(self) -> str:
        return self.log.read_text()


@contextmanager
def showrunner_up(
    folder: Path, *options: str, environment: dict[str, str] | None = None
) -> Iterator[Running]:
    """`showrunner up` with its data in `folder`; ended by SIGTERM, which must end it cleanly."""
    log = folder / "up.log"
    said = log.read_text() if log.exists() else ""
    running = launch(folder, free_port(), *options, environment=environment)
    try:
        until(lambda: is_ready(running), "the server answers")
        # Before `up` has seen that, it ends with a child that is killed.
        until(lambda: GREETING in running.output()[len(said) :], "it has said so")
        yield running
    finally:
        end(running)
    assert running.process.returncode == 0, running.output()


def launch(
    folder: Path, port: int, *options: str, environment: dict[str, str] | None = None
) -> Running:
    """Start `showrunner up` and do not wait until it answers."""
    data, log = folder / "data", folder / "up.log"
    command = [sys.executable, "-m", "showrunner.cli.main", "up"]
    command += ["--data", str(data), "--port", str(port), *options]
    env = {**os.environ, "WEB_AUTH_TOKEN": TOKEN, "PYTHONUNBUFFERED": "1", **(environment or {})}
    with log.open("ab") as sink:
        process = subprocess.Popen(command, env=env, stdout=sink, stderr=sink, cwd=PROJECT)
    return Running(process, port, data, log)


def end(running: Running) -> None:
    """By SIGTERM, as a user ends it; killed when it does not heed that."""
    running.client.close()
    running.process.send_signal(signal.SIGTERM)
    try:
        running.process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        running.process.kill()
        raise


def is_ready(running: Running) -> bool:
    assert running.process.poll() is None, running.output()
    try:
        return running.client.get("/health").is_success
    except httpx.TransportError:
        return False


def _child_with(words: str, parent: int) -> int:
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            is_child = f"PPid:\t{parent}\n" in status.read_text()
            command = (status.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if is_child and words in command:
            return int(status.parent.name)
    raise AssertionError(f"no child runs {words}")
