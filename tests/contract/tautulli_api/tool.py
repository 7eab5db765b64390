"""A tool that knows a Tautulli, a household that it asks about, and an item's page of libraries."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from showrunner.access import set_access_token
from showrunner.clients.models import PlayState as SessionState
from showrunner.clients.models import Session, Transcode
from showrunner.clients.records import CatalogueItem
from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.connections.store import ConnectionStore
from showrunner.history.syncs.items import Shelf
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.plays.models import Play, PlayState
from showrunner.settings import update_settings
from showrunner.wiring import EmbeddedHome, living_in
from tests.calls import http_event, load_entry
from tests.contract.analytics.worlds import BERLIN, at, episode, movie, play, sitting

MOVIES = Library(native_id="1", name="Movies", type="movie")
SHOWS = Library(native_id="2", name="TV", type="show")
ATTIC = Connection(
    id="plex-1",
    kind=ConnectionKind.PLEX,
    name="Attic",
    url="http://attic.lan:32400",
    machine_id="machine-1",
    version="1.42.1",
    libraries=[MOVIES, SHOWS],
)
CELLAR = Connection(
    id="emby-1",
    kind=ConnectionKind.EMBY,
    name="Cellar",
    url="https://cellar.lan",
    libraries=[Library(native_id="5", name="TV", type="show")],
)
ANNA_NUMBER = 4711

ENTRY = load_entry("queries/tautulli")


@dataclass(frozen=True)
class Tool:
    """Asks as the tools do: everything in the address, the key too."""

    home: EmbeddedHome

    def raw(self, method: str = "GET", **asked: Any) -> tuple[int, Any]:
        """Status and body."""
        query = {"apikey": set_access_token(self.home), "out_type": "json", **asked}
        answer = self.send(http_event("/api/v2", method=method, query=query))
        return answer["statusCode"], json.loads(answer["body"])

    def send(self, event: dict[str, Any]) -> dict[str, Any]:
        """The function's answer to a request as the HTTP API hands it over."""
        with living_in(self.home):
            answer: dict[str, Any] = ENTRY(event, None)
        return answer

    def ask(self, command: str, **asked: Any) -> Any:
        """The data of a success."""
        status, body = self.raw(cmd=command, **asked)
        response = body["response"]
        assert (status, response["result"], response["message"]) == (200, "success", None), body
        return response["data"]

    def refused(self, command: str, **asked: Any) -> str:
        """The message of a 400."""
        status, body = self.raw(cmd=command, **asked)
        assert (status, body["response"]["result"], body["response"]["data"]) == (400, "error", {})
        return str(body["response"]["message"])


def furnish(home: EmbeddedHome) -> None:
    """
    Two servers, in Berlin. Anna has an account on both and one at plex.tv, Bert one on the first.

    Account 3 of the first server is nobody's that was noted.
    """
    documents, now = home.documents, home.clock.now()
    update_settings(documents, lambda one: one.model_copy(update={"timezone": BERLIN.key}))
    for server in (ATTIC, CELLAR):
        ConnectionStore(documents).add(server)
    anna = Account("1", "anna", "anna@example.org", str(ANNA_NUMBER))
    note_accounts(documents, ATTIC.id, [anna, Account("2", "Bert")], now)
    later = now + timedelta(minutes=1)
    note_accounts(documents, CELLAR.id, [Account("9", "anni", "Anna@example.org")], later)


FILM = {**movie("Film", 2020, imdb="tt1"), "item_id": "101", "library": "Movies"}
PILOT = {**episode("Harbour", 1, 1, "Pilot"), "item_id": "201", "library": "TV"}
SECOND = {**episode("Harbour", 1, 2, "Second"), "item_id": "e2", "library": "TV"}
SONG = {"media_type": "track", "title": "Song", "series_title": "The Band", "item_id": "301"}

ON_CELLAR = {"connection_id": CELLAR.id, "server_kind": "emby", "person": "9"}


def plays() -> list[Play]:
    """A few, of which the film and the second episode overlap: Anna on two servers at once."""
    return [
        play(
            sitting(at("2026-12-19 20:00"), 120, 110),
            item={**FILM, "guid": "plex://movie/1"},
            decision="direct_play",
            source_resolution="1080p",
            platform="Roku",
            name="Living room",
            address="10.0.0.7",
            is_local=True,
            percent=98,
            is_watched=True,
        ),
        play(
            sitting(at("2026-12-18 21:00"), 30),
            item=FILM,
            person="2",
            decision="transcode",
            source_resolution="4k",
            resolution="720p",
            platform="Android",
            is_local=False,
            percent=25,
        ),
        play(  # over midnight, and gone on with in the morning
            sitting(at("2026-12-17 23:50"), 20),
            sitting(at("2026-12-18 08:00"), 20),
            item=PILOT,
            decision="direct_stream",
            source_resolution="1080p",
            platform="Roku",
            percent=100,
            is_watched=True,
        ),
        play(
            sitting(at("2026-12-19 20:30"), 40),
            item=SECOND,
            decision="transcode",
            platform="Roku",
            **ON_CELLAR,
        ),
        play(sitting(at("2026-11-01 10:00"), 5), item=SONG, person="3"),
        play(sitting(at("2026-12-10 10:00"), None), item=movie(None), person=""),
    ]


def going_on() -> Play:
    """Bert's, since ten to one."""
    began = sitting(at("2026-12-20 12:50"), None)
    part = began.model_copy(update={"watched_seconds": 900})
    facts = {"person": "2", "state": PlayState.OPEN, "session_key": "7"}
    return play(part, item=FILM, **facts)


def watching() -> Session:
    return Session(
        session_key="7",
        user_id="2",
        user_name="Bert",
        item_id="101",
        guid="plex://movie/1",
        title="Film",
        year=2020,
        library="Movies",
        media_type="movie",
        player_id="uuid-1",
        player_name="Phone",
        platform="Android",
        product="Plex for Android",
        address="203.0.113.9",
        is_local=False,
        is_secure=True,
        bandwidth_kbps=4000,
        state=SessionState.PAUSED,
        position_ms=1_800_000,
        duration_ms=7_200_000,
        decision="transcode",
        source_video_codec="hevc",
        video_codec="h264",
        source_audio_codec="truehd",
        audio_codec="aac",
        source_container="mkv",
        container="mp4",
        source_resolution="4k",
        resolution="720p",
        source_bitrate_kbps=60000,
        bitrate_kbps=4000,
        audio_channels=2,
        hdr="HDR10",
        is_hardware=True,
        transcode=Transcode(
            progress_percent=41.5,
            speed=3.2,
            hardware_decoding="nvdec",
            hardware_encoding="nvenc",
            video_decision="transcode",
            audio_decision="transcode",
        ),
    )


def shelve(home: EmbeddedHome, now: datetime) -> None:
    """A film, three episodes of two seasons: two of them came on one day."""
    film = CatalogueItem(
        item_id="101", media_type="movie", title="Film", year=2020, added_at=at("2026-12-01 10:00")
    )
    days = {1: "2026-12-02 10:00", 2: "2026-12-02 11:00", 3: "2026-12-05 10:00"}
    episodes = [
        CatalogueItem(
            item_id=f"20{number}",
            media_type="episode",
            title=f"Part {number}",
            series_title="Harbour",
            season_number=1 if number < 3 else 2,
            episode_number=number,
            added_at=at(moment),
            size_bytes=1000,
        )
        for number, moment in days.items()
    ]
    shelf = Shelf(home, ATTIC.id)
    for library, items in ((MOVIES, [film]), (SHOWS, episodes)):
        shelf.keep_page(library.native_id, 0, items)
        shelf.publish(library, [0], now)
