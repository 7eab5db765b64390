"""An emulated Jellyfin server with the Media Preview Bridge plugin installed."""

import hashlib
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response, jsonify, request, send_file

from showrunner.demo.media_browser import EmulatedMediaBrowser
from showrunner.demo.playing import Room
from showrunner.demo.serving import View, is_token, route
from showrunner.demo.shelf import Entry, Shelf

_TOKEN = re.compile(r'\bToken="?([^",]+)')
_TILES = "10x10"
_DEFAULT_INTERVAL_MS = 10_000


@dataclass(frozen=True, slots=True)
class _Trickplay:
    """A row of Jellyfin's database: tiles that it knows of."""

    folder: Path
    width: int
    interval_ms: int


class EmulatedJellyfin(EmulatedMediaBrowser):
    """Serves tiles only after it was told of them or looked for them, as the real one does."""

    version = "10.11.0"
    product = "Jellyfin"
    notice_status = 204

    def __init__(
        self, shelf: Shelf, room: Room, *, token: str, machine_id: str, config: Path
    ) -> None:
        super().__init__(shelf, room, token=token, machine_id=machine_id)
        self._config = config
        self._trickplay: dict[tuple[str, int], _Trickplay] = {}
        gets: dict[str, View] = {
            "/Library/VirtualFolders": self._folders,
            "/MediaPreviewBridge/Ping": self._ping,
            "/Videos/<item_id>/Trickplay/<int:width>/<int:index>.jpg": self._tile,
        }
        route(self.app, gets)
        route(self.app, {"/MediaPreviewBridge/Trickplay/<item_id>": self._register}, "POST")

    def id_of(self, entry: Entry) -> str:
        return entry.guid

    def named_id(self, name: str) -> str:
        return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()

    def is_authorized(self) -> bool:
        sent = _TOKEN.search(request.headers.get("Authorization", ""))
        given = sent[1] if sent else request.headers.get("X-Emby-Token")
        return is_token(given or request.args.get("api_key"), self._token)

    def page_extras(self, start: int) -> dict[str, Any]:
        return {"StartIndex": start}

    def item(self, entry: Entry, fields: list[str]) -> dict[str, Any]:
        item = super().item(entry, fields)
        if "Trickplay" in fields:
            item["Trickplay"] = {entry.guid: self._manifest(entry)}
        return item

    def refreshed(self, entry: Entry) -> None:
        """Like a refresh in a library with trickplay enabled: tiles beside the media are found."""
        super().refreshed(entry)
        for folder in entry.path.with_suffix(".trickplay").glob(f"* - {_TILES}"):
            width = int(folder.name.split(" ")[0])
            row = _Trickplay(folder, width, _DEFAULT_INTERVAL_MS)
            self._trickplay.setdefault((entry.guid, width), row)

    def _folders(self) -> Response:
        return jsonify(self.folders())

    def _ping(self) -> Response:
        about = {"plugin": "Media Preview Bridge", "version": "10.11.1.0", "ok": True}
        return jsonify({**about, "features": ["trickplay"], "trickplayRoot": "data/trickplay"})

    def _register(self, item_id: str) -> Response:
        entry = self.known(item_id)
        if entry is None:
            return Response(status=404)
        width = request.args.get("width", 320, int)
        is_beside = request.args.get("saveWithMedia", "true") == "true"
        folder = self._tile_folder(entry, width, is_beside=is_beside)
        if not (folder / "0.jpg").is_file():
            return Response(status=404)
        interval_ms = request.args.get("intervalMs", _DEFAULT_INTERVAL_MS, int)
        self._trickplay[entry.guid, width] = _Trickplay(folder, width, interval_ms)
        return Response(status=204)

    def _tile_folder(self, entry: Entry, width: int, *, is_beside: bool) -> Path:
        if is_beside:
            return entry.path.with_suffix(".trickplay") / f"{width} - {_TILES}"
        folder = self._config / "data" / "trickplay" / entry.guid[:2]
        return folder / str(uuid.UUID(entry.guid)) / f"{width} - {_TILES}"

    def _manifest(self, entry: Entry) -> dict[str, Any]:
        """`TrickplayInfoDto` by width."""
        return {
            str(width): {
                "Width": width,
                "Height": width * entry.video.height // entry.video.width,
                "TileWidth": 10,
                "TileHeight": 10,
                "ThumbnailCount": -(-entry.video.duration_ms // row.interval_ms),
                "Interval": row.interval_ms,
                "Bandwidth": 0,
            }
            for (guid, width), row in self._trickplay.items()
            if guid == entry.guid
        }

    def _tile(self, item_id: str, width: int, index: int) -> Response:
        row = self._trickplay.get((item_id, width))
        tile = row.folder / f"{index}.jpg" if row else None
        return send_file(tile) if tile and tile.is_file() else Response(status=404)
