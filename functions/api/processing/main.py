"""The pause that is everyone's: look, set, end."""

from typing import Any

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.jobs import api
from showrunner.wiring import home

app = HttpApp(validates=True)


@app.get("/processing/state")
def state() -> dict[str, Any]:
    """Whether new files are begun; `reason` is owner or quiet_hours, `until` when those end."""
    return api.processing_state(home())


@app.post("/processing/pause")
def pause() -> dict[str, Any]:
    """Begin no new file, also after a restart; those in work are finished."""
    return api.pause(home())


@app.post("/processing/resume")
def resume() -> dict[str, Any]:
    """End the pause; quiet hours, when it is their time, stay."""
    return api.resume(home())


handle_processing = http_entry("processing", app, check_token)
