from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.ports.documents import Documents, each

COLLECTION = "connection-health"


class HealthState(StrEnum):
    """
    `other_server`: it answers, but it is not the one that was set up. `failing`:
    something that needs it went wrong; the error says what.
    """

    OK = "ok"
    UNREACHABLE = "unreachable"
    KEY_REFUSED = "key_refused"
    BAD_ANSWER = "bad_answer"
    OTHER_SERVER = "other_server"
    FAILING = "failing"


class Health(BaseModel):
    """How a connection was when it was last asked. `error` None: it answered as it should."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: HealthState = HealthState.OK
    error: str | None = None
    checked_at: datetime

    @property
    def is_ok(self) -> bool:
        return self.error is None


def write_health(
    documents: Documents, connection_id: str, error: str | None, checked_at: datetime
) -> None:
    """
    What a caller found that wanted something else of the server than its state.

    It cannot tell one server from another, so that it never clears `other_server`.
    """
    known = health_of(documents, connection_id)
    if known and known.state is HealthState.OTHER_SERVER and error is None:
        return
    if error is None:
        state = HealthState.OK
    elif known and known.error == error:
        state = known.state
    else:
        state = HealthState.FAILING
    record_health(documents, connection_id, Health(state=state, error=error, checked_at=checked_at))


def record_health(documents: Documents, connection_id: str, health: Health) -> None:
    documents.put(COLLECTION, connection_id, health.model_dump(mode="json"))


def forget_health(documents: Documents, connection_id: str) -> None:
    documents.delete(COLLECTION, connection_id)


def health_of(documents: Documents, connection_id: str) -> Health | None:
    """None: it was never asked."""
    document = documents.get(COLLECTION, connection_id)
    return _read(document.body) if document else None


def healths(documents: Documents) -> Mapping[str, Health]:
    """The health of every connection that was asked at least once, by connection id."""
    return {d.key: _read(d.body) for d in each(documents, COLLECTION)}


def _read(body: Mapping[str, Any]) -> Health:
    """Documents of the first version have an error and no state."""
    state = HealthState.FAILING if body.get("error") else HealthState.OK
    return Health.model_validate({"state": state, **body})
