from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present as an aware UTC time."""

    def sleep(self, seconds: float) -> None:
        """Return after `seconds`; a test's clock moves on instead of waiting."""


def iso(moment: datetime) -> str:
    """`moment` as ISO 8601 in UTC with milliseconds, `2026-11-21T10:24:30.123Z`: sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """The aware UTC time that `iso` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)
