"""
What Sportarr's webhook says: Sonarr's shape, with two ways of its own.

A deletion lists its files in `deletedFiles`, and an event that names no file of
Sonarr's kind can have its path flat, as `filePath`.
"""

from dataclasses import replace

from pydantic import AliasChoices, Field, ValidationError

from showrunner.events.models import EventKind, Report
from showrunner.webhooks import sonarr
from showrunner.webhooks.sent import Payload, Text, missing, usable_path
from showrunner.webhooks.servarr import SentEvent, SentFile, ServarrSent, place_or_refuse

_SOURCE = "sportarr"
_FLAT = {
    "Download": EventKind.ADDED,
    "EpisodeFileDelete": EventKind.DELETED,
}


class _Series(ServarrSent):
    title: Text = None
    path: Text = None


class _Flat(SentEvent):
    """`file_path` is the file, `title` what happened in words for people."""

    series: _Series = _Series()
    file_path: Text = Field(
        default=None, validation_alias=AliasChoices("filePath", "file_path", "path")
    )
    title: Text = None


class _Deletion(SentEvent):
    series: _Series = _Series()
    deleted_files: list[SentFile] = Field(max_length=1000)


def events_from(payload: Payload) -> list[Report]:
    """One report per file; raises pydantic's ValidationError when a needed field is missing."""
    if isinstance(payload.get("deletedFiles"), list) and "episodeFile" not in payload:
        return _files_deleted(payload)
    try:
        return [_ours(report) for report in sonarr.events_from(payload)]
    except ValidationError as error:
        return [_from_flat_path(payload, error)]


def _ours(report: Report) -> Report:
    """What Sonarr's parser reads, under Sportarr's own name."""
    ids = dict(report.item_ids)
    if series_id := ids.pop("sonarr_series_id", None):
        ids["sportarr_event_id"] = series_id
    return replace(report, source=_SOURCE, item_ids=ids)


def _files_deleted(payload: Payload) -> list[Report]:
    sent = _Deletion.model_validate(payload)
    if not sent.deleted_files:
        raise missing("deletedFiles")
    return [
        Report(
            EventKind.DELETED,
            _SOURCE,
            sent.event_type,
            title=sent.series.title or "",
            path=place_or_refuse(file, sent.series.path, "deletedFiles", "series.path"),
            size_bytes=file.size,
            identity=file.identity,
        )
        for file in sent.deleted_files
    ]


def _from_flat_path(payload: Payload, error: ValidationError) -> Report:
    """The file that `filePath` names; what Sonarr's parser missed is told when there is none."""
    sent = _Flat.model_validate(payload)
    kind, path = _FLAT.get(sent.event_type), usable_path(sent.file_path)
    if kind is None or path is None:
        raise error
    title = sent.series.title or sent.title or ""
    return Report(kind, _SOURCE, sent.event_type, title=title, path=path)
