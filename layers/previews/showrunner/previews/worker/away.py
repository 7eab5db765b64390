"""A server that does not answer is left alone for a moment, so that it holds up no other file."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, cast

from showrunner.clients.media_server import MediaServerClient
from showrunner.connections.models import Connection
from showrunner.errors import UnreachableError
from showrunner.previews.worker.work import MakeClient

_TIMES_AS_LONG = 2
"""At most a third of a worker's time goes into waiting for a server that is switched off."""


class AwayServers:
    """
    The servers that one worker lately waited for in vain. `now` counts seconds.

    A library of 100,000 files would else wait for the same silence 100,000 times.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._left_alone: dict[str, tuple[float, str]] = {}

    def sparing(self, make_client: MakeClient) -> MakeClient:
        """As `make_client`, with clients that do not ask a server while it is left alone."""

        def make(connection: Connection) -> MediaServerClient:
            client = _Sparing(make_client(connection), connection.id, self)
            return cast("MediaServerClient", client)

        return make

    @contextmanager
    def asking(self, connection_id: str) -> Iterator[None]:
        """
        Ask the server in the block. Raises UnreachableError before it while it is left alone.

        That is for twice as long as the last attempt took: after a refusal not
        worth mentioning, after a silence of twenty seconds forty.
        """
        until, message = self._left_alone.get(connection_id, (0.0, ""))
        began = self._now()
        if began < until:
            raise UnreachableError(message)
        try:
            yield
        except UnreachableError as error:
            ended = self._now()
            until = ended + _TIMES_AS_LONG * (ended - began)
            self._left_alone[connection_id] = until, error.message
            raise


class _Sparing:
    """A client of which each call is one `asking`."""

    def __init__(self, client: MediaServerClient, connection_id: str, away: AwayServers) -> None:
        self._client, self._connection_id, self._away = client, connection_id, away

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """It passes for what it stands for: Plex's client is asked for what only that can."""
        return type(self._client)

    def __enter__(self) -> Self:
        self._client.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._client.__exit__(kind, error, at)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def ask(*args: Any, **named: Any) -> Any:
            with self._away.asking(self._connection_id):
                return method(*args, **named)

        return ask
