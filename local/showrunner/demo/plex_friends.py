"""Whom the owner of the emulated Plex shares with, as plex.tv tells it: in XML only."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from flask import Response

from showrunner.demo.playing import Viewer

_RIGHTS = (
    "allowTuners",
    "allowSync",
    "allowCameraUpload",
    "allowChannels",
    "allowSubtitleAdmin",
)
_FILTERS = ("filterAll", "filterMovies", "filterMusic", "filterPhotos", "filterTelevision")
_OWNER = 1


def friends_page(people: Sequence[Viewer], machine_id: str) -> Response:
    """Everybody but the owner, by the number that they have on the server, too."""
    others = {one.user_id: one for one in people if one.user_id != _OWNER}
    container = ET.Element(
        "MediaContainer",
        {
            "friendlyName": "myPlex",
            "identifier": "com.plexapp.plugins.myplex",
            "machineIdentifier": machine_id,
            "totalSize": str(len(others)),
            "size": str(len(others)),
        },
    )
    container.extend(_friend(one, machine_id) for one in others.values())
    return Response(ET.tostring(container, "unicode", xml_declaration=True), mimetype="text/xml")


def _friend(viewer: Viewer, machine_id: str) -> ET.Element:
    friend = ET.Element(
        "User",
        {
            "id": str(viewer.user_id),
            "title": viewer.user_name,
            "username": viewer.user_name,
            "email": viewer.email or "",
            "recommendationsPlaylistId": "",
            "thumb": "",
            "protected": "0",
            "home": "0",
            "restricted": "0",
            **dict.fromkeys(_RIGHTS, "0"),
            **dict.fromkeys(_FILTERS, ""),
        },
    )
    ET.SubElement(
        friend,
        "Server",
        {
            "id": str(viewer.user_id * 10),
            "serverId": "4711",
            "machineIdentifier": machine_id,
            "name": "Demo Plex",
            "lastSeenAt": "1600000000",
            "numLibraries": "2",
            "allLibraries": "1",
            "owned": "0",
            "pending": "0",
        },
    )
    return friend
