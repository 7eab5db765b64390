"""What the sockets of Jellyfin and Emby say."""

import json
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from showrunner.clients import media_browser_answers as answers
from showrunner.clients.models import Session, SocketNews
from showrunner.json_text import parse_json

KEEP_ALIVE = json.dumps({"MessageType": "KeepAlive"})
KEEP_ALIVE_SECONDS = 30.0
LEAST_KEEP_ALIVE_SECONDS = 1.0
"""A server that wants to hear more often would be told nothing else."""
# Now, then every 1.5 s while something changes.
GREETING = json.dumps({"MessageType": "SessionsStart", "Data": "0,1500"})
_CHANGES = ("PlaybackStart", "PlaybackStopped", "SessionEnded")
_SESSIONS = TypeAdapter(list[answers.Session])


def news(text: str, read: Callable[[list[answers.Session]], list[Session]]) -> SocketNews:
    """
    What a message says; `read` makes sessions of the answers.

    A list of sessions that cannot be read is a reason to ask for it.
    """
    kind, data = _message(text)
    if kind == "Sessions":
        try:
            return SocketNews(sessions=read(_SESSIONS.validate_python(data)))
        except ValidationError:
            return SocketNews(ask=True)
    if kind == "ForceKeepAlive" and isinstance(data, int | float) and data > 0:
        # The time after which the server gives up: half of it leaves room for a lost one.
        return SocketNews(keep_alive_seconds=max(data / 2, LEAST_KEEP_ALIVE_SECONDS))
    return SocketNews(ask=kind in _CHANGES)


def _message(text: str) -> tuple[str, Any]:
    try:
        found = parse_json(text)
    except ValueError:
        return "", None
    if not isinstance(found, dict):
        return "", None
    return str(found.get("MessageType", "")), found.get("Data")
