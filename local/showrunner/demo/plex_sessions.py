"""What is watched on the emulated Plex: its list of sessions, and the end of one."""

from collections.abc import Callable
from pathlib import Path

from flask import Response, request

from showrunner.demo import plex_shapes as shapes
from showrunner.demo.claims import source_of
from showrunner.demo.playing import Playback, Room
from showrunner.demo.plex_streams import Answer, played_media, transcode_session
from showrunner.demo.streams import delivered

Container = Callable[[Answer], Response]


class PlexSessions:
    """`has_plex_pass` False: no stream can be stopped from outside."""

    has_plex_pass = True

    def __init__(self, room: Room, config: Path, container: Container) -> None:
        self._room, self._config, self._container = room, config, container

    def list(self) -> Response:
        found = [play(one, self._config) for one in self._room.playbacks()]
        return self._container({"Metadata": found})

    def terminate(self) -> Response:
        """An empty page, in each of the cases."""
        asked = request.args.get("sessionId", "")
        if not self.has_plex_pass:
            return _page(401)
        if not asked:
            return _page(403)
        for found in self._room.playbacks():
            if session_id(found) == asked and self._room.stop(found.session_number):
                return _page(200)
        return _page(404)


def _page(status: int) -> Response:
    return Response(status=status, mimetype="text/html")


def session_id(found: Playback) -> str:
    """By which it is stopped; not the `sessionKey`."""
    return f"session{found.session_number}"


def player_uuid(found: Playback) -> str:
    return f"player-{found.viewer.user_id}"


def play(found: Playback, config: Path) -> Answer:
    """One of `/status/sessions`. No `TranscodeSession`: the file goes out as it is."""
    viewer, source = found.viewer, source_of(found.entry)
    delivery = delivered(source, viewer.way)
    item = shapes.item(found.entry, config)
    answer = item | {
        "sessionKey": str(found.session_number),
        "viewOffset": found.position_ms,
        "Media": [played_media(item["Media"][0], delivery)],
        "User": {"id": str(viewer.user_id), "title": viewer.user_name, "thumb": ""},
        "Player": {
            "title": viewer.device,
            "device": viewer.device,
            "product": viewer.product,
            "platform": viewer.platform,
            "platformVersion": "1.0",
            "version": "5.90.1",
            "model": "demo",
            "vendor": "Demo",
            "address": viewer.address,
            "remotePublicAddress": "203.0.113.7" if viewer.is_local else viewer.address,
            "local": viewer.is_local,
            "relayed": False,
            "secure": True,
            "userID": viewer.user_id,
            "state": "paused" if found.is_paused else "playing",
            "machineIdentifier": player_uuid(found),
        },
        "Session": {
            "id": session_id(found),
            "bandwidth": delivery.streams.bitrate_kbps * 12 // 10,
            "location": "lan" if viewer.is_local else "wan",
        },
    }
    if delivery.decision != "direct play":
        answer["TranscodeSession"] = transcode_session(found, source, delivery)
    return answer
