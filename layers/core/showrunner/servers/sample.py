from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from showrunner.clients.models import FoundItem
from showrunner.connections import paths
from showrunner.connections.models import Connection, Library


@runtime_checkable
class Lister(Protocol):
    """A client of a server that has items."""

    def items(self, library: Library) -> Iterator[FoundItem]:
        """Everything in `library` that has files, newest first."""


def sample_paths(connection: Connection, client: object) -> list[dict[str, Any]]:
    """
    The newest file of each enabled library, and whether this machine sees it.

    One `{library_id, library_name, remote_path, local_path, visible, reason}` for
    each: `remote_path` None where the library is empty, `local_path` None where no
    path mapping covers it, `reason` None where all is well. Empty for servers
    without items. Raises what the client raises.
    """
    if not isinstance(client, Lister):
        return []
    return [
        _sample(connection, library, client) for library in connection.libraries if library.enabled
    ]


def _sample(connection: Connection, library: Library, client: Lister) -> dict[str, Any]:
    sample: dict[str, Any] = {
        "library_id": library.native_id,
        "library_name": library.name,
        "remote_path": None,
        "local_path": None,
        "visible": False,
        "reason": None,
    }
    newest = next(client.items(library), None)
    remote = newest.paths[0] if newest else None
    if remote is None:
        return sample | {"reason": "The library has no files, so there is nothing to look for"}
    sample["remote_path"] = remote
    local = paths.to_local(remote, connection.path_mappings)
    if local is None:
        return sample | {"reason": f"No path mapping covers {remote}: add one for its folder"}
    sample["local_path"] = local
    return sample | _seen(local)


def _seen(local: str) -> dict[str, Any]:
    """Whether the file is there, else the deepest folder above it that is."""
    try:
        if paths.on_disk(local).exists():
            return {"visible": True, "reason": None}
    except PermissionError:
        return {"reason": f"This machine may not look into the folder of {local}"}
    found = next((str(folder) for folder in Path(local).parents if _exists(folder)), "nothing")
    return {
        "reason": f"This machine does not see {local} (only {found}): mount the folder here, "
        "or correct the path mapping"
    }


def _exists(folder: Path) -> bool:
    try:
        return folder.exists()
    except OSError:
        return False
