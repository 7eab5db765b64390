"""The installation at a glance: status, time zone, configuration."""

from typing import Any

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.system.status import system_config, system_status, system_timezone
from showrunner.wiring import home

app = HttpApp(validates=True)

Body = dict[str, Any]


@app.get("/system/status")
def status() -> Body:
    """Whether files are begun, workers, GPUs, jobs by status, messages by queue."""
    return system_status(home())


@app.get("/system/timezone")
def timezone() -> Body:
    """The time zone of schedules and quiet hours, who named it, and the time there."""
    return system_timezone(home())


@app.get("/system/config")
def config() -> Body:
    """Settings and connections, without any key."""
    return system_config(home())


handle_system = http_entry("system", app, check_token)
