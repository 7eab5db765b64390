"""The data folders of servers, as far as previews go there."""

import os
from collections.abc import Iterator
from pathlib import Path

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.servers.checks import Check
from showrunner.servers.flags import Severity


def folder_checks(connection: Connection) -> Iterator[Check]:
    """Is the folder that previews go to set, there and writable here? A look, never a write."""
    previews = connection.previews
    if connection.kind is ConnectionKind.PLEX:
        yield _folder_check(
            "plex_config_folder",
            "Plex's data folder",
            previews.plex_config_folder,
            inside="Media/localhost",
        )
    if connection.kind is ConnectionKind.JELLYFIN and not previews.save_with_media:
        folder = previews.jellyfin_config_folder
        label = "Jellyfin's data folder"
        yield _folder_check("jellyfin_config_folder", label, folder, inside="data")


def _folder_check(name: str, label: str, folder: str | None, *, inside: str) -> Check:
    state, reason = _state(name, folder, inside)
    return Check(
        name,
        label,
        state == "writable",
        Severity.CRITICAL,
        tooltip="Previews are written there; the machine of the worker has to see it.",
        current=state,
        recommended="writable",
        reason=reason,
        meta={"folder": folder},
    )


def _state(name: str, folder: str | None, inside: str) -> tuple[str, str | None]:
    if not folder:
        return "unset", f"Set {name}, the folder as this machine sees it"
    if not Path(folder, inside).is_dir():
        return "missing", f"There is no {inside} in {folder} on this machine: mount it here"
    if not os.access(Path(folder, inside), os.W_OK):
        return "read-only", f"This machine may not write in {folder}: mount it writable"
    return "writable", None
