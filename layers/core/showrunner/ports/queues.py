from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

MAX_DELAY_SECONDS = 900
"""The longest delay of a send (SQS's limit, kept by every adapter)."""


@dataclass(frozen=True, slots=True)
class Message:
    """
    One delivery of a message.

    `receipt` stands for this delivery only: a later delivery has another one.
    `receive_count` is 1 on the first delivery. `sent_at` is aware UTC.
    """

    message_id: str
    receipt: str
    body: dict[str, Any]
    receive_count: int
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was set aside. `reason` None: no worker lived to give one."""

    message_id: str
    body: dict[str, Any]
    reason: str | None
    died_at: datetime | None


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """Counts of messages: waiting to be received, leased, not yet due, set aside."""

    visible: int
    in_flight: int
    delayed: int
    dead: int


class Queue(Protocol):
    """
    At-least-once delivery with leases.

    A message that is received is invisible for its lease; unless finished or
    extended by then, it is delivered again. After `max_receives` deliveries (a
    property of the queue, set where it is declared) it is set aside among the
    dead letters instead of being delivered once more.
    """

    name: str

    def send(self, body: dict[str, Any], *, delay_seconds: float = 0) -> str:
        """Put a message on the queue, visible after the delay (0-900 s); gives its id."""

    def send_all(self, bodies: Sequence[dict[str, Any]], *, delay_seconds: float = 0) -> None:
        """Send many; when it raises, some may have been sent (delivery is at least once anyway)."""

    def receive(
        self, *, max_messages: int = 1, lease_seconds: float = 60, wait_seconds: float = 0
    ) -> Sequence[Message]:
        """Up to `max_messages` (1-10), oldest due first; waits `wait_seconds` for the first."""

    def extend(self, message: Message, lease_seconds: float) -> None:
        """Lease from now on for so long; raises LeaseLostError when the lease has passed on."""

    def finish(self, message: Message) -> None:
        """The message is done and gone. Raises LeaseLostError when the lease has passed on."""

    def finish_all(self, messages: Sequence[Message]) -> Sequence[Message]:
        """The messages are done and gone, but for those given: their lease has passed on."""

    def fail(self, message: Message, reason: str, *, retry_after_seconds: float = 0) -> None:
        """
        Give the message back, due again after `retry_after_seconds` (0-43,200).

        On its last allowed delivery it goes to the dead letters with `reason`.
        Raises LeaseLostError when the lease has passed on.
        """

    def bury(self, message: Message, reason: str) -> None:
        """Set the message aside at once, with `reason`: no retry can help."""

    def dead_letters(self, *, limit: int = 100) -> Sequence[DeadLetter]:
        """Messages set aside, in no promised order; looking at them changes nothing."""

    def redrive(self, *, limit: int = 100) -> int:
        """Give up to `limit` dead letters a fresh start on this queue; how many it was."""

    def depth(self) -> QueueDepth:
        """How many messages are in which state (approximate on SQS)."""
