from collections.abc import Callable
from typing import Any

import pytest

from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.steps import handle_jobs_message
from showrunner.wiring import EmbeddedHome

MakeJob = Callable[..., str]
Settle = Callable[[], int]


@pytest.fixture
def make_job(home: EmbeddedHome) -> MakeJob:
    """Makes a job of so many files, whose lines are not queued yet; gives its id."""

    def make(count: int = 2, **facts: Any) -> str:
        files = [NewFile(f"/m/{number}.mkv", f"{number}") for number in range(1, count + 1)]
        return create_job(
            NewJob(**{"title": "Films", "source": "manual"} | facts, files=files), home
        )

    return make


@pytest.fixture
def settle(home: EmbeddedHome) -> Settle:
    """Works off the `jobs` queue; gives how many messages that took."""

    def work() -> int:
        queue, count = home.queue("jobs"), 0
        while messages := queue.receive():
            handle_jobs_message(messages[0].body, home)
            queue.finish(messages[0])
            count += 1
        return count

    return work


def tasks_on(home: EmbeddedHome, queue: str) -> list[tuple[int, int]]:
    """File number and ticket of every task that is due there; they are leased then."""
    found = []
    while messages := home.queue(queue).receive(max_messages=10):
        found += [(message.body["file_number"], message.body["ticket"]) for message in messages]
    return sorted(found)
