from typing import Any

import pytest

from showrunner.connections.models import Connection
from showrunner.errors import LeaseLostError
from showrunner.jobs.queues import SYNCS
from showrunner.jobs.store import workers
from showrunner.previews.worker.runner import POISONOUS_AFTER
from showrunner.previews.worker.syncs import SyncRunner
from showrunner.syncs.models import SyncKind, SyncState
from showrunner.syncs.start import start_run
from showrunner.syncs.store import find_run
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.syncs.stage import FakeServer, connect

ACCOUNTS = SyncKind.ACCOUNTS


class Runner:
    """A sync thread with one server, and its queue."""

    def __init__(self, home: EmbeddedHome) -> None:
        self.server = FakeServer()
        self.home = home
        self.thread = SyncRunner("syncs-0", home, 30, lambda: False, make_client=self._client)

    def _client(self, _connection: Connection) -> Any:
        return self.server

    def work_off(self, clock: FakeClock) -> int:
        """Until no message is due for an hour; how many there were."""
        taken = 0
        for _ in range(60):
            while self.thread.run_one(0):
                taken += 1
            clock.advance(60)
        return taken


@pytest.fixture
def runner(home: EmbeddedHome) -> Runner:
    connect(home)
    return Runner(home)


def test_a_message_becomes_a_finished_run(home, runner):
    """It is told what is in work, and the message is gone."""
    start_run(home, "plex-1", ACCOUNTS)
    told = []
    runner.server.after_page = lambda: None
    accounts = runner.server.accounts
    runner.server.accounts = lambda: told.extend(workers(home.documents)) or accounts()

    assert runner.thread.run_one(0)
    assert not runner.thread.run_one(0)

    assert find_run(home.documents, "plex-1", ACCOUNTS).state is SyncState.COMPLETED
    assert [(one.type, one.status, one.queue) for one in told] == [("syncs", "working", SYNCS)]
    assert home.queue(SYNCS).depth().in_flight == 0


def test_what_is_no_step_of_a_sync_is_set_aside(home, runner):
    """It blocks nobody and can be looked at among the dead letters."""
    for body in ({"kind": "scan"}, {"connection_id": "x", "kind": "history", "ticket": "one"}):
        home.queue(SYNCS).send(body)
        runner.thread.run_one(0)

    assert home.queue(SYNCS).depth().dead == 2


def test_a_step_that_breaks_every_worker_ends_its_run(home, runner, clock):
    """After some tries the message is set aside, and the status says so instead of running on."""
    start_run(home, "plex-1", ACCOUNTS)
    runner.server.faults = [ZeroDivisionError("a bug")] * 20

    taken = runner.work_off(clock)

    run = find_run(home.documents, "plex-1", ACCOUNTS)
    assert (taken, len(runner.server.asked)) == (POISONOUS_AFTER, POISONOUS_AFTER - 1)
    assert run.state is SyncState.FAILED
    assert "failed 3 times" in run.error.message
    assert home.queue(SYNCS).depth().dead == 1


def test_a_step_whose_lease_was_lost_is_left_to_who_has_it(home, runner, clock):
    """Its message is not settled here; the next delivery goes on."""
    start_run(home, "plex-1", ACCOUNTS)
    runner.server.faults = [LeaseLostError("another worker has it")]

    runner.work_off(clock)

    assert find_run(home.documents, "plex-1", ACCOUNTS).state is SyncState.COMPLETED
    assert home.queue(SYNCS).depth().dead == 0
