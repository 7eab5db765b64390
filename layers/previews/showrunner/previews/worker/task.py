"""What a message about one line of a job says."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.jobs.models import FileAction, JobFile
from showrunner.previews.fingerprint import SourceFingerprint


class LineTask(BaseModel):
    """
    A frame task or a line's errand, as `showrunner.jobs.tasks` sends it.

    It counts only while `ticket` is its line's. `not_before`: a later try; until
    then it only waits. `seen` is (size in bytes, modification time in ns) of the
    file at the try before, to tell a file that still grows. `tries` was the
    chain's step in older messages; now the line has it.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    job_id: str
    file_number: int
    ticket: int = 0
    kind: FileAction = FileAction.MAKE
    not_before: datetime | None = None
    seen: tuple[int, int] | None = None
    tries: int = 0

    @property
    def seen_fingerprint(self) -> SourceFingerprint | None:
        return SourceFingerprint(*self.seen) if self.seen else None

    def is_of(self, line: JobFile) -> bool:
        """False when the line was sent anew, or has become another action's."""
        return self.ticket == line.ticket and self.kind is line.action

    def again(self, seen: SourceFingerprint | None = None) -> "LineTask":
        """The task of the next try, which knows how the file was at this look."""
        pair = (seen.size_bytes, seen.modified_at_ns) if seen else None
        return self.model_copy(update={"seen": pair})

    def as_body(self) -> dict[str, Any]:
        """The message, without what has its default."""
        return self.model_dump(mode="json", exclude_defaults=True)
