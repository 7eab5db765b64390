"""
When a schedule is due.

Cron expressions are read in the owner's time zone as Debian's cron does: a time
that the clocks skip is due right after the change, a time that comes twice is
due once; only expressions with `*` in the hour or minute go by the time that
really passes. Intervals always do.
"""

from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError

from showrunner.connections.refusals import wrong_field
from showrunner.schedules.models import Schedule
from showrunner.timezones import OwnersZone

_CRON_FIELDS = 5


def check_cron(expression: str, now: datetime) -> None:
    """Raises InvalidInputError for what is no cron expression, or one that never comes due."""
    if len(expression.split()) != _CRON_FIELDS:
        raise wrong_field(
            "cron_expression",
            "has five fields (minute, hour, day, month, weekday), such as 0 2 * * *",
        )
    try:
        comes = next(CronSim(expression, now.astimezone(UTC)), None) is not None
    except CronSimError as error:
        if not _is_of_a_day_that_its_months_lack(expression):
            raise wrong_field("cron_expression", f"{error}: see man 5 crontab") from None
        comes = False
    if not comes:
        raise wrong_field("cron_expression", "names a day that never comes")


def _is_of_a_day_that_its_months_lack(expression: str) -> bool:
    """As 31 February is: day and month are right by themselves, but not together."""
    minute, hour, day, month, weekday = expression.split()
    return all(
        _is_cron(" ".join((minute, hour, *date, weekday))) for date in ((day, "*"), ("*", month))
    )


def _is_cron(expression: str) -> bool:
    try:
        CronSim(expression, datetime.now(UTC))
    except CronSimError:
        return False
    return True


def following(schedule: Schedule, zone: OwnersZone, after: datetime) -> datetime:
    """The first moment after `after` at which the schedule is due, aware UTC."""
    if schedule.interval_minutes is not None:
        return _on_the_grid(schedule.planned_since, schedule.interval_minutes, after)
    due = CronSim(schedule.cron_expression or "", after.astimezone(zone.zone))
    # Within the hour that comes twice the library also gives what was due in its first pass.
    return next(moment for local in due if (moment := local.astimezone(UTC)) > after)


def _on_the_grid(start: datetime, minutes: int, after: datetime) -> datetime:
    step = timedelta(minutes=minutes)
    passed = max(0, (after - start) // step)
    return (start + step * (passed + 1)).astimezone(UTC)


def planned(schedule: Schedule, zone: OwnersZone, now: datetime) -> Schedule:
    """
    The schedule with the `next_run` that it should have.

    A run that is due stays due, however late it is. Otherwise the next one is never
    later than the timing says of `now`: so a clock that was ahead once, or another
    time zone, mends itself.
    """
    if not schedule.enabled:
        return schedule.model_copy(update={"next_run": None})
    if schedule.next_run is not None and schedule.next_run <= now:
        return schedule
    next_run = following(schedule, zone, now)
    if schedule.next_run is not None and schedule.planned_in == zone.name:
        next_run = min(next_run, schedule.next_run)
    return schedule.model_copy(update={"next_run": next_run, "planned_in": zone.name})


def timed_anew(schedule: Schedule, zone: OwnersZone, now: datetime) -> Schedule:
    """The schedule as it is after its timing was set or it was switched on: from `now` on."""
    fresh = schedule.model_copy(update={"planned_since": now, "next_run": None})
    return planned(fresh, zone, now)


def advanced(schedule: Schedule, zone: OwnersZone, due: datetime, now: datetime) -> Schedule:
    """The schedule after the run of `due`, which is not made up for a second time."""
    if schedule.next_run != due:  # it was timed anew meanwhile
        return planned(schedule, zone, now)
    update = {"next_run": following(schedule, zone, max(now, due)), "planned_in": zone.name}
    return planned(schedule.model_copy(update=update), zone, now)
