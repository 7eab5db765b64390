"""Polls a queue into the function that consumes it, as a Lambda event source mapping does."""

import logging
import threading
from typing import Any

from showrunner.errors import LeaseLostError
from showrunner.harness.events import sqs_event
from showrunner.harness.functions import Functions
from showrunner.harness.template import Consumer, QueueSpec
from showrunner.ports.queues import Message, Queue

WAIT_SECONDS = 2
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 2, 300

logger = logging.getLogger(__name__)


class QueueConsumer(threading.Thread):
    """One consumer of one queue; `stopping` ends it after the batch in work."""

    def __init__(
        self,
        function_name: str,
        consumer: Consumer,
        spec: QueueSpec,
        queue: Queue,
        functions: Functions,
        stopping: threading.Event,
    ) -> None:
        super().__init__(name=f"consumer of {spec.name}", daemon=True)
        self._function_name = function_name
        self._consumer, self._spec, self._queue = consumer, spec, queue
        self._functions, self._stopping = functions, stopping

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._poll()
            except Exception:
                logger.exception("the consumer of %s goes on after a failure", self._spec.name)
                self._stopping.wait(FIRST_RETRY_SECONDS)

    def _poll(self) -> None:
        messages = self._queue.receive(
            max_messages=self._consumer.batch_size,
            lease_seconds=self._spec.visibility_seconds,
            wait_seconds=WAIT_SECONDS,
        )
        if not messages:
            return
        failed = self._invoke(list(messages))
        lost = self._queue.finish_all([m for m in messages if m.message_id not in failed])
        for _ in lost:
            logger.warning("a message of %s took longer than its lease", self._spec.name)
        for message in messages:
            if message.message_id in failed:
                self._fail(message)

    def _invoke(self, messages: list[Message]) -> set[str]:
        """The ids of the messages that failed; all of them when the function raised."""
        handler = self._functions.handler(self._function_name)
        try:
            answer: dict[str, Any] = handler(sqs_event(self._spec.name, messages), None) or {}
        except Exception:
            logger.exception("%s failed", self._function_name)
            return {message.message_id for message in messages}
        failures = answer.get("batchItemFailures", []) if self._consumer.reports_failures else []
        return {failure["itemIdentifier"] for failure in failures}

    def _fail(self, message: Message) -> None:
        delay = FIRST_RETRY_SECONDS * 2 ** (message.receive_count - 1)
        reason = f"{self._function_name} failed; see the log"
        try:
            self._queue.fail(message, reason, retry_after_seconds=min(delay, LONGEST_RETRY_SECONDS))
        except LeaseLostError:
            logger.warning("a message of %s took longer than its lease", self._spec.name)
