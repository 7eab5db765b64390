"""What moto cannot show: partial failures, contention, long waits, batches by size."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from showrunner.adapters.aws.documents import DynamoDocuments
from showrunner.adapters.aws.queue import SqsQueue
from showrunner.errors import ConflictError, UnreachableError
from showrunner.ports.documents import Put
from tests.fakes import FakeClock


class FakeSqs:
    """Takes batches but for the bodies that `refusals` still refuses so many times."""

    def __init__(self, refusals: dict[str, int]) -> None:
        self.refusals = refusals
        self.requests: list[list[str]] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> Any:  # noqa: N803
        self.requests.append([entry["MessageBody"] for entry in Entries])
        failed = [entry for entry in Entries if self.refusals.get(entry["MessageBody"], 0)]
        for entry in failed:
            self.refusals[entry["MessageBody"]] -= 1
        return {"Failed": [{"Id": entry["Id"]} for entry in failed]}


def queue_over(client: Any) -> SqsQueue:
    return SqsQueue("frames", "https://sqs/frames", "https://sqs/dead", client, 3)


def test_entries_that_sqs_could_not_take_are_sent_once_more() -> None:
    """A partial failure of a batch is mended by sending those entries again, and only those."""
    client = FakeSqs({'{"n":1}': 1})

    queue_over(client).send_all([{"n": 0}, {"n": 1}, {"n": 2}])

    assert client.requests == [['{"n":0}', '{"n":1}', '{"n":2}'], ['{"n":1}']]


def test_entries_that_fail_twice_are_an_error() -> None:
    """What SQS refuses again is reported: a send that returns has sent everything."""
    with pytest.raises(UnreachableError, match="1 messages were not taken by queue frames"):
        queue_over(FakeSqs({'{"n":1}': 2})).send_all([{"n": 0}, {"n": 1}])


def test_batches_keep_to_ten_and_to_the_size_of_one_message() -> None:
    """Ten small messages are one request; large ones go alone."""
    client = FakeSqs({})

    queue_over(client).send_all([{"n": number} for number in range(11)])
    queue_over(client).send_all([{"x": "a" * 100_000} for _ in range(3)])

    assert [len(request) for request in client.requests] == [10, 1, 2, 1]


class ContendedDynamo:
    """Answers that another transaction is at the item for the first so many calls."""

    def __init__(self, times: int) -> None:
        self.times = times

    def transact_write_items(self, **_: Any) -> None:
        self._contend(
            "TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}]
        )

    def delete_item(self, **_: Any) -> None:
        self._contend("TransactionConflictException")

    def _contend(self, code: str, **more: Any) -> None:
        self.times -= 1
        if self.times >= 0:
            answer: Any = {"Error": {"Code": code}, **more}
            raise ClientError(answer, "TransactWriteItems")


WRITES: list[Callable[[DynamoDocuments], None]] = [
    lambda documents: documents.write([Put("c", "k", {})]),
    lambda documents: documents.delete("c", "k"),
]


@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_meets_another_transaction_is_tried_again(
    write: Callable[[DynamoDocuments], None], clock: FakeClock
) -> None:
    """An unconditional write does not fail because somebody else writes at the same moment."""
    client: Any = ContendedDynamo(4)
    began = clock.now()

    write(DynamoDocuments("showrunner", client, clock))

    assert client.times == -1
    assert 0.3 < (clock.now() - began).total_seconds() < 1.2


@pytest.mark.parametrize("write", WRITES)
def test_contention_that_lasts_is_a_conflict(
    write: Callable[[DynamoDocuments], None], clock: FakeClock
) -> None:
    """After five tries the caller decides."""
    client: Any = ContendedDynamo(100)

    with pytest.raises(ConflictError):
        write(DynamoDocuments("showrunner", client, clock))
    assert client.times == 95
