"""
Server-sent events in finite answers, so that they work on Lambda too.

A request names what its page shows (`Last-Event-ID`); the answer comes as soon
as something differs, or after the wait, and ends. The browser then asks again
by itself: that is how EventSource is made. Format: the HTML standard's
text/event-stream.
"""

import json
import os
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta

from showrunner.ports.documents import Documents
from showrunner.web.rooms.models import Room
from showrunner.wiring import Home

STEP_SECONDS = 0.25
DEFAULT_WAIT_SECONDS = 15.0
MAX_WAIT_SECONDS = 25.0
"""Below API Gateway's 30 seconds, after which it gives up on a function."""

RETRY_MS = 1000
RETRY_WITHOUT_WAIT_MS = 5000
MAX_WAITERS = 8
"""Requests that wait at one time in one process; further ones are answered at once, as polls."""

_waiters = threading.BoundedSemaphore(MAX_WAITERS)

Versions = Mapping[str, str]


def versions_of(room: Room, documents: Documents) -> dict[str, str]:
    """The present version of each part of a room."""
    return {part.name: part.version(documents) for part in room.parts}


def as_event_id(versions: Versions) -> str:
    """`<part>-<version>.<part>-<version>...`: short, and fit for headers and addresses."""
    return ".".join(f"{name}-{version}" for name, version in versions.items())


def from_event_id(event_id: str) -> dict[str, str]:
    """What `as_event_id` wrote; anything else gives versions that match nothing."""
    pairs = (part.rpartition("-") for part in event_id.split("."))
    return {name: version for name, _, version in pairs}


def wait_seconds(environ: Mapping[str, str] = os.environ) -> float:
    """
    How long a request may wait, 0-25 seconds: `SHOWRUNNER_STREAM_WAIT_SECONDS`, else 15.

    In Lambda, where waiting is paid for, none unless the variable says so.
    """
    usual = 0.0 if "AWS_LAMBDA_FUNCTION_NAME" in environ else DEFAULT_WAIT_SECONDS
    try:
        wanted = float(environ.get("SHOWRUNNER_STREAM_WAIT_SECONDS") or usual)
    except ValueError:
        wanted = usual
    return min(max(wanted, 0.0), MAX_WAIT_SECONDS)


def stream_answer(room: Room, seen: Versions, home: Home, longest_seconds: float) -> str:
    """One `activity` event that names the parts that differ from `seen`, or none after the wait."""
    may_wait = longest_seconds > 0 and _waiters.acquire(blocking=False)
    try:
        current = _changed_versions(room, seen, home, longest_seconds if may_wait else 0)
    finally:
        if may_wait:
            _waiters.release()
    changed = [name for name in current if current[name] != seen.get(name)]
    return _as_text(current, changed, RETRY_MS if may_wait else RETRY_WITHOUT_WAIT_MS)


def _changed_versions(
    room: Room, seen: Versions, home: Home, longest_seconds: float
) -> dict[str, str]:
    deadline = home.clock.now() + timedelta(seconds=longest_seconds)
    while True:
        current = versions_of(room, home.documents)
        if current != seen or home.clock.now() >= deadline:
            return current
        home.clock.sleep(STEP_SECONDS)


def _as_text(current: Versions, changed: Sequence[str], retry_ms: int) -> str:
    event = f"event: activity\ndata: {json.dumps(changed)}\n" if changed else ": nothing new\n"
    return f"retry: {retry_ms}\nid: {as_event_id(current)}\n{event}\n"
