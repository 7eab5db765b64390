"""The emulated Plex's notifications: who plays what, and what is new."""

import json
import time
from typing import Any

from flask import Flask

from showrunner.demo import plex_shapes as shapes
from showrunner.demo.playing import Playback, Room
from showrunner.demo.plex_sessions import player_uuid
from showrunner.demo.sending import Happening
from showrunner.demo.shelf import Entry
from showrunner.demo.sockets import Line, Sockets

_PROGRESS_SECONDS = 10.0
_STATES = {
    Happening.PLAY: "playing",
    Happening.RESUME: "playing",
    Happening.PAUSE: "paused",
    Happening.STOP: "stopped",
}
_TYPES = {"movie": 1, "show": 4}


class PlexSocket:
    """As `Reporter`: what happens is told at once, how far everybody is every ten seconds."""

    def __init__(self, room: Room, *, progress_seconds: float = _PROGRESS_SECONDS) -> None:
        self._room, self._progress_seconds = room, progress_seconds
        self.sockets = Sockets()

    def route(self, app: Flask) -> None:
        """Under the name that clients use, and under that of the description."""
        for name in ("websockets", "websocket"):
            self.sockets.route(app, f"/:/{name}/notifications", self._listen)

    def added(self, entry: Entry) -> None:
        now = int(time.time())
        states = ((0, "created"), (5, "processed"))
        for number, state in states:
            timeline = {
                "identifier": "com.plexapp.plugins.library",
                "sectionID": shapes.section_key(entry),
                "itemID": str(entry.number),
                "type": _TYPES[entry.kind],
                "title": entry.title,
                "state": number,
                "metadataState": state,
                "updatedAt": now,
            }
            self.sockets.tell(_notification("timeline", "TimelineEntry", [timeline]))

    def played(self, happening: Happening, found: Playback) -> None:
        """The one that is counted as watched is told by nobody but the webhook."""
        if happening in _STATES:
            self.sockets.tell(_playing(found, _STATES[happening]))
        if found.viewer.transcodes and happening in (Happening.PLAY, Happening.STOP):
            word = "start" if happening is Happening.PLAY else "end"
            key = {"key": f"/transcode/sessions/demo{found.session_number}"}
            kind = f"transcodeSession.{word}"
            self.sockets.tell(_notification(kind, "TranscodeSession", [key]))

    def _listen(self, line: Line) -> None:
        """Whatever is sent here is read and means nothing."""
        while True:
            told_at = time.monotonic()
            for found in self._room.playbacks():
                line.send(_playing(found, "paused" if found.is_paused else "playing"))
            while (left := told_at + self._progress_seconds - time.monotonic()) > 0:
                line.receive(left)


def _playing(found: Playback, state: str) -> str:
    entry = found.entry
    session = {
        "sessionKey": str(found.session_number),
        "clientIdentifier": player_uuid(found),
        "guid": "",
        "ratingKey": str(entry.number),
        "url": "",
        "key": f"/library/metadata/{entry.number}",
        "viewOffset": found.position_ms,
        "playQueueItemID": found.session_number,
        "playQueueID": found.session_number,
        "state": state,
    }
    if found.viewer.transcodes:
        session["transcodeSession"] = f"demo{found.session_number}"
    return _notification("playing", "PlaySessionStateNotification", [session])


def _notification(kind: str, name: str, content: list[dict[str, Any]]) -> str:
    return json.dumps(
        {"NotificationContainer": {"type": kind, "size": len(content), name: content}}
    )
