"""A web server on loopback that serves one file by ranges, counts, and misbehaves when told."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_CHUNK_BYTES = 64 * 1024


class RangeServer(ThreadingHTTPServer):
    """
    Serves `data` (or the file `path`) at every path.

    `drops`: of the coming answers, after how many bytes each breaks off (None:
    not). `statuses`: given instead of an answer, in turn. `redirects`: path to
    address. `has_ranges` False: always the whole file. `stall_at`: the byte of the
    file before which every answer stops for good, its connection open; `stalled`
    tells that one did.
    """

    daemon_threads = True

    def __init__(self, data: bytes = b"", path: Path | None = None, latency_seconds: float = 0):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.data, self.path, self.latency_seconds = data, path, latency_seconds
        self.etag: str | None = '"one"'
        self.last_modified: str | None = "Sat, 21 Nov 2026 10:24:30 GMT"
        self.has_ranges = True
        self.drops: list[int | None] = []
        self.statuses: list[int] = []
        self.redirects: dict[str, str] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.stall_at: int | None = None
        self.stalled, self.is_closing = threading.Event(), threading.Event()
        self.bytes_sent = 0
        self.guard = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def ranges(self) -> list[str]:
        """The ranges asked for, in order."""
        return [headers.get("range", "") for _, headers in self.asked]

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path else len(self.data)

    def part(self, start: int, end: int) -> Iterator[bytes]:
        if self.path is None:
            yield self.data[start:end]
            return
        with self.path.open("rb") as file:
            file.seek(start)
            while start < end and (chunk := file.read(min(_CHUNK_BYTES, end - start))):
                start += len(chunk)
                yield chunk

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients may hang up."""


class _Handler(BaseHTTPRequestHandler):
    server: RangeServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body in as few packets as a real server's

    def do_GET(self) -> None:
        server = self.server
        headers = {name.lower(): value for name, value in self.headers.items()}
        with server.guard:
            server.asked.append((self.path, headers))
            drop = server.drops.pop(0) if server.drops else None
            status = server.statuses.pop(0) if server.statuses else None
        time.sleep(server.latency_seconds)
        if self.path in server.redirects:
            self._empty(302, Location=server.redirects[self.path])
        elif status:
            self._empty(status)
        elif headers.get("if-match", server.etag) != server.etag:
            self._empty(412)
        else:
            self._serve(headers.get("range"), drop)

    def _serve(self, asked: str | None, drop: int | None) -> None:
        server, size = self.server, self.server.size
        start, end = 0, size
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", asked or "")
        if server.has_ranges and found:
            start, end = int(found[1]), min(int(found[2]) + 1, size)
            if start >= size:
                self._empty(416, **{"Content-Range": f"bytes */{size}"})
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(end - start))
        for name, value in (("ETag", server.etag), ("Last-Modified", server.last_modified)):
            if value:
                self.send_header(name, value)
        self.end_headers()
        self._send(start, end if drop is None else min(start + drop, end))
        self.close_connection = drop is not None

    def _send(self, start: int, end: int) -> None:
        server = self.server
        stall_at = server.stall_at if server.stall_at is not None else end
        for chunk in server.part(start, min(end, stall_at)):
            self.wfile.write(chunk)
            with server.guard:
                server.bytes_sent += len(chunk)
        if stall_at < end:
            server.stalled.set()
            server.is_closing.wait()

    def _empty(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def serving(
    data: bytes = b"", path: Path | None = None, latency_seconds: float = 0
) -> Iterator[RangeServer]:
    with RangeServer(data, path, latency_seconds) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.is_closing.set()
            server.shutdown()
            thread.join()
