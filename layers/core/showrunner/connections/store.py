from collections.abc import Callable

from showrunner.connections.models import Connection
from showrunner.errors import ConflictError, NotFoundError
from showrunner.ports.documents import ABSENT, Document, Documents, each

COLLECTION = "connections"
_TRIES = 5


class ConnectionStore:
    """The stored connections, by id."""

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
        body = connection.model_dump(mode="json")
        self._documents.put(COLLECTION, connection.id, body, version=ABSENT)

    def save(self, connection: Connection) -> None:
        """Store `connection` over whatever had its id."""
        body = connection.model_dump(mode="json")
        self._documents.put(COLLECTION, connection.id, body)

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
        """Forget the connection; nothing there is fine."""
        self._documents.delete(COLLECTION, connection_id)

    def _try_update(
        self, connection_id: str, change: Callable[[Connection], Connection]
    ) -> Connection:
        document = self._document(connection_id)
        before = Connection.model_validate(document.body)
        after = change(before)
        if after != before:
            body = after.model_dump(mode="json")
            self._documents.put(COLLECTION, connection_id, body, version=document.version)
        return after

    def _document(self, connection_id: str) -> Document:
        document = self._documents.get(COLLECTION, connection_id)
        if document is None:
            raise NotFoundError(f"There is no connection {connection_id}: it may have been removed")
        return document
