from collections.abc import Callable

from showrunner.errors import ConflictError, NotFoundError
from showrunner.ports.documents import ABSENT, Document, Documents, each
from showrunner.schedules.models import Schedule

COLLECTION = "schedules"


class ScheduleStore:
    """The stored schedules, by id: the oldest first."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def list(self) -> list[Schedule]:
        found = each(self._documents, COLLECTION)
        return [Schedule.model_validate(document.body) for document in found]

    def get(self, schedule_id: str) -> Schedule:
        """The schedule; raises NotFoundError."""
        return Schedule.model_validate(self._document(schedule_id).body)

    def add(self, schedule: Schedule) -> None:
        """Store a new schedule; raises ConflictError when its id is taken."""
        self._documents.put(COLLECTION, schedule.id, _as_body(schedule), version=ABSENT)

    def update(self, schedule_id: str, change: Callable[[Schedule], Schedule]) -> Schedule:
        """
        What `change` makes of the schedule, stored; `change` may run several times.

        Raises NotFoundError, also when it was removed meanwhile, and whatever
        `change` raises.
        """
        while True:
            document = self._document(schedule_id)
            before = Schedule.model_validate(document.body)
            after = change(before)
            if after == before:
                return after
            try:
                self._documents.put(
                    COLLECTION, schedule_id, _as_body(after), version=document.version
                )
            except ConflictError:
                continue
            return after

    def delete(self, schedule_id: str) -> None:
        """Remove it; raises NotFoundError. Jobs that it made go on."""
        self._document(schedule_id)
        self._documents.delete(COLLECTION, schedule_id)

    def _document(self, schedule_id: str) -> Document:
        document = self._documents.get(COLLECTION, schedule_id)
        if document is None:
            message = f"There is no schedule {schedule_id}; GET /api/v1/schedules lists them."
            raise NotFoundError(message)
        return document


def _as_body(schedule: Schedule) -> dict[str, object]:
    return schedule.model_dump(mode="json")
