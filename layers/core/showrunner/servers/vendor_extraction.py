"""Whether a server makes previews by itself, which is work done twice once Showrunner does."""

from typing import Any

from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.models import LibrarySettings
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.servers.flags import (
    CHAPTERS,
    CHAPTERS_ON_SCAN,
    PLEX_PREVIEWS,
    TRICKPLAY,
    TRICKPLAY_ON_SCAN,
)
from showrunner.servers.vendor_settings import (
    OK,
    Change,
    bridge_version,
    preview_libraries,
    write,
)

_SWITCHES = {
    ConnectionKind.PLEX: (PLEX_PREVIEWS,),
    ConnectionKind.EMBY: (CHAPTERS, CHAPTERS_ON_SCAN),
    # Not its EnableTrickplayImageExtraction: without that Jellyfin deletes what it finds.
    ConnectionKind.JELLYFIN: (TRICKPLAY_ON_SCAN,),
}


def set_extraction(
    connection: Connection, client: MediaServerClient, enabled: bool
) -> dict[str, Any]:
    """
    Let the server make previews in every library, or in none: `{ok, results, warning, status}`.

    `results` are "ok" or an error by `<library id>:<setting>`; `status` is what
    `status` answers afterwards; `warning` None: nothing to beware of. Raises what
    the client raises while it reads.
    """
    libraries = preview_libraries(connection, client)
    names = _SWITCHES[connection.kind]
    changes = [
        Change(library.library_id, name, enabled)
        for library in libraries
        for name in names
        if name in library.options and library.options[name] is not enabled
    ]
    results = write(client, changes, libraries)
    return {
        "ok": all(result == OK for result in results.values()),
        "results": results,
        "warning": None if enabled else _warning(connection, client),
        "status": status(connection, client),
    }


def status(connection: Connection, client: MediaServerClient) -> dict[str, Any]:
    """
    How many libraries the server makes previews for by itself.

    `{vendor, extracting_count, stopped_count, skipped_count, total, summary,
    libraries: [{id, name, extracting}]}`; `extracting` None (skipped): the server
    does not say. Raises what the client raises.
    """
    found = [
        (library, _is_extracting(connection.kind, library))
        for library in preview_libraries(connection, client)
    ]
    states = [state for _, state in found]
    stopped, total = states.count(False), len(states)
    return {
        "vendor": connection.kind.value,
        "extracting_count": states.count(True),
        "stopped_count": stopped,
        "skipped_count": states.count(None),
        "total": total,
        "summary": f"stopped on {stopped}/{total} libraries",
        "libraries": [
            {"id": library.library_id, "name": library.library_name, "extracting": state}
            for library, state in found
        ],
    }


def _is_extracting(kind: ConnectionKind, library: LibrarySettings) -> bool | None:
    values = [library.options.get(name) for name in _SWITCHES[kind]]
    if kind is ConnectionKind.JELLYFIN and library.options.get(TRICKPLAY) is False:
        return False
    known = [value for value in values if isinstance(value, bool)]
    return any(known) if known else None


def _warning(connection: Connection, client: MediaServerClient) -> str | None:
    if connection.kind is not ConnectionKind.JELLYFIN or bridge_version(client):
        return None
    return (
        "Without the Media Preview Bridge plugin Jellyfin takes finished previews up only with "
        "its nightly task now: install the plugin, or let the library scan extract"
    )
