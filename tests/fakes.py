"""Small stand-ins that several test folders share: `from tests.fakes import FakeClock`."""

import threading
from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock that stands still until `advance` or `sleep` moves it; threads may share it."""

    def __init__(self, start: datetime = datetime(2026, 11, 21, 10, 24, 30, tzinfo=UTC)) -> None:
        self._now = start
        self._guard = threading.Lock()

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(max(0.0, seconds))

    def advance(self, seconds: float) -> None:
        with self._guard:
            self._now += timedelta(seconds=seconds)
