"""Emulated Radarr and Sonarr: they import downloads into the library and post real webhooks."""

import itertools
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
from flask import Flask, Response, jsonify, request

from showrunner.demo.library import (
    ARRIVAL_SECONDS,
    Title,
    arriving_episode,
    arriving_film,
    encode,
)
from showrunner.demo.serving import View, is_token, route
from showrunner.demo.shelf import number_of
from showrunner.demo.webhook_bodies import Import, radarr_import, release_name, sonarr_import

_WEBHOOK_TIMEOUT_SECONDS = 30.0
WebhookAuth = Literal["header", "basic"]


@dataclass(frozen=True, slots=True)
class Webhook:
    """
    A "Connect" entry of Radarr or Sonarr.

    The secret travels as header `X-Auth-Token`, or as the password of basic
    authentication; None: without either.
    """

    url: str
    secret: str | None = field(default=None, repr=False)
    auth: WebhookAuth = "header"

    def post(self, body: dict[str, Any], user_agent: str) -> int:
        """Send `body` once, like the real ones; the status of the answer."""
        headers = {"User-Agent": user_agent}
        if self.secret and self.auth == "header":
            headers["X-Auth-Token"] = self.secret
        basic = ("showrunner", self.secret) if self.secret and self.auth == "basic" else None
        answer = httpx.post(
            self.url, json=body, headers=headers, auth=basic, timeout=_WEBHOOK_TIMEOUT_SECONDS
        )
        return answer.status_code


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that is new in the library; `webhook_status` None: nobody was told."""

    title: str
    path: Path
    webhook_status: int | None


class EmulatedManager:
    """One Radarr or Sonarr over the folder `library`, with finished downloads in `downloads`."""

    product: str
    version: str
    folder: str
    collection: str
    import_command: str

    def __init__(
        self,
        library: Path,
        downloads: Path,
        *,
        token: str,
        arrival_seconds: int = ARRIVAL_SECONDS,
    ) -> None:
        self._library, self._downloads, self._token = library, downloads, token
        self._arrival_seconds = arrival_seconds
        self._importing = threading.Lock()
        self.webhook: Webhook | None = None
        self.app = Flask(f"emulated-{self.product}")
        self.app.before_request(self._check_token)
        gets: dict[str, View] = {
            "/api/v3/system/status": self._status,
            "/api/v3/rootfolder": self._root_folders,
            f"/api/v3/{self.collection}": self._collection,
        }
        route(self.app, gets)
        route(self.app, {"/api/v3/command": self._command}, "POST")

    @property
    def root(self) -> Path:
        return self._library / self.folder

    def arriving(self, number: int) -> Title:
        raise NotImplementedError

    def webhook_body(self, done: Import) -> dict[str, Any]:
        raise NotImplementedError

    def _collection(self) -> Response:
        raise NotImplementedError

    def next_download(self) -> tuple[Title, Path]:
        """What will be imported next, and the place where its download lies or will lie."""
        titles = (self.arriving(number) for number in itertools.count())
        title = next(one for one in titles if not (self._library / one.relative_path).exists())
        name = release_name(title)
        return title, self._downloads / name / f"{name}{title.suffix}"

    def import_next(self, webhook: Webhook | None = None) -> Arrival:
        """
        Move the next download into the library and tell `webhook`, or the configured one.

        Raises httpx.HTTPError when the webhook's address does not answer.
        """
        with self._importing:
            title, download = self.next_download()
            if not download.exists():
                encode(title, download)
            path = self._library / title.relative_path
            path.parent.mkdir(parents=True, exist_ok=True)
            size = download.stat().st_size
            download.replace(path)
            shutil.rmtree(download.parent)
        done = Import(title=title, path=path, source=download, size_bytes=size)
        target = webhook or self.webhook
        agent = f"{self.product}/{self.version} (demo)"
        status = target.post(self.webhook_body(done), agent) if target else None
        return Arrival(title.label, path, status)

    def videos(self) -> Iterator[Path]:
        """Every video in the library."""
        return (path for path in sorted(self.root.rglob("*")) if path.suffix in (".mkv", ".mp4"))

    def _check_token(self) -> Response | None:
        given = request.headers.get("X-Api-Key") or request.args.get("apikey")
        if is_token(given, self._token):
            return None
        answer = jsonify({"error": "Unauthorized"})
        answer.status_code = 401
        return answer

    def _status(self) -> Response:
        about = {"appName": self.product, "instanceName": self.product, "version": self.version}
        return jsonify({**about, "isProduction": True, "isLinux": True, "urlBase": ""})

    def _root_folders(self) -> Response:
        free = shutil.disk_usage(self._library).free
        here = {"id": 1, "path": str(self.root), "accessible": True, "freeSpace": free}
        return jsonify([{**here, "unmappedFolders": []}])

    def _command(self) -> Response:
        """The command that looks for finished downloads; answered when it has run."""
        name = (request.get_json(silent=True) or {}).get("name")
        if name != self.import_command:
            return Response(status=400)
        try:
            arrival = self.import_next()
            status, message = "completed", f"Imported {arrival.title}"
        except httpx.HTTPError as error:
            status, message = "failed", f"The webhook did not answer: {type(error).__name__}"
        answer = jsonify({"id": 1, "name": name, "status": status, "message": message})
        answer.status_code = 201
        return answer


class EmulatedRadarr(EmulatedManager):
    product = "Radarr"
    version = "5.26.2.10099"
    folder = "movies"
    collection = "movie"
    import_command = "DownloadedMoviesScan"

    def arriving(self, number: int) -> Title:
        return arriving_film(number, self._arrival_seconds)

    def webhook_body(self, done: Import) -> dict[str, Any]:
        return radarr_import(done)

    def _collection(self) -> Response:
        """One file of each film, as Radarr keeps only one."""
        by_folder = {path.parent: path for path in self.videos()}
        return jsonify([self._movie(path) for path in by_folder.values()])

    def _movie(self, path: Path) -> dict[str, Any]:
        label = path.parent.name
        title, _, year = label.removesuffix(")").rpartition(" (")
        number = number_of(label)
        return {
            "id": number,
            "title": title,
            "year": int(year),
            "path": str(path.parent),
            "folderName": str(path.parent),
            "rootFolderPath": str(self.root),
            "hasFile": True,
            "sizeOnDisk": path.stat().st_size,
            "status": "released",
            "monitored": True,
            "tmdbId": number,
            "imdbId": f"tt{number:07}",
        }


class EmulatedSonarr(EmulatedManager):
    product = "Sonarr"
    version = "4.0.15.2941"
    folder = "tv"
    collection = "series"
    import_command = "DownloadedEpisodesScan"

    def arriving(self, number: int) -> Title:
        return arriving_episode(number, self._arrival_seconds)

    def webhook_body(self, done: Import) -> dict[str, Any]:
        return sonarr_import(done)

    def _collection(self) -> Response:
        shows = itertools.groupby(self.videos(), key=lambda path: path.parent.parent)
        return jsonify([self._show(folder, list(files)) for folder, files in shows])

    def _show(self, folder: Path, files: list[Path]) -> dict[str, Any]:
        number = number_of(folder.name)
        return {
            "id": number,
            "title": folder.name,
            "titleSlug": folder.name.lower().replace(" ", "-"),
            "path": str(folder),
            "rootFolderPath": str(self.root),
            "seriesType": "standard",
            "status": "continuing",
            "monitored": True,
            "tvdbId": number,
            "statistics": {
                "episodeFileCount": len(files),
                "sizeOnDisk": sum(path.stat().st_size for path in files),
            },
        }
