"""
Which of a page's files become lines: not what is excluded, and no file twice.

Several servers often hold the same files. A job that enumerates more than one
server remembers each file by its local path, in a document of its own: the first
server that names it brings the line, and the worker serves all owners anyway.
"""

import hashlib
from collections.abc import Sequence

from showrunner.connections.excludes import excluding_rule
from showrunner.connections.models import Connection
from showrunner.connections.ownership import canonical_local_path
from showrunner.jobs.create import NewFile
from showrunner.jobs.models import Job, Scan
from showrunner.jobs.remove import paths_of
from showrunner.ports.documents import Documents


def chosen_files(
    documents: Documents,
    job: Job,
    scan: Scan,
    files: Sequence[NewFile],
    connections: Sequence[Connection],
) -> list[NewFile]:
    """Those of one server's `files` that this step adds to the job, in their order."""
    servers = {library.connection_id for library in scan.libraries or ()}
    local: dict[str, NewFile] = {}
    for file in files:
        server = next(c for c in connections if c.id == file.connection_id)
        path = file.path
        if server.excludes or len(servers) > 1:
            path = canonical_local_path(file.path, connections, reported_by=server.id)
        if not excluding_rule(path, server.excludes):
            local.setdefault(path, file)
    if len(servers) == 1:
        return list(local.values())
    return _first_named(documents, job, scan, local)


def _first_named(
    documents: Documents, job: Job, scan: Scan, files: dict[str, NewFile]
) -> list[NewFile]:
    """Those that no other step named; a step that comes again finds its own names."""
    collection = paths_of(job.id)
    keys = {
        hashlib.sha256(path.encode(errors="surrogatepass")).hexdigest()[:32]: path for path in files
    }
    documents.add_all(collection, {key: {"step": scan.step} for key in keys})
    found = ((key, documents.get(collection, key)) for key in keys)
    return [
        files[keys[key]]
        for key, document in found
        if document and document.body["step"] == scan.step
    ]
