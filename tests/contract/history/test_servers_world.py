"""
From what servers really send to the ledger: its plays are those of the world.

Webhooks go through their parsers, the store of events and the queue, with messages
that come twice and in any order; sockets and polls tell of sessions, rows of histories
and imports come a day later, and processes start anew in between.
"""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from showrunner.connections.models import ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.events.models import Report
from showrunner.history.move import keep_ledger
from showrunner.jobs.queues import PLAYS
from showrunner.plays.consumer import handle_play_messages
from showrunner.plays.live import plays_of_sessions
from showrunner.plays.models import Play, Source
from showrunner.plays.store import observe
from showrunner.webhooks.intake import receive
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.plays.builders import FILM_SECONDS
from tests.unit.plays.senders import Server, moments_of
from tests.unit.plays.world import Viewing, viewings_of
from tests.unit.syncs.ledger_world import moved_plays, true_plays, unmoved_ids

POLL_SECONDS = 140
EDGE_SECONDS = 2 * POLL_SECONDS + 40
"""A start or stop that neither webhook nor socket told of: two polls and the clocks' difference."""
PERCENT_EDGE = EDGE_SECONDS * 100 / FILM_SECONDS
MOVED_EVERY = 5 * 3600
DAY = 86_400

NIGHTS = {
    "summer time begins": datetime(2026, 3, 28, 22, 30, tzinfo=UTC),
    "summer time ends": datetime(2026, 10, 24, 21, 50, tzinfo=UTC),
    "a leap day": datetime(2028, 2, 28, 20, 10, tzinfo=UTC),
    "a year ends": datetime(2026, 12, 31, 19, 40, tzinfo=UTC),
}
ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")]
KINDS = [ConnectionKind.PLEX, ConnectionKind.JELLYFIN, ConnectionKind.EMBY]

Step = Callable[[EmbeddedHome], object]


class World:
    """Three servers, one with two people, and everything that is sent of what they watch."""

    def __init__(self, began_at: datetime, chance: random.Random) -> None:
        self._began_at, self._chance = began_at, chance
        shared = chance.choice(KINDS)
        self.servers = {
            Server(kind, began_at, chance.choice(ZONES), chance.uniform(-20, 20)): [
                viewing
                for name in (("mika", "noa") if kind is shared else ("mika",))
                for viewing in viewings_of(name, chance, 2 if kind is shared else 1)
            ]
            for kind in KINDS
        }
        self.end = max(one.stop for found in self.servers.values() for one in found) + 3600

    def steps(self) -> list[tuple[float, Step]]:
        found = [step for server in self.servers for step in self._steps_of(server)]
        found += [(second, keep_ledger) for second in range(0, self.end, MOVED_EVERY)]
        return sorted(found, key=lambda step: step[0])

    def _steps_of(self, server: Server) -> Iterator[tuple[float, Step]]:
        viewings, chance = self.servers[server], self._chance
        for viewing in viewings:
            for sent in server.deliveries(viewing, chance):
                yield sent.second, self._brings(sent.reports)
            for moment in moments_of(viewing):
                if chance.random() < 0.7:
                    yield moment.second + 1, self._told(server, moment.second + 1, Source.SOCKET)
        # Of two polls in a row one comes through: after five minutes of silence a stop is unknown.
        numbers = [n for n in range(self.end // POLL_SECONDS) if n % 2 or chance.random() > 0.2]
        for number in numbers:
            second = number * POLL_SECONDS
            yield second, self._told(server, second, Source.POLL)

    def _brings(self, reports: list[Report]) -> Step:
        return lambda home: _delivered(home, reports, self._chance)

    def _told(self, server: Server, second: int, source: Source) -> Step:
        sessions = server.sessions(self.servers[server], second, self._chance)
        at = server.at(second)
        return lambda home: plays_of_sessions(home, server.connection, sessions, at, source=source)


def _delivered(home: EmbeddedHome, reports: list[Report], chance: random.Random) -> None:
    """Messages wait for a while now and then, and then come in any order, some twice."""
    receive(reports, home)
    queue = home.queue(PLAYS)
    if chance.random() < 0.2:
        return
    messages = list(queue.receive(max_messages=10))
    chance.shuffle(messages)
    handle_play_messages([message.body for message in messages], home)
    if chance.random() > 0.2:
        queue.finish_all(messages)


@pytest.mark.parametrize("night", NIGHTS)
def test_the_ledger_holds_what_was_watched(
    home: EmbeddedHome, clock: FakeClock, night: str
) -> None:
    """
    No play is missing, doubled or joined to another.

    Starts and stops are right within two polls and the difference of clocks (40 s),
    watched and paused time within the same for each sitting, percent within that and one.
    """
    chance = random.Random(night)
    world = World(NIGHTS[night], chance)
    for server in world.servers:
        ConnectionStore(home.documents).save(server.connection)
    for second, step in world.steps():
        clock.advance((NIGHTS[night] - clock.now()).total_seconds() + second)
        step(home)
        if chance.random() < 0.02:
            home = EmbeddedHome(home.folder, clock)
    clock.advance(DAY)
    _finish(home, world, chance)

    assert unmoved_ids(home) == []
    plays = moved_plays(home)
    assert plays == true_plays(home)
    for server, viewings in world.servers.items():
        _compare([play for play in plays if play.connection_id == server.kind], server, viewings)


def _finish(home: EmbeddedHome, world: World, chance: random.Random) -> None:
    """The rest of the queue, then histories and imports in any order, then the ledger."""
    queue = home.queue(PLAYS)
    while messages := queue.receive(max_messages=10):
        handle_play_messages([message.body for message in messages], home)
        queue.finish_all(messages)
    rows = [
        row
        for server, viewings in world.servers.items()
        for viewing in viewings
        for row in server.rows(viewing, chance)
    ]
    chance.shuffle(rows)
    observe(home, rows)
    keep_ledger(home)


def _compare(plays: list[Play], server: Server, viewings: list[Viewing]) -> None:
    found = sorted(plays, key=lambda play: (play.person.id, play.started_at))
    truth = sorted(viewings, key=lambda viewing: (viewing.person, viewing.start))
    assert [(p.person.id, p.item.item_id) for p in found] == [(v.person, v.item) for v in truth]
    for play, viewing in zip(found, truth, strict=True):
        _compare_one(play, server, viewing)


def _compare_one(play: Play, server: Server, viewing: Viewing) -> None:
    edge, leeway = EDGE_SECONDS, EDGE_SECONDS * len(viewing.sittings)
    assert play.stopped_at is not None
    assert play.watched_seconds is not None
    assert play.paused_seconds is not None
    assert play.percent is not None
    assert abs((play.started_at - server.at(viewing.start)).total_seconds()) <= edge
    assert abs((play.stopped_at - server.at(viewing.stop)).total_seconds()) <= edge
    assert abs(play.watched_seconds - viewing.watched_seconds) <= leeway
    assert abs(play.paused_seconds - viewing.paused_seconds) <= leeway
    assert abs(play.percent - viewing.position * 100 / FILM_SECONDS) <= 1 + PERCENT_EDGE
    assert len(play.parts) == len(viewing.sittings)
    assert (play.item.title, play.item.year) == (viewing.item, 2020)
