from datetime import UTC, datetime

import pytest

from showrunner.errors import SetupError
from showrunner.harness.schedules import next_firing


@pytest.mark.parametrize(
    ("expression", "timezone", "after", "expected"),
    [
        ("rate(1 minute)", "UTC", "2026-11-21T10:00:30", "2026-11-21T10:01:30"),
        ("rate(2 hours)", "UTC", "2026-11-21T10:00:00", "2026-11-21T12:00:00"),
        ("rate(1 day)", "UTC", "2026-11-21T10:00:00", "2026-11-22T10:00:00"),
        ("cron(0 2 * * ? *)", "UTC", "2026-11-21T10:00:00", "2026-11-22T02:00:00"),
        ("cron(0/15 * * * ? *)", "UTC", "2026-11-21T10:00:00", "2026-11-21T10:15:00"),
        ("cron(0 9 ? * MON-FRI *)", "UTC", "2026-11-21T10:00:00", "2026-11-23T09:00:00"),
        # In Berlin it is two hours earlier in UTC in summer, one in winter.
        ("cron(0 8 * * ? *)", "Europe/Berlin", "2026-07-01T10:00:00", "2026-07-02T06:00:00"),
        ("cron(0 8 * * ? *)", "Europe/Berlin", "2026-11-21T10:00:00", "2026-11-22T07:00:00"),
        ("at(2026-12-24T18:00:00)", "UTC", "2026-11-21T10:00:00", "2026-12-24T18:00:00"),
        ("at(2026-01-01T00:00:00)", "UTC", "2026-11-21T10:00:00", None),
    ],
)
def test_a_schedule_fires_when_eventbridge_would(
    expression: str, timezone: str, after: str, expected: str | None
) -> None:
    """Rates count on, cron is read in the schedule's own time zone, a past moment never comes."""
    found = next_firing(expression, timezone, datetime.fromisoformat(after).replace(tzinfo=UTC))
    wanted = datetime.fromisoformat(expected).replace(tzinfo=UTC) if expected else None
    assert found == wanted


def test_what_is_no_schedule_is_refused_with_its_text() -> None:
    """The message repeats what was written."""
    with pytest.raises(SetupError, match="every morning"):
        next_firing("every morning", "UTC", datetime(2026, 11, 21, tzinfo=UTC))
