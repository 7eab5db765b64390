import logging
import os
import socket
import time
from pathlib import Path

import click
import httpx

from showrunner.access import set_access_token
from showrunner.cli.options import PROJECT, data_option, home_in, template_option
from showrunner.connections.seeding import seed_connections
from showrunner.errors import SetupError
from showrunner.harness.demo import DemoDriver
from showrunner.harness.supervisor import ChildSpec, Supervisor, python
from showrunner.harness.template import Template, load_template
from showrunner.redaction import configure_logging
from showrunner.settings import seed_settings

READY_WITHIN_SECONDS = 60

logger = logging.getLogger(__name__)


@click.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, default=8080, show_default=True, envvar="WEB_PORT")
@click.option("--demo", is_flag=True, help="Also run emulated servers with a small video library.")
@click.option("--reload", is_flag=True, help="Start anew when the code changes.")
@template_option
def up(data: Path, host: str, port: int, demo: bool, reload: bool, template: Path) -> None:
    """Start Showrunner on this machine: functions, schedules, queues and the frame worker."""
    configure_logging(os.environ.get("LOG_LEVEL", "INFO"))
    template = template.absolute()
    described = load_template(template)
    if not described.functions:
        raise SetupError(f"{template}: its Resources hold no function, there is nothing to run.")
    home = home_in(data / "demo" if demo else data)
    check_port(host, port)
    token = set_access_token(home)
    seed_settings(home.documents, _seeds(demo))
    if not demo:
        seed_connections(home, os.environ)
    plex_tv_port = free_port() if demo else None
    children = _children(described, template, home.folder, host, port, plex_tv_port)
    supervisor = Supervisor(children, _watched() if reload else ())
    supervisor.start()
    try:
        address = f"http://{host}:{port}"
        if _is_ready(address, supervisor):
            _greet(address, token, home.folder)
            if plex_tv_port:
                DemoDriver(home, address, token, supervisor, plex_tv_port).start()
            supervisor.run()
    finally:
        supervisor.stop()


def check_port(host: str, port: int) -> None:
    """Raises SetupError when nobody can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SetupError(
                f"Port {port} on {host} cannot be used ({error.strerror}): "
                "stop what listens there, or choose another with --port."
            ) from error


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _seeds(demo: bool) -> dict[str, str]:
    """The demo does not let a newcomer wait a minute for the quiet period to end."""
    return {"WEBHOOK_DELAY": "10", **os.environ} if demo else dict(os.environ)


_RETURNS_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "1048576"}
"""
What each thread of the server used for a question about the history goes back to the system.
Else glibc keeps some of it for each: with ten million plays 200 MB more in all. (Others than
glibc do not know these.)
"""


def _children(
    described: Template,
    template: Path,
    folder: Path,
    host: str,
    port: int,
    plex_tv_port: int | None,
) -> list[ChildSpec]:
    environment = {
        # A stop waits for open streams of the page: keep them short.
        "SHOWRUNNER_STREAM_WAIT_SECONDS": "4",
        **os.environ,
        "SHOWRUNNER_DATA": str(folder),
        "PYTHONUNBUFFERED": "1",
    }
    if plex_tv_port:  # the demo's servers belong to an account of its own plex.tv
        environment["SHOWRUNNER_PLEX_TV_URL"] = f"http://127.0.0.1:{plex_tv_port}"
    serve = python("-m", "showrunner.harness.serve", "--template", str(template))
    command = [*serve, "--host", host, "--port", str(port)]
    server = ChildSpec("server", command, {**_RETURNS_MEMORY, **environment})
    workers = [
        ChildSpec(
            f"worker {worker.name}",
            python("-m", "showrunner.harness.child", str(worker.source)),
            environment,
        )
        for worker in described.workers
    ]
    return [server, *workers]


def _watched() -> list[Path]:
    return [PROJECT / name for name in ("functions", "layers", "local", "template.yaml")]


def _is_ready(address: str, supervisor: Supervisor) -> bool:
    """True when the server answers, False when it was told to stop; SetupError: it cannot start."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    with httpx.Client(base_url=address, timeout=5) as client:  # one: each reads all certificates
        while not supervisor.is_stopping:
            try:
                if client.get("/api/v1/health").is_success:
                    return True
            except httpx.TransportError:
                pass
            if supervisor.ended_child or time.monotonic() > deadline:
                what = supervisor.ended_child or "the server"
                raise SetupError(f"{what} did not come up; the log above says why.")
            time.sleep(0.1)
    return False


def _greet(address: str, token: str, folder: Path) -> None:
    click.echo(f"Showrunner  {address}/")
    click.echo(f"Token       {token}")
    click.echo(f"Data        {folder}")
    click.echo("Ctrl-C stops it.")
