"""Starting, stopping and starting again, as its user does."""

import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.running import TOKEN, Running, showrunner_up, until

pytestmark = pytest.mark.end_to_end

CLEAN_WITHIN_SECONDS = 12


@contextmanager
def signed_in(running: Running) -> Iterator[httpx.Client]:
    """A browser's session: a cookie instead of the token."""
    with httpx.Client(base_url=running.address, follow_redirects=True) as browser:
        assert browser.post("/login", data={"token": TOKEN}).is_success
        yield browser


def listen(browser: httpx.Client, event_id: str) -> None:
    """Wait for news like an EventSource; the server may end it at any time."""
    with suppress(httpx.TransportError):
        browser.get("/stream", headers={"Last-Event-ID": event_id})


def test_ctrl_c_stops_it_soon_though_a_page_is_open(tmp_path: Path) -> None:
    """SIGINT ends server and worker in good order, with a browser listening to the stream."""
    with showrunner_up(tmp_path) as running, signed_in(running) as browser:
        seen = browser.get("/stream").text
        event_id = re.search(r"^id: (.*)$", seen, re.MULTILINE)
        assert event_id is not None
        listener = threading.Thread(target=listen, args=(browser, event_id[1]))
        listener.start()
        began = time.monotonic()
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(timeout=30) == 0
        assert time.monotonic() - began < CLEAN_WITHIN_SECONDS
        listener.join()
    assert "Traceback" not in running.output()
    assert "killing it" not in running.output()


def test_a_second_start_finds_everything_and_is_quick(tmp_path: Path) -> None:
    """Jobs and events stay, and it answers within a few seconds."""
    with showrunner_up(tmp_path) as running:
        running.post("/webhooks/custom", {"file_path": "/nowhere/film.mkv"})
        job_id = running.post("/jobs", {"file_path": "/nowhere/film.mkv"})["id"]
        assert running.finished_job(job_id)["status"] == "failed"
        (file,) = running.files(job_id)
        assert "does not exist" in file["message"]

    began = time.monotonic()
    with showrunner_up(tmp_path) as running:
        assert time.monotonic() - began < CLEAN_WITHIN_SECONDS
        assert running.get(f"/jobs/{job_id}")["status"] == "failed"
        assert len(running.get("/events")["events"]) == 1


def tokens_in(running: Running) -> list[str]:
    return re.findall(r"^Token +(\S+)$", running.output(), re.MULTILINE)


def test_the_token_is_the_same_after_a_restart_and_never_in_the_log_of_requests(
    tmp_path: Path,
) -> None:
    """Without WEB_AUTH_TOKEN it is made once, kept sealed, and printed at each start."""
    tokens: list[str] = []
    for _ in range(2):
        with showrunner_up(tmp_path, environment={"WEB_AUTH_TOKEN": ""}) as running:
            printed = until(lambda: tokens_in(running)[len(tokens) :], "the token is printed")[0]
            tokens.append(printed)
            answer = httpx.get(f"{running.address}/api/v1/jobs?token={printed}")
            assert answer.status_code == 401  # in the address it opens webhooks alone
            headers = {"X-Auth-Token": printed}
            assert httpx.get(f"{running.address}/api/v1/jobs", headers=headers).is_success
    assert tokens[0] == tokens[1]
    assert running.output().count(tokens[0]) == len(tokens)
    assert tokens[0].encode() not in (tmp_path / "data" / "showrunner.db").read_bytes()
