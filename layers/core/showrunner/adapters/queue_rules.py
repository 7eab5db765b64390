"""What every queue adapter accepts, so that a message that fits one home fits the other."""

import json
import re
from typing import Any

from showrunner.errors import InvalidInputError
from showrunner.ports.queues import MAX_DELAY_SECONDS

MAX_BATCH = 10
MAX_LEASE_SECONDS = 43_200
MAX_BODY_BYTES = 252 * 1024
"""SQS's older limit of 256 KiB, which emulators keep, less room for the reason of a failure."""
DEFAULT_MAX_RECEIVES = 5

_MAX_REASON_CHARACTERS = 1000
#: Characters which SQS refuses in texts (its API reference, SendMessage: MessageBody).
_UNSENDABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def body_text(queue: str, body: dict[str, Any]) -> str:
    """
    `body` as JSON in pure ASCII: SQS refuses some characters, JSON escapes carry them.

    Raises InvalidInputError for what is not JSON and for bodies over MAX_BODY_BYTES.
    """
    try:
        text = json.dumps(body, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"A message for queue {queue} is not JSON ({error}): "
            "send texts, numbers, lists and objects only."
        ) from error
    if len(text) > MAX_BODY_BYTES:
        raise InvalidInputError(
            f"A message for queue {queue} has {len(text)} bytes, at most {MAX_BODY_BYTES} are "
            "carried: put the content into a blob and send its key."
        )
    return text


def check_delay(seconds: float) -> None:
    _check_range("A delay", seconds, MAX_DELAY_SECONDS)


def check_retry(seconds: float) -> None:
    _check_range("A retry", seconds, MAX_LEASE_SECONDS)


def check_lease(seconds: float) -> None:
    _check_range("A lease", seconds, MAX_LEASE_SECONDS)
    if seconds == 0:
        raise InvalidInputError("A lease of 0 s would be over before it began: ask for longer.")


def check_batch(max_messages: int) -> None:
    if not 1 <= max_messages <= MAX_BATCH:
        raise InvalidInputError(
            f"One receive gives 1-{MAX_BATCH} messages, asked for were {max_messages}."
        )


def _check_range(what: str, seconds: float, longest_seconds: float) -> None:
    if not 0 <= seconds <= longest_seconds:
        raise InvalidInputError(f"{what} is 0-{longest_seconds} s, asked for were {seconds} s.")


def reason_text(reason: str) -> str:
    """`reason` as any adapter can keep it: never empty, at most 1000 characters."""
    return _UNSENDABLE.sub("?", reason)[:_MAX_REASON_CHARACTERS] or "no reason given"
