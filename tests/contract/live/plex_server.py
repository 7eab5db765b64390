"""A small Plex on a loopback port: its list of sessions over HTTP, its notifications by socket."""

import json
import logging
import ssl
import threading
from http import HTTPStatus
from typing import Any

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

TOKEN = "plex-token-that-nobody-sees"
SOCKET = "/:/websockets/notifications"

_logger = logging.getLogger("tests.plex_server")
_logger.setLevel(logging.CRITICAL)


class PlexServer:
    """
    Names `playing` when asked; `say` reaches everybody who listens.

    `socket_answer` is a status with which it refuses the socket, with `location` as
    its header.
    """

    def __init__(self, port: int = 0, context: ssl.SSLContext | None = None) -> None:
        self.playing: list[dict[str, Any]] = []
        self.asked = 0
        self.socket_answer: HTTPStatus | None = None
        self.location: str | None = None
        self.listeners: list[ServerConnection] = []
        self._guard = threading.Lock()
        self._is_closed = False
        self._server: Server = serve(
            self._listen,
            "127.0.0.1",
            port,
            ssl=context,
            process_request=self._answer,
            logger=_logger,
        )
        self.port: int = self._server.socket.getsockname()[1]
        scheme = "https" if context else "http"
        self.url = f"{scheme}://localhost:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def say(self, message: dict[str, Any] | str | bytes) -> None:
        text = json.dumps(message) if isinstance(message, dict) else message
        for listener in list(self.listeners):
            listener.send(text)

    def tell(self, session_key: str, state: str, position_ms: int = 0) -> None:
        """A notification of playing, in the shape that Plex has."""
        said = {"sessionKey": session_key, "state": state, "viewOffset": position_ms, "key": "/x"}
        self.say(
            {
                "NotificationContainer": {
                    "type": "playing",
                    "size": 1,
                    "PlaySessionStateNotification": [said],
                }
            }
        )

    def close(self) -> None:
        self._server.shutdown()
        with self._guard:
            self._is_closed, listeners = True, list(self.listeners)
        for listener in listeners:
            listener.close()
        self._thread.join(5)

    def _listen(self, connection: ServerConnection) -> None:
        with self._guard:
            self.listeners.append(connection)
            is_closed = self._is_closed
        # A client is connected before its thread comes here: it may have been closed meanwhile.
        if is_closed:
            connection.close()
        try:
            for _ in connection:
                pass
        except ConnectionClosed:
            pass
        finally:
            with self._guard:
                self.listeners.remove(connection)

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """None lets a socket begin."""
        if request.headers.get("X-Plex-Token") != TOKEN:
            return connection.respond(HTTPStatus.UNAUTHORIZED, "<h1>401 Unauthorized</h1>")
        if request.path.startswith(SOCKET):
            return self._refuse_socket(connection) if self.socket_answer else None
        if request.path.startswith("/status/sessions"):
            self.asked += 1
            return _json({"MediaContainer": {"size": len(self.playing), "Metadata": self.playing}})
        return connection.respond(HTTPStatus.NOT_FOUND, "")

    def _refuse_socket(self, connection: ServerConnection) -> Response:
        assert self.socket_answer
        response = connection.respond(self.socket_answer, "")
        if self.location:
            response.headers["Location"] = self.location
        return response


def film(session_key: str = "7", position_ms: int = 60_000, **more: Any) -> dict[str, Any]:
    """An entry of Plex's list of sessions."""
    return {
        "sessionKey": session_key,
        "ratingKey": "51",
        "type": "movie",
        "title": "Sintel",
        "guid": "plex://movie/5d776825880197001ec90a31",
        "duration": 888_000,
        "viewOffset": position_ms,
        "User": {"id": "1", "title": "Mika"},
        "Player": {"machineIdentifier": "tv-1", "title": "TV", "state": "playing"},
        "Session": {"id": f"stop-{session_key}", "bandwidth": 4000, "location": "lan"},
        "Media": [{"videoCodec": "h264", "container": "mkv", "width": 1920}],
        **more,
    }


def _json(body: dict[str, Any]) -> Response:
    data = json.dumps(body).encode()
    headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(data))})
    headers["Connection"] = "close"
    return Response(200, "OK", headers, data)
