import json
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from showrunner.adapters.aws.errors import aws_errors
from showrunner.adapters.queue_rules import (
    MAX_BATCH,
    MAX_BODY_BYTES,
    body_text,
    check_batch,
    check_delay,
    check_lease,
    check_retry,
    reason_text,
)
from showrunner.errors import LeaseLostError, UnreachableError
from showrunner.ports.queues import DeadLetter, Message, QueueDepth

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_LONGEST_WAIT_SECONDS = 20
_LOOK_LEASE_SECONDS = 30
_REDRIVE_LEASE_SECONDS = 60

_DEPTHS = {
    "visible": "ApproximateNumberOfMessages",
    "in_flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}


class SqsQueue:
    """
    A standard SQS queue whose redrive policy moves messages to a dead-letter queue.

    `max_receives` repeats the redrive policy's maxReceiveCount. Leases, delays and
    waits are whole seconds, rounded up. SQS takes an outdated receipt silently more
    often than not, so LeaseLostError is not certain. A failed message that waits for
    its retry counts as in flight; `depth` is approximate.
    """

    def __init__(
        self,
        name: str,
        queue_url: str,
        dead_letter_url: str,
        client: "SQSClient",
        max_receives: int,
    ) -> None:
        self.name = name
        self._url = queue_url
        self._dead_letter_url = dead_letter_url
        self._client: Any = client
        self._max_receives = max_receives

    def send(self, body: dict[str, Any], *, delay_seconds: float = 0) -> str:
        check_delay(delay_seconds)
        text = body_text(self.name, body)
        with self._errors():
            answer = self._client.send_message(
                QueueUrl=self._url, MessageBody=text, DelaySeconds=math.ceil(delay_seconds)
            )
        return str(answer["MessageId"])

    def send_all(self, bodies: Sequence[dict[str, Any]], *, delay_seconds: float = 0) -> None:
        check_delay(delay_seconds)
        texts = [body_text(self.name, body) for body in bodies]
        for batch in _batches(texts):
            entries = [
                {"Id": str(number), "MessageBody": text, "DelaySeconds": math.ceil(delay_seconds)}
                for number, text in enumerate(batch)
            ]
            # Once more for the entries that SQS itself could not take.
            if failed := self._send_batch(self._send_batch(entries)):
                raise UnreachableError(
                    f"{len(failed)} messages were not taken by queue {self.name}: send again."
                )

    def _send_batch(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The entries that failed."""
        if not entries:
            return []
        with self._errors():
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        failed = {failure["Id"] for failure in answer.get("Failed", [])}
        return [entry for entry in entries if entry["Id"] in failed]

    def receive(
        self, *, max_messages: int = 1, lease_seconds: float = 60, wait_seconds: float = 0
    ) -> Sequence[Message]:
        check_batch(max_messages)
        check_lease(lease_seconds)
        until = time.monotonic() + wait_seconds
        while True:
            left_seconds = max(0, math.ceil(until - time.monotonic()))
            found = self._receive(
                self._url,
                max_messages,
                lease_seconds=math.ceil(lease_seconds),
                wait_seconds=min(left_seconds, _LONGEST_WAIT_SECONDS),
            )
            if found or left_seconds <= _LONGEST_WAIT_SECONDS:
                return [_delivery(raw) for raw in found]

    def _receive(
        self, url: str, max_messages: int, *, lease_seconds: int, wait_seconds: int
    ) -> list[dict[str, Any]]:
        with self._errors():
            answer = self._client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=max_messages,
                VisibilityTimeout=lease_seconds,
                WaitTimeSeconds=wait_seconds,
                MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
                MessageAttributeNames=["All"],
            )
        return list(answer.get("Messages", []))

    def extend(self, message: Message, lease_seconds: float) -> None:
        check_lease(lease_seconds)
        self._change_visibility(message.receipt, math.ceil(lease_seconds))

    def finish(self, message: Message) -> None:
        self._delete(self._url, message.receipt)

    def finish_all(self, messages: Sequence[Message]) -> Sequence[Message]:
        lost = []
        for message in messages:
            try:
                self.finish(message)
            except LeaseLostError:
                lost.append(message)
        return lost

    def fail(self, message: Message, reason: str, *, retry_after_seconds: float = 0) -> None:
        check_retry(retry_after_seconds)
        if message.receive_count >= self._max_receives:
            self.bury(message, reason)
        else:
            self._change_visibility(message.receipt, math.ceil(retry_after_seconds))

    def bury(self, message: Message, reason: str) -> None:
        # First the copy, then the original: a death in between leaves both, not none.
        with self._errors():
            self._client.send_message(
                QueueUrl=self._dead_letter_url,
                MessageBody=body_text(self.name, message.body),
                MessageAttributes={
                    "reason": {"DataType": "String", "StringValue": reason_text(reason)},
                    "message_id": {"DataType": "String", "StringValue": message.message_id},
                },
            )
        self._delete(self._url, message.receipt)

    def dead_letters(self, *, limit: int = 100) -> Sequence[DeadLetter]:
        """
        Messages set aside, in no promised order.

        A look hides them from other looks and redrives until it ends (30 s at
        most, should it die), and counts as a receive in AWS's own figures.
        """
        found: dict[str, dict[str, Any]] = {}
        try:
            for raw in self._dead(limit, lease_seconds=_LOOK_LEASE_SECONDS):
                found[raw["MessageId"]] = raw
        finally:
            for raw in found.values():
                self._release(raw["ReceiptHandle"])
        return [_dead_letter(raw) for raw in found.values()]

    def redrive(self, *, limit: int = 100) -> int:
        count = 0
        for raw in self._dead(limit, lease_seconds=_REDRIVE_LEASE_SECONDS):
            self.send(_body(raw))
            self._delete(self._dead_letter_url, raw["ReceiptHandle"])
            count += 1
        return count

    def _dead(self, limit: int, *, lease_seconds: int) -> Iterator[dict[str, Any]]:
        """At most `limit` dead letters, each leased for so long."""
        while limit > 0:
            # A wait of 1 s asks all of SQS's servers; without one, a few.
            found = self._receive(
                self._dead_letter_url,
                min(limit, MAX_BATCH),
                lease_seconds=lease_seconds,
                wait_seconds=1,
            )
            yield from found
            limit = limit - len(found) if found else 0

    def _release(self, receipt: str) -> None:
        with self._errors():
            self._client.change_message_visibility(
                QueueUrl=self._dead_letter_url, ReceiptHandle=receipt, VisibilityTimeout=0
            )

    def depth(self) -> QueueDepth:
        counts = self._counts(self._url)
        dead = self._counts(self._dead_letter_url)
        return QueueDepth(**counts, dead=dead["visible"] + dead["in_flight"])

    def _counts(self, url: str) -> dict[str, int]:
        with self._errors():
            attributes = self._client.get_queue_attributes(
                QueueUrl=url, AttributeNames=list(_DEPTHS.values())
            )["Attributes"]
        return {name: int(attributes[attribute]) for name, attribute in _DEPTHS.items()}

    def _change_visibility(self, receipt: str, seconds: int) -> None:
        with self._errors():
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds
            )

    def _delete(self, url: str, receipt: str) -> None:
        with self._errors():
            self._client.delete_message(QueueUrl=url, ReceiptHandle=receipt)

    def _errors(self) -> AbstractContextManager[None]:
        return aws_errors("sqs", f"queue {self.name}")


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Up to 10 texts at a time, together no larger than one message may be."""
    batch: list[str] = []
    for text in texts:
        if len(batch) == MAX_BATCH or sum(map(len, batch)) + len(text) > MAX_BODY_BYTES:
            yield batch
            batch = []
        batch.append(text)
    if batch:
        yield batch


def _delivery(raw: dict[str, Any]) -> Message:
    return Message(
        message_id=raw["MessageId"],
        receipt=raw["ReceiptHandle"],
        body=_body(raw),
        receive_count=int(raw["Attributes"]["ApproximateReceiveCount"]),
        sent_at=_sent_at(raw),
    )


def _dead_letter(raw: dict[str, Any]) -> DeadLetter:
    attributes = raw.get("MessageAttributes", {})
    reason = attributes.get("reason", {}).get("StringValue")
    # Moved by SQS itself, a message keeps the time when it was first sent.
    died_at = _sent_at(raw) if reason else None
    message_id = attributes.get("message_id", {}).get("StringValue", raw["MessageId"])
    return DeadLetter(message_id, _body(raw), reason, died_at)


def _body(raw: dict[str, Any]) -> dict[str, Any]:
    """The message's body; a text that is no JSON object, put there by others, as `unreadable`."""
    try:
        body = json.loads(raw["Body"])
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {"unreadable": raw["Body"]}


def _sent_at(raw: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(raw["Attributes"]["SentTimestamp"]) / 1000, UTC)
