"""
Jobs of schedules that are due. Each step may be cut off anywhere and comes again.

The id of a run's job follows from the schedule and the moment it was due, so that
moment has one job, whoever comes to it and how often. What was missed while
nothing ran is made up for once.
"""

import logging
import secrets
from datetime import datetime, timedelta
from typing import Any

from showrunner.errors import NotFoundError, ShowrunnerError, WrongStateError
from showrunner.ids import time_id
from showrunner.jobs.create import NewJob, create_job
from showrunner.jobs.store import find_job
from showrunner.schedules.models import Schedule, Skip
from showrunner.schedules.store import ScheduleStore
from showrunner.schedules.timing import advanced, planned
from showrunner.settings import load_settings
from showrunner.timezones import OwnersZone, owners_zone
from showrunner.wiring import Home

BEING_MADE = timedelta(seconds=30)
"""The longest that somebody who said which job he makes may take; then he died before it."""

logger = logging.getLogger(__name__)


def fire_schedules(home: Home) -> dict[str, Any]:
    """
    Make the job of every schedule that is due, and put down when each is due next.

    Answers `{"schedules": n, "fired": n, "skipped": n, "errors": {name: message}}`;
    one that fails keeps no other waiting and is tried again the next time.
    """
    zone = owners_zone(load_settings(home.documents).timezone)
    schedules = ScheduleStore(home.documents).list()
    result: dict[str, Any] = {"schedules": len(schedules), "fired": 0, "skipped": 0, "errors": {}}
    for schedule in schedules:
        try:
            outcome = _fire_when_due(schedule, zone, home)
        except NotFoundError:  # removed at this moment
            continue
        except ShowrunnerError as error:
            logger.warning("schedule %s: %s", schedule.name, error.message)
            result["errors"][schedule.name] = error.message
            continue
        if outcome:
            result[outcome] += 1
    return result


def run_now(schedule_id: str, home: Home) -> str:
    """
    Make a job of the schedule at once, also of one that is switched off; gives the job's id.

    Raises NotFoundError, or WrongStateError while its last job is at work.
    """
    now = home.clock.now()
    job_id = time_id(now, secrets.token_hex(16))
    new: list[NewJob] = []

    def take(schedule: Schedule) -> Schedule:
        if running := _unfinished_job(schedule, home):
            raise WrongStateError(f"{schedule.name} is at work already: job {running}.")
        new[:] = [_job_of(schedule, now, now)]
        return _has_run(schedule, job_id, now)

    # First said, then made: of two calls at the same moment one makes a job.
    ScheduleStore(home.documents).update(schedule_id, take)
    return create_job(new[0], home, job_id=job_id)


def _fire_when_due(schedule: Schedule, zone: OwnersZone, home: Home) -> str | None:
    """`fired`, `skipped`, or None when it is not its time."""
    store, now = ScheduleStore(home.documents), home.clock.now()
    due = planned(schedule, zone, now).next_run
    if due is None or due > now:
        store.update(schedule.id, lambda found: planned(found, zone, now))
        return None
    job_id = time_id(due, f"schedule {schedule.id}")
    running = _unfinished_job(schedule, home)
    if running and running != job_id and find_job(home.documents, job_id) is None:
        reason = f"Its job {running} was still at work."
        store.update(schedule.id, lambda found: _left_out(found, reason, zone, due, now))
        logger.warning("schedule %s left out: %s", schedule.name, reason)
        return "skipped"
    create_job(_job_of(schedule, due, now), home, job_id=job_id)
    store.update(schedule.id, lambda found: advanced(_has_run(found, job_id, now), zone, due, now))
    return "fired"


def _left_out(
    schedule: Schedule, reason: str, zone: OwnersZone, due: datetime, now: datetime
) -> Schedule:
    first_due = schedule.last_skip.first_due_at if schedule.last_skip else due
    skip = Skip(first_due_at=first_due, due_at=due, at=now, reason=reason)
    return advanced(schedule.model_copy(update={"last_skip": skip}), zone, due, now)


def _has_run(schedule: Schedule, job_id: str, now: datetime) -> Schedule:
    return schedule.model_copy(update={"last_run": now, "last_job_id": job_id, "last_skip": None})


def _unfinished_job(schedule: Schedule, home: Home) -> str | None:
    """The id of its last job while that is at work, or about to be made by `run_now`."""
    if schedule.last_job_id is None or schedule.last_run is None:
        return None
    if job := find_job(home.documents, schedule.last_job_id):
        return None if job.status.is_final else job.id
    is_recent = abs(home.clock.now() - schedule.last_run) < BEING_MADE
    return schedule.last_job_id if is_recent else None


def _job_of(schedule: Schedule, due: datetime, now: datetime) -> NewJob:
    config = schedule.config
    is_full = config.job_type == "full_library"
    return NewJob(
        title=schedule.name,
        source="schedule",
        kind="library" if is_full else "recently_added",
        priority=schedule.priority,
        force=config.force_regenerate,
        connection_id=schedule.server_id,
        library_id=schedule.library_id,
        library_name=schedule.library_name,
        sort_by=config.sort_by or None,
        lookback_hours=None if is_full else _lookback_hours(schedule, due, now),
        schedule_id=schedule.id,
    )


def _lookback_hours(schedule: Schedule, due: datetime, now: datetime) -> float:
    """As far as is set from when the run was due, and so were those left out before it."""
    first_due = min(due, schedule.last_skip.first_due_at) if schedule.last_skip else due
    return (schedule.config.lookback_hours or 0) + (now - first_due) / timedelta(hours=1)
