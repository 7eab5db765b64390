"""Quiet hours as the API takes and shows them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from showrunner.ports.clock import iso
from showrunner.ports.documents import Documents
from showrunner.processing import quiet_state
from showrunner.quiet_hours import QuietWindow
from showrunner.settings import change_settings, load_settings
from showrunner.timezones import owners_zone


class QuietHoursInput(BaseModel):
    """Either part of the quiet hours; what is not sent stays. `windows` replaces all of them."""

    # What is only shown (in_quiet_hours ...) comes back with a changed copy: it is ignored.
    model_config = ConfigDict(extra="ignore", frozen=True)

    enabled: bool | None = None
    windows: Annotated[list[QuietWindow], Field(max_length=50)] | None = None


def shown_quiet_hours(documents: Documents, now: datetime) -> dict[str, Any]:
    """
    The windows, the time zone they are read in, and how it is now.

    `until` is when the present quiet hours end, ISO 8601 in UTC; None outside of
    them, and where the windows leave no gap.
    """
    settings = load_settings(documents)
    state = quiet_state(documents, now)
    return {
        **settings.quiet_hours.model_dump(mode="json"),
        "in_quiet_hours": state.paused,
        "until": iso(state.until) if state.until else None,
        "timezone": owners_zone(settings.timezone).name,
    }


def change_quiet_hours(
    documents: Documents, given: QuietHoursInput, now: datetime
) -> dict[str, Any]:
    """Put in force what was sent; gives all of it as `shown_quiet_hours` does."""
    change_settings(documents, {"quiet_hours": given.model_dump(mode="json", exclude_none=True)})
    return shown_quiet_hours(documents, now)
