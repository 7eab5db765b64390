"""All emulated servers together, over one library in one data folder."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self, TypedDict

from flask import Flask
from pydantic import BaseModel, ConfigDict, Field

from showrunner.connections.models import ConnectionKind, PathMapping, PreviewSettings
from showrunner.demo.accounts import OWNER, Accounts
from showrunner.demo.catalogues import EmulatedTmdb, EmulatedTvdb
from showrunner.demo.emby import EmulatedEmby
from showrunner.demo.jellyfin import EmulatedJellyfin
from showrunner.demo.keys import keys_in
from showrunner.demo.library import ARRIVAL_SECONDS, TITLES, Title, make_videos
from showrunner.demo.managers import (
    Arrival,
    EmulatedRadarr,
    EmulatedSonarr,
    Webhook,
    WebhookAuth,
)
from showrunner.demo.media_browser_webhooks import EmbyReporter, JellyfinReporter
from showrunner.demo.past import Past
from showrunner.demo.playing import Room
from showrunner.demo.plex import EmulatedPlex
from showrunner.demo.plex_tv import EmulatedPlexTv
from showrunner.demo.plex_webhooks import PlexReporter, TautulliReporter
from showrunner.demo.sending import PostOffice, Reporter
from showrunner.demo.serving import LoopbackServer
from showrunner.demo.shelf import Shelf
from showrunner.demo.sockets import Sockets
from showrunner.demo.tautulli import EmulatedTautulli
from showrunner.demo.tautulli_past import write_past
from showrunner.demo.viewers import PEOPLE, WATCHING
from showrunner.demo.watching import Watcher

JELLYFIN_ROOT = "/media"
"""Jellyfin's name for the library, as if it ran in a container: path mappings are put to use."""


class _Parts(TypedDict):
    shelf: Shelf
    room: Room
    machine_id: str
    past: Past


class DemoConnection(BaseModel):
    """What its owner would enter to connect one of the servers: fits `probe.connect`."""

    model_config = ConfigDict(frozen=True)

    kind: ConnectionKind
    name: str
    url: str
    secret: str = Field(repr=False)
    path_mappings: list[PathMapping] = []
    previews: PreviewSettings = PreviewSettings()


class Demo:
    """
    The servers, in threads of this process, on free loopback ports.

    `start` makes the library on first use (some seconds) and returns when every
    server answers. Everything is kept under `data`, keys included; addresses
    are new with every start. `consent_seconds` after a sign-in by code was begun,
    somebody consents to it. `plex_tv_port` 0: any free one.
    """

    def __init__(
        self,
        data: Path,
        *,
        titles: Sequence[Title] = TITLES,
        arrival_seconds: int = ARRIVAL_SECONDS,
        notice_delay_seconds: float = 0.5,
        rescan_seconds: float = 20,
        consent_seconds: float = 3,
        restart_seconds: float = 3,
        watch_seconds: float = 1,
        plex_tv_port: int = 0,
        tautulli_database: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._data = data.resolve()
        self.library = self._data / "library"
        self.tautulli_database = tautulli_database or self._data / "tautulli.db"
        self._titles = titles
        self._arrival_seconds = arrival_seconds
        self._notice_delay_seconds = notice_delay_seconds
        self._rescan_seconds = rescan_seconds
        self._consent_seconds = consent_seconds
        self._restart_seconds = restart_seconds
        self._watch_seconds = watch_seconds
        self._plex_tv_port = plex_tv_port
        self._clock = clock
        self._running = ExitStack()
        self.sockets: dict[ConnectionKind, Sockets] = {}
        self._connections: list[DemoConnection] = []
        self._plex_tv_url = ""

    def start(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        self._keys = keys_in(self._data / "keys.json")
        downloads = self._data / "downloads"
        length = {"arrival_seconds": self._arrival_seconds}
        radarr_key, sonarr_key = self._keys["radarr"], self._keys["sonarr"]
        self._radarr = EmulatedRadarr(self.library, downloads, token=radarr_key, **length)
        self._sonarr = EmulatedSonarr(self.library, downloads, token=sonarr_key, **length)
        self._make_videos()
        with ExitStack() as started:
            self._running = started
            self._office = started.enter_context(PostOffice())
            self._start_servers()
            self._running = started.pop_all()

    def stop(self) -> None:
        self._running.close()
        self._connections = []
        self._plex_tv_url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def connections(self) -> list[DemoConnection]:
        """How to reach each server; empty unless the demo runs."""
        return list(self._connections)

    @property
    def plex_tv_url(self) -> str:
        """Where the emulated plex.tv answers; empty unless the demo runs."""
        return self._plex_tv_url

    def password(self, kind: ConnectionKind) -> tuple[str, str]:
        """The name and password of the owner of the demo's Jellyfin or Emby."""
        return OWNER, self._keys[f"{kind} password"]

    def report_to(self, webhook: Webhook | None) -> None:
        """Where Radarr and Sonarr report imports that they are told to make; None: nowhere."""
        self._radarr.webhook = self._sonarr.webhook = webhook

    def media_servers_report_to(
        self, *, jellyfin: Webhook | None = None, emby: Webhook | None = None
    ) -> None:
        """Where those two report what is new and what is watched; None: nowhere."""
        self._jellyfin_reporter.webhook, self._emby_reporter.webhook = jellyfin, emby

    def let_movie_arrive(
        self, webhook_url: str, secret: str | None, auth: WebhookAuth = "header"
    ) -> Arrival:
        """Radarr imports a film that was not there before and posts its webhook."""
        return self._radarr.import_next(Webhook(webhook_url, secret, auth))

    def let_episode_arrive(
        self, webhook_url: str, secret: str | None, auth: WebhookAuth = "header"
    ) -> Arrival:
        """Sonarr imports the next episode of its show and posts its webhook."""
        return self._sonarr.import_next(Webhook(webhook_url, secret, auth))

    def _make_videos(self) -> None:
        """The library, and the film that will be its next addition."""
        arriving, download = self._radarr.next_download()
        library = {self.library / title.relative_path: title for title in self._titles}
        make_videos({**library, download: arriving})

    def _start_servers(self) -> None:
        self._start_plex(ConnectionKind.PLEX)
        self._start_jellyfin(ConnectionKind.JELLYFIN)
        self._start_emby(ConnectionKind.EMBY)
        self._serve(ConnectionKind.RADARR, self._radarr.app)
        self._serve(ConnectionKind.SONARR, self._sonarr.app)
        self._serve(ConnectionKind.TMDB, EmulatedTmdb(token=self._keys["tmdb"]).app)
        self._serve(ConnectionKind.TVDB, EmulatedTvdb(token=self._keys["tvdb"]).app)

    def _start_plex(self, kind: ConnectionKind) -> None:
        config, token = self._data / "plex", self._keys[kind]
        parts = self._parts(kind, str(self.library))
        server = EmulatedPlex(**parts, token=token, config=config)
        previews = PreviewSettings(plex_config_folder=str(config))
        url = self._serve(kind, server.app, previews=previews)
        machine_id = parts["machine_id"]
        account = EmulatedPlexTv(
            token=token,
            server_url=url,
            machine_id=machine_id,
            consent_seconds=self._consent_seconds,
            people=PEOPLE[kind],
        )
        self._plex_tv_url = self._running.enter_context(
            LoopbackServer(account.app, self._plex_tv_port)
        ).url
        tautulli = EmulatedTautulli(
            parts["shelf"],
            token=self._keys["tautulli"],
            plex_machine_id=machine_id,
            plex_url=url,
            past=parts["past"],
        )
        self._serve(ConnectionKind.TAUTULLI, tautulli.app)
        of_plex = PlexReporter(account, self._office, machine_id=machine_id, config=config)
        of_tautulli = TautulliReporter(tautulli.agents, self._office, machine_id=machine_id)
        self._listen(kind, server.socket.sockets)
        write_past(self.tautulli_database, parts["past"], machine_id=machine_id)
        self._watch(parts, of_plex, of_tautulli, server.socket)

    def _start_jellyfin(self, kind: ConnectionKind) -> None:
        config = self._data / "jellyfin"
        parts = self._parts(kind, JELLYFIN_ROOT)
        server = EmulatedJellyfin(
            **parts,
            accounts=self._accounts(kind),
            config=config,
            restart_seconds=self._restart_seconds,
        )
        mapping = PathMapping(remote_prefix=JELLYFIN_ROOT, local_prefix=str(self.library))
        previews = PreviewSettings(jellyfin_config_folder=str(config))
        self._serve(kind, server.app, mappings=[mapping], previews=previews)
        self._listen(kind, server.socket.sockets)
        self._jellyfin_reporter = JellyfinReporter(server, self._office)
        self._watch(parts, self._jellyfin_reporter)

    def _start_emby(self, kind: ConnectionKind) -> None:
        parts = self._parts(kind, str(self.library))
        server = EmulatedEmby(**parts, accounts=self._accounts(kind))
        server.has_playback_reporting = False  # so that both ways to a history are on show
        self._serve(kind, server.app)
        self._listen(kind, server.socket.sockets)
        self._emby_reporter = EmbyReporter(server, self._office)
        self._watch(parts, self._emby_reporter)

    def _listen(self, kind: ConnectionKind, sockets: Sockets) -> None:
        self.sockets[kind] = sockets
        self._running.callback(sockets.drop)

    def _watch(self, parts: _Parts, *reporters: Reporter) -> None:
        """From now on `reporters` tell what happens on this server, and it remembers it."""
        told = [parts["past"], *reporters]
        parts["shelf"].on_added += [reporter.added for reporter in told]
        watcher = Watcher(parts["room"], told, every_seconds=self._watch_seconds)
        self._running.enter_context(watcher)

    def _accounts(self, kind: ConnectionKind) -> Accounts:
        _, password = self.password(kind)
        return Accounts(self._keys[kind], password, consent_seconds=self._consent_seconds)

    def _parts(self, kind: ConnectionKind, remote_root: str) -> _Parts:
        """What every media server is made of; its scans are running when this returns."""
        shelf = Shelf(
            self.library,
            remote_root,
            notice_delay_seconds=self._notice_delay_seconds,
            rescan_seconds=self._rescan_seconds,
        )
        shelf.start()
        self._running.callback(shelf.stop)
        programme = [self.library / title.relative_path for title in self._titles]
        return {
            "shelf": shelf,
            "room": Room(shelf, WATCHING[kind], self._clock, programme),
            "past": Past(shelf, PEOPLE[kind], seed=kind, programme=programme),
            "machine_id": self._keys[f"{kind} machine"],
        }

    def _serve(
        self,
        kind: ConnectionKind,
        app: Flask,
        *,
        mappings: list[PathMapping] | None = None,
        previews: PreviewSettings | None = None,
    ) -> str:
        """The address at which `app` answers from now on."""
        server = self._running.enter_context(LoopbackServer(app))
        self._connections.append(
            DemoConnection(
                kind=kind,
                name=f"Demo {kind.title()}",
                url=server.url,
                secret=self._keys[kind],
                path_mappings=mappings or [],
                previews=previews or PreviewSettings(),
            )
        )
        return server.url
