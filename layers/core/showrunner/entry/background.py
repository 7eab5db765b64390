"""Functions that nobody waits for: consumers of queues, and schedules."""

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

from showrunner.errors import FixRequestError, MediaError, ShowrunnerError, TryLaterError
from showrunner.redaction import configure_lambda_logging

logger = logging.getLogger(__name__)


def queue_entry(name: str, handle_message: Callable[[dict[str, Any]], None]) -> Callable[..., Any]:
    """
    The entry point of a function that consumes a queue.

    Takes an SQS batch and answers with the ids of the messages that failed, so
    that only those come again (`ReportBatchItemFailures`). A message that is
    itself wrong is logged and dropped; anything else comes again and ends among
    the dead letters, so that it can be redriven when its cause is mended.
    """

    def entry(event: Any, _context: Any = None) -> dict[str, Any]:
        records = _as_event(event)["Records"]
        failed = [r["messageId"] for r in records if not _is_handled(handle_message, r)]
        if failed and not isinstance(event, dict):
            raise ShowrunnerError(f"{len(failed)} of {len(records)} messages failed.")
        return {"batchItemFailures": [{"itemIdentifier": failure} for failure in failed]}

    configure_lambda_logging()
    entry.__name__ = entry.__qualname__ = f"handle_{name}"
    return entry


def queue_batch_entry(
    name: str, handle_messages: Callable[[Sequence[dict[str, Any]]], None]
) -> Callable[..., Any]:
    """
    The entry point of a function that takes the messages of a delivery together.

    `handle_messages` must be safe to repeat. When it fails over all of them, each
    is handed over by itself, so that only those fail which cannot be handled;
    what can only succeed later comes again whole. Else as `queue_entry`.
    """
    one_by_one = queue_entry(name, lambda body: handle_messages([body]))

    def entry(event: Any, context: Any = None) -> dict[str, Any]:
        records = _as_event(event)["Records"]
        try:
            handle_messages([json.loads(record["body"]) for record in records])
        except TryLaterError as error:
            logger.warning("%d messages come again: %s", len(records), error.message)
            if not isinstance(event, dict):
                raise
            return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in records]}
        except Exception as error:  # noqa: BLE001 - who fails, and how, is found one by one
            failure = type(error).__name__
            logger.warning("%d messages are taken one by one after %s", len(records), failure)
            answer: dict[str, Any] = one_by_one(event, context)
            return answer
        return {"batchItemFailures": []}

    entry.__name__ = entry.__qualname__ = f"handle_{name}"
    return entry


def schedule_entry(name: str, run: Callable[[], dict[str, Any]]) -> Callable[..., Any]:
    """The entry point of a function that a schedule fires; answers what `run` found."""

    def entry(_event: Any, _context: Any = None) -> dict[str, Any]:
        result = run()
        logger.info("%s: %s", name, result)
        return result

    configure_lambda_logging()
    entry.__name__ = entry.__qualname__ = f"handle_{name}"
    return entry


def _as_event(event: Any) -> dict[str, Any]:
    """Lambda hands over the event itself, functions-framework a CloudEvent around it."""
    found: dict[str, Any] = event if isinstance(event, dict) else event.data
    return found


def _is_handled(handle_message: Callable[[dict[str, Any]], None], record: dict[str, Any]) -> bool:
    try:
        handle_message(json.loads(record["body"]))
    except ShowrunnerError as error:
        is_dropped = isinstance(error, FixRequestError | MediaError)
        what = "dropped" if is_dropped else "comes again"
        logger.warning("message %s %s: %s", record["messageId"], what, error.message)
        return is_dropped
    except Exception:
        logger.exception("message %s comes again", record["messageId"])
        return False
    return True
