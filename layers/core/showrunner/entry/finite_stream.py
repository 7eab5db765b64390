"""
Server-sent events in finite answers, so that they work on Lambda too.

A request names what its reader has seen (`Last-Event-ID`); the answer comes as
soon as something differs, or after the wait, and ends. A browser's EventSource
then asks again by itself. Format: the HTML standard's text/event-stream.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from showrunner.ports.clock import Clock

STEP_SECONDS = 0.25
DEFAULT_WAIT_SECONDS = 15.0
MAX_WAIT_SECONDS = 25.0
"""Below API Gateway's 30 seconds, after which it gives up on a function."""

RETRY_MS = 1000
RETRY_WITHOUT_WAIT_MS = 5000
MAX_WAITERS = 8
"""Requests that wait at one time in one process; further ones are answered at once, as polls."""

MAX_EVENT_ID_CHARACTERS = 4000

_waiters = threading.BoundedSemaphore(MAX_WAITERS)

Versions = Mapping[str, str]
"""The version of each thing that a reader follows, by its name; names hold no dot."""


class Moment(Protocol):
    """How things stand."""

    @property
    def versions(self) -> Versions:
        """What a reader of this moment will have seen."""

    def events(self, seen: Versions) -> Iterable[tuple[str, Any]]:
        """The name and the JSON of each event for a reader who saw `seen`."""


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


def finite_stream(
    look: Callable[[], Moment], seen: Versions, clock: Clock, longest_seconds: float
) -> str:
    """The events since `seen` as text/event-stream; after the wait a comment instead."""
    may_wait = longest_seconds > 0 and _waiters.acquire(blocking=False)
    try:
        moment = _changed_moment(look, seen, clock, longest_seconds if may_wait else 0)
    finally:
        if may_wait:
            _waiters.release()
    retry_ms = RETRY_MS if may_wait else RETRY_WITHOUT_WAIT_MS
    lines = [f"retry: {retry_ms}", f"id: {as_event_id(moment.versions)}"]
    events = (f"event: {name}\ndata: {json.dumps(data)}\n" for name, data in moment.events(seen))
    return "\n".join([*lines, "\n".join(events) or ": nothing new\n"]) + "\n"


def _changed_moment(
    look: Callable[[], Moment], seen: Versions, clock: Clock, longest_seconds: float
) -> Moment:
    left_seconds = longest_seconds  # counted down: the clock may be set meanwhile
    while True:
        moment = look()
        if moment.versions != seen or left_seconds <= 0:
            return moment
        clock.sleep(STEP_SECONDS)
        left_seconds -= STEP_SECONDS


def as_event_id(versions: Versions) -> str:
    """`<name>-<version>.<name>-<version>...`: short, and fit for headers and addresses."""
    return ".".join(f"{name}-{version}" for name, version in versions.items())


def from_event_id(event_id: str) -> dict[str, str]:
    """What `as_event_id` wrote; of anything else versions that match nothing."""
    pairs = (part.rpartition("-") for part in event_id[:MAX_EVENT_ID_CHARACTERS].split("."))
    return {name: version for name, _, version in pairs}
