"""Servers on loopback that do what servers should not: bytes as they are, no framework."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Act = Callable[[socket.socket, bytes], None]


class Misbehaving:
    """Reads the head of each request and lets `act` answer on the bare connection."""

    def __init__(self, act: Act, tls: ssl.SSLContext | None = None) -> None:
        self._act, self._tls = act, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.02)
        self.port = self._listener.getsockname()[1]
        self.heads: list[bytes] = []
        self.is_stopped = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def start(self) -> None:
        self._threads[0].start()

    def stop(self) -> None:
        self.is_stopped.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self.is_stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(2)
        with connection:
            try:
                if self._tls:
                    with self._tls.wrap_socket(connection, server_side=True) as wrapped:
                        self._answer(wrapped)
                else:
                    self._answer(connection)
            except OSError:  # the client went away, which is what it should do
                return

    def _answer(self, connection: socket.socket) -> None:
        head = b""
        is_tls_hello = False
        while b"\r\n\r\n" not in head and not is_tls_hello and (some := connection.recv(65536)):
            head += some
            is_tls_hello = head.startswith(b"\x16")
        self.heads.append(head)
        if head:
            self._act(connection, head)


@contextmanager
def misbehaving(act: Act, tls: ssl.SSLContext | None = None) -> Iterator[Misbehaving]:
    server = Misbehaving(act, tls)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def answering(status: str, body: bytes = b"", *headers: str) -> Act:
    """A whole and correct answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return lambda connection, _: connection.sendall("\r\n".join(lines).encode() + body)
