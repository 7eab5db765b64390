"""`python -m showrunner.demo`: the demo's servers as a process of their own, until stopped."""

import argparse
import os
import signal
import threading
from pathlib import Path

from pydantic import BaseModel

from showrunner.connections.models import ConnectionKind
from showrunner.demo.demo import Demo, DemoConnection
from showrunner.demo.keys import write_private
from showrunner.demo.managers import Webhook
from showrunner.harness.child import PARENT, end_with_parent

SECRET_VARIABLE = "SHOWRUNNER_DEMO_WEBHOOK_SECRET"  # noqa: S105  a name, not a secret


class Running(BaseModel):
    """
    What `--ports-file` holds once every server answers (mode 600: it has their keys).

    `owners` are name and password of those who can sign in, by kind of server.
    """

    connections: list[DemoConnection]
    library: str
    plex_tv_url: str
    tautulli_database: str
    owners: dict[ConnectionKind, tuple[str, str]]


def main() -> None:
    options = _parser().parse_args()
    if PARENT in os.environ:  # started by the supervisor, not by hand
        end_with_parent()
    stopped = threading.Event()
    # Until the servers run there is nothing to end in good order: a signal just ends the process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with Demo(
        options.data,
        plex_tv_port=options.plex_tv_port,
        tautulli_database=options.tautulli_database,
    ) as demo:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        secret = os.environ.get(SECRET_VARIABLE)
        if options.webhook:
            demo.report_to(Webhook(options.webhook, secret, options.webhook_auth))
        demo.media_servers_report_to(
            jellyfin=Webhook(options.jellyfin_webhook, secret)
            if options.jellyfin_webhook
            else None,
            emby=Webhook(options.emby_webhook, secret) if options.emby_webhook else None,
        )
        running = Running(
            connections=demo.connections(),
            library=str(demo.library),
            plex_tv_url=demo.plex_tv_url,
            tautulli_database=str(demo.tautulli_database),
            owners={
                kind: demo.password(kind) for kind in (ConnectionKind.JELLYFIN, ConnectionKind.EMBY)
            },
        )
        write_private(options.ports_file, running.model_dump_json())
        print("The demo servers answer", flush=True)
        stopped.wait()
    options.ports_file.unlink(missing_ok=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m showrunner.demo", description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder for the library and the servers' data")
    add("--ports-file", type=Path, required=True, help="file to write addresses and keys to")
    add("--webhook", help=f"address that Radarr and Sonarr post to; its secret: {SECRET_VARIABLE}")
    add("--jellyfin-webhook", help="address that Jellyfin posts to, with the same secret")
    add("--emby-webhook", help="address that Emby posts to, with the same secret")
    add("--plex-tv-port", type=int, default=0, help="where plex.tv is emulated; 0: any free port")
    add("--tautulli-database", type=Path, help="where to write one to import (in the data folder)")
    add("--webhook-auth", choices=["header", "basic"], default="header", help="how it is sent")
    return parser


if __name__ == "__main__":
    main()
