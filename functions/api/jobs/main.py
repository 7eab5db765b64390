"""Jobs: list, one, create by path, cancel."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from showrunner.access import Access
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.jobs import api
from showrunner.wiring import home

app = HttpApp(validates=True)

Limit = Annotated[int, Query(ge=1, le=500)]


@app.get("/jobs")
def jobs(limit: Limit = 50, after: Annotated[str | None, Query()] = None) -> dict[str, Any]:
    """Jobs, newest first; `after` takes `next` of the page before."""
    return api.jobs_page(home().documents, limit, after)


@app.post("/jobs")
def create(request: api.CreateRequest) -> tuple[dict[str, Any], int]:
    """Make a job of files named by absolute path."""
    return api.create(request, home()), HTTPStatus.CREATED


@app.post("/jobs/manual")
def create_manual(request: api.CreateRequest) -> tuple[dict[str, Any], int]:
    """The same, under the address that scripts for the reference system use."""
    return create(request)


@app.get("/jobs/<job_id>")
def job(job_id: str) -> dict[str, Any]:
    """One job with the workers that are on it."""
    return api.job_details(home().documents, job_id)


@app.get("/jobs/<job_id>/files")
def files(
    job_id: str, limit: Limit = 100, after: Annotated[int, Query(ge=0)] = 0
) -> dict[str, Any]:
    """A job's files with their outcomes; `after` takes `next` of the page before."""
    return api.files_page(home().documents, job_id, limit, after)


@app.post("/jobs/<job_id>/cancel")
def cancel(job_id: str) -> dict[str, Any]:
    """Stop a job; 409 when it is over already."""
    return api.cancel(home(), job_id)


handle_jobs = http_entry("jobs", app, Access.TOKEN)
