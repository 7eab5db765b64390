from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from showrunner.jobs.create import clamped_hours

LookbackHours = Annotated[float, Field(allow_inf_nan=False), AfterValidator(clamped_hours)]
JobType = Literal["full_library", "recently_added"]
SortBy = Literal["newest", "oldest", "random", ""]


class _Stored(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ScheduleConfig(_Stored):
    """
    What a run does. `sort_by` empty: the order of the server.

    `lookback_hours` is how new an item has to be, 0.25-720 (others are clamped);
    recently-added runs need it. A run that comes late looks as much further back.
    """

    job_type: JobType = "full_library"
    lookback_hours: LookbackHours | None = None
    sort_by: SortBy = ""
    force_regenerate: bool = False

    @model_validator(mode="after")
    def _knows_how_far_to_look(self) -> Self:
        if self.job_type == "recently_added" and self.lookback_hours is None:
            raise ValueError("recently_added needs lookback_hours, 0.25 to 720")
        return self


class Skip(_Stored):
    """
    A run that was left out, when it was due and why. Times are aware UTC.

    `first_due_at` is when the first one was due of those left out one after the other.
    """

    first_due_at: datetime
    due_at: datetime
    at: datetime
    reason: str


class Schedule(_Stored):
    """
    Either `cron_expression` (5 fields, in the owner's time zone) or `interval_minutes`.

    `library_id` and `server_id` None: all of them. Times are aware UTC. `next_run`
    None: it is switched off; `planned_in` is the time zone it was worked out in.
    `planned_since`: since when it is timed as it is; intervals are counted from
    there. `last_run` is when the last job was made, `last_skip` the run that was
    left out since.
    """

    id: str
    name: str
    library_id: str | None = None
    library_name: str | None = None
    server_id: str | None = None
    cron_expression: str | None = None
    interval_minutes: int | None = None
    enabled: bool = True
    priority: int = 2
    config: ScheduleConfig = ScheduleConfig()
    created_at: datetime
    planned_since: datetime
    planned_in: str = ""
    next_run: datetime | None = None
    last_run: datetime | None = None
    last_job_id: str | None = None
    last_skip: Skip | None = None
