"""What the worker's tests act on: servers that are away, jobs, lines, folders."""

from pathlib import Path
from typing import Any

from showrunner.connections.models import Connection, ConnectionKind, Library, PreviewSettings
from showrunner.connections.store import ConnectionStore
from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.log import read_log
from showrunner.jobs.models import JobFile
from showrunner.jobs.steps import queue_frame_tasks
from showrunner.jobs.store import find_file
from showrunner.wiring import EmbeddedHome

BIF, TILES = "film-320-10.bif", "film.trickplay"
"""What lies beside film.mkv for Emby and for Jellyfin."""


def connect(home: EmbeddedHome, kind: ConnectionKind, media: Path, **previews: Any) -> Connection:
    """A server that owns the folder and is away: nothing listens on port 9."""
    connection = Connection(
        id=f"{kind}-1",
        kind=kind,
        name=kind.title(),
        url="http://127.0.0.1:9",
        sealed_secret=home.secrets.seal("key"),
        libraries=[Library(native_id="1", name="Films", locations=[str(media)])],
        previews=PreviewSettings(**previews),
    )
    ConnectionStore(home.documents).save(connection)
    return connection


def job_of(home: EmbeddedHome, *paths: Path, force: bool = False, priority: int = 2) -> str:
    """A job of these files, queued."""
    files = [NewFile(str(path), path.name) for path in paths]
    return queued(home, NewJob("Film", "manual", files, force=force, priority=priority))


def queued(home: EmbeddedHome, new: NewJob) -> str:
    job_id = create_job(new, home)
    queue_frame_tasks(job_id, home)
    return job_id


def line_of(home: EmbeddedHome, job_id: str, number: int = 1) -> JobFile:
    line = find_file(home.documents, job_id, number)
    assert line is not None
    return line


def log_of(home: EmbeddedHome, job_id: str) -> str:
    """The job's log, an entry per line."""
    return "\n".join(e.message for e in read_log(home.documents, job_id, offset=0, limit=100))


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())
