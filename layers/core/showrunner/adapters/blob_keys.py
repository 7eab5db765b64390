import re

from showrunner.errors import InvalidInputError

MAX_KEY_CHARACTERS = 800
"""S3 takes 1024 bytes; the rest is for the prefix of a shared bucket."""
_MAX_NAME_CHARACTERS = 200
_NAME = re.compile(r"[A-Za-z0-9._=-]+")


def is_blob_key(key: str) -> bool:
    """True for keys that every blob adapter can hold (the rule of `ports.blobs.Blobs`)."""
    return len(key) <= MAX_KEY_CHARACTERS and all(_is_name(name) for name in key.split("/"))


def check_blob_key(key: str) -> None:
    """Raise InvalidInputError unless `is_blob_key`."""
    if not is_blob_key(key):
        raise InvalidInputError(
            f"{key[:100]!a} is no blob key: use names of 1-{_MAX_NAME_CHARACTERS} letters, digits, "
            f"'.', '_', '-', '=' joined by '/', at most {MAX_KEY_CHARACTERS} characters together."
        )


def _is_name(name: str) -> bool:
    return (
        len(name) <= _MAX_NAME_CHARACTERS
        and name not in {".", ".."}
        and _NAME.fullmatch(name) is not None
    )
