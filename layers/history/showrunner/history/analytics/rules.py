"""Which plays count. Those that do not stay in the history, no question sees them."""

from pydantic import BaseModel, ConfigDict, Field


class Counting(BaseModel):
    """
    How long something must have been watched to count, in seconds; 0: however short.

    What is exactly as long counts, and so does a play of which nobody knows how long it was.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_video_seconds: int = Field(default=120, ge=0)
    least_track_seconds: int = Field(default=15, ge=0)

    def condition(self) -> str:
        """What follows WHERE, over the ledger's columns."""
        least = (
            f"CASE WHEN media_type = 'track' THEN {self.least_track_seconds:d} "
            f"ELSE {self.least_video_seconds:d} END"
        )
        return f"(watched_seconds IS NULL OR watched_seconds >= {least})"
