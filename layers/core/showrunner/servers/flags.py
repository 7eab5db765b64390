"""
The settings of media servers that decide whether previews appear and how soon.

Names as in the vendors' own interfaces: Plex's preferences (`/:/prefs`), and
`LibraryOptions` of Jellyfin 10.11.0 and Emby 4.8.11.0.
"""

from dataclasses import dataclass
from enum import StrEnum

from showrunner.connections.models import Connection, ConnectionKind


class Severity(StrEnum):
    """`critical`: previews are missing or get lost. `recommended`: they come later or cost more."""

    CRITICAL = "critical"
    RECOMMENDED = "recommended"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Flag:
    """
    One setting that is on or off.

    `is_per_library` False: it holds for the whole server. `confirm_off` is what
    the owner has to type before it is switched off, where that loses data.
    """

    name: str
    label: str
    recommended: bool
    severity: Severity
    rationale: str
    is_per_library: bool = True
    confirm_off: str | None = None


REALTIME = Flag(
    "EnableRealtimeMonitor",
    "Notice new files at once",
    True,
    Severity.RECOMMENDED,
    "The server sees a new or replaced file at once instead of with its next scan.",
)
TRICKPLAY = "EnableTrickplayImageExtraction"
TRICKPLAY_ON_SCAN = "ExtractTrickplayImagesDuringLibraryScan"
TRICKPLAY_WITH_MEDIA = "SaveTrickplayWithMedia"
CHAPTERS = "EnableChapterImageExtraction"
CHAPTERS_ON_SCAN = "ExtractChapterImagesDuringLibraryScan"
PLEX_PREVIEWS = "enableBIFGeneration"

_PLEX = (
    Flag(
        "FSEventLibraryUpdatesEnabled",
        "Scan my library automatically",
        True,
        Severity.RECOMMENDED,
        "Plex sees a new file at once; without it only scans and Showrunner's notices tell it.",
        is_per_library=False,
    ),
    Flag(
        "FSEventLibraryPartialScanEnabled",
        "Run a partial scan when changes are detected",
        True,
        Severity.RECOMMENDED,
        "Only the folder that changed is scanned, not the whole library for each episode.",
        is_per_library=False,
    ),
    Flag(
        "ScheduledLibraryUpdatesEnabled",
        "Scan my library periodically",
        True,
        Severity.RECOMMENDED,
        "Finds what was missed: network drives do not always report their changes.",
        is_per_library=False,
    ),
    Flag(
        "ScannerLowPriority",
        "Run scanner tasks at a lower priority",
        True,
        Severity.RECOMMENDED,
        "Scans after new files then do not disturb those who watch.",
        is_per_library=False,
    ),
)
_EMBY = (
    Flag(
        CHAPTERS_ON_SCAN,
        "Thumbnail image extraction during the library scan",
        False,
        Severity.RECOMMENDED,
        "Showrunner makes these images: Emby's own work delays its scans and is done twice.",
    ),
    REALTIME,
)


def flags_for(connection: Connection, *, has_bridge: bool) -> tuple[Flag, ...]:
    """What is worth a look on this server. `has_bridge`: Jellyfin runs Media Preview Bridge."""
    if connection.kind is ConnectionKind.PLEX:
        return _PLEX
    if connection.kind is ConnectionKind.EMBY:
        return _EMBY
    with_media = connection.previews.save_with_media
    return (*_jellyfin_trickplay(has_bridge=has_bridge, with_media=with_media), REALTIME)


def _jellyfin_trickplay(*, has_bridge: bool, with_media: bool) -> tuple[Flag, ...]:
    place = "beside the videos" if with_media else "in Jellyfin's data folder"
    return (
        Flag(
            TRICKPLAY,
            "Trickplay images",
            True,
            Severity.CRITICAL,
            "Without it Jellyfin shows no previews and deletes those that lie there "
            "at its next refresh.",
            confirm_off="disable trickplay",
        ),
        Flag(
            TRICKPLAY_WITH_MEDIA,
            "Save trickplay images with media",
            with_media,
            Severity.CRITICAL,
            f"Showrunner is set to put previews {place}: Jellyfin has to look there.",
        ),
        Flag(
            TRICKPLAY_ON_SCAN,
            "Extract trickplay images during the library scan",
            not has_bridge,
            Severity.RECOMMENDED if has_bridge else Severity.CRITICAL,
            "The plugin tells Jellyfin of previews at once, its own extraction is work done twice."
            if has_bridge
            else "Without the Media Preview Bridge plugin only a scan takes finished previews up.",
        ),
    )
