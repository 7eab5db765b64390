"""
Where a worker reads a file that it may not have mounted: on its disk, or at an address.

The path stays the file's name everywhere else: in ownership, outputs, jobs and
messages. Only the reading goes to what `source_for` gives.
"""

from pathlib import Path
from urllib.parse import quote

from showrunner.connections import paths
from showrunner.previews.sources.configured import MediaSource, MediaSources
from showrunner.previews.sources.remote import RemoteSource

__all__ = ["MediaSources", "source_for"]


def source_for(path: str, sources: MediaSources) -> Path | RemoteSource:
    """
    What to read for `path`, a canonical local path: the file itself if it is here.

    Else the address of the deepest media source whose folder holds it, components
    of the path percent-encoded for HTTP and left as they are for S3. Where none
    does, the path, which does not exist. Nothing is opened: `fingerprint_of`
    (of `sources.remote`, for either kind) tells whether the address has the file.

    `str()` of the result is what a decoder's `Request` takes as its source. It
    holds no secret; the decoder's process finds headers and allowed addresses in
    the environment that it shares with its worker.
    """
    found = _here(path)
    if found is not None:
        return found
    holding = [entry for entry in sources.entries if paths.is_under(path, entry.path_prefix)]
    if not holding:
        return Path(path)
    deepest = max(holding, key=lambda entry: paths.depth(entry.path_prefix))
    return RemoteSource(_address(path, deepest), headers=deepest.headers, allowed=sources.allowed)


def _here(path: str) -> Path | None:
    try:
        found = paths.on_disk(path)
        return found if found.exists() else None
    except OSError:  # a folder that may not be entered, a name that is too long
        return None


def _address(path: str, source: MediaSource) -> str:
    rest = paths.replace_prefix(path, source.path_prefix, "/") or "/"
    if not source.url_prefix.lower().startswith("s3://"):
        rest = quote(rest)
    return source.url_prefix.rstrip("/") + rest
