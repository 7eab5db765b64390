import json
import logging
from collections.abc import Callable
from typing import Any

from showrunner.entry.app import HttpApp, Response, refusal
from showrunner.entry.body import Event, check_size
from showrunner.errors import ShowrunnerError
from showrunner.redaction import configure_lambda_logging
from showrunner.wiring import Home, home

Entry = Callable[..., Any]
Check = Callable[[Event, Home], None]
"""Lets a request in, or raises why not. Handed in, so that no function imports another's."""

logger = logging.getLogger(__name__)


def http_entry(name: str, app: HttpApp, check: Check) -> Entry:
    """
    The entry point `handle_<name>` of a function that answers HTTP requests.

    Before a route sees the request it is refused when it is over 1 MiB (413) or
    `check` does not let it in (401). What a route raises becomes one
    JSON shape; what nobody foresaw is logged and answered with a 500 that says
    nothing of the inside.
    """

    def entry(request: Any, context: Any = None) -> Any:
        if isinstance(request, dict):
            return _answer(app, check, request, context)
        # Only the harness gets here: Lambda need not pay for Flask.
        from showrunner.entry.framework import answer_flask  # noqa: PLC0415

        return answer_flask(request, lambda event: _answer(app, check, event, None))

    configure_lambda_logging()
    entry.__name__ = entry.__qualname__ = f"handle_{name}"
    return entry


def _answer(app: HttpApp, check: Check, event: Event, context: Any) -> dict[str, Any]:
    try:
        check_size(event)
        check(event, home())
        return app.resolve(event, context)
    except ShowrunnerError as error:
        return _as_answer(refusal(error))
    except Exception:
        logger.exception("%s failed", event.get("rawPath"))
        return _as_answer(refusal(ShowrunnerError("Showrunner failed; see its log.")))


def _as_answer(response: Response[Any]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": dict(response.headers),
        "body": json.dumps(response.body),
        "isBase64Encoded": False,
        "cookies": [],
    }
