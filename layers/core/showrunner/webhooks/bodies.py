"""
The JSON object in a webhook's body, however the sender wrapped it.

JSON under any content type; else a form, whose part `payload` (Plex) or `data`
(Emby) is the JSON, or whose fields are the object (Jellyfin's Generic Form).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from showrunner.entry.http import json_object, raw_body
from showrunner.errors import InvalidInputError

_JSON_PARTS = ("payload", "data")


def webhook_payload(event: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of an HTTP API event; raises InvalidInputError when it holds no JSON object."""
    content_type = (event.get("headers") or {}).get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    try:
        return json_object(event)
    except InvalidInputError:  # curl calls whatever it sends a form, so JSON is tried first
        if kind == "multipart/form-data":
            return _object_in(_multipart_fields(content_type, raw_body(event)))
        if kind == "application/x-www-form-urlencoded":
            return _object_in(_form_fields(raw_body(event)))
        raise


def _object_in(fields: dict[str, str]) -> dict[str, Any]:
    for name in _JSON_PARTS:
        if name in fields:
            return json_object({"body": fields[name]})
    if not fields:
        raise InvalidInputError("The body is neither JSON nor a form with fields.")
    return dict(fields)


def _form_fields(body: bytes) -> dict[str, str]:
    fields = parse_qs(body.decode("utf-8", "replace"))
    return {name: values[0] for name, values in fields.items()}


def _multipart_fields(content_type: str, body: bytes) -> dict[str, str]:
    """The text fields of a form; attached files (Plex's thumb) are left out."""
    from email.parser import BytesParser  # noqa: PLC0415 - 15 ms that few deliveries need
    from email.policy import HTTP  # noqa: PLC0415

    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    fields: dict[str, str] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields.setdefault(name, content.decode("utf-8", "replace"))
    return fields
