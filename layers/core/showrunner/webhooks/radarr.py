"""
What Radarr's webhook says, in our words. Kinds: `WebhookEventType` of Radarr 3 to 5.

A file's path is `movie.folderPath` joined with its `relativePath`. A Download
that names no file (a hand-made one) reports the movie's folder.
"""

from typing import Any

from showrunner.events.models import EventKind, Report
from showrunner.webhooks.sent import Payload, absolute, known_ids, missing, usable_path
from showrunner.webhooks.servarr import (
    NOTICES,
    SentEvent,
    SentFile,
    ServarrSent,
    Translation,
    events_of,
    place_or_refuse,
)

_NOTED = NOTICES | {"Grab", "MovieAdded", "ManualInteractionRequired"}


class _Movie(ServarrSent):
    id: int | None = None
    title: str | None = None
    year: int | None = None
    folder_path: str | None = None
    file_path: str | None = None
    tmdb_id: int | None = None
    imdb_id: str | None = None

    @property
    def label(self) -> str:
        return f"{self.title or ''} ({self.year})".strip() if self.year else self.title or ""

    @property
    def item_ids(self) -> dict[str, str]:
        return known_ids(radarr_movie_id=self.id, tmdb=self.tmdb_id, imdb=self.imdb_id)


class _MovieEvent(SentEvent):
    movie: _Movie

    def report(
        self, kind: EventKind, path: str | None = None, file: SentFile | None = None, **more: Any
    ) -> Report:
        more.setdefault("identity", file.identity if file else ())
        return Report(
            kind,
            "radarr",
            self.event_type,
            title=self.movie.label,
            path=path,
            item_ids=self.movie.item_ids,
            size_bytes=file.size if file else None,
            **more,
        )


class _Download(_MovieEvent):
    movie_file: SentFile | None = None
    is_upgrade: bool | None = None
    deleted_files: list[SentFile] | None = None


class _Rename(_MovieEvent):
    renamed_movie_files: list[SentFile] | None = None


class _FileDelete(_MovieEvent):
    movie_file: SentFile


class _MovieDelete(_MovieEvent):
    deleted_files: bool | None = None


def events_from(payload: Payload) -> list[Report]:
    """One report per file; raises pydantic's ValidationError when a needed field is missing."""
    return events_of("radarr", payload, _TRANSLATIONS, _NOTED)


def _downloaded(payload: Payload) -> list[Report]:
    sent = _Download.model_validate(payload)
    kind = EventKind.UPGRADED if sent.is_upgrade else EventKind.ADDED
    path = _place_of_download(sent)
    folder = sent.movie.folder_path
    replaced = ((file, usable_path(file.place(folder))) for file in sent.deleted_files or [])
    return [
        sent.report(kind, path, sent.movie_file),
        *(
            sent.report(EventKind.DELETED, old, file)
            for file, old in replaced
            if old and old != path
        ),
    ]


def _place_of_download(sent: _Download) -> str:
    movie, file = sent.movie, sent.movie_file
    if file and file.relative_path and movie.folder_path:
        return place_or_refuse(file, movie.folder_path, "movieFile", "movie.folderPath")
    if movie.file_path:  # in the library, which `movieFile.path` need not be
        return absolute(movie.file_path, "movie", "filePath")
    if file:
        return place_or_refuse(file, movie.folder_path, "movieFile", "movie.folderPath")
    if movie.folder_path:
        return absolute(movie.folder_path, "movie", "folderPath")
    raise missing("movie", "folderPath")


def _renamed(payload: Payload) -> list[Report]:
    sent = _Rename.model_validate(payload)
    folder = sent.movie.folder_path
    return [
        sent.report(
            EventKind.RENAMED,
            place_or_refuse(file, folder, "renamedMovieFiles", "movie.folderPath"),
            file,
            previous_path=file.previous_place(folder),
            identity=(),  # a file can go back and forth between two names
        )
        for file in sent.renamed_movie_files or []
    ] or [sent.report(EventKind.NOTED)]


def _file_deleted(payload: Payload) -> list[Report]:
    sent = _FileDelete.model_validate(payload)
    file, folder = sent.movie_file, sent.movie.folder_path
    path = place_or_refuse(file, folder, "movieFile", "movie.folderPath")
    return [sent.report(EventKind.DELETED, path, file)]


def _movie_deleted(payload: Payload) -> list[Report]:
    sent = _MovieDelete.model_validate(payload)
    folder = usable_path(sent.movie.folder_path)
    if not (sent.deleted_files and folder):
        return [sent.report(EventKind.NOTED)]
    identity = ("movie", str(sent.movie.id)) if sent.movie.id else ()
    return [sent.report(EventKind.DELETED, folder, identity=identity)]


_TRANSLATIONS: dict[str, Translation] = {
    "Download": _downloaded,
    "Rename": _renamed,
    "MovieFileDelete": _file_deleted,
    "MovieDelete": _movie_deleted,
}
