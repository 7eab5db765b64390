"""The jobs API's shapes, as the reference document gives them, and more fields beside."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from showrunner.connections.paths import is_absolute
from showrunner.jobs.create import NewJob, create_job
from showrunner.jobs.models import Job, WorkerState
from showrunner.jobs.store import cancel_job, get_job, list_files, list_jobs, workers
from showrunner.ports.documents import Documents
from showrunner.wiring import Home

MAX_PATHS = 5000


class CreateRequest(BaseModel):
    """`file_path` or `file_paths`: absolute, as the server, a sender or this machine sees them."""

    model_config = ConfigDict(extra="ignore")

    file_path: str | None = None
    file_paths: list[str] = Field(default=[], max_length=MAX_PATHS)
    title: str | None = Field(default=None, max_length=500)
    priority: int = Field(default=2, ge=1, le=3)
    force_regenerate: bool = False

    @model_validator(mode="after")
    def _names_files(self) -> Self:
        if not self.paths:
            raise ValueError("give file_path (text) or file_paths (list of texts)")
        relative = next((path for path in self.paths if not is_absolute(path)), None)
        if relative is not None:
            raise ValueError(f"{relative!r} is not an absolute path")
        return self

    @property
    def paths(self) -> list[str]:
        """Every path once, in the order given."""
        given = [self.file_path] if self.file_path else []
        return list(dict.fromkeys([*given, *self.file_paths]))


def create(request: CreateRequest, home: Home) -> dict[str, Any]:
    paths = request.paths
    title = request.title or (_file_name(paths[0]) if len(paths) == 1 else f"{len(paths)} files")
    new = NewJob(
        title=title,
        source="manual",
        files=[(path, _file_name(path)) for path in paths],
        priority=request.priority,
        force=request.force_regenerate,
    )
    job_id = create_job(new, home)
    return {"id": job_id, "status": "pending", "message": "Job created successfully"}


def jobs_page(documents: Documents, limit: int, after: str | None) -> dict[str, Any]:
    found = list_jobs(documents, limit=limit, after=after)
    return {
        "jobs": [job.model_dump(mode="json") for job in found],
        "next": found[-1].id if len(found) == limit else None,
    }


def job_details(documents: Documents, job_id: str) -> dict[str, Any]:
    job = get_job(documents, job_id)
    return job.model_dump(mode="json") | {"workers": _workers_on(job, workers(documents))}


def files_page(documents: Documents, job_id: str, limit: int, after: int) -> dict[str, Any]:
    found = list_files(documents, get_job(documents, job_id), limit=limit, after=after)
    return {
        "files": [file.model_dump(mode="json") for file in found],
        "next": found[-1].number if len(found) == limit else None,
    }


def cancel(home: Home, job_id: str) -> dict[str, Any]:
    return cancel_job(home.documents, home.clock, job_id).model_dump(mode="json")


def _workers_on(job: Job, states: list[WorkerState]) -> list[dict[str, Any]]:
    return [state.model_dump(mode="json") for state in states if state.job_id == job.id]


def _file_name(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]
