"""An emulated Emby server."""

from flask import Response, jsonify, request, send_file

from showrunner.demo.accounts import Accounts
from showrunner.demo.library_options import EMBY, LibraryOptions
from showrunner.demo.media_browser import EmulatedMediaBrowser
from showrunner.demo.media_browser_streams import Answer
from showrunner.demo.past import Past
from showrunner.demo.playing import Playback, Room, Viewer
from showrunner.demo.serving import AnyCase, route
from showrunner.demo.shelf import Entry, Shelf, number_of
from showrunner.demo.streams import Delivery

_RANGES = {
    "SDR": {"VideoRange": "SDR", "ExtendedVideoType": "None"},
    "HDR10": {"VideoRange": "HDR 10", "ExtendedVideoType": "Hdr10"},
    "Dolby Vision": {"VideoRange": "DolbyVision", "ExtendedVideoType": "DolbyVision"},
}


class EmulatedEmby(EmulatedMediaBrowser):
    version = "4.8.11.0"
    product = "Emby"
    notice_status = 200
    log_types = ("playback.start", "playback.stop")
    log_severity = "Info"
    ranges = _RANGES

    tasks = (
        ("RefreshLibrary", "Scan media library"),
        ("RefreshChapterImages", "Thumbnail image extraction"),
    )

    def __init__(
        self,
        shelf: Shelf,
        room: Room,
        *,
        accounts: Accounts,
        machine_id: str,
        past: Past | None = None,
    ) -> None:
        extracts = {
            "EnableChapterImageExtraction": True,
            "ExtractChapterImagesDuringLibraryScan": True,
        }
        options = LibraryOptions(EMBY, extracts)
        super().__init__(
            shelf, room, accounts=accounts, machine_id=machine_id, options=options, past=past
        )
        self.app.wsgi_app = AnyCase(self.app, "/emby")  # type: ignore[method-assign]
        route(self.app, {"/Users/Query": self._users})
        self.socket.route(self.app, "/embywebsocket")
        route(self.app, {"/Library/VirtualFolders/Query": self._folders})
        route(self.app, {"/Videos/<item_id>/index.bif": self._index})

    def id_of(self, entry: Entry) -> str:
        return str(entry.number)

    def named_id(self, name: str) -> str:
        return str(number_of(name))

    def given_token(self) -> str | None:
        return request.headers.get("X-Emby-Token") or request.args.get("api_key")

    def _authenticate(self) -> Response:
        """Emby wants to know which application asks."""
        if "X-Emby-Authorization" not in request.headers:
            return Response("Missing X-Emby-Authorization", status=400)
        return super()._authenticate()

    def _users(self) -> Response:
        users = self.users()
        return jsonify({"Items": users, "TotalRecordCount": len(users)})

    def linked(self, viewer: Viewer | None) -> Answer:
        """Those who linked an account of Emby Connect have its name, which is an e-mail address."""
        if viewer is None or viewer.email is None:
            return {}
        return {"ConnectUserName": viewer.email, "ConnectLinkType": "LinkedUser"}

    def transcoding(self, found: Playback, delivery: Delivery) -> Answer:
        """A word for each direction, and how far the transcoder rests."""
        chip, encoding = delivery.hardware, found.encoding
        sides = {f"Video{side}IsHardware": chip is not None for side in ("Decoder", "Encoder")}
        names = {f"Video{side}HwAccel": chip for side in ("Decoder", "Encoder") if chip}
        is_resting = encoding is not None and encoding.is_throttled
        more = {"SubProtocol": "hls", "CurrentThrottle": 100 if is_resting else 0}
        return {**super().transcoding(found, delivery), **sides, **names, **more}

    def _folders(self) -> Response:
        folders = self.folders()
        return jsonify({"Items": folders, "TotalRecordCount": len(folders)})

    def _index(self, item_id: str) -> Response:
        """The sidecar of the asked width, `{stem}-{width}-{interval}.bif`."""
        entry = self.known(item_id)
        width = int(request.args.get("Width", 320))
        for sidecar in sorted(entry.path.parent.iterdir()) if entry else []:
            if entry and sidecar.name.startswith(f"{entry.path.stem}-{width}-"):
                return send_file(sidecar, "application/octet-stream")
        return Response(status=404)
