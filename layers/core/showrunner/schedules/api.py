"""The schedules API's shapes, as the reference document gives them, and more fields beside."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from showrunner.connections.refusals import wrong_field, wrong_fields
from showrunner.connections.store import ConnectionStore
from showrunner.ids import time_id
from showrunner.jobs.libraries import chosen_libraries
from showrunner.schedules.fire import run_now
from showrunner.schedules.models import JobType, LookbackHours, Schedule, ScheduleConfig, SortBy
from showrunner.schedules.store import ScheduleStore
from showrunner.schedules.timing import check_cron, planned, timed_anew
from showrunner.settings import load_settings
from showrunner.timezones import OwnersZone, owners_zone
from showrunner.wiring import Home

MAX_INTERVAL_MINUTES = 366 * 24 * 60

Body = dict[str, Any]


def _none_if_empty(value: Any) -> Any:
    return None if value == "" else value


Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
OptionalText = Annotated[
    Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)] | None,
    BeforeValidator(_none_if_empty),
]


class _Input(BaseModel):
    # What is only shown (next_run ...) comes back with a changed copy: it is ignored.
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class ConfigInput(_Input):
    """Any part of a schedule's config; what is not sent stays."""

    job_type: JobType | None = None
    lookback_hours: LookbackHours | None = None
    sort_by: SortBy | None = None
    force_regenerate: bool | None = None


class ScheduleChange(_Input):
    """
    Any part of a schedule; what is not sent stays.

    `cron_expression` (5 fields, in the time zone of the settings) and
    `interval_minutes` replace each other. `library_id` null: every library;
    `server_id` null: every media server, or the one that has the library.
    """

    name: Name | None = None
    library_id: OptionalText = None
    server_id: OptionalText = None
    cron_expression: OptionalText = None
    interval_minutes: Annotated[int, Field(ge=1, le=MAX_INTERVAL_MINUTES)] | None = None
    enabled: bool | None = None
    priority: Annotated[int, Field(ge=1, le=3)] | None = None
    config: ConfigInput | None = None


class NewSchedule(ScheduleChange):
    """A schedule to be; it needs a name and either a cron expression or an interval."""

    name: Name


class SchedulesApi:
    """What can be done with schedules, each as the body of its answer."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._store = ScheduleStore(home.documents)
        self._now = home.clock.now()
        self._zone = owners_zone(load_settings(home.documents).timezone)

    def everything(self) -> Body:
        return {"schedules": [self._shown(schedule) for schedule in self._store.list()]}

    def get(self, schedule_id: str) -> Body:
        return self._shown(self._store.get(schedule_id))

    def add(self, given: NewSchedule) -> Body:
        blank = Schedule(
            id=time_id(self._now, secrets.token_hex(16)),
            name=given.name,
            created_at=self._now,
            planned_since=self._now,
        )
        schedule = self._changed(blank, given)
        self._store.add(schedule)
        return self._shown(schedule)

    def change(self, schedule_id: str, given: ScheduleChange) -> Body:
        return self._updated(schedule_id, lambda found: self._changed(found, given))

    def enable(self, schedule_id: str, *, enabled: bool) -> Body:
        """What was due while it was off is not made up for."""
        given = ScheduleChange(enabled=enabled)
        return self._updated(schedule_id, lambda found: self._changed(found, given))

    def remove(self, schedule_id: str) -> Body:
        self._store.delete(schedule_id)
        return {"success": True, "id": schedule_id}

    def run(self, schedule_id: str) -> Body:
        job_id = run_now(schedule_id, self._home)
        return {"success": True, "job_id": job_id, "message": "Job created successfully"}

    def _updated(self, schedule_id: str, change: Callable[[Schedule], Schedule]) -> Body:
        return self._shown(self._store.update(schedule_id, change))

    def _changed(self, before: Schedule, given: ScheduleChange) -> Schedule:
        after = _with_plain_fields(before, given)
        after = self._with_place(after, given)
        after = _with_timing(after, given)
        if after.cron_expression and after.cron_expression != before.cron_expression:
            check_cron(after.cron_expression, self._now)
        return _planned_after(before, after, self._zone, self._now)

    def _with_place(self, before: Schedule, given: ScheduleChange) -> Schedule:
        """With the server and library that were sent, if they are others than before."""
        sent = given.model_fields_set & {"library_id", "server_id"}
        after = before.model_copy(update={name: getattr(given, name) for name in sent})
        if (after.library_id, after.server_id) == (before.library_id, before.server_id):
            return before
        if after.library_id is None and after.server_id is None:
            return after.model_copy(update={"library_name": None})
        connections = ConnectionStore(self._home.documents).list()
        chosen = chosen_libraries(
            connections, server_id=after.server_id, library_id=after.library_id
        )
        if after.library_id is None:
            return after.model_copy(update={"library_name": None})
        place = {"server_id": chosen[0].connection_id, "library_name": chosen[0].name}
        return after.model_copy(update=place)

    def _shown(self, schedule: Schedule) -> Body:
        """With the next run as the time zone of the settings has it now."""
        return planned(schedule, self._zone, self._now).model_dump(
            mode="json", exclude={"planned_in", "planned_since"}
        )


def _with_plain_fields(before: Schedule, given: ScheduleChange) -> Schedule:
    updates = {
        name: value
        for name in ("name", "enabled", "priority")
        if (value := getattr(given, name)) is not None
    }
    if given.config is not None:
        config = before.config.model_dump() | given.config.model_dump(exclude_unset=True)
        try:
            known = {name: value for name, value in config.items() if value is not None}
            updates["config"] = ScheduleConfig.model_validate(known)
        except ValidationError as error:
            raise wrong_fields(error, within="config") from None
    return before.model_copy(update=updates)


def _with_timing(before: Schedule, given: ScheduleChange) -> Schedule:
    cron, minutes = given.cron_expression, given.interval_minutes
    if cron is not None and minutes is not None:
        raise wrong_field("cron_expression", "give this or interval_minutes, not both")
    if cron is not None or minutes is not None:
        return before.model_copy(update={"cron_expression": cron, "interval_minutes": minutes})
    timings = {"cron_expression", "interval_minutes"}
    sent = timings & given.model_fields_set
    if all(getattr(before, name) is None for name in timings - sent):
        if sent == {"interval_minutes"}:
            raise wrong_field("interval_minutes", "is missing: give this or cron_expression")
        raise wrong_field("cron_expression", "is missing: give this or interval_minutes")
    return before


def _planned_after(before: Schedule, after: Schedule, zone: OwnersZone, now: datetime) -> Schedule:
    timing = ("cron_expression", "interval_minutes", "enabled")
    is_as_before = all(getattr(after, name) == getattr(before, name) for name in timing)
    return planned(after, zone, now) if is_as_before else timed_anew(after, zone, now)
