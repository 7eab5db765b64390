"""What every documents adapter accepts, so that a document that fits one home fits the other."""

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from showrunner.errors import InvalidInputError
from showrunner.ports.documents import Body, Delete, Put

MAX_COLLECTION_BYTES = 255
MAX_KEY_BYTES = 1024
MAX_CHANGES = 25
MAX_BODY_BYTES = 390 * 1024
"""DynamoDB's 400 KB per item, less room for the other attributes and for stricter emulators."""
MAX_WRITE_BYTES = 4_000_000
"""DynamoDB's 4 MB per transaction, less the same room for 25 items."""


def check_address(collection: str, key: str) -> None:
    """Raise InvalidInputError unless both are texts of an allowed length in UTF-8."""
    _check_length("collection", collection, MAX_COLLECTION_BYTES)
    _check_length("key", key, MAX_KEY_BYTES)


def check_listing(collection: str, prefix: str, after: str | None) -> None:
    """Raise InvalidInputError unless documents can be listed by these texts."""
    _check_length("collection", collection, MAX_COLLECTION_BYTES)
    for text in (prefix, after or ""):
        _length_bytes("key", text)


def _check_length(what: str, text: str, max_bytes: int) -> None:
    length_bytes = _length_bytes(what, text)
    if not 1 <= length_bytes <= max_bytes:
        raise InvalidInputError(
            f"A document {what} has 1-{max_bytes} bytes in UTF-8, this one has {length_bytes}: "
            f"shorten it or use a hash."
        )


def _length_bytes(what: str, text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            f"The document {what} {text!a} is not valid Unicode: escape it, or use a hash."
        ) from error


def body_text(collection: str, key: str, body: Body) -> str:
    """
    `body` as JSON in pure ASCII.

    ASCII because file names may hold bytes that are no valid UTF-8 (lone
    surrogates in Python), which no store takes but every JSON escape can carry.
    Raises InvalidInputError for what is not JSON and for bodies over MAX_BODY_BYTES.
    """
    try:
        text = json.dumps(body, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"The body of document {collection}/{key} is not JSON ({error}): "
            "store texts, numbers, lists and objects only."
        ) from error
    if len(text) > MAX_BODY_BYTES:
        raise InvalidInputError(
            f"The body of document {collection}/{key} has {len(text)} bytes, at most "
            f"{MAX_BODY_BYTES} are kept: split it, or put it into a blob and store its key."
        )
    return text


def expiry_seconds(expires_at: datetime | None) -> int | None:
    """Seconds since 1970, rounded up: every adapter keeps an expiry to the second."""
    if expires_at is None:
        return None
    if expires_at.tzinfo is None:
        raise InvalidInputError("expires_at has no time zone: give an aware UTC time.")
    return math.ceil(expires_at.timestamp())


def expiry_time(seconds: Any) -> datetime | None:
    """The aware UTC time that `expiry_seconds` stored."""
    return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC)


def check_changes(changes: Sequence[Put | Delete]) -> None:
    """Raise InvalidInputError for more than 25 changes, a key twice, or over 4 MB together."""
    if len(changes) > MAX_CHANGES:
        raise InvalidInputError(
            f"One write takes at most {MAX_CHANGES} changes, these are {len(changes)}: "
            "write in several steps."
        )
    if len({(change.collection, change.key) for change in changes}) < len(changes):
        raise InvalidInputError("One write changes a document at most once: merge its changes.")
    size_bytes = sum(
        len(body_text(change.collection, change.key, change.body))
        for change in changes
        if isinstance(change, Put)
    )
    if size_bytes > MAX_WRITE_BYTES:
        raise InvalidInputError(
            f"One write takes at most {MAX_WRITE_BYTES} bytes of bodies, these have {size_bytes}: "
            "write in several steps."
        )


def after_prefix(prefix: str) -> str | None:
    """The least text that follows every text starting with `prefix`; None: there is none."""
    for position in range(len(prefix) - 1, -1, -1):
        following = ord(prefix[position]) + 1
        if following == 0xD800:  # noqa: PLR2004  surrogates are no characters: skip their block
            following = 0xE000
        if following <= 0x10FFFF:  # noqa: PLR2004  the last code point of Unicode
            return prefix[:position] + chr(following)
    return None
