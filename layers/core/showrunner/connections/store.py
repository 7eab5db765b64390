from collections.abc import Callable

from showrunner.connections.models import Connection
from showrunner.errors import ConflictError, NotFoundError
from showrunner.ports.documents import ABSENT, Delete, Document, Documents, Put, each
from showrunner.webhooks.secrets import SETTING as WEBHOOK_SECRET
from showrunner.webhooks.secrets import secret_change

COLLECTION = "connections"
_TRIES = 5


class ConnectionStore:
    """
    The stored connections, by id.

    A webhook secret that is newly among the settings (`changed_settings`) goes
    to the other secrets of webhooks, in the same write as its connection.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def list(self) -> list[Connection]:
        """Every connection, by id."""
        found = each(self._documents, COLLECTION)
        return [Connection.model_validate(document.body) for document in found]

    def get(self, connection_id: str) -> Connection:
        """The connection; raises NotFoundError when it was never there or was removed."""
        return Connection.model_validate(self._document(connection_id).body)

    def add(self, connection: Connection) -> None:
        """Store a new connection; raises ConflictError when its id is taken."""
        self._write(connection, version=ABSENT)

    def save(self, connection: Connection) -> None:
        """Store `connection` over whatever had its id."""
        self._write(connection)

    def update(self, connection_id: str, change: Callable[[Connection], Connection]) -> Connection:
        """
        What `change` makes of the connection, stored; nothing is written over unseen.

        `change` may run several times. Raises NotFoundError, or ConflictError when
        others write all the time.
        """
        for _ in range(_TRIES - 1):
            try:
                return self._try_update(connection_id, change)
            except ConflictError:
                continue
        return self._try_update(connection_id, change)

    def delete(self, connection_id: str) -> None:
        """Forget the connection and its webhook secret; nothing there is fine."""
        forgotten = [Delete(COLLECTION, connection_id), secret_change(connection_id, None)]
        self._documents.write(forgotten)

    def _try_update(
        self, connection_id: str, change: Callable[[Connection], Connection]
    ) -> Connection:
        document = self._document(connection_id)
        before = Connection.model_validate(document.body)
        after = change(before)
        return self._write(after, version=document.version) if after != before else after

    def _write(self, connection: Connection, *, version: int | None = None) -> Connection:
        """Store it; gives it as it is stored."""
        settings = dict(connection.settings)
        changes: list[Put | Delete] = []
        if not isinstance(settings.get(WEBHOOK_SECRET, ""), str):
            changes.append(secret_change(connection.id, settings.pop(WEBHOOK_SECRET)))
        stored = connection.model_copy(update={"settings": settings})
        body = stored.model_dump(mode="json")
        changes.append(Put(COLLECTION, connection.id, body, version=version))
        self._documents.write(changes)
        return stored

    def _document(self, connection_id: str) -> Document:
        document = self._documents.get(COLLECTION, connection_id)
        if document is None:
            raise NotFoundError(f"There is no connection {connection_id}: it may have been removed")
        return document
