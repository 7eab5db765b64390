"""Where senders reach this installation, to be copied into their settings."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from showrunner.settings import Settings

BASE = "/api/v1/webhooks"

_WEBHOOK_PATH = re.compile(r"/api(/v1)?/webhooks/\w+/?$")
_HOST = re.compile(r"[\w.:\[\]-]{1,253}")


def own_url(event: Mapping[str, Any], settings: Settings) -> str:
    """
    `https://showrunner.example.org`, without a slash at the end.

    What the owner set as the public address, else as the caller of `event` reached us.
    """
    if settings.plex_webhook_public_url:
        return _WEBHOOK_PATH.sub("", settings.plex_webhook_public_url).rstrip("/")
    headers = event.get("headers") or {}
    host = headers.get("host", "")
    known = host if _HOST.fullmatch(host) else "localhost"
    is_https = headers.get("x-forwarded-proto", "") == "https"
    return f"{'https' if is_https else 'http'}://{known}"


def webhook_url(own: str, name: str) -> str:
    """The address of a sender's kind (`plex`), or of all (`incoming`)."""
    return f"{own}{BASE}/{name}"


def connection_url(own: str, connection_id: str) -> str:
    """The address of what belongs to one connection."""
    return f"{own}{BASE}/server/{quote(connection_id, safe='')}"


def with_secret(url: str, secret: str) -> str:
    """`url` for senders that can set nothing else; it is as secret as the secret itself."""
    return f"{url}?token={quote(secret, safe='')}"
