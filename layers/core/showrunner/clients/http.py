"""One way to talk to a server: address, key, time limit, retries and errors, decided once."""

import json
import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
from pydantic import TypeAdapter, ValidationError

from showrunner.clients.faults import network_fault, tls_fault
from showrunner.clients.transport import LimitedTransport, ends_at
from showrunner.errors import BadAnswerError, KeyRefusedError, SetupError, UnreachableError

# They log whole addresses; some services want their key in them.
for _talkative in ("httpx", "httpcore"):
    logging.getLogger(_talkative).setLevel(logging.WARNING)

_Shape = TypeVar("_Shape")

READ_RETRIES = 2
FIRST_BACKOFF_SECONDS = 0.25
CONNECT_SECONDS = 5.0
MAX_ANSWER_BYTES = 32 * 1024 * 1024
# Of the answer as it travelled: what is left is the body as it was meant.
_TRAVEL_HEADERS = ("content-encoding", "content-length", "transfer-encoding")


class _Closing:
    """What ends with a `with` block."""

    def close(self) -> None:
        """Give the connections back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


class HttpClient(_Closing):
    """
    Requests to one server with one set of headers; making one does no I/O.

    `server_name` is how error messages call the server. `query` goes with every
    request: for services that want their key in the address. Every request
    raises UnreachableError (no answer, or a fault that may pass),
    KeyRefusedError (401, 403) or BadAnswerError (any other status that was not
    allowed, a redirect, a certificate that cannot be verified, more than 32 MiB).
    Reads are tried up to three times, everything else once.

    `timeout_seconds` is the longest silence; connecting may take at most 5 s of
    it. A call with all its tries ends after `total_seconds`, twice that silence
    unless it is given.
    """

    def __init__(
        self,
        base_url: str,
        *,
        server_name: str,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
        timeout_seconds: float = 10.0,
        total_seconds: float | None = None,
        verify_tls: bool = True,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._server_name = server_name
        self._sleep = sleep
        self._base_url = base_url.rstrip("/")
        self._shown_url = re.sub("//[^/@]*@", "//", self._base_url)
        self._total_seconds = total_seconds or 2 * timeout_seconds
        is_tls = self._base_url.lower().startswith("https:")
        self._client = httpx.Client(
            headers=_sendable(headers, server_name),
            params=dict(query or {}),
            timeout=httpx.Timeout(timeout_seconds, connect=min(timeout_seconds, CONNECT_SECONDS)),
            transport=transport or LimitedTransport(is_tls=is_tls, verify_tls=verify_tls),
        )

    @property
    def shown_url(self) -> str:
        """The address without what nobody should see."""
        return self._shown_url

    def socket_url(self, path: str) -> str:
        """The address of a web socket on the same server."""
        return re.sub("^http", "ws", self._base_url, flags=re.IGNORECASE) + path

    def close(self) -> None:
        self._client.close()

    def read(
        self,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        allow: tuple[HTTPStatus, ...] = (),
    ) -> httpx.Response:
        """The answer to a GET; a status in `allow` comes back instead of raising."""
        deadline = time.monotonic() + self._total_seconds
        sent = {"params": params, "headers": headers}
        for attempt in range(READ_RETRIES):
            try:
                return self._request("GET", path, allow, deadline, **sent)
            except UnreachableError:
                pause = FIRST_BACKOFF_SECONDS * 2**attempt
                if time.monotonic() + pause >= deadline:
                    raise
                self._sleep(pause)
        return self._request("GET", path, allow, deadline, **sent)

    def read_as(
        self,
        path: str,
        shape: type[_Shape],
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> _Shape:
        """The answer to a GET as a pydantic type; BadAnswerError names what does not fit."""
        return self.parsed(path, self.read(path, params=params, headers=headers), shape)

    def parsed(self, path: str, answer: httpx.Response, shape: type[_Shape]) -> _Shape:
        """The JSON of `answer` as a pydantic type; BadAnswerError names what does not fit."""
        self.refuse_page(path, answer)
        try:
            return TypeAdapter(shape).validate_json(answer.content)
        except ValidationError as error:
            # The cause would bring the answer along, which may hold keys.
            raise self.misfit(path, error) from None

    def act(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        form: Mapping[str, str | Sequence[str]] | None = None,
        parts: Mapping[str, str] | None = None,
        allow: tuple[HTTPStatus, ...] = (),
    ) -> httpx.Response:
        """
        The answer to a request that changes something: sent once.

        What goes along is `body` as JSON, or `form` as a web page sends it (a field
        may occur several times), or `parts` as multipart/form-data.
        """
        deadline = time.monotonic() + self._total_seconds
        sent: dict[str, Any] = {"params": params, "headers": headers, "data": form}
        if parts is not None:
            sent["files"] = {name: (None, text) for name, text in parts.items()}
        if body is not None:
            sent["content"] = json.dumps(body).encode()
            sent["headers"] = {"Content-Type": "application/json", **(headers or {})}
        return self._request(method, path, allow, deadline, **sent)

    def bad_answer(self, path: str, why: str) -> BadAnswerError:
        """The error for an answer to `path` that arrived but cannot be used."""
        return BadAnswerError(
            f"{self._server_name} answered {path} with {why}. "
            f"Check that {self._shown_url} is that server's address and its version is supported"
        )

    def key_refused(self, path: str, status: int) -> KeyRefusedError:
        """The error for a key that the server does not take."""
        return KeyRefusedError(
            f"{self._server_name} refused the key for {path} ({status}). "
            "Enter a new token in the settings of this connection"
        )

    def misfit(self, path: str, error: ValidationError) -> BadAnswerError:
        """The error for an answer of another shape; names the place, never the value."""
        place = ".".join(str(part) for part in error.errors()[0]["loc"]) or "its start"
        return self.bad_answer(path, f"an unexpected value at {place}")

    def refuse_page(self, path: str, answer: httpx.Response) -> None:
        """Raises BadAnswerError for a web page: another program, or a sign-in page before it."""
        start = answer.content[:200].lstrip().lower()
        if start.startswith((b"<!doctype html", b"<html")):
            raise self.bad_answer(path, "a web page instead of data")

    def _request(
        self,
        method: str,
        path: str,
        allow: tuple[HTTPStatus, ...],
        deadline_seconds: float,
        **sent: Any,
    ) -> httpx.Response:
        try:
            answer = self._exchange(method, path, deadline_seconds, sent)
        except (httpx.TransportError, httpx.InvalidURL, httpx.DecodingError) as error:
            raise self._fault(error) from _without_secrets(error)
        if answer.is_success or answer.status_code in allow:
            return answer
        raise self._refusal(answer, path)

    def _exchange(
        self, method: str, path: str, deadline_seconds: float, sent: dict[str, Any]
    ) -> httpx.Response:
        with (
            ends_at(deadline_seconds),
            self._client.stream(method, self._base_url + path, **sent) as answer,
        ):
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise self.bad_answer(path, f"more than {MAX_ANSWER_BYTES >> 20} MiB")
            kept = [pair for pair in answer.headers.multi_items() if pair[0] not in _TRAVEL_HEADERS]
            return httpx.Response(
                answer.status_code, headers=kept, content=bytes(body), request=answer.request
            )

    def _fault(self, error: Exception) -> Exception:
        where = f"{self._server_name} at {self._shown_url}"
        if why := tls_fault(error):
            return BadAnswerError(f"{where} {why}")
        return UnreachableError(f"{where} {network_fault(error, self._total_seconds)}")

    def _refusal(self, answer: httpx.Response, path: str) -> Exception:
        status = answer.status_code
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return self.key_refused(path, status)
        if answer.is_server_error or status == HTTPStatus.TOO_MANY_REQUESTS:
            return UnreachableError(
                f"{self._server_name} answered {path} with {status}. It may be starting or busy"
            )
        if answer.is_redirect:
            target = _origin(urljoin(self._base_url + path, answer.headers.get("location", "")))
            return self.bad_answer(path, f"a redirect to {target}; enter the address that is right")
        return self.bad_answer(path, f"status {status}")


def _sendable(headers: Mapping[str, str], server_name: str) -> dict[str, str]:
    """`headers`, after a look at their values: libraries quote a wrong one in their errors."""
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise SetupError(f"{server_name} has a key that cannot be sent: copy and enter it again")
    return dict(headers)


def _origin(address: str) -> str:
    """Scheme, host and port: the rest of an address may hold keys."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "nowhere"
    return f"{parts.scheme}://{parts.hostname}{port}"


def _without_secrets(error: Exception) -> Exception | None:
    """`error` as a cause to keep, unless it quotes what was sent."""
    quotes = (httpx.LocalProtocolError, httpx.InvalidURL)
    return None if isinstance(error, quotes) else error


class ServiceClient(_Closing):
    """What the clients of all services share: they end with their connections."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def close(self) -> None:
        self._http.close()
