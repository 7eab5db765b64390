"""
httpx's connection pool with a limit for a whole exchange.

httpx limits how long one read waits. A server that sends a byte a second never
meets that limit, so here every read, write and connect also ends at the moment
that `ends_at` named for this thread.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

_now = threading.local()
SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)


@contextmanager
def ends_at(deadline_seconds: float) -> Iterator[None]:
    """Requests of this thread inside the block end then, on the monotonic clock."""
    before = getattr(_now, "deadline_seconds", None)
    _now.deadline_seconds = deadline_seconds
    try:
        yield
    finally:
        _now.deadline_seconds = before


def _within(timeout: float | None, exceeded: type[httpcore.TimeoutException]) -> float | None:
    """The shorter of `timeout` and what is left; raises `exceeded` when nothing is."""
    deadline: float | None = getattr(_now, "deadline_seconds", None)
    if deadline is None:
        return timeout
    left = deadline - time.monotonic()
    if left <= 0:
        raise exceeded("the whole exchange took too long")
    return left if timeout is None else min(timeout, left)


class _LimitedStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _within(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _within(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        limit = _within(timeout, httpcore.ConnectTimeout)
        return _LimitedStream(self._inner.start_tls(ssl_context, server_hostname, limit))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _LimitedBackend(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        limit = _within(timeout, httpcore.ConnectTimeout)
        at_once = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        options = [at_once, *(socket_options or [])]
        return _LimitedStream(self._inner.connect_tcp(host, port, limit, local_address, options))


class _Body(httpx.SyncByteStream):
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx_errors():
            yield from self._inner

    def close(self) -> None:
        self._inner.close()


class LimitedTransport(httpx.BaseTransport):
    """
    Pooled HTTP/1.1. Redirects are the client's business, proxies are not used.

    The certificate store, slow to read, is read only for an https address.
    """

    def __init__(self, *, is_tls: bool, verify_tls: bool) -> None:
        context = httpx.create_ssl_context(verify=verify_tls) if is_tls else None
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, keepalive_expiry=5.0, network_backend=_LimitedBackend()
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        address = request.url
        url = httpcore.URL(
            scheme=address.raw_scheme,
            host=address.raw_host,
            port=address.port,
            target=address.raw_path,
        )
        content = request.stream
        if not isinstance(content, Iterable):
            raise TypeError("an asynchronous body in a synchronous client")
        sent = httpcore.Request(
            request.method,
            url,
            headers=request.headers.raw,
            content=content,
            extensions=request.extensions,
        )
        with _as_httpx_errors():
            answer = self._pool.handle_request(sent)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()


@contextmanager
def _as_httpx_errors() -> Iterator[None]:
    """Both libraries call their errors by the same names."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
    ) as error:
        kind = getattr(httpx, type(error).__name__, httpx.TransportError)
        raise kind(str(error)) from error
