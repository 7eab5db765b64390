"""The preferences of the emulated Plex: those of the server and of each library."""

from collections.abc import Mapping
from typing import Any

Value = bool | int | str
_KINDS = {bool: "bool", int: "int", str: "text"}


def server_preferences() -> "Preferences":
    """A few of the many that a real server has, as it has them when it is new."""
    return Preferences(
        {
            "FriendlyName": ("Friendly name", "general", "Demo Plex", ""),
            "FSEventLibraryUpdatesEnabled": (
                "Scan my library automatically",
                "library",
                True,
                "Your library will be updated automatically when changes are detected.",
            ),
            "FSEventLibraryPartialScanEnabled": (
                "Run a partial scan when changes are detected",
                "library",
                True,
                "When changes are detected, only scan the folder with new content.",
            ),
            "ScheduledLibraryUpdatesEnabled": (
                "Scan my library periodically",
                "library",
                False,
                "Media will be scanned for periodically.",
            ),
            "ScheduledLibraryUpdateInterval": ("Library scan interval", "library", 3600, ""),
            "ScannerLowPriority": (
                "Run scanner tasks at a lower priority",
                "library",
                False,
                "Scanner tasks will be run at a lower process priority.",
            ),
            "GenerateBIFBehavior": (
                "Generate video preview thumbnails",
                "library",
                "never",
                "Video preview thumbnails provide live updates in Now Playing and while seeking.",
            ),
        }
    )


def library_preferences() -> "Preferences":
    """The advanced settings of one library."""
    return Preferences(
        {
            "enableCinemaTrailers": ("Enable Cinema Trailers", "", True, ""),
            "enableBIFGeneration": ("Enable video preview thumbnails", "", True, ""),
            "hidden": ("Visibility", "", 0, ""),
        }
    )


class Preferences:
    """Settings by name; each has a label, a group, a first value, which tells its type, a text."""

    def __init__(self, known: Mapping[str, tuple[str, str, Value, str]]) -> None:
        self._known = dict(known)
        self._values = {name: value for name, (_, _, value, _) in known.items()}

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def as_settings(self) -> list[dict[str, Any]]:
        """In the shape of `Setting`."""
        return [
            {
                "id": name,
                "label": label,
                "summary": summary,
                "type": _KINDS[type(first)],
                "default": first,
                "value": self._values[name],
                "hidden": False,
                "advanced": False,
                "group": group,
            }
            for name, (label, group, first, summary) in self._known.items()
        ]

    def put(self, asked: Mapping[str, str]) -> bool:
        """Take what a request sets; False: one of the names is not known, and nothing is taken."""
        if not asked or any(name not in self._known for name in asked):
            return False
        for name, text in asked.items():
            self._values[name] = _like(self._known[name][2], text)
        return True


def _like(first: Value, text: str) -> Value:
    """`text` as the type of `first`; yes is `1` or `true`."""
    if isinstance(first, bool):
        return text in ("1", "true")
    return int(text) if isinstance(first, int) else text
