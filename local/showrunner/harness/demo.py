"""Sets the demo's servers up as their owner would, and lets a film arrive."""

import json
import logging
import os
import threading
import time
from typing import Any

import click
import httpx

from showrunner.connections.models import ConnectionKind, PathMapping, PreviewSettings
from showrunner.connections.probe import connect
from showrunner.connections.store import ConnectionStore
from showrunner.errors import ShowrunnerError
from showrunner.harness.supervisor import ChildSpec, Supervisor, python
from showrunner.jobs.models import Job, JobFile
from showrunner.jobs.store import get_job, list_files, list_jobs
from showrunner.syncs.due import queue_due
from showrunner.syncs.sessions import sync_sessions
from showrunner.wiring import EmbeddedHome

SECRET_VARIABLE = "SHOWRUNNER_DEMO_WEBHOOK_SECRET"  # noqa: S105 - a name, not a secret
_REPORTING = {
    "--webhook": "radarr",
    "--jellyfin-webhook": "jellyfin",
    "--emby-webhook": "emby",
}
_PAST = {"historical_sync": True}
IMPORT = {"name": "DownloadedMoviesScan"}

logger = logging.getLogger(__name__)


class DemoDriver(threading.Thread):
    """Starts the demo as a child of the supervisor and follows the film to its previews."""

    def __init__(
        self,
        home: EmbeddedHome,
        address: str,
        token: str,
        supervisor: Supervisor,
        plex_tv_port: int,
    ) -> None:
        super().__init__(name="demo", daemon=True)
        self._home, self._address, self._supervisor = home, address, supervisor
        self._token, self._plex_tv_port = token, plex_tv_port
        self._ports_file = home.folder / "demo-servers.json"

    def run(self) -> None:
        click.echo(
            "Demo        making a small library of real videos; the first time takes longest"
        )
        self._ports_file.unlink(missing_ok=True)
        self._supervisor.add(self._spec())
        described = self._addresses()
        known = self._connect(described)
        before = {job.id for job in list_jobs(self._home.documents, limit=500)}
        sync_sessions(self._home)  # the schedule's first firing found no server yet
        queue_due(self._home)  # nor did this one's
        self._let_a_film_arrive(known)
        self._follow(before)
        click.echo(f"Demo        to try an import from Tautulli: {described['tautulli_database']}")
        self._stay_connected()

    def _spec(self) -> ChildSpec:
        webhooks = f"{self._address}/api/v1/webhooks"
        command = python("-m", "showrunner.demo", "--data", str(self._home.folder / "demo"))
        command += ["--plex-tv-port", str(self._plex_tv_port)]
        # Where an import by path looks first: see `import_folders`.
        command += ["--tautulli-database", str(self._home.folder / "imports" / "tautulli.db")]
        for option, sender in _REPORTING.items():
            command += [option, f"{webhooks}/{sender}"]
        environment = {**os.environ, SECRET_VARIABLE: self._token}
        return ChildSpec(
            "demo", [*command, "--ports-file", str(self._ports_file)], environment, False
        )

    def _addresses(self) -> dict[str, Any]:
        while not self._supervisor.is_stopping:
            try:
                found: dict[str, Any] = json.loads(self._ports_file.read_text())
            except FileNotFoundError:
                time.sleep(0.2)
            else:
                return found
        raise SystemExit(0)

    def _connect(self, described: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Connect every server; gives the description of each by its kind."""
        self._forget_old_addresses()
        known = {one.kind for one in ConnectionStore(self._home.documents).list()}
        for server in described["connections"]:
            kind = ConnectionKind(server["kind"])
            connect(
                kind,
                server["name"],
                server["url"],
                server["secret"],
                store=ConnectionStore(self._home.documents),
                secrets=self._home.secrets,
                path_mappings=[PathMapping(**mapping) for mapping in server["path_mappings"]],
                previews=PreviewSettings(**server["previews"]),
                # At first the weeks before the demo are wanted; later whatever was set.
                settings=_PAST if kind.is_media_server and kind not in known else None,
            )
            logger.info("demo: %s is connected at %s", server["name"], server["url"])
        return {server["kind"]: server for server in described["connections"]}

    def _forget_old_addresses(self) -> None:
        """Sonarr and Radarr are told apart by address, and the demo's change with every start."""
        store = ConnectionStore(self._home.documents)
        for connection in store.list():
            if not connection.kind.is_media_server:
                store.delete(connection.id)

    def _let_a_film_arrive(self, servers: dict[str, dict[str, Any]]) -> None:
        radarr = servers["radarr"]
        logger.info("demo: Radarr imports a new film")
        answer = httpx.post(
            f"{radarr['url']}/api/v3/command",
            json=IMPORT,
            headers={"X-Api-Key": radarr["secret"]},
            timeout=60,
        )
        logger.info("demo: %s", answer.json().get("message", answer.status_code))

    def _follow(self, before: set[str]) -> None:
        """Wait for the film's job to end and say where its previews are."""
        while not self._supervisor.is_stopping:
            time.sleep(0.3)
            jobs = [job for job in list_jobs(self._home.documents) if job.id not in before]
            if jobs and (job := get_job(self._home.documents, jobs[-1].id)).status.is_final:
                self._tell(job)
                return

    def _tell(self, job: Job) -> None:
        click.echo(f"Demo        {job.title}: {job.status}")
        for file in list_files(self._home.documents, job):
            for line in _lines(file):
                click.echo(line)
        click.echo(f"Demo        see the pictures at {self._address}/")

    def _stay_connected(self) -> None:
        """A demo that had to be started again has new addresses."""
        seen = self._ports_file.stat().st_mtime_ns
        while not self._supervisor.is_stopping:
            time.sleep(1)
            if self._ports_file.exists() and (now := self._ports_file.stat().st_mtime_ns) != seen:
                seen = now
                try:
                    self._connect(self._addresses())
                except ShowrunnerError as error:
                    logger.warning("demo: %s", error.message)


def _lines(file: JobFile) -> list[str]:
    return [
        f"            {output.kind:8}  {output.outcome}: {output.path or output.message}"
        for output in file.outputs
    ]
