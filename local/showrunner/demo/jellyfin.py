"""An emulated Jellyfin server, at first with the Media Preview Bridge plugin installed."""

import hashlib
import re
import shutil
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Response, jsonify, request, send_file

from showrunner.demo.accounts import Accounts, Ticket
from showrunner.demo.library_options import JELLYFIN, LibraryOptions
from showrunner.demo.media_browser import EmulatedMediaBrowser
from showrunner.demo.past import Past
from showrunner.demo.playing import Playback, Room
from showrunner.demo.plugins import BRIDGE, BRIDGE_VERSION, Plugins
from showrunner.demo.serving import AnyCase, View, route
from showrunner.demo.shelf import Entry, Shelf
from showrunner.demo.streams import Delivery

_FIELDS = re.compile(r'\b(Client|Device|DeviceId|Version|Token)="?([^",]+)')
_TILES = "10x10"
_RANGES = {
    "SDR": {"VideoRange": "SDR", "VideoRangeType": "SDR"},
    "HDR10": {"VideoRange": "HDR", "VideoRangeType": "HDR10", "ColorTransfer": "smpte2084"},
    "Dolby Vision": {"VideoRange": "HDR", "VideoRangeType": "DOVI", "ColorTransfer": "smpte2084"},
}
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
    keep_alive_seconds = 60
    log_types = ("VideoPlayback", "VideoPlaybackStopped")
    log_severity = "Information"
    ranges = _RANGES

    tasks = (
        ("RefreshLibrary", "Scan Media Library"),
        ("RefreshTrickplayImages", "Generate Trickplay Images"),
    )
    open_paths = EmulatedMediaBrowser.open_paths | {
        "/MediaPreviewBridge/Ping",
        "/QuickConnect/Enabled",
        "/QuickConnect/Initiate",
        "/QuickConnect/Connect",
        "/Users/AuthenticateWithQuickConnect",
    }

    def __init__(
        self,
        shelf: Shelf,
        room: Room,
        *,
        accounts: Accounts,
        machine_id: str,
        config: Path,
        restart_seconds: float,
        past: Past | None = None,
    ) -> None:
        trickplay = {
            "EnableTrickplayImageExtraction": True,
            "ExtractTrickplayImagesDuringLibraryScan": True,
            "SaveTrickplayWithMedia": True,
        }
        options = LibraryOptions(JELLYFIN, trickplay)
        super().__init__(
            shelf, room, accounts=accounts, machine_id=machine_id, options=options, past=past
        )
        self._config = config
        self._plugins = Plugins(restart_seconds=restart_seconds)
        self._trickplay: dict[tuple[str, int], _Trickplay] = {}
        self.app.wsgi_app = AnyCase(self.app)  # type: ignore[method-assign]
        self._route_reads()
        self._route_changes()

    def _route_reads(self) -> None:
        gets: dict[str, View] = {
            "/Library/VirtualFolders": self._folders,
            "/MediaPreviewBridge/Ping": self._ping,
            "/Videos/<item_id>/Trickplay/<int:width>/<int:index>.jpg": self._tile,
            "/QuickConnect/Enabled": lambda: jsonify(True),
            "/QuickConnect/Connect": self._quick_connect,
            "/Users": lambda: jsonify(self.users()),
            "/Users/Me": lambda: jsonify(self.owner()),
            "/Plugins": lambda: jsonify(self._plugins.as_infos()),
            "/Repositories": lambda: jsonify(self._plugins.repositories),
        }
        route(self.app, gets)
        self.socket.route(self.app, "/socket")

    def _route_changes(self) -> None:
        posts: dict[str, View] = {
            "/MediaPreviewBridge/Trickplay/<item_id>": self._register,
            "/QuickConnect/Initiate": self._initiate,
            "/QuickConnect/Authorize": self._approve,
            "/Users/AuthenticateWithQuickConnect": self._redeem,
            "/Repositories": self._set_repositories,
            "/Packages/Installed/<name>": self._install,
            "/System/Restart": self._restart,
        }
        self.app.before_request(self._check_running)
        for rule, view in posts.items():
            self.app.add_url_rule(rule, f"POST {rule}", view, methods=["POST"])
        route(self.app, {"/Plugins/<guid>": self._uninstall}, "DELETE")

    def id_of(self, entry: Entry) -> str:
        return entry.guid

    def named_id(self, name: str) -> str:
        return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()

    def given_token(self) -> str | None:
        sent = self._authorization().get("Token") or request.headers.get("X-Emby-Token")
        return sent or request.args.get("api_key") or request.args.get("ApiKey")

    def _authorization(self) -> dict[str, str]:
        """`MediaBrowser Client="...", Device="...", Token="..."`."""
        return dict(_FIELDS.findall(request.headers.get("Authorization", "")))

    def _check_running(self) -> Response | None:
        if self._plugins.is_restarting:
            return Response("The server is loading. Please try again shortly.", status=503)
        return None

    def _initiate(self) -> Response:
        sent = self._authorization()
        names = ("Client", "Device", "DeviceId", "Version")
        if not all(sent.get(name) for name in names):
            return Response(status=400)
        return _ticket_answer(self._accounts.start_ticket(sent))

    def _quick_connect(self) -> Response:
        ticket = self._accounts.ticket(request.args.get("secret"))
        return _ticket_answer(ticket) if ticket else Response(status=404)

    def _approve(self) -> Response:
        if not self._accounts.approve(request.args.get("code", "")):
            return Response(status=404)
        return jsonify(True)

    def _redeem(self) -> Response:
        secret = (request.get_json(silent=True) or {}).get("Secret") or ""
        token = self._accounts.redeem(secret)
        return self.signed_in(token) if token else Response(status=401)

    def _set_repositories(self) -> Response:
        self._plugins.repositories = request.get_json(force=True)
        return Response(status=204)

    def _install(self, name: str) -> Response:
        is_found = self._plugins.install(name, request.args.get("assemblyGuid"))
        return Response(status=204 if is_found else 404)

    def _uninstall(self, guid: str) -> Response:
        return Response(status=204 if self._plugins.uninstall(guid) else 404)

    def _restart(self) -> Response:
        self._plugins.restart()
        return Response(status=204)

    def transcoding(self, found: Playback, delivery: Delivery) -> dict[str, Any]:
        """One word for both directions."""
        chip = {"HardwareAccelerationType": delivery.hardware or "none"}
        return {**super().transcoding(found, delivery), **chip}

    def page_extras(self, start: int) -> dict[str, Any]:
        return {"StartIndex": start}

    def item(self, entry: Entry, fields: list[str]) -> dict[str, Any]:
        item = super().item(entry, fields)
        if "Trickplay" in fields:
            item["Trickplay"] = {entry.guid: self._manifest(entry)}
        return item

    def refreshed(self, entry: Entry) -> None:
        """
        Like a refresh: where the library has trickplay, tiles are found in the place that it
        is set to; where it has not, what lies beside the video is deleted.
        """
        super().refreshed(entry)
        options = self.options_of(entry.kind)
        if not options["EnableTrickplayImageExtraction"]:
            self._forget_tiles(entry)
            return
        is_beside = bool(options["SaveTrickplayWithMedia"])
        root = self._tile_folder(entry, 0, is_beside=is_beside).parent
        for folder in root.glob(f"* - {_TILES}"):
            width = int(folder.name.split(" ")[0])
            row = _Trickplay(folder, width, _DEFAULT_INTERVAL_MS)
            self._trickplay.setdefault((entry.guid, width), row)

    def _forget_tiles(self, entry: Entry) -> None:
        for key in [key for key in self._trickplay if key[0] == entry.guid]:
            del self._trickplay[key]
        shutil.rmtree(entry.path.with_suffix(".trickplay"), ignore_errors=True)

    def _folders(self) -> Response:
        return jsonify(self.folders())

    def _ping(self) -> Response:
        if not self._plugins.has_bridge:
            return Response(status=404)
        about = {"plugin": BRIDGE, "version": BRIDGE_VERSION, "ok": True}
        return jsonify({**about, "features": ["trickplay"], "trickplayRoot": "data/trickplay"})

    def _register(self, item_id: str) -> Response:
        entry = self.known(item_id)
        if entry is None or not self._plugins.has_bridge:
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


def _ticket_answer(ticket: Ticket) -> Response:
    """In the shape of `QuickConnectResult`."""
    return jsonify(
        {
            "Authenticated": ticket.is_approved,
            "Secret": ticket.secret,
            "Code": ticket.code,
            "DeviceId": ticket.device["DeviceId"],
            "DeviceName": ticket.device["Device"],
            "AppName": ticket.device["Client"],
            "AppVersion": ticket.device["Version"],
            "DateAdded": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000Z"),
        }
    )
