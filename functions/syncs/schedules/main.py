"""Scheduled: makes the jobs of the owner's schedules that are due."""

from showrunner.entry.background import schedule_entry
from showrunner.schedules.fire import fire_schedules
from showrunner.wiring import home

handle_schedules = schedule_entry("schedules", lambda: fire_schedules(home()))
