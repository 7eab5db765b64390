"""
What three servers send of the viewings of a world, as they really write it.

Plex names no time, so its webhooks are of the moment at which they come. Jellyfin
writes its own local time with its difference from UTC, Emby UTC; the clocks of both
are off, and what they send may come late.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from showrunner.clients.models import PlayState, Session
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.events.models import EventKind, Report
from showrunner.plays.models import Observation, Person, PlayedItem, Player, Source
from showrunner.plays.observations import marks_of_row
from showrunner.webhooks import emby, jellyfin, plex
from tests.unit.plays.builders import FILM_SECONDS
from tests.unit.plays.world import Stretch, Viewing

TICKS = 10_000_000
"""In a second, for Jellyfin and Emby."""


@dataclass(frozen=True)
class Moment:
    """Something that somebody did, in seconds since the world began."""

    kind: EventKind
    second: int
    position: int


@dataclass(frozen=True)
class Delivery:
    second: float
    reports: list[Report]


def moments_of(viewing: Viewing) -> Iterator[Moment]:
    for sitting in viewing.sittings:
        for number, stretch in enumerate(sitting):
            kind = EventKind.PAUSED if stretch.is_paused else EventKind.RESUMED
            yield Moment(kind if number else EventKind.PLAYED, stretch.start, stretch.position)
        last = sitting[-1]
        yield Moment(EventKind.STOPPED, last.end, last.position_at(last.end))


@dataclass(frozen=True)
class Server:
    """`skew_seconds`: how far its clock is ahead of ours."""

    kind: ConnectionKind
    began_at: datetime
    zone: ZoneInfo
    skew_seconds: float

    @property
    def connection(self) -> Connection:
        return Connection(
            id=self.kind, kind=self.kind, name=self.kind, url="http://x", machine_id=self.kind
        )

    def at(self, second: float) -> datetime:
        return self.began_at + timedelta(seconds=second)

    def deliveries(self, viewing: Viewing, chance: random.Random) -> Iterator[Delivery]:
        """A tenth is lost, a fifth comes twice, and what has a time may come late."""
        for moment in moments_of(viewing):
            if chance.random() < 0.1:
                continue
            late = 0 if self.kind is ConnectionKind.PLEX else chance.choice([0, 0, 0, 4, 300])
            reports = self._reports(viewing, moment)
            for _ in range(chance.choice([1, 1, 1, 1, 2])):
                yield Delivery(moment.second + late, reports)

    def _reports(self, viewing: Viewing, moment: Moment) -> list[Report]:
        local = self.at(moment.second + self.skew_seconds).astimezone(self.zone)
        if self.kind is ConnectionKind.PLEX:
            return plex.events_from(_plex(viewing, moment))
        if self.kind is ConnectionKind.JELLYFIN:
            return jellyfin.events_from(_jellyfin(viewing, moment, local))
        return emby.events_from(_emby(viewing, moment, local))

    def sessions(
        self, viewings: list[Viewing], second: float, chance: random.Random
    ) -> list[Session]:
        """What it lists at that moment; positions are up to ten seconds old."""
        return [
            self._session(viewing, stretch, max(0, stretch.position_at(int(second)) - old))
            for viewing in viewings
            for stretch in (one for sitting in viewing.sittings for one in sitting)
            for old in [chance.randrange(10)]
            if stretch.start <= second < stretch.end
        ]

    def _session(self, viewing: Viewing, stretch: Stretch, position: int) -> Session:
        return Session(
            session_key=f"session-{viewing.person}",
            user_id=viewing.person,
            user_name=viewing.person.capitalize(),
            item_id=viewing.item,
            title=viewing.item,
            year=2020,
            library="Films",
            media_type="movie",
            player_id=f"tv-{viewing.person}",
            player_name="TV",
            state=PlayState.PAUSED if stretch.is_paused else PlayState.PLAYING,
            position_ms=position * 1000,
            duration_ms=FILM_SECONDS * 1000,
        )

    def rows(self, viewing: Viewing, chance: random.Random) -> Iterator[Observation]:
        """Plex remembers when it was watched, the others' plug-ins a row for each sitting."""
        if chance.random() < 0.3:
            return
        if self.kind is ConnectionKind.PLEX:
            if viewing.position >= FILM_SECONDS * 0.95:
                yield self._row(viewing, Source.SYNC, viewing.stop - 200, is_watched=True)
            return
        for sitting in viewing.sittings:
            last, off = sitting[-1], chance.randrange(10)
            yield self._row(
                viewing,
                Source.IMPORT,
                sitting[0].start + off,
                stopped_at=self.at(last.end + off),
                paused_seconds=sum(one.end - one.start for one in sitting if one.is_paused),
                position_ms=last.position_at(last.end) * 1000,
            )

    def _row(self, viewing: Viewing, source: Source, second: int, **more: Any) -> Observation:
        return Observation(
            connection_id=self.kind,
            server_kind=self.kind,
            source=source,
            person=Person(id=viewing.person, name=viewing.person.capitalize()),
            item=PlayedItem(item_id=viewing.item, duration_ms=FILM_SECONDS * 1000),
            player=Player(),
            marks=marks_of_row(source, self.at(second), **more),
        )


def _plex(viewing: Viewing, moment: Moment) -> dict[str, Any]:
    words = {"played": "play", "paused": "pause", "resumed": "resume", "stopped": "stop"}
    return {
        "event": f"media.{words[moment.kind]}",
        "Account": {"id": viewing.person, "title": viewing.person.capitalize()},
        "Server": {"uuid": "plex"},
        "Player": {"uuid": f"tv-{viewing.person}", "title": "TV", "local": True},
        "Metadata": {
            "ratingKey": viewing.item,
            "type": "movie",
            "title": viewing.item,
            "year": 2020,
            "librarySectionTitle": "Films",
            "viewOffset": moment.position * 1000,
            "duration": FILM_SECONDS * 1000,
        },
    }


def _jellyfin(viewing: Viewing, moment: Moment, local: datetime) -> dict[str, Any]:
    words = {EventKind.PLAYED: "PlaybackStart", EventKind.STOPPED: "PlaybackStop"}
    return {
        "NotificationType": words.get(moment.kind, "PlaybackProgress"),
        "ServerId": "jellyfin",
        "Timestamp": local.isoformat(),
        "ItemId": viewing.item,
        "ItemType": "Movie",
        "Name": viewing.item,
        "Year": 2020,
        "RunTimeTicks": FILM_SECONDS * TICKS,
        "PlaybackPositionTicks": moment.position * TICKS,
        "IsPaused": moment.kind is EventKind.PAUSED,
        "NotificationUsername": viewing.person.capitalize(),
        "UserId": viewing.person,
        "Id": f"session-{viewing.person}",
        "DeviceId": f"tv-{viewing.person}",
        "DeviceName": "TV",
    }


def _emby(viewing: Viewing, moment: Moment, local: datetime) -> dict[str, Any]:
    words = {"played": "start", "paused": "pause", "resumed": "unpause", "stopped": "stop"}
    return {
        "Event": f"playback.{words[moment.kind]}",
        "Date": local.astimezone(ZoneInfo("UTC")).isoformat().replace("+00:00", "0Z"),
        "Server": {"Id": "emby"},
        "User": {"Id": viewing.person, "Name": viewing.person.capitalize()},
        "Item": {
            "Id": viewing.item,
            "Type": "Movie",
            "Name": viewing.item,
            "ProductionYear": 2020,
            "RunTimeTicks": FILM_SECONDS * TICKS,
        },
        "Session": {
            "Id": f"session-{viewing.person}",
            "DeviceId": f"tv-{viewing.person}",
            "DeviceName": "TV",
        },
        "PlaybackInfo": {"PositionTicks": moment.position * TICKS},
    }
