"""A small Jellyfin on a loopback port: it sends its list of sessions once it is asked to."""

import json
import logging
import threading
import time
from http import HTTPStatus
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

_PATIENCE_SECONDS = 5
KEY = "jellyfin-key-that-nobody-sees"
_logger = logging.getLogger("tests.jellyfin_server")
_logger.setLevel(logging.CRITICAL)


class JellyfinServer:
    """Wants signs of life, and knows nothing but its socket."""

    def __init__(self) -> None:
        self.playing: list[dict[str, Any]] = []
        self.heard: list[dict[str, Any]] = []
        self._server = serve(
            self._listen, "127.0.0.1", 0, process_request=self._answer, logger=_logger
        )
        self.url = f"http://localhost:{self._server.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join(5)

    def _listen(self, connection: ServerConnection) -> None:
        is_asked, heard_at = False, time.monotonic()
        try:
            connection.send(json.dumps({"MessageType": "ForceKeepAlive", "Data": 0.6}))
            while time.monotonic() - heard_at < _PATIENCE_SECONDS:
                try:
                    message = json.loads(connection.recv(timeout=0.05))
                    heard_at = time.monotonic()
                    self.heard.append(message)
                    is_asked = is_asked or message["MessageType"] == "SessionsStart"
                except TimeoutError:
                    pass
                if is_asked:
                    said = {"MessageType": "Sessions", "Data": self.playing}
                    connection.send(json.dumps(said))
        except ConnectionClosed:
            pass

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        if f'Token="{KEY}"' not in request.headers.get("Authorization", ""):
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        if request.path.startswith("/socket?"):
            return None
        return connection.respond(HTTPStatus.NOT_FOUND, "")


def episode(session_key: str = "4f016ef744e4b0f2") -> dict[str, Any]:
    """An entry of Jellyfin's list of sessions, a minute into an hour."""
    return {
        "Id": session_key,
        "UserId": "u1",
        "UserName": "Mika",
        "DeviceId": "tv-1",
        "DeviceName": "TV",
        "Client": "Jellyfin Web",
        "PlayState": {"PositionTicks": 600_000_000, "IsPaused": False, "PlayMethod": "DirectPlay"},
        "NowPlayingItem": {
            "Id": "e1",
            "Name": "The Pilot",
            "Type": "Episode",
            "SeriesName": "Caminandes",
            "IndexNumber": 1,
            "ParentIndexNumber": 1,
            "RunTimeTicks": 36_000_000_000,
        },
    }
