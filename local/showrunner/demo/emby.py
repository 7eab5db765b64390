"""An emulated Emby server."""

from flask import Response, jsonify, request, send_file

from showrunner.demo.accounts import Accounts
from showrunner.demo.library_options import EMBY, LibraryOptions
from showrunner.demo.media_browser import EmulatedMediaBrowser
from showrunner.demo.playing import Room
from showrunner.demo.serving import AnyCase, route
from showrunner.demo.shelf import Entry, Shelf, number_of


class EmulatedEmby(EmulatedMediaBrowser):
    version = "4.8.11.0"
    product = "Emby"
    notice_status = 200

    tasks = (
        ("RefreshLibrary", "Scan media library"),
        ("RefreshChapterImages", "Thumbnail image extraction"),
    )

    def __init__(self, shelf: Shelf, room: Room, *, accounts: Accounts, machine_id: str) -> None:
        extracts = {
            "EnableChapterImageExtraction": True,
            "ExtractChapterImagesDuringLibraryScan": True,
        }
        options = LibraryOptions(EMBY, extracts)
        super().__init__(shelf, room, accounts=accounts, machine_id=machine_id, options=options)
        self.app.wsgi_app = AnyCase(self.app, "/emby")  # type: ignore[method-assign]
        route(self.app, {"/Users/Query": self._users})
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
        return jsonify({"Items": [self.owner()], "TotalRecordCount": 1})

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
