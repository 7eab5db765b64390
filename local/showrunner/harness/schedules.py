"""Fires schedules: `rate(...)` and `at(...)` are ours, `cron(...)` is aws-croniter's."""

import logging
import re
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aws_croniter import AwsCroniter

from showrunner.errors import SetupError
from showrunner.harness.events import schedule_event
from showrunner.harness.functions import Functions
from showrunner.harness.template import Schedule
from showrunner.ports.clock import Clock

FIRST_FIRE_SECONDS = 2
"""A rate's first firing: EventBridge's comes soon after the rule is made, too."""

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_CRON = re.compile(r"cron\((.+)\)")

logger = logging.getLogger(__name__)


def next_firing(expression: str, timezone: str, after: datetime) -> datetime | None:
    """
    When an EventBridge expression is due next, strictly after `after`, aware UTC.

    None: never again. A rate counts from `after`. Raises SetupError for what is
    no expression.
    """
    zone = ZoneInfo(timezone)
    if rate := _RATE.fullmatch(expression):
        return after + timedelta(**{f"{rate[2]}s": int(rate[1])})
    if at := _AT.fullmatch(expression):
        moment = datetime.fromisoformat(at[1]).replace(tzinfo=zone).astimezone(UTC)
        return moment if moment > after else None
    if cron := _CRON.fullmatch(expression):
        return _next_cron(cron[1], zone, after)
    raise SetupError(f"Schedule {expression!r} is neither rate(), cron() nor at().")


def _next_cron(cron: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    local = after.astimezone(zone).replace(tzinfo=UTC)  # aws-croniter counts in UTC alone
    found = AwsCroniter(cron).get_next(local, inclusive=False)
    if not found:
        return None
    moment: datetime = found[0]
    return moment.replace(tzinfo=zone).astimezone(UTC)


class ScheduleRunner(threading.Thread):
    """One schedule of one function; `stopping` ends it."""

    def __init__(
        self,
        function_name: str,
        schedule: Schedule,
        clock: Clock,
        functions: Functions,
        stopping: threading.Event,
    ) -> None:
        super().__init__(name=f"schedule of {function_name}", daemon=True)
        self._function_name, self._schedule = function_name, schedule
        self._clock, self._functions, self._stopping = clock, functions, stopping

    def run(self) -> None:
        due = self._first()
        while due is not None and not self._stopping.is_set():
            wait_seconds = (due - self._clock.now()).total_seconds()
            if wait_seconds > 0:
                self._stopping.wait(min(wait_seconds, 60))
                due = self._no_later(due)
                continue
            self._fire()
            due = self._next(due)

    def _first(self) -> datetime | None:
        now = self._clock.now()
        if self._schedule.expression.startswith("rate("):
            return now + timedelta(seconds=FIRST_FIRE_SECONDS)
        return next_firing(self._schedule.expression, self._schedule.timezone, now)

    def _next(self, due: datetime) -> datetime | None:
        """What was missed (the machine slept) is not made up for."""
        expression, timezone = self._schedule.expression, self._schedule.timezone
        following = next_firing(expression, timezone, due)
        now = self._clock.now()
        return (
            next_firing(expression, timezone, now) if following and following < now else following
        )

    def _no_later(self, due: datetime) -> datetime:
        """When the clock was set back meanwhile: the next firing by the clock as it is now."""
        expression, timezone = self._schedule.expression, self._schedule.timezone
        return min(due, next_firing(expression, timezone, self._clock.now()) or due)

    def _fire(self) -> None:
        try:
            handler = self._functions.handler(self._function_name)
            handler(schedule_event(self._schedule.name, self._clock.now()), None)
        except Exception:
            logger.exception("%s failed", self._function_name)
