"""
A small world with known truth: people who watch films, pause, stop and resume.

What it sends is as real servers send it: webhooks that come late, twice or never,
with a clock some seconds off, and polls that fail now and then.
"""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from showrunner.clients.models import PlayState, Session
from showrunner.events.models import EventKind, MediaEvent, Playback
from showrunner.plays.models import Observation, Source
from showrunner.plays.observations import marks_of_row
from tests.unit.plays.builders import FILM_SECONDS, after, said

POLL_SECONDS = 60
CLOCK_SKEW_SECONDS = 20


@dataclass(frozen=True)
class Stretch:
    """From `start` to `end` the position went from `position` on, or stood still in a pause."""

    start: int
    end: int
    position: int
    is_paused: bool = False

    def position_at(self, second: int) -> int:
        return self.position + (0 if self.is_paused else second - self.start)


@dataclass
class Viewing:
    """The truth of one play; each sitting is what happened between a start and its stop."""

    person: str
    item: str
    sittings: list[list[Stretch]] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.sittings[0][0].start

    @property
    def stop(self) -> int:
        return self.sittings[-1][-1].end

    @property
    def position(self) -> int:
        last = self.sittings[-1][-1]
        return last.position_at(last.end)

    @property
    def watched_seconds(self) -> int:
        return self._seconds(paused=False)

    @property
    def paused_seconds(self) -> int:
        return self._seconds(paused=True)

    def _seconds(self, *, paused: bool) -> int:
        return sum(s.end - s.start for one in self.sittings for s in one if s.is_paused is paused)


def viewings_of(person: str, chance: random.Random, count: int) -> list[Viewing]:
    """One after the other; some films twice, from the beginning or from where they stopped."""
    found: list[Viewing] = []
    second = chance.randrange(600)
    for _ in range(count):
        viewing = Viewing(person, item=f"film{chance.randrange(3)}")
        position = 0
        for _ in range(chance.choice([1, 1, 2, 3])):
            if position > FILM_SECONDS * 0.7:
                break
            sitting = _sitting(chance, second, position)
            viewing.sittings.append(sitting)
            second = sitting[-1].end + chance.randrange(900, 8000)
            position = sitting[-1].position_at(sitting[-1].end)
        found.append(viewing)
    return found


def _sitting(chance: random.Random, second: int, position: int) -> list[Stretch]:
    stretches = []
    for n in range(chance.choice([1, 2, 3])):
        if n:
            pause = Stretch(second, second + chance.randrange(60, 900), position, is_paused=True)
            stretches.append(pause)
            second = pause.end
        length = min(chance.randrange(700, 2500), FILM_SECONDS - position)
        if length <= 0:
            break
        stretches.append(Stretch(second, second + length, position))
        second, position = second + length, position + length
    return stretches


def events_of(viewing: Viewing, chance: random.Random, lost: float = 0.15) -> list[MediaEvent]:
    """Its webhooks: a share of them is lost, some come twice, some late."""
    found = []
    for sitting in viewing.sittings:
        kinds = [EventKind.PLAYED, *[_begun(stretch) for stretch in sitting[1:]]]
        for kind, stretch in zip(kinds, sitting, strict=True):
            found.append(_event(viewing, kind, stretch.start, stretch.position, chance))
        last = sitting[-1]
        found.append(
            _event(viewing, EventKind.STOPPED, last.end, last.position_at(last.end), chance)
        )
    kept = [event for event in found if chance.random() >= lost]
    return kept + [event for event in kept if chance.random() < 0.2]


def _begun(stretch: Stretch) -> EventKind:
    return EventKind.PAUSED if stretch.is_paused else EventKind.RESUMED


def _event(
    viewing: Viewing, kind: EventKind, second: int, position: int, chance: random.Random
) -> MediaEvent:
    happened_at = after(second + chance.uniform(-CLOCK_SKEW_SECONDS, CLOCK_SKEW_SECONDS))
    late = chance.choice([0, 0, 0, 5, 600])
    name = f"{viewing.person}-{kind}-{second}"
    return MediaEvent(
        id=name,
        fingerprint=name,
        kind=kind,
        source="emby",
        source_event=kind,
        server_id="m1",
        server_item_id=viewing.item,
        item_type="movie",
        title=viewing.item,
        person_id=viewing.person,
        person_name=viewing.person,
        playback=Playback(
            position_ms=position * 1000,
            duration_ms=FILM_SECONDS * 1000,
            player_id=f"tv-{viewing.person}",
        ),
        happened_at=happened_at,
        received_at=max(happened_at, after(second)) + timedelta(seconds=late),
    )


def rows_of(viewing: Viewing, chance: random.Random) -> list[Observation]:
    """What another program's history says: a row for each sitting, some of them missing."""
    found = []
    for sitting in viewing.sittings:
        last = sitting[-1]
        off = chance.randrange(10)
        marks = marks_of_row(
            Source.IMPORT,
            after(sitting[0].start + off),
            after(last.end + off),
            paused_seconds=sum(one.end - one.start for one in sitting if one.is_paused),
            position_ms=last.position_at(last.end) * 1000,
        )
        if chance.random() < 0.5:
            found.append(said(*marks, person=viewing.person, item=viewing.item, player=None))
    return found


def sessions_at(viewings: list[Viewing], second: int, chance: random.Random) -> list[Session]:
    """What the server lists at that moment; positions are up to ten seconds old."""
    return [
        Session(
            session_key=f"key-{viewing.person}",
            user_id=viewing.person,
            user_name=viewing.person,
            item_id=viewing.item,
            title=viewing.item,
            media_type="movie",
            player_name="TV",
            state=PlayState.PAUSED if stretch.is_paused else PlayState.PLAYING,
            position_ms=max(0, stretch.position_at(second) - chance.randrange(10)) * 1000,
            duration_ms=FILM_SECONDS * 1000,
        )
        for viewing in viewings
        for sitting in viewing.sittings
        for stretch in sitting
        if stretch.start <= second < stretch.end
    ]
