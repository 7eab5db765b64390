"""The jobs API's answers, as the reference document gives them, and more fields beside."""

from datetime import datetime
from typing import Any

from showrunner import processing
from showrunner.batches.gather import fire_for_job
from showrunner.jobs import care, listing, log, remove
from showrunner.jobs.create import create_job
from showrunner.jobs.listing import FileFilter, JobFilter
from showrunner.jobs.models import Job, WorkerState
from showrunner.jobs.requests import (
    CreateRequest,
    ManualRequest,
    job_of_files,
    job_of_library,
)
from showrunner.jobs.store import cancel_job, get_job, workers
from showrunner.plurals import count_of
from showrunner.ports.clock import iso
from showrunner.ports.documents import Documents
from showrunner.wiring import Home

Body = dict[str, Any]


def create(request: CreateRequest, home: Home) -> Body:
    if request.names_files:
        given = request.model_dump(exclude_unset=True, include=set(ManualRequest.model_fields))
        return create_manual(ManualRequest.model_validate(given), home)
    return _created(create_job(job_of_library(request, home.documents), home))


def create_manual(request: ManualRequest, home: Home) -> Body:
    return _created(create_job(job_of_files(request, home.documents), home))


def _created(job_id: str) -> Body:
    return {"id": job_id, "status": "pending", "message": "Job created successfully"}


def jobs_page(home: Home, wanted: JobFilter, limit: int, after: str | None) -> Body:
    found, following = listing.page_of_jobs(home.documents, wanted, limit=limit, after=after)
    state = processing.state(home.documents, home.clock.now())
    return {"jobs": [_shown(job, state.paused) for job in found], "next": following}


def job_details(home: Home, job_id: str) -> Body:
    job = get_job(home.documents, job_id)
    states = [state for state in workers(home.documents) if state.job_id == job.id]
    state = processing.state(home.documents, home.clock.now())
    return _shown(job, state.paused) | {"workers": [_dumped(one) for one in states]}


def files_page(
    documents: Documents,
    job_id: str,
    wanted: FileFilter,
    *,
    limit: int,
    after: int = 0,
    page: int | None = None,
) -> Body:
    job = get_job(documents, job_id)
    found = listing.page_of_files(documents, job, wanted, limit=limit, after=after, page=page)
    return {
        "files": [file.model_dump(mode="json") for file in found.files],
        "next": found.after,
        "total": found.total,
        "page": page,
        "per_page": limit,
        "counts": _counts(job),
    }


def logs_page(documents: Documents, job_id: str, offset: int, limit: int, last: int | None) -> Body:
    get_job(documents, job_id)
    if last is not None:
        entries, following = log.last_of_log(documents, job_id, last), None
    else:
        entries = log.read_log(documents, job_id, offset=offset, limit=limit)
        following = offset + limit if len(entries) == limit else None
    shown = [entry.model_dump(mode="json") for entry in entries]
    return {"logs": shown, "offset": offset, "limit": last or limit, "next_offset": following}


def workers_snapshot(documents: Documents) -> Body:
    return {"workers": [_dumped(state) for state in workers(documents)]}


def cancel(home: Home, job_id: str) -> Body:
    job = cancel_job(home.documents, home.clock, job_id)
    files = count_of(job.cancelled_items, "file")
    log.append(home, job_id, "info", f"Cancelled with {files} to go.")
    return _dumped(job)


def set_priority(home: Home, job_id: str, priority: int) -> Body:
    return _dumped(care.set_priority(job_id, priority, home))


def retry_now(home: Home, job_id: str) -> Body:
    """Every waiting file, and the scan when that waits for its server, at once."""
    return {"fired": True, "job_id": job_id, "files": care.retry_now(job_id, home)}


def reprocess(home: Home, job_id: str) -> Body:
    return _created(care.reprocess(job_id, home)) | {"reprocessed": job_id}


def fire_webhook_now(home: Home, job_id: str) -> Body:
    """The batch that is to become this job is dispatched at once; NotFoundError without one."""
    fire_for_job(home, job_id)
    return {"fired": True, "job_id": job_id}


def delete(home: Home, job_id: str) -> Body:
    remove.delete_job(job_id, home)
    return {"success": True, "id": job_id}


def clear(home: Home) -> Body:
    cleared, has_more = remove.clear_jobs(iso(home.clock.now()), home)
    return {"success": True, "cleared": cleared, "more": has_more}


def processing_state(home: Home) -> Body:
    """`until` None beside `paused`: until somebody resumes it."""
    state = processing.state(home.documents, home.clock.now())
    return {"paused": state.paused, "reason": state.reason, "until": _time(state.until)}


def pause(home: Home) -> Body:
    processing.pause(home.documents)
    return processing_state(home)


def resume(home: Home) -> Body:
    processing.resume(home.documents)
    return processing_state(home)


def _shown(job: Job, is_paused: bool) -> Body:
    return _dumped(job) | {"paused": is_paused and not job.status.is_final, "counts": _counts(job)}


def _counts(job: Job) -> dict[str, int]:
    """Files by outcome; `unfinished` and the final ones add up to `total`."""
    return {
        "total": job.total_items,
        "completed": job.completed_items,
        "skipped": job.skipped_items,
        "failed": job.failed_items,
        "cancelled": job.cancelled_items,
        "waiting": job.waiting_items,
        "unfinished": job.total_items - job.finished_items,
    }


def _dumped(model: Job | WorkerState) -> Body:
    return model.model_dump(mode="json")


def _time(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
