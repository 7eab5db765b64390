"""
The JSON object in a webhook's body, however the sender wrapped it.

JSON under any content type; else a form, whose part `payload` (Plex) or `data`
(Emby) is the JSON, or whose fields are the object (Jellyfin's Generic Form). A
form is known by its body, too: senders and proxies name wrong content types.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from showrunner.entry.body import json_object, raw_body
from showrunner.errors import InvalidInputError

_JSON_PARTS = ("payload", "data")

_MAX_PARTS = 100
_MAX_FIELDS = 1000
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;,\s"]+))', re.IGNORECASE)
_FIRST_DELIMITER = re.compile(rb"\s*--([^\r\n]{1,70})\r?\ncontent-", re.IGNORECASE)
"""A boundary has at most 70 characters (RFC 2046)."""
_FIRST_FIELD = re.compile(rb"[\w.+%\[\]-]{1,100}=")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_PART_NAME = re.compile(
    rb'^content-disposition:[^\n]*[;\s]name="?([^";\r\n]+)', re.IGNORECASE | re.MULTILINE
)
_IS_FILE = re.compile(rb"^content-disposition:[^\n]*[;\s]filename", re.IGNORECASE | re.MULTILINE)


def webhook_payload(event: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of an HTTP API event; raises InvalidInputError when it holds no JSON object."""
    content_type = (event.get("headers") or {}).get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if not event.get("body"):
        raise InvalidInputError(
            "The body is empty. Tautulli sends nothing when its template has a mistake: copy it "
            "again from /api/v1/webhooks/instructions."
        )
    try:
        return json_object(event)
    except InvalidInputError:  # curl calls whatever it sends a form, so JSON is tried first
        body = raw_body(event)
        if boundary := _boundary(content_type, body):
            return _object_in(_multipart_fields(boundary, body))
        if kind == "application/x-www-form-urlencoded" or _FIRST_FIELD.match(body):
            return _object_in(_form_fields(body))
        raise


def _boundary(content_type: str, body: bytes) -> bytes | None:
    """What a multipart form's parts lie between; None when it is no such form."""
    if given := _BOUNDARY.search(content_type):
        return (given[1] or given[2]).encode("latin-1", "replace")
    found = _FIRST_DELIMITER.match(body)
    return found[1].rstrip() if found else None


def _object_in(fields: dict[str, list[str]]) -> dict[str, Any]:
    """The JSON that one of the fields is, else the fields; one that comes again is a list."""
    for name in _JSON_PARTS:
        if name in fields:
            return json_object({"body": fields[name][0]})
    if not fields:
        raise InvalidInputError("The body is neither JSON nor a form with fields.")
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in fields.items()}


def _form_fields(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise InvalidInputError(f"The form has more than {_MAX_FIELDS} fields.") from error


def _multipart_fields(boundary: bytes, body: bytes) -> dict[str, list[str]]:
    """
    The text fields of a form (RFC 7578); attached files (Plex's thumb) are left out.

    Cut by hand: the standard library's mail parser takes 15 ms to import and,
    for each of Plex's pictures, as long again.
    """
    delimiter = b"\n--" + boundary
    fields: dict[str, list[str]] = {}
    for part in (b"\n" + body).split(delimiter, _MAX_PARTS)[1:]:
        head, *content = _HEAD_END.split(part, maxsplit=1)
        found = _PART_NAME.search(head)
        name = found[1].decode("utf-8", "replace") if found else ""
        if content and (name in _JSON_PARTS or (name and not _IS_FILE.search(head))):
            text = content[0].removesuffix(b"\r").decode("utf-8", "replace")
            fields.setdefault(name, []).append(text)
    return fields
