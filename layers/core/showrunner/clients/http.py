"""One way to talk to a server: address, key, time limit, retries and errors, decided once."""

import logging
import re
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from showrunner.errors import BadAnswerError, KeyRefusedError, UnreachableError

# httpx logs whole addresses at INFO; some services want their key in them.
logging.getLogger("httpx").setLevel(logging.WARNING)

_Shape = TypeVar("_Shape")

READ_RETRIES = 2
FIRST_BACKOFF_SECONDS = 0.25


class HttpClient:
    """
    Requests to one server with one set of headers; making one does no I/O.

    `server_name` is how error messages call the server. Every request raises
    UnreachableError (no answer, or a fault that may pass), KeyRefusedError (401,
    403) or BadAnswerError (any other status that was not allowed). Reads are
    tried up to three times, everything else once.
    """

    def __init__(
        self,
        base_url: str,
        *,
        server_name: str,
        headers: Mapping[str, str],
        timeout_seconds: float = 10.0,
        verify_tls: bool = True,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._server_name = server_name
        self._sleep = sleep
        self._base_url = base_url.rstrip("/")
        self._shown_url = re.sub("//[^/@]*@", "//", self._base_url)
        self._client = httpx.Client(
            headers=dict(headers),
            timeout=httpx.Timeout(timeout_seconds, connect=min(timeout_seconds, 5.0)),
            verify=verify_tls,
            transport=transport,
        )

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
        for attempt in range(READ_RETRIES):
            try:
                return self._request("GET", path, allow=allow, params=params, headers=headers)
            except UnreachableError:
                self._sleep(FIRST_BACKOFF_SECONDS * 2**attempt)
        return self._request("GET", path, allow=allow, params=params, headers=headers)

    def read_as(
        self, path: str, shape: type[_Shape], *, params: Mapping[str, str | int] | None = None
    ) -> _Shape:
        """The answer to a GET as a pydantic type; BadAnswerError names what does not fit."""
        answer = self.read(path, params=params)
        try:
            return TypeAdapter(shape).validate_json(answer.content)
        except ValidationError as error:
            raise self.misfit(path, error) from error

    def act(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Any = None,
        allow: tuple[HTTPStatus, ...] = (),
    ) -> httpx.Response:
        """The answer to a request that changes something: sent once, `body` as JSON."""
        return self._request(method, path, allow=allow, params=params, json=body)

    def bad_answer(self, path: str, why: str) -> BadAnswerError:
        """The error for an answer to `path` that arrived but cannot be used."""
        return BadAnswerError(
            f"{self._server_name} answered {path} with {why}. "
            f"Check that {self._shown_url} is that server's address and its version is supported"
        )

    def misfit(self, path: str, error: ValidationError) -> BadAnswerError:
        """The error for an answer of another shape; names the place, never the value."""
        place = ".".join(str(part) for part in error.errors()[0]["loc"]) or "its start"
        return self.bad_answer(path, f"an unexpected value at {place}")

    def _request(
        self, method: str, path: str, *, allow: tuple[HTTPStatus, ...], **sent: Any
    ) -> httpx.Response:
        try:
            answer = self._client.request(method, self._base_url + path, **sent)
        except (httpx.TransportError, httpx.InvalidURL, httpx.DecodingError) as error:
            raise UnreachableError(
                f"{self._server_name} did not answer at {self._shown_url} "
                f"({str(error) or type(error).__name__}). Check that it runs and its address"
            ) from error
        if answer.is_success or answer.status_code in allow:
            return answer
        raise self._refusal(answer, path)

    def _refusal(self, answer: httpx.Response, path: str) -> Exception:
        status = answer.status_code
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return KeyRefusedError(
                f"{self._server_name} refused the key for {path} ({status}). "
                "Enter a new token in the settings of this connection"
            )
        if answer.is_server_error or status == HTTPStatus.TOO_MANY_REQUESTS:
            return UnreachableError(
                f"{self._server_name} answered {path} with {status}. It may be starting or busy"
            )
        if answer.is_redirect:
            return self.bad_answer(path, "a redirect; enter the address that it leads to")
        return self.bad_answer(path, f"status {status}")


class ServiceClient:
    """What the clients of all services share: they end with their connections."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()
