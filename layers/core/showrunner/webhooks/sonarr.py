"""
What Sonarr's webhook says, in our words. Kinds: `WebhookEventType` of Sonarr 3 and 4.

A file's path is `series.path` joined with its `relativePath`. "On Import" sends a
Download per file (`episodeFile`), "On Import Complete" one Download for all
(`episodeFiles`); with both switched on, both arrive for the same files.
"""

import re
from collections.abc import Sequence
from typing import Any

from showrunner.events.models import EventKind, Report
from showrunner.webhooks.sent import Payload, episode_marker, known_ids, missing, usable_path
from showrunner.webhooks.servarr import (
    NOTICES,
    SentEvent,
    SentFile,
    ServarrSent,
    Translation,
    events_of,
    place_or_refuse,
)

_NOTED = NOTICES | {"Grab", "SeriesAdd", "ManualInteractionRequired"}


class _Series(ServarrSent):
    id: int | None = None
    title: str | None = None
    path: str | None = None
    tvdb_id: int | None = None
    tmdb_id: int | None = None
    imdb_id: str | None = None


class _Episode(ServarrSent):
    season_number: int | None = None
    episode_number: int | None = None
    title: str | None = None

    @property
    def marker(self) -> str:
        """`S02E05`; empty when the sender numbers neither."""
        return episode_marker(self.season_number, self.episode_number)


class _SeriesEvent(SentEvent):
    series: _Series
    episodes: list[_Episode] | None = None

    def report(
        self,
        kind: EventKind,
        path: str | None = None,
        file: SentFile | None = None,
        episodes: Sequence[_Episode] = (),
        **more: Any,
    ) -> Report:
        more.setdefault("identity", file.identity if file else ())
        return Report(
            kind,
            "sonarr",
            self.event_type,
            title=_label(self.series, episodes),
            path=path,
            item_ids=_item_ids(self.series, episodes),
            size_bytes=file.size if file else None,
            **more,
        )


class _Download(_SeriesEvent):
    episode_file: SentFile | None = None
    episode_files: list[SentFile] | None = None
    is_upgrade: bool | None = None
    deleted_files: list[SentFile] | None = None


class _Rename(_SeriesEvent):
    renamed_episode_files: list[SentFile] | None = None


class _FileDelete(_SeriesEvent):
    episode_file: SentFile


class _SeriesDelete(_SeriesEvent):
    deleted_files: bool | None = None


def events_from(payload: Payload) -> list[Report]:
    """One report per file; raises pydantic's ValidationError when a needed field is missing."""
    return events_of("sonarr", payload, _TRANSLATIONS, _NOTED)


def _downloaded(payload: Payload) -> list[Report]:
    sent = _Download.model_validate(payload)
    field = "episodeFile" if sent.episode_file else "episodeFiles"
    files = [sent.episode_file] if sent.episode_file else sent.episode_files or []
    if not files:
        raise missing("episodeFile")
    kind = EventKind.UPGRADED if sent.is_upgrade else EventKind.ADDED
    folder, episodes = sent.series.path, sent.episodes or []
    paths = [place_or_refuse(file, folder, field, "series.path") for file in files]
    replaced = ((file, usable_path(file.place(folder))) for file in sent.deleted_files or [])
    return [
        *(
            sent.report(kind, path, file, _episodes_in(file, episodes) if files[1:] else episodes)
            for file, path in zip(files, paths, strict=True)
        ),
        *(
            sent.report(EventKind.DELETED, old, file, episodes)
            for file, old in replaced
            if old and old not in paths
        ),
    ]


def _renamed(payload: Payload) -> list[Report]:
    sent = _Rename.model_validate(payload)
    folder = sent.series.path
    return [
        sent.report(
            EventKind.RENAMED,
            place_or_refuse(file, folder, "renamedEpisodeFiles", "series.path"),
            file,
            previous_path=file.previous_place(folder),
            identity=(),  # a file can go back and forth between two names
        )
        for file in sent.renamed_episode_files or []
    ] or [sent.report(EventKind.NOTED)]


def _file_deleted(payload: Payload) -> list[Report]:
    sent = _FileDelete.model_validate(payload)
    file, folder = sent.episode_file, sent.series.path
    path = place_or_refuse(file, folder, "episodeFile", "series.path")
    return [sent.report(EventKind.DELETED, path, file, sent.episodes or [])]


def _series_deleted(payload: Payload) -> list[Report]:
    sent = _SeriesDelete.model_validate(payload)
    folder = usable_path(sent.series.path)
    if not (sent.deleted_files and folder):
        return [sent.report(EventKind.NOTED)]
    identity = ("series", str(sent.series.id)) if sent.series.id else ()
    return [sent.report(EventKind.DELETED, folder, identity=identity)]


def _episodes_in(file: SentFile, episodes: Sequence[_Episode]) -> list[_Episode]:
    """Which of a delivery's episodes a file holds: only its name tells (`S02E05`, `S02E05E06`)."""
    seasons = re.findall(r"[Ss](\d+)((?:[ ._-]*[Ee]\d+)+)", file.relative_path or "")
    held = {
        f"S{int(season):02}E{int(number):02}"
        for season, numbers in seasons
        for number in re.findall(r"\d+", numbers)
    }
    return [episode for episode in episodes if episode.marker in held]


def _label(series: _Series, episodes: Sequence[_Episode]) -> str:
    """`NCIS S18E10 Watchdog`, `NCIS S18E10 S18E11`, or the series' title alone."""
    markers = [episode.marker for episode in episodes if episode.marker]
    title = episodes[0].title if len(episodes) == 1 else None
    return " ".join(part for part in (series.title, *markers, title) if part)


def _item_ids(series: _Series, episodes: Sequence[_Episode]) -> dict[str, str]:
    return known_ids(
        sonarr_series_id=series.id,
        tvdb=series.tvdb_id,
        tmdb=series.tmdb_id,
        imdb=series.imdb_id,
        episodes=",".join(episode.marker for episode in episodes if episode.marker),
    )


_TRANSLATIONS: dict[str, Translation] = {
    "Download": _downloaded,
    "Rename": _renamed,
    "EpisodeFileDelete": _file_deleted,
    "SeriesDelete": _series_deleted,
}
