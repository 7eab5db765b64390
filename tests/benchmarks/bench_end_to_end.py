"""
From the webhook to the finished preview of a 20-minute 1080p film, through the running harness.

The quiet period of the batch (10 s, the shortest) is part of it and shown apart.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.connections.store import ConnectionStore
from showrunner.wiring import EmbeddedHome
from tests.benchmarks.films import film_1080p
from tests.end_to_end.running import Running, showrunner_up, until

QUIET_SECONDS = 10


def main() -> None:
    cache = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "films"
    film = film_1080p(cache / "film.mkv", minutes=20)
    for output in film.parent.glob("*.bif"):
        output.unlink()
    with (
        tempfile.TemporaryDirectory() as folder,
        showrunner_up(Path(folder), environment={"WEBHOOK_DELAY": str(QUIET_SECONDS)}) as running,
    ):
        connect_emby(running, film.parent)
        began = time.monotonic()
        running.post("/webhooks/custom", {"file_path": str(film)})
        job = until(lambda: finished(running), "the job is over", within_seconds=300)
        total = time.monotonic() - began
    print(f"{film.name}: {film.stat().st_size / 1e6:.0f} MB, {job['status']}")
    print(f"webhook to preview   {total:6.1f} s")
    print(f"  quiet period       {QUIET_SECONDS:6.1f} s")
    print(f"  everything else    {total - QUIET_SECONDS:6.1f} s")


def connect_emby(running: Running, folder: Path) -> None:
    """An Emby that owns the folder; it is away, which costs nothing but a message."""
    home = EmbeddedHome(running.data)
    library = Library(native_id="1", name="Films", locations=[str(folder)])
    connection = Connection(
        id="emby-1",
        kind=ConnectionKind.EMBY,
        name="Emby",
        url="http://127.0.0.1:9",
        sealed_secret=home.secrets.seal("key"),
        libraries=[library],
    )
    ConnectionStore(home.documents).save(connection)


def finished(running: Running) -> dict[str, object] | None:
    jobs = running.get("/jobs")["jobs"]
    return next((job for job in jobs if job["finished_at"]), None)


if __name__ == "__main__":
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    main()
