"""Observations in the shapes that servers send: `seen(STARTED, at=0, position=0)`."""

from datetime import UTC, datetime, timedelta
from typing import Any

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.events.models import MediaEvent
from showrunner.plays.live import plays_of_events
from showrunner.plays.models import (
    Mark,
    MarkState,
    Observation,
    Person,
    Play,
    PlayedItem,
    Player,
    Source,
)
from showrunner.wiring import Home

MORNING = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
FILM_SECONDS = 6000
ATTIC = Connection(
    id="attic", kind=ConnectionKind.PLEX, name="Attic", url="http://attic", machine_id="m1"
)


def after(seconds: float) -> datetime:
    return MORNING + timedelta(seconds=seconds)


def mark(state: MarkState, at: float, position: float | None = None, **more: Any) -> Mark:
    """`at` and `position` in seconds after ten o'clock and after the item's start."""
    position_ms = None if position is None else round(position * 1000)
    return Mark(
        **{"source": Source.WEBHOOK, **more}, at=after(at), state=state, position_ms=position_ms
    )


def said(
    *marks: Mark,
    person: str | None = "mika",
    item: str = "42",
    player: str | None = "tv",
    connection: str = "attic",
    **more: Any,
) -> Observation:
    return Observation(
        connection_id=connection,
        server_kind=ConnectionKind.PLEX,
        source=marks[0].source,
        person=Person(id=person, name=person and person.capitalize()),
        item=PlayedItem(item_id=item, duration_ms=FILM_SECONDS * 1000, title="Dune"),
        player=Player(id=player, name=player),
        marks=marks,
        **more,
    )


def seen(state: MarkState, at: float, position: float | None = None, **more: Any) -> Observation:
    """One moment that one source tells of."""
    source = more.pop("source", Source.WEBHOOK)
    return said(mark(state, at, position, source=source), **more)


def polled(at: float, position: float | None, *, paused: bool = False, **more: Any) -> Observation:
    state = MarkState.PAUSED if paused else MarkState.PLAYING
    return seen(state, at, position, source=Source.POLL, **more)


def plays_of_event(home: Home, event: MediaEvent, **more: Any) -> list[Play]:
    return plays_of_events(home, [event], **more)
