"""One server's reader: its socket while it can be held, polling where that is wanted instead."""

import logging
import random
import threading
import time
from collections.abc import Callable

from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.models import SocketNews, SocketRequest
from showrunner.connections.models import Connection
from showrunner.connections.settings import server_settings
from showrunner.errors import ShowrunnerError
from showrunner.live.asking import Asker, Times
from showrunner.live.holding import Holding, ReaderState
from showrunner.live.sockets import ServerSocket, open_socket
from showrunner.plays.models import Source
from showrunner.wiring import Home

MakeClient = Callable[[Connection], MediaServerClient]

_WAKE_SECONDS = 1.0
"""So soon a waiting reader notices that it shall stop."""

logger = logging.getLogger(__name__)


class Backoff:
    """Waits that double from the first to the longest, each somewhat different from all others."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self._seconds = times.first_retry_seconds

    def next_seconds(self) -> float:
        seconds = self._seconds
        self._seconds = min(2 * seconds, self._times.longest_retry_seconds)
        return seconds * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, hides nothing

    def begin_anew(self) -> None:
        self._seconds = self._times.first_retry_seconds


class Reader:
    """A thread that reads one server until `stop`; it survives whatever the server does."""

    def __init__(
        self,
        home: Home,
        connection: Connection,
        holding: Holding,
        make_client: MakeClient,
        times: Times,
    ) -> None:
        self.connection, self.holding = connection, holding
        self._home, self._make_client, self._times = home, make_client, times
        self._settings = server_settings(connection)
        self._backoff = Backoff(times)
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"live {connection.name}", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """It ends soon, and writes nothing any more."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._make_client(self.connection) as client:
                    self._read(client)
            except ShowrunnerError as error:
                self._note(ReaderState.RETRYING, error.message)
            except Exception:
                logger.exception("the reader of %s begins anew", self.connection.name)
                self._note(ReaderState.RETRYING, "Showrunner failed; see its log.")
            self._stopping.wait(self._backoff.next_seconds())

    def _read(self, client: MediaServerClient) -> None:
        """Until the end. Raises ShowrunnerError when not even a socket can be described."""
        asker = Asker(self._home, self.connection, client, self._times, self._is_wanted)
        while not self._stopping.is_set():
            error: str | None = None
            if self._settings.realtime_enabled:
                error = self._listen(client.socket(), client, asker)
            self._poll(asker, error)

    def _listen(self, request: SocketRequest, client: MediaServerClient, asker: Asker) -> str:
        """As long as the socket lasts; gives why it ended."""
        begun = time.monotonic()
        try:
            with open_socket(self.connection, request, self._times.ping_seconds) as socket:
                self._note(ReaderState.CONNECTED)
                logger.info("%s: its socket is open", self.connection.name)
                asker.every_seconds = self._times.ask_every_seconds
                asker.ask_at_once()
                _Listening(socket, request, client, asker, self.holding).run(self._stopping)
        except ShowrunnerError as error:
            if time.monotonic() - begun > self._times.longest_retry_seconds:
                self._backoff.begin_anew()
            return error.message
        return "The reader stops."

    def _poll(self, asker: Asker, error: str | None) -> None:
        """Until the next try to open the socket, or for ever where it is switched off."""
        is_polling = self._settings.session_polling_enabled
        state = ReaderState.POLLING if is_polling else ReaderState.RETRYING
        self._note(state, error)
        asker.every_seconds = self._settings.session_polling_interval
        wait_seconds = self._backoff.next_seconds() if error else float("inf")
        until = time.monotonic() + wait_seconds
        while not self._stopping.is_set() and (left := until - time.monotonic()) > 0:
            if is_polling and asker.due_in_seconds <= 0 and asker.ask(Source.POLL):
                self.holding.heard()
            due_seconds = asker.due_in_seconds if is_polling else left
            self._stopping.wait(max(0.0, min(left, due_seconds, threading.TIMEOUT_MAX)))

    def _note(self, state: ReaderState, error: str | None = None) -> None:
        if not self._is_wanted():
            return
        try:
            self.holding.note(state, error)
        except ShowrunnerError as refusal:  # the next renewal writes it
            logger.warning("%s: not noted: %s", self.connection.name, refusal.message)

    def _is_wanted(self) -> bool:
        return not self._stopping.is_set()


class _Listening:
    """One open socket: what it says, what it wants to hear, and a look now and then."""

    def __init__(
        self,
        socket: ServerSocket,
        request: SocketRequest,
        client: MediaServerClient,
        asker: Asker,
        holding: Holding,
    ) -> None:
        self._socket, self._request, self._client = socket, request, client
        self._asker, self._holding = asker, holding
        self._keep_alive_seconds = request.keep_alive_seconds
        self._said_at = time.monotonic()
        self._has_news = False

    def run(self, stopping: threading.Event) -> None:
        for line in self._request.greeting:
            self._socket.send(line)
        while not stopping.is_set():
            wait_seconds = min(_WAKE_SECONDS, self._asker.due_in_seconds, self._quiet_seconds())
            text = self._socket.receive(wait_seconds)
            if text is not None:
                self._holding.heard()
                self._hear(self._news(text))
            if self._quiet_seconds() <= 0:
                self._socket.send(self._request.keep_alive or "")
                self._said_at = time.monotonic()
            if self._asker.due_in_seconds <= 0:
                self._asker.ask(Source.SOCKET if self._has_news else Source.POLL)
                self._has_news = False

    def _news(self, text: str) -> SocketNews:
        """Clients read nothing out of what is no JSON of theirs; this is for what breaks them."""
        try:
            return self._client.read_socket(text)
        except (ValueError, RecursionError) as error:
            logger.warning("a message of a socket is left out: %s", type(error).__name__)
            return SocketNews()

    def _hear(self, news: SocketNews) -> None:
        if news.keep_alive_seconds:
            self._keep_alive_seconds = news.keep_alive_seconds
        if news.stopped:
            positions_ms = news.stopped_positions_ms
            self._asker.end({key: positions_ms.get(key) for key in news.stopped})
        if news.sessions is not None:
            self._asker.take(news.sessions, Source.SOCKET)
        if news.ask or news.stopped:
            self._has_news = True
            self._asker.ask_soon()

    def _quiet_seconds(self) -> float:
        """So long nothing need be said to the server."""
        if self._request.keep_alive is None or self._keep_alive_seconds is None:
            return float("inf")
        return max(0.0, self._said_at + self._keep_alive_seconds - time.monotonic())
