"""WebSockets of the emulated servers: who listens, and what they are told."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from flask import Flask, Response, request
from simple_websocket import ConnectionClosed, Server


class Line:
    """One open socket. Both methods raise ConnectionClosed when it is not open any more."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = threading.Lock()

    def send(self, text: str) -> None:
        """From any thread: whole messages, one after the other."""
        with self._lock:
            self._server.send(text)

    def receive(self, timeout_seconds: float) -> str | None:
        """The next message; None: none came in time."""
        found = self._server.receive(timeout=max(timeout_seconds, 0.001))
        return found.decode(errors="replace") if isinstance(found, bytes) else found

    def cut(self) -> None:
        """As when a server dies: no goodbye."""
        with suppress(OSError):  # it is cut already
            if self._server.sock:
                self._server.sock.shutdown(socket.SHUT_RDWR)


class Sockets:
    """
    The open sockets of one server; each is served by the thread of its request.

    For tests: `is_refusing` answers 503 to whoever comes, `drop` cuts all off, `count`
    is how many listen.
    """

    is_refusing = False

    def __init__(self) -> None:
        self._lines: set[Line] = set()
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        return len(self._lines)

    def route(self, app: Flask, rule: str, listen: Callable[[Line], None]) -> None:
        """Let `app` open sockets at that address; `listen` has each until it returns."""
        app.add_url_rule(rule, rule, lambda: self._serve(listen), websocket=True)

    def _serve(self, listen: Callable[[Line], None]) -> Response:
        """Take the socket of the request that Flask serves; it is closed when `listen` is done."""
        if self.is_refusing:
            return Response("The server is busy", status=503)
        server = Server.accept(request.environ, thread_class=_Daemon)
        line = Line(server)
        with self._lock:
            self._lines.add(line)
        try:
            listen(line)
            server.close()
        except (ConnectionClosed, OSError):
            pass
        finally:
            with self._lock:
                self._lines.discard(line)
        return Response()

    def tell(self, text: str) -> None:
        """Send to all who listen; a socket that is closing is passed over."""
        for line in self._listening():
            try:
                line.send(text)
            except (ConnectionClosed, OSError):
                continue

    def drop(self) -> None:
        for line in self._listening():
            line.cut()

    def _listening(self) -> list[Line]:
        with self._lock:
            return list(self._lines)


class _Daemon(threading.Thread):
    """Keeps no process from its end."""

    def __init__(self, target: Callable[..., object] | None) -> None:
        super().__init__(target=target, daemon=True)
