"""The sockets of the emulated Jellyfin and Emby: the list of sessions, as often as asked for."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask

from showrunner.demo.sockets import Line, Sockets

_FOR_EVER_SECONDS = 3600.0


class _Subscription:
    """What one listener asked for: the first list after a delay, then one every interval."""

    def __init__(self) -> None:
        self._next_at: float | None = None
        self._every_seconds = 0.0

    def start(self, data: str) -> None:
        """`data` is `delay,interval`, both in milliseconds."""
        delay, _, interval = data.partition(",")
        self._next_at = time.monotonic() + float(delay) / 1000
        self._every_seconds = max(float(interval or 0) / 1000, 0.1)

    def stop(self) -> None:
        self._next_at = None

    @property
    def left_seconds(self) -> float:
        return _FOR_EVER_SECONDS if self._next_at is None else self._next_at - time.monotonic()

    def told(self) -> None:
        self._next_at = time.monotonic() + self._every_seconds


class MediaBrowserSocket:
    """
    `keep_alive_seconds` is what it demands at the start, as Jellyfin does: whoever is
    silent for longer is cut off. None: it demands nothing (Emby).
    """

    def __init__(
        self, sessions: Callable[[], list[dict[str, Any]]], keep_alive_seconds: float | None
    ) -> None:
        self._sessions, self.keep_alive_seconds = sessions, keep_alive_seconds
        self.sockets = Sockets()

    def route(self, app: Flask, rule: str) -> None:
        self.sockets.route(app, rule, self._listen)

    def _listen(self, line: Line) -> None:
        if self.keep_alive_seconds:
            line.send(_message("ForceKeepAlive", self.keep_alive_seconds))
        subscription, heard_at = _Subscription(), time.monotonic()
        while self._is_alive(heard_at):
            text = line.receive(min(subscription.left_seconds, self._patience_seconds))
            if text is not None:
                heard_at = time.monotonic()
                _answer(line, text, subscription)
            if subscription.left_seconds <= 0:
                line.send(_message("Sessions", self._sessions()))
                subscription.told()

    @property
    def _patience_seconds(self) -> float:
        return self.keep_alive_seconds or _FOR_EVER_SECONDS

    def _is_alive(self, heard_at: float) -> bool:
        return time.monotonic() - heard_at < self._patience_seconds


def _answer(line: Line, text: str, subscription: _Subscription) -> None:
    """What it does not know it passes over, as the real ones do."""
    try:
        found = json.loads(text)
        kind, data = found.get("MessageType"), str(found.get("Data") or "")
        if kind == "SessionsStart":
            subscription.start(data)
    except (ValueError, AttributeError):
        return
    if kind == "SessionsStop":
        subscription.stop()
    if kind == "KeepAlive":
        line.send(_message("KeepAlive"))


def _message(kind: str, data: object = None) -> str:
    message: dict[str, Any] = {"MessageType": kind, "MessageId": uuid.uuid4().hex}
    return json.dumps(message if data is None else {**message, "Data": data})
