"""What callers of the sync API send."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from showrunner.syncs.models import ImportOrder, SyncKind
from showrunner.syncs.uploads import MOST_BYTES

Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StartRequest(_Request):
    """
    `servers` are connection ids, None: all that are switched on. `kinds` None: all.

    `days_back` fetches that much of the history again; `full` as much as the
    connection's `sync_days_back` says.
    """

    servers: Annotated[list[Name], Field(min_length=1, max_length=100)] | None = None
    kinds: (
        Annotated[list[Literal["history", "libraries", "accounts"]], Field(min_length=1)] | None
    ) = None
    days_back: Annotated[int, Field(ge=7, le=3650)] | None = None
    full: bool = False


class CancelRequest(_Request):
    """A run by `run_id`, or by `connection_id` and `kind` (None: all of the connection)."""

    run_id: Name | None = None
    connection_id: Name | None = None
    kind: SyncKind | None = None

    @model_validator(mode="after")
    def _names_a_run(self) -> Self:
        if (self.run_id is None) == (self.connection_id is None):
            raise ValueError("name either run_id or connection_id")
        return self


class ImportRequest(_Request):
    """
    What to import: `tautulli_id` (a connection, through its API), `path` (a database
    file that the worker can read) or `upload_id`. `connection_id` is the Plex server
    of these plays; None: the only one, or the one that the Tautulli connection names.
    `since` and `before` (with a time zone) bound when the plays began.
    `stream_details`: also codecs and bitrates, which costs the API a call a play.
    """

    connection_id: Name | None = None
    tautulli_id: Name | None = None
    path: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    upload_id: Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")] | None = None
    since: AwareDatetime | None = None
    before: AwareDatetime | None = None
    stream_details: bool = True

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if sum(one is not None for one in (self.tautulli_id, self.path, self.upload_id)) != 1:
            raise ValueError("name exactly one of tautulli_id, path and upload_id")
        if self.since and self.before and self.since >= self.before:
            raise ValueError("since is not before before: there is nothing between them")
        return self

    @property
    def order(self) -> ImportOrder:
        return ImportOrder.model_validate(self.model_dump(exclude={"connection_id"}))


class UploadRequest(_Request):
    """The file that is to be uploaded."""

    name: Name
    size_bytes: Annotated[int, Field(ge=1, le=MOST_BYTES)]
