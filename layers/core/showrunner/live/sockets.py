"""
A server's socket, opened with the time limits and the TLS setting of its connection.

Only workers import this: functions would pay for a library that they never use.
Nothing here repeats an address or a header: both may carry the server's key.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    InvalidURI,
)
from websockets.sync.client import ClientConnection, connect

from showrunner.clients.faults import network_fault, tls_fault
from showrunner.clients.models import SocketRequest
from showrunner.connections.models import Connection
from showrunner.errors import (
    BadAnswerError,
    KeyRefusedError,
    ShowrunnerError,
    UnreachableError,
)

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
CONNECT_SECONDS = 10.0
_CLOSE_SECONDS = 1.0

# It logs whole addresses and headers at DEBUG.
_library_logger = logging.getLogger("websockets.client")
_library_logger.setLevel(logging.WARNING)


class ServerSocket:
    """An open socket. Every call raises UnreachableError once it is broken."""

    def __init__(self, inner: ClientConnection) -> None:
        self._inner = inner

    def receive(self, wait_seconds: float) -> str | None:
        """The next message as text; None when none comes within the wait."""
        try:
            message = self._inner.recv(timeout=max(0.0, wait_seconds))
        except TimeoutError:
            return None
        return message if isinstance(message, str) else message.decode(errors="replace")

    def send(self, text: str) -> None:
        self._inner.send(text)


@contextmanager
def open_socket(
    connection: Connection, request: SocketRequest, ping_seconds: float
) -> Iterator[ServerSocket]:
    """
    The socket, closed at the end of the block; goes nowhere but to `request.url`.

    The server is pinged every `ping_seconds`, and the socket is broken when it does
    not answer within as many. Raises UnreachableError (try later), KeyRefusedError
    (ask the owner) or BadAnswerError (a redirect, a certificate, no socket there).
    """
    is_tls = request.url.startswith("wss:")
    try:
        inner = connect(
            request.url,
            ssl=httpx.create_ssl_context(verify=connection.verify_tls) if is_tls else None,
            additional_headers=request.headers,
            proxy=None,
            open_timeout=min(connection.timeout_seconds, CONNECT_SECONDS),
            ping_interval=ping_seconds,
            ping_timeout=ping_seconds,
            close_timeout=_CLOSE_SECONDS,
            max_size=MAX_MESSAGE_BYTES,
        )
        with inner:
            yield ServerSocket(inner)
    except (ConnectionClosed, InvalidHandshake, InvalidURI, OSError, EOFError) as error:
        # The cause would bring the address along, which may hold a key.
        raise _refusal(connection, error) from None


def _refusal(connection: Connection, error: Exception) -> ShowrunnerError:
    where = f"{connection.name} at {_shown(connection.url)}"
    if isinstance(error, ConnectionClosed):
        return UnreachableError(f"{where} closed its socket{_code(error)}")
    if isinstance(error, InvalidStatus):
        return _status_refusal(where, error.response.status_code)
    if why := tls_fault(error):
        return BadAnswerError(f"{where} {why}")
    if isinstance(error, OSError):
        return UnreachableError(f"{where} {network_fault(error, connection.timeout_seconds)}")
    return BadAnswerError(
        f"{where} answered its socket with something else. Check that a proxy before it "
        "lets WebSockets through"
    )


def _status_refusal(where: str, status: int) -> ShowrunnerError:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return KeyRefusedError(
            f"{where} refused the key for its socket ({status}). "
            "Enter a new token in the settings of this connection"
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UnreachableError(
            f"{where} answered its socket with {status}. It may be starting or busy"
        )
    return BadAnswerError(
        f"{where} answered its socket with {status}. Check its address, and that a proxy "
        "before it lets WebSockets through"
    )


def _code(error: ConnectionClosed) -> str:
    """The reason that a server gives is not repeated: nobody knows what it quotes."""
    return f" ({error.rcvd.code})" if error.rcvd else ": it fell silent or went away"


def _shown(url: str) -> str:
    """Without a name and password in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")
