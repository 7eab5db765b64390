"""Reading and writing a server's own settings, with the three vendors' ways made one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from showrunner.clients.jellyfin import JellyfinClient
from showrunner.clients.media_browser import MediaBrowserClient
from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.models import LibrarySettings
from showrunner.clients.plex import PlexClient
from showrunner.connections.models import Connection
from showrunner.errors import ShowrunnerError

OK = "ok"


@dataclass(frozen=True, slots=True)
class Change:
    """Set `flag` to `value`; `library_id` None: for the whole server."""

    library_id: str | None
    flag: str
    value: bool

    @property
    def key(self) -> str:
        """How results name it: `<library id>:<flag>`, `:<flag>` for the whole server."""
        return f"{self.library_id or ''}:{self.flag}"


def server_values(client: MediaServerClient) -> dict[str, object]:
    """The settings of the server as a whole: only Plex has some that matter here."""
    return dict(client.preferences()) if isinstance(client, PlexClient) else {}


def preview_libraries(connection: Connection, client: MediaServerClient) -> list[LibrarySettings]:
    """The settings of each library with videos that the owner has not disabled here."""
    off = {library.native_id for library in connection.libraries if not library.enabled}
    return [
        found
        for found in client.library_settings()
        if found.holds_videos and found.library_id not in off
    ]


def bridge_version(client: MediaServerClient) -> str | None:
    """The version of Jellyfin's Media Preview Bridge; None: not there, or not Jellyfin."""
    return client.bridge_version() if isinstance(client, JellyfinClient) else None


def write(
    client: MediaServerClient, changes: Iterable[Change], libraries: Sequence[LibrarySettings]
) -> dict[str, str]:
    """
    Make the changes; "ok" or the error in words for each, by `Change.key`.

    One library that refuses does not keep the others from theirs. `libraries`
    are the settings as they are now.
    """
    if isinstance(client, PlexClient):
        return {change.key: _attempt(client, change) for change in changes}
    if not isinstance(client, MediaBrowserClient):
        raise TypeError("a client of neither Plex, Jellyfin nor Emby")
    known = {library.library_id: library for library in libraries}
    results: dict[str, str] = {}
    in_order = sorted(changes, key=lambda change: change.library_id or "")
    for library_id, group in groupby(in_order, key=lambda change: change.library_id or ""):
        together = list(group)
        outcome = _attempt_library(client, known[library_id], together)
        results |= {change.key: outcome for change in together}
    return results


def _attempt(client: PlexClient, change: Change) -> str:
    try:
        if change.library_id is None:
            client.set_preference(change.flag, change.value)
        else:
            client.set_library_option(change.library_id, change.flag, change.value)
    except ShowrunnerError as error:
        return f"error: {error.message}"
    return OK


def _attempt_library(
    client: MediaBrowserClient, library: LibrarySettings, changes: Sequence[Change]
) -> str:
    """All at once: these servers take the options of a library only as a whole."""
    wanted = library.options | {change.flag: change.value for change in changes}
    try:
        client.set_library_options(library.library_id, wanted)
    except ShowrunnerError as error:
        return f"error: {error.message}"
    return OK
