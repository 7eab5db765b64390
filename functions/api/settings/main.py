"""Settings and quiet hours: read, change."""

from typing import Any

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.settings import change_settings, load_settings
from showrunner.system.quiet_hours_api import (
    QuietHoursInput,
    change_quiet_hours,
    shown_quiet_hours,
)
from showrunner.wiring import home

app = HttpApp(validates=True)

Body = dict[str, Any]


@app.get("/settings")
def settings() -> Body:
    """All settings as they are in force; keys of servers are not among them."""
    return load_settings(home().documents).model_dump(mode="json")


@app.patch("/settings")
def change(changes: Body) -> Body:
    """Change the settings that are sent and keep the rest; the answer has them all."""
    return change_settings(home().documents, changes).model_dump(mode="json")


@app.post("/settings")
def save(changes: Body) -> Body:
    """The same as PATCH, as scripts for the reference system do it."""
    return change(changes)


@app.put("/settings")
def replace(changes: Body) -> Body:
    """The same as PATCH, for tools that send everything back."""
    return change(changes)


@app.get("/quiet-hours")
def quiet_hours() -> Body:
    """The times in which no new file is begun, and whether it is one of them."""
    return shown_quiet_hours(home().documents, home().clock.now())


@app.post("/quiet-hours")
def change_hours(given: QuietHoursInput) -> Body:
    """Set the windows, or switch them all on or off."""
    return change_quiet_hours(home().documents, given, home().clock.now())


@app.put("/quiet-hours")
def replace_hours(given: QuietHoursInput) -> Body:
    """The same as POST."""
    return change_hours(given)


handle_settings = http_entry("settings", app, check_token)
