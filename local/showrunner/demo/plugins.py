"""The plugins of the emulated Jellyfin: what is installed or removed counts after a restart."""

import time
from collections.abc import Callable
from typing import Any

BRIDGE = "Media Preview Bridge"
BRIDGE_GUID = "c2cb9bf97c5d4f1a9a072d6f5e5b0001"
BRIDGE_VERSION = "10.11.1.0"
# The last part of the address of the one repository whose content the demo knows.
_BRIDGE_MANIFEST = "/media_preview_generator/jellyfin-plugin/manifest.json"

Answer = dict[str, Any]


class Plugins:
    """With the bridge at first. While a restart runs, the server answers nothing else."""

    def __init__(
        self, *, restart_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._restart_seconds, self._clock = restart_seconds, clock
        self._up_at = clock()
        self._is_running = self._is_wanted = True
        self.repositories: list[Answer] = [
            {
                "Name": "Jellyfin Stable",
                "Url": "https://repo.jellyfin.org/files/plugin/manifest.json",
                "Enabled": True,
            }
        ]

    @property
    def is_restarting(self) -> bool:
        return self._clock() < self._up_at

    @property
    def has_bridge(self) -> bool:
        return self._is_running

    def restart(self) -> None:
        self._up_at = self._clock() + self._restart_seconds
        self._is_running = self._is_wanted

    def install(self, name: str, guid: str | None) -> bool:
        """False: no enabled repository has a package of that name."""
        urls = [str(one.get("Url")) for one in self.repositories if one.get("Enabled")]
        is_known = any(url.endswith(_BRIDGE_MANIFEST) for url in urls)
        is_bridge = name == BRIDGE and (guid is None or _plain(guid) == BRIDGE_GUID)
        if is_known and is_bridge:
            self._is_wanted = True
        return is_known and is_bridge

    def uninstall(self, guid: str) -> bool:
        """False: it is not there."""
        if _plain(guid) != BRIDGE_GUID or not self._is_wanted:
            return False
        self._is_wanted = False
        return True

    def as_infos(self) -> list[Answer]:
        """In the shape of `PluginInfo`."""
        if not (self._is_running or self._is_wanted):
            return []
        status = "Active" if self._is_running and self._is_wanted else "Restart"
        return [
            {
                "Name": BRIDGE,
                "Version": BRIDGE_VERSION,
                "Description": "Takes up trickplay tiles that others made.",
                "Id": BRIDGE_GUID,
                "CanUninstall": True,
                "HasImage": False,
                "Status": status if self._is_wanted else "Deleted",
            }
        ]


def _plain(guid: str) -> str:
    return guid.replace("-", "").lower()
