import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from showrunner.adapters.aws.queue import SqsQueue
from showrunner.adapters.sqlite.database import Database
from showrunner.adapters.sqlite.queue import SqliteQueue, declare_queue, declared_queues
from showrunner.errors import InvalidInputError
from showrunner.ports.clock import Clock
from showrunner.ports.queues import Queue
from tests.contract.queue_contract import (
    MAX_RECEIVES,
    QueueContract,
    RealTime,
    StrictReceiptsContract,
)
from tests.fakes import FakeClock

PROGRAMS = Path(__file__).parent / "programs"


class TestSqliteQueue(QueueContract, StrictReceiptsContract):
    @pytest.fixture
    def queue(self, database: Database, clock: FakeClock) -> Queue:
        declare_queue(database, "frames", MAX_RECEIVES)
        return SqliteQueue(database, "frames", clock)

    @pytest.fixture
    def queue_clock(self, clock: FakeClock) -> Clock:
        return clock

    @pytest.fixture
    def elapse(self, clock: FakeClock) -> Callable[[float], None]:
        return clock.advance

    def test_queues_of_one_file_do_not_mix(
        self, queue: Queue, database: Database, clock: FakeClock
    ) -> None:
        """A message is received, counted and redriven only on its own queue."""
        other = SqliteQueue(database, "scans", clock)
        other.send({"n": 1})

        assert list(queue.receive()) == []
        assert queue.depth().visible == 0
        (message,) = other.receive()
        other.bury(message, "hopeless")
        assert queue.redrive() == 0
        assert list(queue.dead_letters()) == []
        assert other.redrive() == 1

    def test_a_queue_that_nobody_declared_delivers_five_times(
        self, database: Database, clock: FakeClock
    ) -> None:
        """Five deliveries are the default; the sixth does not happen."""
        queue = SqliteQueue(database, "undeclared", clock)
        queue.send({"n": 1})
        for _ in range(5):
            (message,) = queue.receive()
            queue.fail(message, "again")

        assert [letter.reason for letter in queue.dead_letters()] == ["again"]

    def test_declared_queues_are_listed(self, queue: Queue, database: Database) -> None:
        """A later declaration replaces the earlier; all processes see it."""
        declare_queue(database, "batches", 3)
        declare_queue(database, "frames", 7)

        assert declared_queues(database) == {"batches": 3, "frames": 7}
        with pytest.raises(InvalidInputError):
            declare_queue(database, "frames", 0)

    def test_a_lowered_limit_keeps_the_last_reason(
        self, queue: Queue, database: Database, clock: FakeClock
    ) -> None:
        """A waiting message that a new limit no longer allows dies of what it last failed with."""
        queue.send({"n": 1})
        (message,) = queue.receive()
        queue.fail(message, "disk full")
        declare_queue(database, "frames", 1)

        assert list(queue.receive()) == []
        assert [letter.reason for letter in queue.dead_letters()] == ["disk full"]

    def test_only_leases_that_ran_out_are_counted_as_such(
        self, queue: Queue, database: Database, clock: FakeClock
    ) -> None:
        """Failures that a worker reported are no deaths of a worker."""
        queue.send({"n": 1})
        (message,) = queue.receive()
        queue.fail(message, "busy")
        queue.receive(lease_seconds=1)
        clock.advance(1)

        assert list(queue.receive()) == []
        assert [letter.reason for letter in queue.dead_letters()] == [
            "its lease ran out 1 time: the worker died or hung"
        ]

    def test_a_killed_worker_returns_its_message(self, database: Database, tmp_path: Path) -> None:
        """Killed between receive and finish, a worker loses nothing: the lease brings it back."""
        path = tmp_path / "showrunner.db"
        sender = SqliteQueue(database, "frames", FakeClock(datetime.now(UTC) - timedelta(hours=1)))
        message_id = sender.send({"n": 1})
        command = [sys.executable, str(PROGRAMS / "hold_message.py"), str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == f"{message_id}\n"
            held = list(SqliteQueue(database, "frames", FakeClock(datetime.now(UTC))).receive())
            worker.send_signal(signal.SIGKILL)
        later = SqliteQueue(database, "frames", FakeClock(datetime.now(UTC) + timedelta(minutes=2)))
        (message,) = later.receive()

        assert held == []
        assert (message.message_id, message.receive_count) == (message_id, 2)
        later.finish(message)

    def test_what_was_accepted_survives_a_kill(self, database: Database, tmp_path: Path) -> None:
        """Each message whose send returned is there after the sender was killed at any moment."""
        queue = SqliteQueue(database, "frames", FakeClock(datetime.now(UTC) + timedelta(hours=1)))
        path = tmp_path / "showrunner.db"
        command = [sys.executable, str(PROGRAMS / "send_forever.py"), str(path)]
        accepted: set[str] = set()
        for lines in (1, 20, 57):
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sender:
                assert sender.stdout is not None
                accepted |= {sender.stdout.readline().strip() for _ in range(lines)}
                sender.send_signal(signal.SIGKILL)
                # A line that was cut off in the middle promised nothing.
                rest = sender.stdout.read()
                accepted |= set(rest[: rest.rfind("\n") + 1].split())

        found: set[str] = set()
        while messages := queue.receive(max_messages=10):
            found |= {message.message_id for message in messages}
        assert accepted <= found
        assert database.read("PRAGMA integrity_check") == [("ok",)]

    def test_processes_never_hold_the_same_message(
        self, database: Database, tmp_path: Path
    ) -> None:
        """Worker processes share a queue as threads do."""
        queue = SqliteQueue(database, "frames", FakeClock(datetime.now(UTC) - timedelta(hours=1)))
        queue.send_all([{"n": number} for number in range(200)])
        command = [
            sys.executable,
            str(PROGRAMS / "drain_queue.py"),
            str(tmp_path / "showrunner.db"),
        ]
        workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        done = [json.loads(worker.communicate(timeout=120)[0]) for worker in workers]

        assert sorted(number for numbers in done for number in numbers) == list(range(200))
        assert queue.depth().visible == 0


@pytest.mark.aws
class TestSqsQueue(QueueContract):
    dies_without_a_reason = True
    may_change_order = True
    a_retry_counts_as_in_flight = True

    @pytest.fixture
    def client(self, aws: Callable[[str], Any]) -> Any:
        return aws("sqs")

    @pytest.fixture
    def urls(self, client: Any, unique_name: str) -> Iterator[tuple[str, str]]:
        dead_url = client.create_queue(QueueName=f"{unique_name}-dead")["QueueUrl"]
        arn = client.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["QueueArn"])
        policy = {
            "deadLetterTargetArn": arn["Attributes"]["QueueArn"],
            "maxReceiveCount": MAX_RECEIVES,
        }
        url = client.create_queue(
            QueueName=unique_name, Attributes={"RedrivePolicy": json.dumps(policy)}
        )["QueueUrl"]
        yield url, dead_url
        client.delete_queue(QueueUrl=url)
        client.delete_queue(QueueUrl=dead_url)

    @pytest.fixture
    def queue(self, client: Any, urls: tuple[str, str]) -> Queue:
        return SqsQueue("frames", *urls, client, MAX_RECEIVES)

    @pytest.fixture
    def queue_clock(self) -> Clock:
        return RealTime()

    @pytest.fixture
    def elapse(self, queue_clock: Clock) -> Callable[[float], None]:
        return queue_clock.sleep

    def test_a_message_of_others_that_is_no_json_can_be_handled(
        self, queue: Queue, client: Any, urls: tuple[str, str]
    ) -> None:
        """A text that somebody else put on the queue is handed over, so that it can be buried."""
        client.send_message(QueueUrl=urls[0], MessageBody="hello")
        (message,) = queue.receive()
        queue.bury(message, "no task")

        assert [letter.body for letter in queue.dead_letters()] == [{"unreadable": "hello"}]
