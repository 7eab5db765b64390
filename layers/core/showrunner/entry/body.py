"""The body of a request, as API Gateway's HTTP API hands it over (payload format 2.0)."""

import base64
from collections.abc import Mapping
from typing import Any

from showrunner.errors import InvalidInputError, TooLargeError
from showrunner.json_text import parse_json

MAX_BODY_BYTES = 1024 * 1024

Event = Mapping[str, Any]


def check_size(event: Event) -> None:
    """Raises TooLargeError (413) for a body over the limit."""
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
        payload = parse_json(raw_body(event))
    except ValueError as error:
        raise InvalidInputError("The body is not JSON.") from error
    if not isinstance(payload, dict):
        raise InvalidInputError("The body must be a JSON object.")
    return payload
