"""An emulated Emby server."""

from flask import Response, jsonify, request, send_file

from showrunner.demo.media_browser import EmulatedMediaBrowser
from showrunner.demo.playing import Room
from showrunner.demo.serving import is_token, route
from showrunner.demo.shelf import Entry, Shelf, number_of


class EmulatedEmby(EmulatedMediaBrowser):
    version = "4.8.11.0"
    product = "Emby"
    notice_status = 200

    def __init__(self, shelf: Shelf, room: Room, *, token: str, machine_id: str) -> None:
        super().__init__(shelf, room, token=token, machine_id=machine_id)
        route(self.app, {"/Library/VirtualFolders/Query": self._folders})
        route(self.app, {"/Videos/<item_id>/index.bif": self._index})

    def id_of(self, entry: Entry) -> str:
        return str(entry.number)

    def named_id(self, name: str) -> str:
        return str(number_of(name))

    def is_authorized(self) -> bool:
        given = request.headers.get("X-Emby-Token") or request.args.get("api_key")
        return is_token(given, self._token)

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
