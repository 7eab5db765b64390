"""
What Radarr and Sonarr post when an import is done (`Download`), with all their fields.

The field set is that of their C# classes `WebhookImportPayload` (Radarr 5.x, Sonarr 4.x).
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from showrunner.demo.library import Title
from showrunner.demo.scenes import HEIGHT, WIDTH
from showrunner.demo.shelf import number_of

Body = dict[str, Any]
_ENGLISH = {"id": 1, "name": "English"}


@dataclass(frozen=True, slots=True)
class Import:
    """A finished import: `path` in the library, `source` where it was downloaded to."""

    title: Title
    path: Path
    source: Path
    size_bytes: int

    @property
    def release_name(self) -> str:
        return release_name(self.title)


def release_name(title: Title) -> str:
    """What such a release is called, like `Amber.Meridian.2024.480p.WEB-DL.x264-DEMO`."""
    words = title.label.replace(" - ", " ").translate(str.maketrans("", "", "()"))
    codec = "x265" if title.codec == "libx265" else "x264"
    return f"{words.replace(' ', '.')}.480p.WEB-DL.{codec}-DEMO"


def radarr_import(done: Import) -> Body:
    title, number = done.title, number_of(done.title.label)
    same = {"tmdbId": number, "imdbId": f"tt{number:07}", "title": title.name, "year": title.year}
    movie = {
        "id": number,
        **same,
        "filePath": str(done.path),
        "releaseDate": f"{title.year}-05-01",
        "folderPath": str(done.path.parent),
        "overview": f"{title.name} is not a real film.",
        "genres": ["Drama"],
        "images": [],
        "tags": [],
        "originalLanguage": _ENGLISH,
    }
    file = {**_file(done, done.path.parent), "indexerFlags": "0"}
    return {"movie": movie, "remoteMovie": same, "movieFile": file, **_frame(done, "Radarr")}


def sonarr_import(done: Import) -> Body:
    title, folder = done.title, done.path.parent.parent
    series_id, episode_id = number_of(title.series or ""), number_of(title.label)
    series = {
        "id": series_id,
        "title": title.series,
        "titleSlug": (title.series or "").lower().replace(" ", "-"),
        "path": str(folder),
        "tvdbId": series_id,
        "tvMazeId": 0,
        "tmdbId": series_id,
        "imdbId": f"tt{series_id:07}",
        "type": "standard",
        "year": title.year,
        "genres": ["Drama"],
        "images": [],
        "tags": [],
        "originalLanguage": _ENGLISH,
    }
    episode = {
        "id": episode_id,
        "episodeNumber": title.episode,
        "seasonNumber": title.season,
        "title": title.name,
        "airDate": f"{title.year}-05-01",
        "airDateUtc": f"{title.year}-05-01T08:00:00Z",
        "seriesId": series_id,
        "tvdbId": episode_id,
    }
    file = _file(done, folder)
    return {
        "series": series,
        "episodes": [episode],
        "episodeFile": file,
        **_frame(done, "Sonarr"),
    }


def _file(done: Import, folder: Path) -> Body:
    return {
        "id": number_of(str(done.path)),
        "relativePath": str(done.path.relative_to(folder)),
        "path": str(done.path),
        "quality": "WEBDL-480p",
        "qualityVersion": 1,
        "releaseGroup": "DEMO",
        "sceneName": done.release_name,
        "size": done.size_bytes,
        "dateAdded": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z"),
        "languages": [_ENGLISH],
        "mediaInfo": {
            "audioChannels": 0.0,
            "audioCodec": "",
            "audioLanguages": [],
            "height": HEIGHT,
            "width": WIDTH,
            "subtitles": [],
            "videoCodec": done.title.codec.removeprefix("lib"),
            "videoDynamicRange": "",
            "videoDynamicRangeType": "",
        },
        "sourcePath": str(done.source),
    }


def _frame(done: Import, instance: str) -> Body:
    """What both put around their own part."""
    digest = hashlib.sha1(done.release_name.encode(), usedforsecurity=False).hexdigest()
    return {
        "isUpgrade": False,
        "downloadClient": "Demo download client",
        "downloadClientType": "qBittorrent",
        "downloadId": digest.upper(),
        "customFormatInfo": {"customFormats": [], "customFormatScore": 0},
        "release": {
            "releaseTitle": done.release_name,
            "indexer": "Demo indexer",
            "size": done.size_bytes,
            "indexerFlags": [],
        },
        "eventType": "Download",
        "instanceName": instance,
        "applicationUrl": "",
    }
