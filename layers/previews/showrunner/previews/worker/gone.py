"""
Whether a file is really gone: not there again, and not on a disk that is not mounted now.

In doubt it is not gone: pictures that stay too long do no harm.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from showrunner.connections import paths
from showrunner.connections.models import Connection
from showrunner.connections.ownership import owners
from showrunner.errors import NotFoundError, NotReadyError
from showrunner.previews.sources.configured import MediaSources
from showrunner.previews.sources.mapped import source_for
from showrunner.previews.sources.remote import RemoteSource, fingerprint_of


def is_gone(path: str, sources: MediaSources, connections: Sequence[Connection]) -> bool:
    """
    False while something is at the canonical local path `path`.

    Raises NotReadyError when its disk seems not to be mounted, and for an address
    whatever asking for it raises.
    """
    source = source_for(path, sources)
    if isinstance(source, RemoteSource):
        return _is_gone_there(source)
    if os.path.lexists(source):
        return False
    folder = _nearest_folder(source)
    if not _is_inhabited(folder) or not _is_in_its_library(path, str(folder), connections):
        raise NotReadyError(
            f"{path} is not there, but {folder} looks like a disk that is not mounted: "
            "nothing is removed. Mount it on the worker."
        )
    return True


def _is_gone_there(source: RemoteSource) -> bool:
    try:
        fingerprint_of(source)
    except NotFoundError:
        return True
    return False


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in path.parents if folder.is_dir() or folder == folder.parent)


def _is_inhabited(folder: Path) -> bool:
    """An empty folder may be the place where a disk belongs."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except FileNotFoundError:  # a drive letter that is not there
        return False


def _is_in_its_library(path: str, folder: str, connections: Sequence[Connection]) -> bool:
    """The library's own folder is there; of a path that no library holds, its parent."""
    roots = [root for root in _library_folders(path, connections) if paths.is_under(path, root)]
    if not roots:
        return paths.same_path(folder, paths.parent(path))
    return any(paths.is_under(folder, root) for root in roots)


def _library_folders(path: str, connections: Sequence[Connection]) -> list[str]:
    """Where the libraries that hold `path` are on this machine."""
    by_id = {connection.id: connection for connection in connections}
    held = [(owned, by_id[owned.connection_id]) for owned in owners(path, connections)]
    local = [
        paths.to_local(location, connection.path_mappings)
        for owned, connection in held
        for location in owned.library.locations
    ]
    return [folder for folder in local if folder is not None]
