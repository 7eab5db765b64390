"""The addresses of the jobs API, bound to their answers."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from showrunner.entry.app import HttpApp
from showrunner.entry.finite_stream import wait_seconds
from showrunner.jobs import api, live, pool
from showrunner.jobs.listing import FileFilter, JobFilter, totals
from showrunner.jobs.models import FileOutcome, JobStatus
from showrunner.jobs.requests import (
    CreateRequest,
    ManualRequest,
    PriorityRequest,
    WorkersRequest,
)
from showrunner.jobs.store import get_job
from showrunner.wiring import home

Body = dict[str, Any]
Answer = tuple[Body, int]

Limit = Annotated[int, Query(ge=1, le=500)]
Text = Annotated[str | None, Query(max_length=500)]


def job_routes(app: HttpApp) -> None:
    """Make, list, look at, delete."""

    @app.get("/jobs")
    def jobs(
        limit: Limit = 50,
        after: Text = None,
        status: Annotated[JobStatus | None, Query()] = None,
        source: Text = None,
        library: Text = None,
    ) -> Body:
        """Jobs, newest first, until a month after their end; `after` takes `next` of a page."""
        return api.jobs_page(home(), JobFilter(status, source, library), limit, after)

    @app.post("/jobs")
    def create(request: CreateRequest) -> Answer:
        """Make a job of a library, of all libraries, or of files named by absolute path."""
        return api.create(request, home()), HTTPStatus.CREATED

    @app.post("/jobs/manual")
    def create_manual(request: ManualRequest) -> Answer:
        """Make a job of files named by absolute path."""
        return api.create_manual(request, home()), HTTPStatus.CREATED

    @app.post("/jobs/clear")
    def clear() -> Body:
        """Remove every job that is over, with its files' outcomes, log and pictures."""
        return api.clear(home())

    @app.get("/jobs/stats")
    def stats() -> Body:
        """How many jobs by status, and how many files of them by outcome."""
        return totals(home().documents)

    @app.get("/jobs/<job_id>")
    def job(job_id: str) -> Body:
        """One job with the workers that are on it."""
        return api.job_details(home(), job_id)

    @app.delete("/jobs/<job_id>")
    def delete(job_id: str) -> Body:
        """Remove a job that is over; 409 while it is not: cancel it first."""
        return api.delete(home(), job_id)


def file_routes(app: HttpApp) -> None:
    """What became of a job's files."""

    @app.get("/jobs/<job_id>/files")
    def files(
        job_id: str,
        limit: Limit = 100,
        after: Annotated[int, Query(ge=0)] = 0,
        page: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
        per_page: Annotated[int | None, Query(ge=1)] = None,
        outcome: Annotated[FileOutcome | None, Query()] = None,
        search: Text = None,
    ) -> Body:
        """A job's files by number: by `page` of `per_page` (at most 500), or `after` a `next`."""
        size = min(per_page, 500) if per_page else limit
        wanted = FileFilter(outcome, search)
        page = page or (1 if per_page and not after else None)
        return api.files_page(home().documents, job_id, wanted, limit=size, after=after, page=page)

    @app.get("/jobs/<job_id>/logs")
    def logs(
        job_id: str,
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1)] = 500,
        last: Annotated[int | None, Query(ge=1)] = None,
    ) -> Body:
        """A job's log, oldest first: `limit` (at most 5000) from `offset`, or the `last` ones."""
        return api.logs_page(
            home().documents, job_id, offset, min(limit, 5000), min(last, 5000) if last else None
        )


def care_routes(app: HttpApp) -> None:
    """Stop, hurry, repeat."""

    @app.post("/jobs/<job_id>/cancel")
    def cancel(job_id: str) -> Body:
        """Stop a job; 409 when it is over already."""
        return api.cancel(home(), job_id)

    @app.post("/jobs/<job_id>/pause")
    def pause(job_id: str) -> Body:
        """Begin no new file of any job; those in work are finished."""
        get_job(home().documents, job_id)
        return api.pause(home())

    @app.post("/jobs/<job_id>/resume")
    def resume(job_id: str) -> Body:
        """End the pause, which is everyone's."""
        get_job(home().documents, job_id)
        return api.resume(home())

    @app.post("/jobs/<job_id>/priority")
    def priority(job_id: str, request: PriorityRequest) -> Body:
        """Move the unfinished files of a job before or behind those of others."""
        return api.set_priority(home(), job_id, request.priority)

    @app.post("/jobs/<job_id>/reprocess")
    def reprocess(job_id: str) -> Answer:
        """Make a new job of what a finished one had."""
        return api.reprocess(home(), job_id), HTTPStatus.CREATED

    @app.post("/jobs/<job_id>/retry-now")
    def retry_now(job_id: str) -> Body:
        """Try the files that wait for a retry at once; 409 when none does, 400 after the end."""
        return api.retry_now(home(), job_id)

    @app.post("/jobs/<job_id>/fire-webhook-now")
    def fire_webhook_now(job_id: str) -> Answer:
        """Dispatch the batch that is to become this job; 404 when none waits."""
        return api.fire_webhook_now(home(), job_id), HTTPStatus.ACCEPTED


def worker_routes(app: HttpApp) -> None:
    """Who works, and how many shall; what happens is told live."""

    @app.get("/jobs/workers")
    def workers() -> Body:
        """What every worker's slot is doing."""
        return api.workers_snapshot(home().documents)

    @app.post("/jobs/<job_id>/workers/add")
    def add(job_id: str, request: WorkersRequest) -> Body:
        """More workers while this job runs; they serve every job."""
        get_job(home().documents, job_id)
        return pool.add_workers(home().documents, request)

    @app.post("/jobs/<job_id>/workers/remove")
    def remove(job_id: str, request: WorkersRequest) -> Body:
        """Fewer workers; those that go finish what they have in hand."""
        get_job(home().documents, job_id)
        return pool.remove_workers(home().documents, request)

    @app.get("/jobs/events")
    def events() -> Response[str]:
        """Server-sent events: job_progress, job_complete, job_error, worker_update."""
        headers = app.current_event.headers
        body = live.events_answer(headers.get("last-event-id", ""), home(), wait_seconds())
        return Response(200, "text/event-stream", body, headers={"Cache-Control": "no-store"})
