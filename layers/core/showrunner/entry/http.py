import base64
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from showrunner.access import Access, check_access
from showrunner.entry.app import HttpApp, Response, refusal
from showrunner.errors import InvalidInputError, ShowrunnerError, TooLargeError
from showrunner.redaction import configure_lambda_logging
from showrunner.wiring import home

MAX_BODY_BYTES = 1024 * 1024

Event = Mapping[str, Any]
Entry = Callable[..., Any]

logger = logging.getLogger(__name__)


def http_entry(name: str, app: HttpApp, access: Access) -> Entry:
    """
    The entry point `handle_<name>` of a function that answers HTTP requests.

    Before a route sees the request it is refused when it is over 1 MiB (413) or
    lacks the token that `access` asks for (401). What a route raises becomes one
    JSON shape; what nobody foresaw is logged and answered with a 500 that says
    nothing of the inside.
    """

    def entry(request: Any, context: Any = None) -> Any:
        if isinstance(request, dict):
            return _answer(app, access, request, context)
        # Only the harness gets here: Lambda need not pay for Flask.
        from showrunner.entry.framework import answer_flask  # noqa: PLC0415

        return answer_flask(request, lambda event: _answer(app, access, event, None))

    configure_lambda_logging()
    entry.__name__ = entry.__qualname__ = f"handle_{name}"
    return entry


def _answer(app: HttpApp, access: Access, event: Event, context: Any) -> dict[str, Any]:
    try:
        _check_size(event)
        check_access(event, access, home())
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


def _check_size(event: Event) -> None:
    body = event.get("body") or ""
    is_base64 = event.get("isBase64Encoded")
    size_bytes = len(body) * 3 // 4 - body[-2:].count("=") if is_base64 else len(body.encode())
    if size_bytes > MAX_BODY_BYTES:
        raise body_too_large()


def body_too_large() -> TooLargeError:
    """The refusal of a body over the limit, by whoever notices it first."""
    return TooLargeError(f"The body is over {MAX_BODY_BYTES} bytes; send less.")


def raw_body(event: Event) -> bytes:
    """The request's body as bytes, whichever way it travelled."""
    body = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


def json_object(event: Event) -> dict[str, Any]:
    """The body as a JSON object, whatever its content type says; raises InvalidInputError."""
    try:
        payload = json.loads(raw_body(event))
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("The body is not JSON.") from error
    if not isinstance(payload, dict):
        raise InvalidInputError("The body must be a JSON object.")
    return payload
