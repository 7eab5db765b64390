"""Schedules: list, add, change, switch, run."""

from http import HTTPStatus
from typing import Any

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.schedules.api import NewSchedule, ScheduleChange, SchedulesApi
from showrunner.wiring import home

app = HttpApp(validates=True)

Body = dict[str, Any]


@app.get("/schedules")
def schedules() -> Body:
    """All of them, the oldest first."""
    return SchedulesApi(home()).everything()


@app.post("/schedules")
def add(given: NewSchedule) -> tuple[Body, int]:
    """Add one, by cron expression or by interval."""
    return SchedulesApi(home()).add(given), HTTPStatus.CREATED


@app.get("/schedules/<schedule_id>")
def get(schedule_id: str) -> Body:
    """One, with its next and its last run."""
    return SchedulesApi(home()).get(schedule_id)


@app.put("/schedules/<schedule_id>")
def replace(schedule_id: str, given: ScheduleChange) -> Body:
    """The same as PATCH, for tools that send everything back."""
    return SchedulesApi(home()).change(schedule_id, given)


@app.patch("/schedules/<schedule_id>")
def change(schedule_id: str, given: ScheduleChange) -> Body:
    """Change what is sent and keep the rest."""
    return SchedulesApi(home()).change(schedule_id, given)


@app.delete("/schedules/<schedule_id>")
def remove(schedule_id: str) -> Body:
    """Remove it; jobs that it made go on."""
    return SchedulesApi(home()).remove(schedule_id)


@app.post("/schedules/<schedule_id>/run")
def run(schedule_id: str) -> tuple[Body, int]:
    """Make its job now, also when it is switched off; 409 while its last job is at work."""
    return SchedulesApi(home()).run(schedule_id), HTTPStatus.CREATED


@app.post("/schedules/<schedule_id>/enable")
def enable(schedule_id: str) -> Body:
    """Switch it on. What was due meanwhile is not made up for."""
    return SchedulesApi(home()).enable(schedule_id, enabled=True)


@app.post("/schedules/<schedule_id>/disable")
def disable(schedule_id: str) -> Body:
    """Switch it off without losing it."""
    return SchedulesApi(home()).enable(schedule_id, enabled=False)


handle_schedules_api = http_entry("schedules_api", app, check_token)
