"""What the emulated servers post, read by the very parsers that read the real ones."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask, Response, request

from showrunner.connections.models import ConnectionKind
from showrunner.demo.demo import Demo
from showrunner.demo.library import Title, encode, make_videos
from showrunner.demo.managers import Webhook
from showrunner.demo.playing import Playback, Room, Viewer
from showrunner.demo.sending import Happening
from showrunner.demo.serving import LoopbackServer
from showrunner.demo.shelf import Shelf
from showrunner.demo.watching import Watcher
from showrunner.entry.framework import event_from_flask
from showrunner.events.models import EventKind, Report
from showrunner.servers.tautulli_agent import TautulliAgent
from showrunner.webhooks import emby, jellyfin, plex, tautulli
from showrunner.webhooks.bodies import webhook_payload
from tests.contract.demo.conftest import HandClock, eventually

PARSERS = {"plex": plex, "jellyfin": jellyfin, "emby": emby, "tautulli": tautulli}
TITLES = (
    Title("X", 2020, 2),
    Title("First", 2022, 2, series="Show", episode=1),
    Title("Second", 2022, 2, series="Show", episode=2),
)


class Receiver:
    """Reads each delivery with the parser of the sender that the address names."""

    def __init__(self) -> None:
        self.reports: dict[str, list[Report]] = {kind: [] for kind in PARSERS}
        self.secrets: dict[str, set[str]] = {kind: set() for kind in PARSERS}
        self.app = Flask("receiver")
        self.app.add_url_rule("/webhooks/<kind>", "take", self._take, methods=["POST"])

    def _take(self, kind: str) -> Response:
        event = event_from_flask(request)
        given = request.headers.get("X-Auth-Token") or request.args.get("token") or ""
        self.secrets[kind].add(given)
        self.reports[kind] += PARSERS[kind].events_from(webhook_payload(event))
        return Response("{}", 200)

    def of(self, kind: str, event: EventKind) -> list[Report]:
        return [report for report in self.reports[kind] if report.kind is event]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def told(tmp_path: Path, clock: HandClock) -> Iterator[tuple[Demo, Receiver]]:
    """A demo all of whose media servers were told to report, each in the way it has."""
    receiver = Receiver()
    quick: dict[str, Any] = {"notice_delay_seconds": 0, "watch_seconds": 0.02, "clock": clock}
    with ExitStack() as running:
        url = running.enter_context(LoopbackServer(receiver.app)).url + "/webhooks"
        demo = running.enter_context(Demo(tmp_path, titles=TITLES, arrival_seconds=2, **quick))
        demo.media_servers_report_to(
            jellyfin=Webhook(f"{url}/jellyfin", "s-jellyfin"), emby=Webhook(f"{url}/emby", "s-emby")
        )
        by_kind = {one.kind: one for one in demo.connections()}
        account = {"X-Plex-Token": by_kind[ConnectionKind.PLEX].secret}
        httpx.post(
            f"{demo.plex_tv_url}/api/v2/user/webhooks",
            data={"urls[]": [f"{url}/plex?token=s-plex"]},
            headers=account,
        )
        with client_of_tautulli(demo) as client:
            TautulliAgent(client, "s-tautulli").register(f"{url}/tautulli")
        yield demo, receiver


@contextmanager
def client_of_tautulli(demo: Demo) -> Iterator[Any]:
    from showrunner.clients.tautulli import TautulliClient  # noqa: PLC0415  used here only

    found = next(one for one in demo.connections() if one.kind is ConnectionKind.TAUTULLI)
    with TautulliClient(found.url, found.secret) as client:
        yield client


def test_every_server_reports_a_film_that_is_new(told: tuple[Demo, Receiver]) -> None:
    """With its own id for it, and the path where the real one tells it."""
    demo, receiver = told
    film = demo.library / Title("New", 2024, 2).relative_path
    encode(Title("New", 2024, 2), film)
    for kind in ("plex", "jellyfin", "emby"):
        announce(demo, kind)
    found = {
        kind: eventually(lambda kind=kind: receiver.of(kind, EventKind.ADDED)) for kind in PARSERS
    }

    assert {kind: len(reports) for kind, reports in found.items()} == dict.fromkeys(PARSERS, 1)
    assert {kind: reports[0].path for kind, reports in found.items()} == {
        "plex": None,
        "jellyfin": None,
        "emby": str(film),
        "tautulli": str(film),
    }
    assert all(reports[0].server_item_id for reports in found.values())
    assert found["plex"][0].server_item_id == found["tautulli"][0].server_item_id
    assert found["plex"][0].server_id == found["tautulli"][0].server_id


def announce(demo: Demo, kind: str) -> None:
    """Somebody tells a server to look."""
    found = next(one for one in demo.connections() if one.kind == kind)
    key = {"X-Plex-Token": found.secret, "X-Emby-Token": found.secret}
    if kind == "plex":
        httpx.post(f"{found.url}/library/sections/1/refresh", headers=key)
        return
    root = "/media" if kind == "jellyfin" else str(demo.library)
    updates = {"Updates": [{"Path": f"{root}/movies", "UpdateType": "Created"}]}
    httpx.post(f"{found.url}/Library/Media/Updated", json=updates, headers=key)


@pytest.mark.parametrize("kind", list(PARSERS))
def test_what_is_watched_is_reported(
    kind: str, told: tuple[Demo, Receiver], clock: HandClock
) -> None:
    """A start over and over, a pause now and then; who, where and how far belong to it."""
    _, receiver = told
    (started, *_) = eventually(
        lambda: a_second_later(clock) and receiver.of(kind, EventKind.PLAYED)
    )
    clock.seconds = 900 + 75.5  # in the pause of every viewer
    paused = EventKind.PROGRESSED if kind == "jellyfin" else EventKind.PAUSED
    (stopped, *_) = eventually(
        lambda: [
            one for one in receiver.of(kind, paused) if one.playback and one.playback.is_paused
        ]
    )

    assert started.person_name
    assert started.playback is not None
    assert started.playback.position_ms is not None
    assert started.server_item_id
    assert stopped.playback is not None
    assert stopped.playback.player_name


def a_second_later(clock: HandClock) -> bool:
    """The films of these tests last two."""
    clock.seconds += 1
    return True


def test_each_sender_shows_its_secret_in_its_own_way(
    told: tuple[Demo, Receiver], clock: HandClock
) -> None:
    """A header where there can be one, else the address."""
    _, receiver = told
    eventually(lambda: a_second_later(clock) and all(receiver.reports.values()))

    assert receiver.secrets == {kind: {f"s-{kind}"} for kind in PARSERS}


class Diary:
    """A reporter that only writes down."""

    def __init__(self) -> None:
        self.pages: list[tuple[Happening, int]] = []

    def added(self, entry: object) -> None: ...

    def played(self, happening: Happening, found: Playback) -> None:
        self.pages.append((happening, found.position_ms))


def test_a_look_at_the_room_notices_what_changed(tmp_path: Path, clock: HandClock) -> None:
    """Start, pause, going on, the end and the new start; nothing twice."""
    make_videos({tmp_path / TITLES[0].relative_path: Title("X", 2020, 100)})
    shelf = Shelf(tmp_path, "/media")
    shelf.scan()
    room = Room(shelf, [Viewer(1, "Mika", "TV", "App", "OS", "192.168.1.2", 0)], clock)
    diary = Diary()
    watcher = Watcher(room, [diary], every_seconds=1)
    for clock.seconds in (0, 0, 10, 80, 85, 95, 96, 120):
        watcher.look()

    assert diary.pages == [
        (Happening.PLAY, 0),
        (Happening.PAUSE, 75_000),
        (Happening.RESUME, 80_000),
        (Happening.WATCHED, 81_000),
        (Happening.STOP, 81_000),
        (Happening.PLAY, 5_000),
    ]


def test_nobody_is_told_who_did_not_ask(tmp_path: Path, clock: HandClock) -> None:
    """A demo that nobody told anything keeps to itself, whatever happens in it."""
    shelf = Shelf(tmp_path, "/media")
    told: list[object] = []
    make_videos({tmp_path / TITLES[0].relative_path: TITLES[0]})
    shelf.on_added.append(told.append)
    shelf.start()
    shelf.stop()

    assert told == []
