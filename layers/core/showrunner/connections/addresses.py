"""Addresses and keys as their owner types them."""

from urllib.parse import urlsplit

from showrunner.errors import InvalidInputError

_PORTS = {"http": 80, "https": 443}


def checked_url(url: str) -> str:
    """`url` tidied; raises InvalidInputError for what is no plain web address, never repeats it."""
    try:
        parts = urlsplit(url.strip())
        is_plain = parts.scheme in _PORTS and parts.hostname and not parts.username
        is_usable = is_plain and not parts.password and parts.port != 0
        is_usable = is_usable and not parts.query and not parts.fragment
    except ValueError:
        is_usable = False
    if not is_usable:
        raise InvalidInputError(
            "The address of a server is like http://192.168.1.10:32400, "
            "without a user name, password or parameters: keys have their own field"
        )
    return url.strip().rstrip("/")


def checked_secret(secret: str) -> str:
    """`secret` tidied; raises InvalidInputError for what could not travel in a header."""
    if not secret.strip() or not secret.strip().isascii() or not secret.strip().isprintable():
        raise InvalidInputError(
            "A token or key is one line of plain letters and digits: copy it again"
        )
    return secret.strip()


def same_address(url: str, other: str) -> bool:
    """True when both addresses lead to the same place, however they are spelled."""
    return _key(url) == _key(other)


def _key(url: str) -> tuple[str | None, int | None, str]:
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme)
    return parts.hostname, port, parts.path.rstrip("/")
