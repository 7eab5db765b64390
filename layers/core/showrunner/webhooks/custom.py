"""Paths from scripts and tools that speak no protocol of their own (Tdarr, FileFlows, curl)."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from showrunner.events.models import EventKind, Report
from showrunner.webhooks.paths import is_absolute
from showrunner.webhooks.sent import NOT_ABSOLUTE, Payload, missing

MAX_PATHS = 1000


def _absolute(path: str) -> str:
    if not is_absolute(path) or "\0" in path:
        raise NOT_ABSOLUTE
    return path


def _several(value: Any) -> Any:
    """A form that has the field once cannot say that it is a list."""
    return [value] if isinstance(value, str) else value


_Path = Annotated[str, Field(max_length=4096), AfterValidator(_absolute)]
_Paths = Annotated[list[_Path], Field(max_length=MAX_PATHS), BeforeValidator(_several)]


class _Custom(BaseModel):
    """`title` is a label for history and jobs; None: the file's name will do."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    event_type: Annotated[str | None, Field(alias="eventType", max_length=100)] = None
    title: Annotated[str | None, Field(max_length=500)] = None
    file_path: _Path | None = None
    path: _Path | None = None
    file_paths: _Paths | None = None

    @property
    def paths(self) -> list[str]:
        """All the paths, each once, in the order sent."""
        single = [path for path in (self.file_path, self.path) if path]
        return list(dict.fromkeys([*single, *(self.file_paths or [])]))


def events_from(payload: Payload) -> list[Report]:
    """One report per path, without identity; raises pydantic's ValidationError on any bad path."""
    sent = _Custom.model_validate(payload)
    word = sent.event_type or "Paths"
    if word.lower() == "test":
        return [Report(EventKind.TEST, "custom", word)]
    if not sent.paths:
        raise missing("file_path or file_paths")
    return [
        Report(EventKind.ADDED, "custom", word, title=sent.title or "", path=path)
        for path in sent.paths
    ]
