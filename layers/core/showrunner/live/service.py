"""The live service of a worker: a reader for every server that no other worker reads."""

import logging
import os
import secrets
import socket
import threading

from showrunner.clients.factory import client_for
from showrunner.connections.models import Connection
from showrunner.connections.settings import server_settings
from showrunner.connections.store import ConnectionStore
from showrunner.errors import ShowrunnerError
from showrunner.live.asking import Times
from showrunner.live.holding import COLLECTION, Holding, is_free
from showrunner.live.reader import MakeClient, Reader
from showrunner.ports.documents import each
from showrunner.wiring import Home

_NOT_READ = {"libraries", "path_mappings", "excludes", "previews", "machine_id", "version"}
"""Of a connection: what may change without its reader's beginning anew."""

logger = logging.getLogger(__name__)


class LiveService:
    """
    Follows the connections: who is added is read within seconds, who is changed anew.

    `run` is a thread's work, and each reader is a thread of its own.
    """

    def __init__(
        self, home: Home, make_client: MakeClient | None = None, times: Times | None = None
    ) -> None:
        self._home = home
        self._make_client = make_client or (lambda found: client_for(found, home.secrets))
        self._times = times or Times()
        self._holder = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._readers: dict[str, Reader] = {}

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping`; then what was read is free for other workers."""
        while not stopping.is_set():
            try:
                self.look()
            except ShowrunnerError as error:
                logger.warning("the connections cannot be read: %s", error.message)
            except Exception:
                logger.exception("the live service goes on after a failure")
            stopping.wait(self._times.look_seconds)
        for connection_id in list(self._readers):
            self._drop(connection_id)

    def look(self) -> None:
        """Begin, renew and end what the connections ask for now."""
        wanted = {c.id: c for c in ConnectionStore(self._home.documents).list() if _is_read(c)}
        for connection_id, reader in list(self._readers.items()):
            is_same = _essence(reader.connection) == _essence(wanted.get(connection_id))
            if not is_same or not reader.holding.renew():
                self._drop(connection_id)
        missing = wanted.keys() - self._readers.keys()
        if missing:
            self._take([wanted[connection_id] for connection_id in sorted(missing)])

    def _take(self, connections: list[Connection]) -> None:
        held = {document.key: document for document in each(self._home.documents, COLLECTION)}
        for connection in connections:
            if not is_free(held.get(connection.id), self._home.clock.now()):
                continue
            holding = Holding(self._home, connection.id, self._holder)
            if holding.take():
                reader = Reader(self._home, connection, holding, self._make_client, self._times)
                self._readers[connection.id] = reader
                reader.start()

    def _drop(self, connection_id: str) -> None:
        reader = self._readers.pop(connection_id)
        reader.stop()
        try:
            reader.holding.release()
        except ShowrunnerError as error:  # the lease ends by itself
            logger.warning("%s: not released: %s", reader.connection.name, error.message)


def _is_read(connection: Connection) -> bool:
    if not (connection.enabled and connection.kind.is_media_server):
        return False
    settings = server_settings(connection)
    return settings.realtime_enabled or settings.session_polling_enabled


def _essence(connection: Connection | None) -> dict[str, object] | None:
    return connection.model_dump(exclude=_NOT_READ) if connection else None
