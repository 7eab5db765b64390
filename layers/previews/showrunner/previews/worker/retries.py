"""The chain of tries for what a server or disk does not give yet."""

from datetime import datetime, timedelta

from showrunner.ports.documents import Documents
from showrunner.settings import load_settings
from showrunner.timezones import owners_zone

LOOK_AGAIN_SECONDS = (5, 10)
"""A server that was just asked to look usually knows the file within seconds."""

RETRY_AFTER_SECONDS = (60, 120, 300, 900, 3600)
"""After that, how long to give it from retry to retry."""

DELAYS_SECONDS = (*LOOK_AGAIN_SECONDS, *RETRY_AFTER_SECONDS)


def is_early(not_before: datetime | None, now: datetime) -> bool:
    """
    False when a try is due, and when it is further off than any try can be.

    Then the clock was set back since: nobody waits until it gets there again.
    """
    if not_before is None:
        return False
    return timedelta(0) < not_before - now <= timedelta(seconds=max(DELAYS_SECONDS))


GIVEN_UP = f"Given up after {len(RETRY_AFTER_SECONDS)} retries."


def clock_time(documents: Documents, at: datetime) -> str:
    """`at` as the owner's clock shows it: 14:05."""
    zone = owners_zone(load_settings(documents).timezone).zone
    return f"{at.astimezone(zone):%H:%M}"


def named_try(documents: Documents, tries: int, at: datetime) -> str:
    """How the line calls the try after `tries` others: `retry 2 of 5 at 14:05`."""
    number = tries - len(LOOK_AGAIN_SECONDS) + 1
    if number <= 0:
        return "looking again"
    return f"retry {number} of {len(RETRY_AFTER_SECONDS)} at {clock_time(documents, at)}"
