"""Another process holds the database for longer than anybody waits for it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from showrunner.errors import TryLaterError
from showrunner.wiring import living_in
from tests.contract.faults import Installation, installed
from tests.contract.faults_flow import Flow, functions
from tests.contract.faults_ports import Step
from tests.contract.faults_story import story

PATIENCE_SECONDS = 0.05

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
connection.execute(f"PRAGMA locking_mode = {sys.argv[2]}")
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("locked")) as made:
        yield made


@contextmanager
def held(flow: Flow, mode: str = "NORMAL") -> Iterator[None]:
    """NORMAL keeps all other writers out, EXCLUSIVE readers as well."""
    database = flow.home.database
    database._busy_timeout_seconds = PATIENCE_SECONDS
    database.close()  # its next connections are less patient
    command = [sys.executable, "-c", HOLD, str(flow.home.folder / "showrunner.db"), mode]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        yield
        process.communicate()


@pytest.mark.parametrize("mode", ["NORMAL", "EXCLUSIVE"])
def test_a_sender_is_told_when_to_come_again(installation: Installation, mode: str) -> None:
    """503 with Retry-After, never a 500, and nothing half-stored: afterwards it is accepted."""
    flow = installation.restored()
    with held(flow, mode):
        for name, body in story(flow.media):
            answer = flow.post(name, body)
            assert (answer.status, answer.body["error"]) == (503, "TRY_LATER")
            assert answer.headers["Retry-After"] == "5"
            assert "busy" in answer.body["message"]
    before = len(flow.events)
    assert flow.post(*story(flow.media)[0]).body["status"] == "accepted"
    assert len(flow.events) == before + 1


@pytest.mark.parametrize("mode", ["NORMAL", "EXCLUSIVE"])
def test_what_runs_in_the_background_goes_on_afterwards(
    installation: Installation, mode: str
) -> None:
    """Consumers, worker, sweep and schedules fail for a while, and lose nothing by it."""
    flow = installation.restored()
    for name, body in story(flow.media):
        flow.post_until_accepted(name, body)
    with held(flow, mode):
        for step in (flow.step, flow.sweep, flow.step):
            with pytest.raises(TryLaterError):
                step()
        with living_in(flow.watched):
            tell_of_schedules(mode)
    flow.settle()
    assert flow.summary() == installation.undisturbed.result
    assert flow.told == installation.undisturbed.told


def tell_of_schedules(mode: str) -> None:
    """Nothing is due: who may read has nothing to write."""
    fire = functions().handler("syncs/schedules")
    if mode == "NORMAL":
        assert fire({}, None)["errors"] == {}
        return
    with pytest.raises(TryLaterError):
        fire({}, None)


@pytest.mark.parametrize(
    "change", ["decoder.run", "decoder.publish", "blobs.put", "client.announce", "queue.finish"]
)
def test_a_task_whose_end_cannot_be_written_down_is_finished_later(
    installation: Installation, change: str
) -> None:
    """The database is held from the middle of a task on: its outputs are published once."""
    holding: list[Any] = []

    def watch(name: str, step: Step) -> Any:
        if name == change and not holding:
            holding.append(held(flow))
            holding[0].__enter__()
        return step()

    flow = installation.restored(watch)
    for name, body in story(flow.media):
        flow.post_until_accepted(name, body)
    while not holding:
        with flow.surviving():
            if not flow.step():
                flow.clock.advance(10)
    holding[0].__exit__(None, None, None)
    flow.settle()

    assert flow.summary() == installation.undisturbed.result
    assert sum((flow.told - installation.undisturbed.told).values()) <= 1
