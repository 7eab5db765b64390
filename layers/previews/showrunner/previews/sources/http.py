"""Ranges of a file over HTTP(S)."""

import functools
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

from showrunner.errors import (
    BadAnswerError,
    ForbiddenError,
    KeyRefusedError,
    NotFoundError,
    ShowrunnerError,
    UnreachableError,
)
from showrunner.previews.sources.allowed import require_allowed, require_plain_address, shown
from showrunner.previews.sources.ranges import FIRST_BYTES, RemoteState, changed, read_resuming

# httpx logs whole addresses at INFO, with whatever secret their query holds.
logging.getLogger("httpx").setLevel(logging.WARNING)

_TIMEOUT = httpx.Timeout(20, connect=5)
_IDLE_SECONDS = 30
_MOST_REDIRECTS = 5
# A server without ranges sends all of a file each time: bearable only for clips.
_MOST_WITHOUT_RANGES_BYTES = 64 << 20
_PART = re.compile(r"bytes (?P<start>\d+)-\d+/(?P<size>\d+)")
_MAY_PASS = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_REFUSALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_ABSENT = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_CHANGED = {
    HTTPStatus.OK,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
}


class HttpRanges:
    """
    The file at `url`, of which the first bytes are read at once. See `RangeReader`.

    `headers` go to the server of `url` only, not to one that it redirects to, and
    a redirect must lead to one of the `allowed` prefixes, too. Raises
    ForbiddenError when one does not.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        allowed: Sequence[str],
        verify_tls: bool = True,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = shown(url)
        self._url = self._target = httpx.URL(url)
        self._headers = dict(headers)
        self._allowed = allowed
        self._client = _client(os.getpid(), verify_tls)
        self._sleep = sleep
        self._state: RemoteState | None = None
        self._first = b""
        self._first = self.read_range(0, FIRST_BYTES)

    @property
    def state(self) -> RemoteState:
        if self._state is None:
            raise ValueError("nothing was read yet")
        return self._state

    def read_range(self, start: int, end: int) -> bytes:
        if end <= len(self._first):
            return self._first[start:end]
        return read_resuming(self._ask, start, end, self._sleep)

    def _ask(self, start: int, end: int, received: bytearray) -> int:
        with self._answer(start, end) as answer:
            if self._state is None and answer.status_code == HTTPStatus.OK:
                return self._take_whole(answer, received)
            if self._state is None and _is_empty(answer):
                self._state = RemoteState(0)
                return 0
            state = self._checked(answer, start)
            end = min(end, state.size_bytes)
            for chunk in answer.iter_raw():
                received += chunk
            return end

    def _take_whole(self, answer: httpx.Response, received: bytearray) -> int:
        """The body of a server that knows no ranges, where it is small."""
        received.clear()
        announced = int(answer.headers.get("Content-Length", 0))
        for chunk in answer.iter_raw() if announced <= _MOST_WITHOUT_RANGES_BYTES else ():
            received += chunk
            if len(received) > _MOST_WITHOUT_RANGES_BYTES:
                break
        if max(announced, len(received)) > _MOST_WITHOUT_RANGES_BYTES:
            raise self._unusable(
                "with the whole file instead of a part. Its server has to support range "
                "requests; else mount the folder on the worker"
            )
        self._state = _state_in(answer, len(received))
        return len(received)

    def _checked(self, answer: httpx.Response, start: int) -> RemoteState:
        """The file's state from the headers of a part; refuses any other answer."""
        if answer.status_code != HTTPStatus.PARTIAL_CONTENT:
            raise self._refusal(answer)
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise self._unusable("in compressed form")
        part = _PART.fullmatch(answer.headers.get("Content-Range", ""))
        if part is None or int(part["start"]) != start:
            raise self._unusable("with another part than asked for, or none of known size")
        state = _state_in(answer, int(part["size"]))
        self._state = self._state or state
        self._state.refuse_change(self.name, state)
        return state

    @contextmanager
    def _answer(self, start: int, end: int) -> Iterator[httpx.Response]:
        """The answer to a range request, after redirects, its body not yet read."""
        with self._explained():
            for _ in range(_MOST_REDIRECTS + 1):
                require_allowed(str(self._target), self._allowed)
                with self._client.stream(
                    "GET",
                    self._target,
                    headers=self._request_headers(start, end),
                    extensions={"trace": _refuse_metadata_service},
                ) as answer:
                    if answer.next_request is not None:
                        self._target = answer.next_request.url
                    elif self._is_outdated(answer):
                        self._target = self._url
                    else:
                        yield answer
                        return
        raise BadAnswerError(f"{self.name} redirects without end. Enter the address it leads to.")

    def _is_outdated(self, answer: httpx.Response) -> bool:
        """True when what the file's address once redirected to is no longer good."""
        return self._target != self._url and answer.status_code in _REFUSALS | _ABSENT

    def _request_headers(self, start: int, end: int) -> dict[str, str]:
        is_home = _origin(self._target) == _origin(self._url)
        headers = self._headers if is_home else {}
        etag = self._state.etag if self._state else None
        # Weak ones, and only them, must not be compared here (RFC 9110, 13.1.1).
        condition = {"If-Match": etag} if etag and etag.startswith('"') else {}
        return {
            **headers,
            **condition,
            "Range": f"bytes={start}-{end - 1}",
            "Accept-Encoding": "identity",
        }

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise UnreachableError(
                f"{self.name} could not be read ({str(error) or type(error).__name__}). "
                "Check that its server runs; the file is tried again later."
            ) from error

    def _refusal(self, answer: httpx.Response) -> ShowrunnerError:
        status = answer.status_code
        if status in _REFUSALS:
            return KeyRefusedError(
                f"{self.name} may not be read ({status}). Enter a new token for its server."
            )
        if status in _ABSENT:
            return NotFoundError(f"{self.name} does not exist on its server. Check the address.")
        if status in _CHANGED and self._state:
            return changed(self.name)
        if answer.is_server_error or status in _MAY_PASS:
            return UnreachableError(
                f"{self.name} was answered with {status}. Its server may be starting or busy; "
                "the file is tried again later."
            )
        return self._unusable(f"with status {status}")

    def _unusable(self, how: str) -> BadAnswerError:
        return BadAnswerError(f"{self.name} was answered {how}.")


def _is_empty(answer: httpx.Response) -> bool:
    """True for the refusal of the first byte of a file that has none."""
    is_refused = answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    return is_refused and answer.headers.get("Content-Range") == "bytes */0"


def _state_in(answer: httpx.Response, size_bytes: int) -> RemoteState:
    etag, modified = (answer.headers.get(name) for name in ("ETag", "Last-Modified"))
    try:
        modified_at = parsedate_to_datetime(modified).astimezone(UTC) if modified else None
    except ValueError:
        modified_at = None
    return RemoteState(size_bytes, etag, modified_at)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _refuse_metadata_service(event: str, facts: dict[str, Any]) -> None:
    """Called by httpcore at each step: looks at whom a name led to, before anything is sent."""
    if event != "connection.connect_tcp.complete":
        return
    connection = facts["return_value"]
    try:
        require_plain_address(connection.get_extra_info("server_addr")[0])
    except ForbiddenError:
        connection.close()
        raise


@functools.lru_cache(maxsize=4)
def _client(_process_id: int, verify_tls: bool) -> httpx.Client:
    """
    The process's connections, kept open between requests; threads share it.

    Proxies and passwords of the environment are left aside: who is asked, and
    with which key, is configured.
    """
    limits = httpx.Limits(keepalive_expiry=_IDLE_SECONDS)
    return httpx.Client(timeout=_TIMEOUT, verify=verify_tls, trust_env=False, limits=limits)
