"""Ranges of an object in S3."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC
from typing import Any

from botocore.exceptions import ClientError, IncompleteReadError

from showrunner.adapters.aws import session
from showrunner.adapters.aws.errors import aws_errors, error_code
from showrunner.errors import NotFoundError, UnreachableError
from showrunner.previews.sources.allowed import require_allowed
from showrunner.previews.sources.ranges import FIRST_BYTES, RemoteState, changed, read_resuming

_NOTHING_THERE = {"NoSuchKey", "404"}
_CHANGED = {"PreconditionFailed", "412", "InvalidRange"}


class S3Ranges:
    """
    The object at `s3://bucket/key`, of which the first bytes are read at once. See `RangeReader`.

    Raises ForbiddenError outside the `allowed` prefixes.
    """

    def __init__(
        self, url: str, *, allowed: tuple[str, ...], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        require_allowed(url, allowed)
        bucket, _, key = url.partition("://")[2].partition("/")
        self.name = url
        self._address = {"Bucket": bucket, "Key": key}
        self._client: Any = session.client("s3")
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
        condition = {"IfMatch": self._state.etag} if self._state else {}
        asked = {**self._address, **condition, "Range": f"bytes={start}-{end - 1}"}
        with self._explained():
            try:
                answer = self._client.get_object(**asked)
            except ClientError as error:
                if self._state or error_code(error) != "InvalidRange":
                    raise
                self._state = RemoteState(0)  # no byte to begin with: it is empty
                return 0
            state = _state_in(answer)
            self._state = self._state or state
            self._state.refuse_change(self.name, state)
            with closing(answer["Body"]) as body:
                for chunk in body.iter_chunks(FIRST_BYTES):
                    received += chunk
        return min(end, state.size_bytes)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        with aws_errors("s3", self.name):
            try:
                yield
            except IncompleteReadError as error:
                message = f"{self.name} broke off. It is tried again later."
                raise UnreachableError(message) from error
            except ClientError as error:
                if error_code(error) in _NOTHING_THERE:
                    message = f"{self.name} does not exist. Check bucket and key."
                    raise NotFoundError(message) from error
                if error_code(error) in _CHANGED:
                    raise changed(self.name) from error
                raise


def _state_in(answer: Any) -> RemoteState:
    size_bytes = int(answer["ContentRange"].rpartition("/")[2])
    return RemoteState(size_bytes, answer["ETag"], answer["LastModified"].astimezone(UTC))
