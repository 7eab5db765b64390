from showrunner.connections.models import Connection
from showrunner.errors import NotFoundError
from showrunner.ports.documents import Documents, each

COLLECTION = "connections"


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
        document = self._documents.get(COLLECTION, connection_id)
        if document is None:
            raise NotFoundError(f"There is no connection {connection_id}: it may have been removed")
        return Connection.model_validate(document.body)

    def save(self, connection: Connection) -> None:
        """Store `connection` over whatever had its id."""
        body = connection.model_dump(mode="json")
        self._documents.put(COLLECTION, connection.id, body)

    def delete(self, connection_id: str) -> None:
        """Forget the connection; nothing there is fine."""
        self._documents.delete(COLLECTION, connection_id)
