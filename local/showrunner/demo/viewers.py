"""
Who has an account on which of the demo's servers, and what they watch on.

Mika is one human on all three: by e-mail on Plex and Emby, by name on Jellyfin. Noor
is one on two, by name. The two called Alex are different people: their e-mails differ.
"""

from showrunner.connections.models import ConnectionKind
from showrunner.demo.playing import Viewer
from showrunner.demo.streams import Way

OWNER_PLEX_ID = 9_871_234
"""The owner's number at plex.tv; on their own server they are account 1."""
_MIKA, _NOOR = "mika@example.org", "noor@example.net"
_ALEX_BERG, _ALEX_KAUR = "alex.berg@example.com", "alex.kaur@example.net"

WATCHING = {
    ConnectionKind.PLEX: [
        Viewer(
            1, "Mika", "Living Room", "Plex for LG", "webOS", "192.168.1.21", 31_000, email=_MIKA
        ),
        Viewer(
            2,
            "Noor",
            "Phone",
            "Plex for iOS",
            "iOS",
            "192.168.1.34",
            84_000,
            Way.HARDWARE,
            email=_NOOR,
        ),
        Viewer(
            7, "Alex", "Chrome", "Plex Web", "Chrome", "198.51.100.7", 9000, Way.BURN, _ALEX_BERG
        ),
    ],
    ConnectionKind.JELLYFIN: [
        Viewer(3, "Mika", "Bedroom", "Jellyfin Android TV", "Android", "192.168.1.22", 12_000),
        Viewer(5, "noor", "Tablet", "Jellyfin Web", "Firefox", "192.168.1.35", 40_000, Way.REMUX),
    ],
    ConnectionKind.EMBY: [
        Viewer(4, "Tove", "Firefox", "Emby Web", "Linux", "192.168.1.40", 5000, Way.SOFTWARE),
        Viewer(
            6, "Alex", "Roku", "Emby for Roku", "Roku", "203.0.113.60", 61_000, email=_ALEX_KAUR
        ),
    ],
}
"""Those who watch while the demo runs."""
_OTHERS = {
    ConnectionKind.PLEX: [
        Viewer(8, "tove", "Shield", "Plex for Android (TV)", "Android", "192.168.1.41", 0),
    ],
    ConnectionKind.JELLYFIN: [
        Viewer(9, "Ivo", "Kodi", "Jellyfin for Kodi", "Linux", "192.168.1.50", 0, Way.SOUND),
    ],
    ConnectionKind.EMBY: [
        Viewer(10, "Mika", "Kitchen", "Emby for Android", "Android", "192.168.1.23", 0, email=_MIKA)
    ],
}
PEOPLE = {kind: [*WATCHING[kind], *_OTHERS[kind]] for kind in WATCHING}
"""All who have an account: only history tells of some of them."""
