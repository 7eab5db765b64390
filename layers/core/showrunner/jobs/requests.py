"""What the jobs API takes, as the reference document gives it, and more beside."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from showrunner.connections import paths
from showrunner.connections.models import Connection
from showrunner.connections.store import ConnectionStore
from showrunner.errors import InvalidInputError
from showrunner.jobs.create import NewFile, NewJob
from showrunner.jobs.libraries import chosen_libraries
from showrunner.plurals import count_of
from showrunner.ports.documents import Documents

MAX_PATHS = 5000


def _absolute(path: str) -> str:
    if not paths.is_absolute(path):
        raise ValueError(f"{path!r} is not an absolute path")
    return path


Path = Annotated[str, Field(max_length=4096), AfterValidator(_absolute)]
Id = Annotated[str, Field(min_length=1, max_length=200)]
Priority = Annotated[int, Field(ge=1, le=3)]


class _Request(BaseModel):
    # Scripts send ids, which Plex has as numbers, either way.
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, coerce_numbers_to_str=True)


class ManualRequest(_Request):
    """
    `file_path` or `file_paths`: absolute, as the server, a sender or this machine sees them.

    `server_id` is the server whose paths these are; None: whichever it fits.
    """

    file_path: Path | None = None
    file_paths: list[Path] = Field(default=[], max_length=MAX_PATHS)
    title: Annotated[str, Field(max_length=500)] | None = None
    priority: Priority = 2
    force_regenerate: bool = False
    server_id: Id | None = None

    @model_validator(mode="after")
    def _names_files(self) -> Self:
        if not self.paths:
            raise ValueError("give file_path (text) or file_paths (list of texts)")
        return self

    @property
    def paths(self) -> list[str]:
        """Every path once, in the order given."""
        given = [self.file_path] if self.file_path else []
        return list(dict.fromkeys([*given, *self.file_paths]))


class CreateRequest(_Request):
    """
    Either a library or files.

    `library_id` is the server's own id of a library; with `server_id` where several
    servers have one of that id. An explicit null, or `server_id` alone, means every
    enabled library (of that server). `sort_by` empty or null: the server's own
    order. `file_path` and `file_paths` as in a manual request.
    """

    library_id: Id | None = None
    library_name: Annotated[str, Field(max_length=500)] | None = None
    sort_by: Literal["newest", "oldest", "random", ""] | None = None
    file_path: Path | None = None
    file_paths: list[Path] = Field(default=[], max_length=MAX_PATHS)
    title: Annotated[str, Field(max_length=500)] | None = None
    priority: Priority = 2
    force_regenerate: bool = False
    server_id: Id | None = None

    @model_validator(mode="after")
    def _means_one_thing(self) -> Self:
        if not self.names_files and not self.model_fields_set & {"library_id", "server_id"}:
            raise ValueError(
                "give library_id (null for all), or file_path (text) or file_paths (list of texts)"
            )
        if self.names_files and self.library_id is not None:
            raise ValueError("give library_id or file_paths, not both")
        return self

    @property
    def names_files(self) -> bool:
        return bool({"file_path", "file_paths"} & self.model_fields_set)


class PriorityRequest(_Request):
    """1 goes first, 2 is usual, 3 goes last."""

    priority: Priority


class WorkersRequest(_Request):
    """How many workers of which type more, or fewer."""

    type: Literal["cpu", "gpu"] = "cpu"
    count: Annotated[int, Field(ge=1, le=32)] = 1


class RedriveRequest(_Request):
    """The dead letters of this queue, at most `limit` of them."""

    queue: Annotated[str, Field(min_length=1, max_length=100)]
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000


def job_of_files(request: ManualRequest, documents: Documents) -> NewJob:
    """The job that is asked for; raises InvalidInputError when there is no such server."""
    if request.server_id is not None:
        _server(documents, request.server_id)
    given = request.paths
    title = request.title or (
        paths.base_name(given[0]) if len(given) == 1 else count_of(len(given), "file")
    )
    files = [
        NewFile(path, paths.base_name(path), connection_id=request.server_id) for path in given
    ]
    return NewJob(
        title=title,
        source="manual",
        files=files,
        priority=request.priority,
        force=request.force_regenerate,
        connection_id=request.server_id,
    )


def job_of_library(request: CreateRequest, documents: Documents) -> NewJob:
    """The job that is asked for; raises InvalidInputError unless it means some library."""
    chosen = chosen_libraries(
        ConnectionStore(documents).list(),
        server_id=request.server_id,
        library_id=request.library_id,
    )
    name, connection_id = "All libraries", request.server_id
    if request.library_id is not None:
        name, connection_id = chosen[0].name, chosen[0].connection_id
    elif connection_id is not None:
        name = f"All libraries of {_server(documents, connection_id).name}"
    return NewJob(
        title=request.title or name,
        source="manual",
        kind="library",
        priority=request.priority,
        force=request.force_regenerate,
        connection_id=connection_id,
        library_id=request.library_id,
        library_name=name,
        sort_by=request.sort_by or None,
    )


def _server(documents: Documents, server_id: str) -> Connection:
    for connection in ConnectionStore(documents).list():
        if connection.id == server_id and connection.kind.is_media_server:
            return connection
    raise InvalidInputError(f"Field server_id: there is no media server {server_id}.")
