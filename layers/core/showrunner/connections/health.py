from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from showrunner.ports.documents import Documents, each

COLLECTION = "connection-health"


class Health(BaseModel):
    """How a connection was when it was last asked. `error` None: it answered as it should."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    error: str | None = None
    checked_at: datetime

    @property
    def is_ok(self) -> bool:
        return self.error is None


def write_health(
    documents: Documents, connection_id: str, error: str | None, checked_at: datetime
) -> None:
    health = Health(error=error, checked_at=checked_at)
    documents.put(COLLECTION, connection_id, health.model_dump(mode="json"))


def healths(documents: Documents) -> Mapping[str, Health]:
    """The health of every connection that was asked at least once, by connection id."""
    return {d.key: Health.model_validate(d.body) for d in each(documents, COLLECTION)}
