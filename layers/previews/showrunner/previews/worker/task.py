"""What a frame task on the queue says."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.previews.fingerprint import SourceFingerprint


class FrameTask(BaseModel):
    """
    One file of one job.

    `not_before`: a later try; until then it only waits. `tries` counts those.
    `seen` is (size in bytes, modification time in ns) of the file at the try
    before, to tell a file that still grows.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    job_id: str
    file_number: int
    tries: int = 0
    not_before: datetime | None = None
    seen: tuple[int, int] | None = None

    @property
    def seen_fingerprint(self) -> SourceFingerprint | None:
        return SourceFingerprint(*self.seen) if self.seen else None

    def again(self, at: datetime, seen: SourceFingerprint | None, *, counts: bool) -> "FrameTask":
        """The task of the next try at `at`; a wait for a growing file does not count as one."""
        return self.model_copy(
            update={
                "tries": self.tries + (1 if counts else 0),
                "not_before": at.astimezone(UTC),
                "seen": (seen.size_bytes, seen.modified_at_ns) if seen else None,
            }
        )

    def as_body(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
