"""Functions that nobody waits for: consumers of queues, and schedules."""

import json
import logging
from collections.abc import Callable
from typing import Any

from showrunner.errors import FixRequestError, MediaError, ShowrunnerError
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
