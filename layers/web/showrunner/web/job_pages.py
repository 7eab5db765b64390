"""The page of one job, and the form that makes one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from showrunner.entry.app import HttpApp, Response
from showrunner.jobs.store import find_job
from showrunner.web.library_choices import library_choices, media_servers
from showrunner.web.pages import ShowPage
from showrunner.web.rooms import job, job_list
from showrunner.web.rooms.models import Room
from showrunner.wiring import home


def add_routes(app: HttpApp, show: ShowPage, show_room: Callable[[Room], Response[str]]) -> None:
    """Add `/jobs/new` and `/jobs/<id>` to the page."""

    @app.get("/jobs/new")
    def new() -> Response[str]:
        by_paths = app.current_event.get_query_string_value("by", "") == "paths"
        return show("job_new.html", {"room": job_list.ROOM, **_form(by_paths=by_paths)})

    @app.get("/jobs/<job_id>")
    def one(job_id: str) -> Response[str]:
        found = find_job(home().documents, job_id)
        room = job.room_of(job_id)
        return show_room(replace(room, title=found.title or room.title) if found else room)


def _form(*, by_paths: bool) -> Mapping[str, Any]:
    documents = home().documents
    if by_paths:
        return {"by_paths": True, "servers": media_servers(documents)}
    return {"by_paths": False, "choices": library_choices(documents)}
